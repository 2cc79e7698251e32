"""Builds HTML and SVG from plain data: every text and attribute is escaped, nothing else is trusted."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"br", "hr", "meta", "link", "img"})


class Markup(str):
    """Text that is markup already and must not be escaped again."""

    __slots__ = ()


Child = str | None | Iterable["Child"]
Value = str | int | float | None


def tag(name: str, /, *children: Child, **attributes: Value) -> Markup:
    """Return an element. Texts are escaped, `Markup` is not; None children and attributes are left out.

    In attribute names `_` stands for `-` and one at the end is dropped (`class_`, `stroke_width`).
    """
    head = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{head}>")
    return Markup(f"<{name}{head}>{join(children)}</{name}>")


def join(children: Child) -> Markup:
    """Join children, nested ones too, into one piece of markup."""
    if children is None:
        return Markup("")
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return Markup(escape(_printable(children), quote=False))
    return Markup("".join(join(child) for child in children))


def _text(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return escape(_printable(str(value)), quote=True)


def _printable(text: str) -> str:
    """Leave out control characters, which no XML may hold."""
    return "".join(letter for letter in text if letter in "\t\n\r" or ord(letter) >= 32)
