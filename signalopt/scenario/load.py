"""Scenarios from YAML: find, `extends`, validate; every problem at once with file, line and path."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from signalopt.assets import data_folder
from signalopt.errors import InputError, Problem
from signalopt.scenario.check import check_scenario
from signalopt.scenario.fleet_name import is_fleet_file
from signalopt.scenario.schema import Scenario
from signalopt.scenario.yaml_tree import Key, Tree, merge, read_tree

_SET_BY_PROGRAM = ("name", "file")
_SHORTHAND = ("begin", "end")
_FILE_KEYS = (
    ("network", "net"), ("network", "stages"), ("demand", "gates", "file"), ("demand", "od"),
    ("demand", "counts"), ("demand", "turns", "entries"), ("demand", "turns", "shares"),
    ("demand", "routes"), ("additional",), ("fleet",),
)  # fmt: skip


def list_scenarios() -> tuple[str, ...]:
    """Names of the built-in scenarios."""
    return tuple(sorted(path.stem for path in data_folder("scenarios").glob("*.yaml")))


def load_scenario(
    name_or_path: str | Path, overrides: Mapping[str, Tree] | None = None
) -> Scenario:
    """Read a scenario: a file, or the name of a built-in one.

    overrides: values by dotted key (`demand.scale`) that are laid over the file; each brings the place
    where it was written, which problems then name.
    Raises InputError with every problem found, each as `file:line: path`.
    """
    path = find_scenario(name_or_path)
    tree = _resolve(path, ())
    for dotted, value in (overrides or {}).items():
        tree = merge(tree, _with_shorthand(_nested(dotted, value)))
    problems: list[Problem] = []
    if isinstance(tree.value, dict):
        problems += [
            _unknown((key,), tree.value[key].place) for key in _SET_BY_PROGRAM if key in tree.value
        ]
    plain = tree.plain()
    assert isinstance(plain, dict)  # read_tree accepts only mappings
    for key in (*_SET_BY_PROGRAM, "extends"):
        plain.pop(key, None)
    for keys in _FILE_KEYS:
        _absolute(tree, plain, keys)
    try:
        scenario = _adapter().validate_python(plain)
    except ValidationError as error:
        problems += [_problem(tree, detail) for detail in _leaf_errors(error)]
        raise InputError(*sorted(problems, key=lambda p: p.where)) from None
    problems += [
        Problem(f"{tree.at(path).place}: {_dotted(path)}", found, expected, hint)
        for path, found, expected, hint in check_scenario(scenario)
    ]
    if problems:
        raise InputError(*problems)
    return replace(scenario, name=path.stem, file=path)


def find_scenario(name_or_path: str | Path) -> Path:
    """The file of a scenario. Raises InputError naming the nearest built-in ones."""
    path = Path(name_or_path)
    if path.is_file():
        return path
    text = str(name_or_path)
    built_in = data_folder("scenarios") / f"{text}.yaml"
    if "/" not in text and built_in.is_file():
        return built_in
    near = get_close_matches(text, list_scenarios(), n=3)
    hint = (
        f"did you mean {', '.join(near)}?" if near else "built-in: " + ", ".join(list_scenarios())
    )
    raise InputError(Problem(text, "no such scenario", "a YAML file or a built-in name", hint))


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Scenario]:
    return TypeAdapter(Scenario)


def _resolve(path: Path, seen: tuple[Path, ...]) -> Tree:
    """Read a file and merge it over the one that it extends."""
    real = path.resolve()
    if real in seen:
        chain = " -> ".join(p.name for p in (*seen[seen.index(real) :], real))
        raise InputError(Problem(str(path), f"extends in a circle: {chain}", "a chain that ends"))
    tree = _with_shorthand(read_tree(path))
    base = tree.value.get("extends") if isinstance(tree.value, dict) else None
    if base is None:
        return tree
    if not isinstance(base.value, str):
        raise InputError(
            Problem(f"{base.place}: extends", f"{base.plain()!r}", "a scenario's name or file")
        )
    beside = path.parent / base.value
    try:
        parent = find_scenario(beside if beside.is_file() else base.value)
    except InputError as error:
        found = error.problems[0]
        raise InputError(replace(found, where=f"{base.place}: extends")) from None
    return merge(_resolve(parent, (*seen, real)), tree)


def _nested(dotted: str, value: Tree) -> Tree:
    """`a.b` = x as the tree {a: {b: x}}, every level at the place of the value."""
    for key in reversed(dotted.split(".")):
        value = Tree(value.place, {key: value})
    return value


def _with_shorthand(tree: Tree) -> Tree:
    """Move top-level `begin` and `end` into `window`."""
    if not isinstance(tree.value, dict):
        return tree
    short = {key: tree.value[key] for key in _SHORTHAND if key in tree.value}
    if not short:
        return tree
    rest = {key: child for key, child in tree.value.items() if key not in short}
    place = next(iter(short.values())).place
    window = rest.get("window", Tree(place, {}))
    rest["window"] = merge(window, Tree(place, short))
    return Tree(tree.place, rest)


def _absolute(tree: Tree, plain: dict[str, Any], keys: tuple[str, ...]) -> None:
    """Make the file at `keys` relative to the scenario file that names it."""
    holder: Any = plain
    for key in keys[:-1]:
        holder = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(holder, dict):
        return
    last, here = keys[-1], tree.at(keys)
    value = holder.get(last)
    if isinstance(value, str) and (last != "fleet" or is_fleet_file(value)):
        holder[last] = str(here.place.file.resolve().parent / value)
    elif isinstance(value, list) and isinstance(here.value, list):
        holder[last] = [
            str(child.place.file.resolve().parent / item) if isinstance(item, str) else item
            for item, child in zip(value, here.value, strict=True)
        ]


def _leaf_errors(error: ValidationError) -> Iterable[dict[str, Any]]:
    """Pydantic's errors, one a place (a union reports each of its members)."""
    seen: set[tuple[Key, ...]] = set()
    for detail in error.errors(include_url=False):
        if detail["loc"] not in seen:
            seen.add(detail["loc"])
            yield dict(detail)


def _problem(tree: Tree, detail: dict[str, Any]) -> Problem:
    path: tuple[Key, ...] = detail["loc"]
    place = tree.at(path).place
    kind = detail["type"]
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return _unknown(path, place)
    if kind in ("missing", "missing_argument"):
        return Problem(f"{place}: {_dotted(path)}", "nothing", "this key to be given")
    found = repr(detail["input"]) if not isinstance(detail["input"], dict) else "a mapping"
    expected = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return Problem(f"{place}: {_dotted(path)}", found, expected.removeprefix("expected "))


def _unknown(path: tuple[Key, ...], place: object) -> Problem:
    known = _keys_at(path[:-1])
    near = get_close_matches(str(path[-1]), known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else ""
    return Problem(
        f"{place}: {_dotted(path)}", "an unknown key", "one of " + ", ".join(known), hint
    )


def _keys_at(path: tuple[Key, ...]) -> list[str]:
    """Keys that the schema knows at a path."""
    here: Any = Scenario
    for key in path:
        if isinstance(key, str) and is_dataclass(here):
            here = get_type_hints(here).get(key)
        here = _dataclass_in(here)
    if not is_dataclass(here):
        return []
    names = [f.name for f in fields(here)]
    if here is Scenario:
        names = [n for n in names if n not in _SET_BY_PROGRAM] + ["extends", *_SHORTHAND]
    return sorted(names)


def _dataclass_in(hint: Any) -> Any:
    """The data class inside `tuple[X, ...]` or `X | None`."""
    if is_dataclass(hint):
        return hint
    inner = [_dataclass_in(arg) for arg in get_args(hint) if arg is not types.NoneType]
    return next((item for item in inner if is_dataclass(item)), None)


def _dotted(path: tuple[Key, ...]) -> str:
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text
