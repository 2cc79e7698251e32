"""Controllers by name: `max-pressure`, `max-pressure:interval_s=5`, or the folder of a trained policy."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from signalopt.control.controller import Controller
from signalopt.errors import InputError, Problem

WHERE = "controller"
_ROOM = "signalopt.control"
_CLASSES: Mapping[str, tuple[str, str]] = {
    "fixed": ("fixed", "FixedPlan"),
    "actuated": ("actuated", "Actuated"),
    "max-pressure": ("max_pressure", "MaxPressure"),
    "longest-queue": ("longest_queue", "LongestQueue"),
    "max-wave": ("max_wave", "MaxWave"),
    "horizon": ("horizon", "Horizon"),
    "tuner": ("tuner", "Tuner"),
}
"""Module of this room and class of each controller; imported when it is asked for."""
_POLICY = ("learn.controller", "load_controller")
"""Function of a policy's folder -> Controller."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a controller: its name, type, and value when nothing is said."""

    name: str
    kind: str
    default: str


def controller_names() -> tuple[str, ...]:
    """Names of all controllers that need no file."""
    return tuple(_CLASSES)


def is_policy(text: str) -> bool:
    """Whether a controller's text is meant as the folder of a policy."""
    head = text.partition(":")[0]
    return head not in _CLASSES and ("/" in text or Path(text).is_dir())


def controller_of(text: str) -> Controller:
    """The controller that a text names, with its parameters (`name:key=value,key=value`).

    Raises InputError for unknown names and parameters (with the nearest ones), values that are no
    numbers, and policies that cannot be used.
    """
    if is_policy(text):
        module, name = _POLICY
        load = getattr(importlib.import_module(f"{_ROOM}.{module}"), name)
        return cast("Controller", load(Path(text)))
    head, colon, rest = text.partition(":")
    if head not in _CLASSES:
        expected = ", ".join(_CLASSES) + " or the folder of a policy"
        raise InputError(Problem(WHERE, f"`{head}`", expected, _nearest(head, list(_CLASSES))))
    if colon and not rest:
        raise InputError(Problem(WHERE, f"`{text}`", "key=value after the colon"))
    known = {field.name: field for field in _parameters(head)}
    values, problems = _values(head, rest, known)
    if problems:
        raise InputError(*problems)
    return cast("Controller", _class_of(head)(**values))


def describe(name: str) -> tuple[str, tuple[Parameter, ...]]:
    """What a controller does (its docstring) and its parameters. Raises KeyError for unknown names."""
    made = _class_of(name)
    rows = tuple(
        Parameter(field.name, _kind(field), repr(field.default)) for field in _parameters(name)
    )
    return made.__doc__ or "", rows


def _class_of(name: str) -> Any:
    module, class_name = _CLASSES[name]
    return getattr(importlib.import_module(f"{_ROOM}.{module}"), class_name)


def _parameters(name: str) -> list[Field[Any]]:
    return [f for f in fields(_class_of(name)) if f.init and f.default is not MISSING]


def _kind(field: Field[Any]) -> str:
    return type(field.default).__name__


def _values(
    name: str, rest: str, known: Mapping[str, Field[Any]]
) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems = []
    for part in rest.split(",") if rest else []:
        key, equals, value = (piece.strip() for piece in part.partition("="))
        where = f"{WHERE} `{name}`"
        if not equals:
            problems.append(Problem(where, f"`{part}`", "key=value"))
        elif key not in known:
            expected = ", ".join(known) or "no parameters"
            problems.append(Problem(where, f"`{key}`", expected, _nearest(key, list(known))))
        elif key in values:
            problems.append(Problem(where, f"`{key}` twice", "each parameter once"))
        else:
            try:
                values[key] = _read(value, known[key])
            except ValueError:
                expected = _EXPECTED[_kind(known[key])]
                problems.append(Problem(f"{where}: {key}", f"`{value}`", expected))
    return values, problems


_EXPECTED = {"bool": "true or false", "int": "a whole number", "float": "a number", "str": "a text"}
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _read(value: str, field: Field[Any]) -> object:
    """The value of a parameter from its text. Raises ValueError."""
    kind = _kind(field)
    if kind == "bool":
        if value.lower() not in _BOOLEANS:
            raise ValueError(value)
        return _BOOLEANS[value.lower()]
    if kind == "int":
        return int(value)
    if kind == "float":
        number = float(value)
        if not abs(number) < float("inf"):
            raise ValueError(value)
        return number
    return value


def _nearest(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"did you mean `{near[0]}`?" if near else ""
