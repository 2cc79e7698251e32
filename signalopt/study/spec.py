"""A sweep as written in YAML: which scenarios, plans and values are combined, on how many seeds.

    title: winter peaks
    matrix:
      scenario: [mangilik_el_am, mangilik_el_pm]
      plan: [today, tuned]
      demand.scale: [0.9, 1.0, 1.1]
    plans: {tuned: plans/mangilik.json}
    set: {season: winter}
    exclude: [{plan: tuned, demand.scale: 1.1}]
    seeds: 5

Axes of the matrix are `scenario`, `plan`, `engine` and any key of a scenario by its dotted name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.scenario.yaml_tree import Place, Tree, read_tree

MOST_CELLS = 1_000_000
DEFAULT_SEEDS = 5
ENGINES = ("sumo", "meso")
TODAY = "today"
WEBSTER = "webster"
BUILT_IN_PLANS = (TODAY, WEBSTER)
AXES = ("scenario", "plan", "engine")
_KEYS = ("title", "matrix", "plans", "set", "include", "exclude", "seeds", "retries", "timeout_s")


@dataclass(frozen=True)
class Sweep:
    """A sweep after reading. `axes`: values of each axis in the order of the file.

    plans: file by plan name, `{scenario}` in it stands for the cell's scenario; include, exclude:
    choices by axis name; seeds: replicates of every cell; retries: further tries of a crashed run.
    """

    name: str
    title: str
    file: Path
    axes: Mapping[str, tuple[Tree, ...]]
    plans: Mapping[str, Tree]
    fixed: Mapping[str, Tree]
    include: tuple[Mapping[str, Tree], ...]
    exclude: tuple[Mapping[str, Tree], ...]
    seeds: tuple[int, ...]
    retries: int = 1
    timeout_s: float | None = None


def read_sweep(path: Path) -> Sweep:
    """Read a sweep file. Raises InputError with every problem, each with file and line."""
    tree = read_tree(path, "a sweep in YAML")
    top = _mapping(tree)
    problems = [_unknown(top[key].place, key, _KEYS) for key in top if key not in _KEYS]
    axes = _axes(top.get("matrix"), tree.place, problems)
    plans = _texts(top.get("plans"), "plans", "a plan file by name", problems)
    include = _choices(top.get("include"), "include", (), problems)
    named = (*axes, *(key for row in include for key in row))
    exclude = _choices(top.get("exclude"), "exclude", tuple(dict.fromkeys(named)), problems)
    sweep = Sweep(
        name=path.stem,
        title=_text(top.get("title"), path.stem),
        file=path,
        axes=axes,
        plans=plans,
        fixed=_fixed(top.get("set"), axes, problems),
        include=include,
        exclude=exclude,
        seeds=_seeds(top.get("seeds"), problems),
        retries=int(_number(top.get("retries"), "retries", 1, 0, problems, whole=True) or 0),
        timeout_s=_number(top.get("timeout_s"), "timeout_s", None, 1, problems),
    )
    _check_names(sweep, problems)
    if problems:
        raise InputError(*problems)
    return sweep


def _check_names(sweep: Sweep, problems: list[Problem]) -> None:
    cells = 1
    for values in sweep.axes.values():
        cells *= len(values)
    if cells > MOST_CELLS:
        problems.append(Problem(f"{sweep.file}: matrix", f"{cells} cells", f"at most {MOST_CELLS}"))
    known = (*BUILT_IN_PLANS, *sweep.plans)
    for name in sweep.plans:
        if name in BUILT_IN_PLANS:
            where = f"{sweep.plans[name].place}: plans.{name}"
            problems.append(Problem(where, f"the name `{name}`", "a name that is not built in"))
    for axis, allowed in (("plan", known), ("engine", ENGINES)):
        trees = [*sweep.axes.get(axis, ()), *(row[axis] for row in sweep.include if axis in row)]
        problems += [
            _unknown(tree.place, str(tree.value), allowed, axis)
            for tree in trees
            if str(tree.value) not in allowed
        ]


def _mapping(tree: Tree) -> dict[str, Tree]:
    return tree.value if isinstance(tree.value, dict) else {}


def _text(tree: Tree | None, default: str) -> str:
    return default if tree is None or tree.value is None else str(tree.value)


def _axes(tree: Tree | None, top: Place, problems: list[Problem]) -> Mapping[str, tuple[Tree, ...]]:
    if tree is None or not isinstance(tree.value, dict) or not tree.value:
        place = tree.place if tree is not None else top
        problems.append(
            Problem(f"{place}: matrix", "no axes", "`scenario` and what else is varied")
        )
        return {}
    axes: dict[str, tuple[Tree, ...]] = {}
    for name, values in tree.value.items():
        listed = values.value if isinstance(values.value, list) else [values]
        if not listed:
            where = f"{values.place}: matrix.{name}"
            problems.append(Problem(where, "an empty list", "at least one value"))
        seen = [repr(item.plain()) for item in listed]
        for text in sorted({text for text in seen if seen.count(text) > 1}):
            where = f"{values.place}: matrix.{name}"
            problems.append(Problem(where, f"{text} more than once", "each value once"))
        axes[name] = tuple(listed)
    if "scenario" not in axes:
        problems.append(Problem(f"{tree.place}: matrix", "no `scenario`", "a list of scenarios"))
    return axes


def _texts(
    tree: Tree | None, key: str, expected: str, problems: list[Problem]
) -> Mapping[str, Tree]:
    if tree is None or tree.value is None:
        return {}
    if not isinstance(tree.value, dict):
        problems.append(Problem(f"{tree.place}: {key}", f"{tree.plain()!r}", expected))
        return {}
    for name, value in tree.value.items():
        if not isinstance(value.value, str):
            problems.append(Problem(f"{value.place}: {key}.{name}", f"{value.plain()!r}", expected))
    return {name: value for name, value in tree.value.items() if isinstance(value.value, str)}


def _fixed(
    tree: Tree | None, axes: Mapping[str, object], problems: list[Problem]
) -> Mapping[str, Tree]:
    if tree is None or tree.value is None:
        return {}
    if not isinstance(tree.value, dict):
        problems.append(Problem(f"{tree.place}: set", f"{tree.plain()!r}", "values by dotted key"))
        return {}
    for name, value in tree.value.items():
        if name in AXES:
            problems.append(
                Problem(f"{value.place}: set.{name}", "an axis", "a key of a scenario",
                        f"put `{name}` into the matrix")
            )  # fmt: skip
        elif name in axes:
            problems.append(
                Problem(f"{value.place}: set.{name}", "a key that the matrix varies",
                        "each key in one of both")
            )  # fmt: skip
    return dict(tree.value)


def _choices(
    tree: Tree | None, key: str, known: tuple[str, ...], problems: list[Problem]
) -> tuple[Mapping[str, Tree], ...]:
    if tree is None or tree.value is None:
        return ()
    rows = tree.value if isinstance(tree.value, list) else [tree]
    found = []
    for row in rows:
        if not isinstance(row.value, dict) or not row.value:
            problems.append(
                Problem(f"{row.place}: {key}", f"{row.plain()!r}", "values by axis name")
            )
            continue
        if key == "include" and "scenario" not in row.value:
            problems.append(Problem(f"{row.place}: include", "no `scenario`", "a whole cell"))
        if known:
            problems += [
                _unknown(value.place, name, known, key)
                for name, value in row.value.items()
                if name not in known
            ]
        found.append(dict(row.value))
    return tuple(found)


def _seeds(tree: Tree | None, problems: list[Problem]) -> tuple[int, ...]:
    if tree is None:
        return tuple(range(1, DEFAULT_SEEDS + 1))
    value = tree.plain()
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return tuple(range(1, value + 1))
    if isinstance(value, list) and value and all(type(item) is int and item >= 0 for item in value):
        if len(set(value)) == len(value):
            return tuple(value)
        problems.append(Problem(f"{tree.place}: seeds", f"{value}", "each seed once"))
        return ()
    problems.append(
        Problem(f"{tree.place}: seeds", f"{value!r}", "a number of replicates or a list of seeds")
    )
    return ()


def _number(
    tree: Tree | None,
    key: str,
    default: float | None,
    least: float,
    problems: list[Problem],
    *,
    whole: bool = False,
) -> float | None:
    if tree is None or tree.value is None:
        return default
    value = tree.value
    fits = isinstance(value, int) if whole else isinstance(value, int | float)
    if not fits or isinstance(value, bool) or not isinstance(value, int | float) or value < least:
        kind = "a whole number" if whole else "a number"
        problems.append(
            Problem(f"{tree.place}: {key}", f"{tree.plain()!r}", f"{kind} from {least:g} on")
        )
        return default
    return value


def _unknown(place: Place, found: str, known: tuple[str, ...], key: str = "") -> Problem:
    near = get_close_matches(found, known, n=1)
    where = f"{place}: {key}" if key else str(place)
    hint = f"did you mean `{near[0]}`?" if near else ""
    return Problem(where, f"`{found}`", "one of " + ", ".join(known), hint)
