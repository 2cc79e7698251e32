"""Texts in markup that a reader can turn into another language: every text remembers its key and values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from signalopt.export.markup import Markup, Value, tag
from signalopt.report.words import Words


@dataclass(frozen=True, slots=True)
class Num:
    """A number within a text, written as the language does."""

    value: float | None
    digits: int = 0
    signed: bool = False


@dataclass(frozen=True)
class Key:
    """A text within a text, by its key and what fills it."""

    key: str
    filled: Mapping[str, Filling] = field(default_factory=dict)


Filling = str | Num | Key


@dataclass(frozen=True)
class Told:
    """Writes texts of one language. `data-w` holds the key, `data-a` the values, `data-n` a number."""

    words: Words

    def text(self, key: str, **filled: Filling) -> str:
        """The plain text."""
        return self.words[key].format(**{n: self._plain(f) for n, f in filled.items()})

    def span(
        self,
        key: str,
        *,
        element: str = "span",
        class_: str | None = None,
        filled: Mapping[str, Filling] | None = None,
        **more: Filling,
    ) -> Markup:
        """The text in an element of its own, filled by name (or by a mapping of names)."""
        all_filled = {**(filled or {}), **more}
        return tag(
            element,
            self.text(key, **all_filled),
            class_=class_,
            data_w=key,
            data_a=_stored(all_filled),
        )

    def svg(self, key: str, attributes: Mapping[str, Value], **filled: Filling) -> Markup:
        """The text as an SVG `text` element."""
        return tag(
            "text", self.text(key, **filled), data_w=key, data_a=_stored(filled), **attributes
        )

    def number(self, value: float | None, digits: int, *, signed: bool = False) -> Markup:
        """A number alone."""
        shown = self.words.number(value, digits, signed=signed)
        if value is None:
            return tag("span", shown)
        return tag(
            "span", shown, data_n=_exact(value, digits), data_d=digits,
            data_s="1" if signed else None,
        )  # fmt: skip

    def svg_number(self, value: float, digits: int, attributes: Mapping[str, Value]) -> Markup:
        """A number as an SVG `text` element."""
        return tag(
            "text", self.words.number(value, digits), data_n=_exact(value, digits),
            data_d=digits, **attributes,
        )  # fmt: skip

    def label(self, key: str, **filled: Filling) -> dict[str, Value]:
        """Attributes that name an element for those who do not see it."""
        return {
            "aria_label": self.text(key, **filled), "data_l": key, "data_la": _stored(filled),
        }  # fmt: skip

    def _plain(self, filling: Filling) -> str:
        if isinstance(filling, Num):
            return self.words.number(filling.value, filling.digits, signed=filling.signed)
        if isinstance(filling, Key):
            return self.text(filling.key, **filling.filled)
        return filling


def _stored(filled: Mapping[str, Filling]) -> str | None:
    if not filled:
        return None
    plain = {name: _as_json(filling) for name, filling in filled.items()}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _as_json(filling: Filling) -> object:
    if isinstance(filling, Num):
        value = filling.value
        if value is not None:  # as exact as it is shown, and the same for 90 and 90.0
            value = round(value, filling.digits) if filling.digits else round(value)
        return [value, filling.digits, int(filling.signed)]
    if isinstance(filling, Key):
        return {"w": filling.key, "a": {n: _as_json(f) for n, f in filling.filled.items()}}
    return filling


def _exact(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"
