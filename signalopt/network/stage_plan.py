"""Stages designed afresh, as a file: who has green together and who is protected, nothing else.

Groups, conflicts, clearances, minimum greens and crossing times are not in the file. They follow from the
network each time it is read, so no hand in the file can weaken them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from signalopt.errors import InputError, Problem
from signalopt.files import read_text, write_text
from signalopt.network.model import Intersection, Network
from signalopt.network.regroup import Regrouped, layout_with, regroup
from signalopt.timing.signals import SignalLayout, Stage

FORMAT = "signalopt-stages"
VERSION = 1
REDESIGNED = "stages redesigned"
"""The note of a layout that comes from such a design."""


@dataclass(frozen=True)
class StagePlan:
    """The design of one intersection: groups with green together, stage by stage, the first one first.

    protected: groups whose turns yield to nobody while green; keep_groups: today's signal groups (poles and
    cables) stay, else groups are made afresh (network/regroup.py).
    """

    stages: tuple[tuple[str, ...], ...]
    protected: tuple[str, ...] = ()
    keep_groups: bool = False


StagePlans = Mapping[str, StagePlan]
"""Designs by intersection id."""
_ADAPTER = TypeAdapter(StagePlan)


def designed_layout(
    place: Intersection, design: StagePlan, made: Regrouped | None = None
) -> SignalLayout:
    """The layout of an intersection under a design; stages are called S1, S2, ...

    made: what `regroup` gives for the place and the design's `keep_groups`, where that is known already.
    Raises InputError with everything that does not fit: unknown groups, groups without green, groups that
    conflict in one stage.
    """
    made = made or regroup(place, keep_groups=design.keep_groups)
    problems = list(_problems(place.id, design, set(made.group)))
    if problems:
        raise InputError(*problems)
    bare = layout_with(place, made, frozenset(design.protected))
    problems = [
        Problem(f"{place.id}: stage {number}", f"{a} and {b} green together", "no conflict")
        for number, groups in enumerate(design.stages, start=1)
        for n, a in enumerate(groups)
        for b in groups[n + 1 :]
        if bare.groups_conflict(a, b)
    ]
    shown = {name for groups in design.stages for name in groups}
    problems += [
        Problem(f"{place.id}: stages", f"no green for {group.id}", "a green for every group")
        for group in made.groups
        if group.id not in shown
    ]
    if problems:
        raise InputError(*problems)
    stages = tuple(Stage(f"S{n}", groups) for n, groups in enumerate(design.stages, start=1))
    return replace(bare, stages=stages, notes=(*place.layout.notes, REDESIGNED))


def write_stage_plans(path: Path, designs: StagePlans) -> None:
    """Write designs as JSON. Raises OutputError."""
    places = {name: asdict(design) for name, design in sorted(designs.items())}
    document = {"format": FORMAT, "version": VERSION, "intersections": places}
    write_text(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def read_stage_plans(path: Path) -> dict[str, StagePlan]:
    """Read designs. Raises InputError with every problem of the file."""
    try:
        document = json.loads(read_text(path, "stage designs (JSON)"))
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}"
        raise InputError(Problem(where, error.msg, "stage designs (JSON)")) from None
    found: dict[str, Any] = document if isinstance(document, dict) else {}
    places = found.get("intersections")
    if (found.get("format"), found.get("version")) != (FORMAT, VERSION) or not isinstance(
        places, dict
    ):
        expected = f"an object with format {FORMAT!r}, version {VERSION} and `intersections`"
        raise InputError(Problem(str(path), "something else", expected))
    problems, designs = [], {}
    for name, entry in places.items():
        try:
            designs[name] = _ADAPTER.validate_json(json.dumps(entry), strict=True, extra="forbid")
        except ValidationError as error:
            problems += [
                Problem(
                    f"{path}: intersections.{name}" + "".join(f".{p}" for p in detail["loc"]),
                    "nothing" if detail["type"] == "missing" else repr(detail["input"])[:80],
                    detail["msg"],
                )
                for detail in error.errors()
            ]
    if problems:
        raise InputError(*problems)
    return designs


def designed_layouts(
    network: Network, designs: StagePlans, where: str = "stage designs"
) -> dict[str, SignalLayout]:
    """The layouts of all designs. Raises InputError, also for intersections that the network lacks."""
    problems, layouts = [], {}
    for name, design in designs.items():
        place = network.intersection.get(name)
        if place is None:
            near = get_close_matches(name, network.intersection, n=1)
            hint = f"did you mean {near[0]}?" if near else ""
            problems.append(
                Problem(f"{where}: {name}", "no such intersection", "one of the net", hint)
            )
            continue
        try:
            layouts[name] = designed_layout(place, design)
        except InputError as error:
            problems += [replace(p, where=f"{where}: {p.where}") for p in error.problems]
    if problems:
        raise InputError(*problems)
    return layouts


def _problems(place: str, design: StagePlan, known: set[str]) -> list[Problem]:
    named = [name for groups in design.stages for name in groups] + list(design.protected)
    found = []
    for name in sorted(set(named) - known):
        near = get_close_matches(name, sorted(known), n=1)
        hint = f"did you mean {near[0]}?" if near else "groups: " + ", ".join(sorted(known))
        found.append(
            Problem(f"{place}: group `{name}`", "no such group", "one of its groups", hint)
        )
    if len(design.stages) < 2:
        found.append(Problem(f"{place}: stages", f"{len(design.stages)}", "two or more"))
    found += [
        Problem(f"{place}: stage {number}", "no group", "a group with green")
        for number, groups in enumerate(design.stages, start=1)
        if not groups
    ]
    return found
