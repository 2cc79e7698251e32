"""Form elements of the page."""

from __future__ import annotations

from signalopt.export.markup import Markup, Value, tag
from signalopt.report.told import Told


def choice(name: str, value: str, key: str, told: Told, *, first: bool) -> Markup:
    """One of several radio buttons with its label."""
    checked = "checked" if first else None
    box = void("input", type="radio", name=name, value=value, checked=checked, autocomplete="off")
    return tag("label", box, told.span(key))


def void(name: str, /, **attributes: Value) -> Markup:
    """An element without content or end tag."""
    return Markup(tag(name, **attributes).removesuffix(f"</{name}>"))


def options(values: list[tuple[str, Markup | str]], chosen: str) -> list[Markup]:
    """Options of a list to choose from."""
    return [
        tag("option", shown, value=value, selected="selected" if value == chosen else None)
        for value, shown in values
    ]
