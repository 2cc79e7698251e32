"""YAML with places: every value keeps the file and line that it was written on.

Scalars follow YAML 1.2 (17:30 stays text, only true and false are booleans), duplicate keys are
problems, and two trees merge deeply without losing their places.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from signalopt.errors import InputError, Problem
from signalopt.files import read_text

_DEPTH_LIMIT = 50  # a YAML anchor that holds itself would never end


@dataclass(frozen=True, slots=True)
class Place:
    """File and line of a value."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


Key = str | int


@dataclass(frozen=True, slots=True)
class Tree:
    """A YAML value with its place: children of a mapping or a list are trees again."""

    place: Place
    value: dict[str, Tree] | list[Tree] | str | int | float | bool | None

    def plain(self) -> object:
        """The value without places, as pydantic reads it."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def at(self, path: tuple[Key, ...]) -> Tree:
        """The deepest existing tree on the way along `path`."""
        here = self
        for key in path:
            if isinstance(here.value, dict) and key in here.value:
                here = here.value[str(key)]
            elif isinstance(here.value, list) and isinstance(key, int) and key < len(here.value):
                here = here.value[key]
            else:
                break
        return here


class _Loader(yaml.SafeLoader):
    """SafeLoader with the scalar rules of YAML 1.2."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def read_tree(path: Path, what: str = "a scenario in YAML") -> Tree:
    """Read a YAML file whose top level is a mapping.

    Raises InputError with line for broken YAML, duplicate keys and other top levels.
    """
    text = read_text(path, what)
    try:
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else 1
        raise InputError(Problem(f"{path}:{line}", error.problem or "broken YAML", what)) from None
    except yaml.YAMLError as error:  # characters that no YAML may hold
        raise InputError(Problem(str(path), str(error).splitlines()[0], what)) from None
    if not isinstance(node, yaml.MappingNode):
        raise InputError(Problem(f"{path}:1", "no keys", f"{what} (key: value)"))
    problems: list[Problem] = []
    tree = _convert(node, path, problems, 0)
    if problems:
        raise InputError(*problems)
    return tree


def _convert(node: yaml.Node, path: Path, problems: list[Problem], depth: int) -> Tree:
    place = Place(path, node.start_mark.line + 1)
    if depth > _DEPTH_LIMIT:
        problems.append(Problem(str(place), "values nested without end", "a finite scenario"))
        return Tree(place, None)
    if isinstance(node, yaml.MappingNode):
        children: dict[str, Tree] = {}
        for key_node, value_node in node.value:
            where = Place(path, key_node.start_mark.line + 1)
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            if not key or key in children:
                found = f"key `{key}` a second time" if key else "a key that is no text"
                problems.append(Problem(str(where), found, "each key once, as text"))
                continue
            child = _convert(value_node, path, problems, depth + 1)
            children[key] = Tree(where, child.value)
        return Tree(place, children)
    if isinstance(node, yaml.SequenceNode):
        return Tree(place, [_convert(item, path, problems, depth + 1) for item in node.value])
    return Tree(place, _scalar(node, place, problems))


def _scalar(
    node: yaml.Node, place: Place, problems: list[Problem]
) -> str | int | float | bool | None:
    kind = node.tag.rsplit(":", 1)[-1]
    text = str(node.value)
    try:
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return int(text, 16) if "x" in text else int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        problems.append(Problem(str(place), f"`{text}`", f"a value of YAML type {kind}"))
        return None
    return text


def merge(base: Tree, over: Tree) -> Tree:
    """Deep merge: mappings join, everything else is replaced, `null` takes a key away."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    joined = dict(base.value)
    for key, child in over.value.items():
        if child.value is None:
            joined.pop(key, None)
        elif key in joined:
            joined[key] = merge(joined[key], child)
        else:
            joined[key] = child
    return Tree(over.place, joined)
