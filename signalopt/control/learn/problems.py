"""Finding every difference between what a file says and what is needed."""

from __future__ import annotations

from collections.abc import Mapping

from signalopt.errors import Problem


def differences(where: str, found: object, expected: Mapping[str, object]) -> list[Problem]:
    """A problem for each entry of `expected` that `found` lacks or has otherwise."""
    if not isinstance(found, Mapping):
        return [Problem(where, _short(found), "an object with " + ", ".join(expected))]
    return [
        Problem(f"{where}.{name}", _short(found.get(name, "nothing")), _short(value))
        for name, value in expected.items()
        if found.get(name) != value
    ]


def _short(value: object, length: int = 160) -> str:
    text = str(value)
    return text if len(text) <= length else f"{text[:length]}…"
