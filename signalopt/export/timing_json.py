"""Our own JSON of timings: what every lamp shows, for programs that know nothing of stages or SUMO.

`timing_schema` is its JSON Schema. Seconds count from the offset; spans are [start_s, end_s).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from signalopt.errors import InputError, Problem
from signalopt.export.lamps import Lamp, Span, cycle_length_s, group_spans, uneven_groups
from signalopt.export.shown import DAY_S, Shown, ShownDay, ShownProgram
from signalopt.export.timetable import Timetable
from signalopt.export.written import Written
from signalopt.network.model import Network
from signalopt.timing.plan import IntersectionPlan
from signalopt.timing.signals import GroupKind

FILE_NAME = "timing.json"
FORMAT: Literal["signalopt-timing"] = "signalopt-timing"
VERSION: Literal[1] = 1


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class LampSpan(_Part):
    """One lamp over [start_s, end_s)."""

    lamp: Literal["green", "flashing green", "amber", "red", "red-amber", "dark"]
    start_s: float = Field(ge=0)
    end_s: float = Field(gt=0)


class Group(_Part):
    """One signal group: its lamps from second 0 to the cycle's end, without gaps."""

    id: str
    name: str
    kind: Literal["vehicle", "pedestrian"]
    links: list[int]
    lamps: list[LampSpan]


class StageGreen(_Part):
    """One stage and its steady green."""

    stage: str
    groups: list[str]
    green_s: int = Field(ge=0)


class Program(_Part):
    """One intersection; offset_s: clock second (local midnight), modulo the cycle, of second 0."""

    intersection: str
    name: str
    cycle_s: float = Field(gt=0)
    offset_s: float = Field(ge=0)
    stages: list[StageGreen]
    groups: list[Group]


class TimingPlan(_Part):
    """One plan."""

    number: int = Field(ge=1)
    name: str
    intersections: list[Program]


class Start(_Part):
    """From this second of the day on the plan of this number runs."""

    second: int = Field(ge=0, lt=DAY_S)
    plan: int = Field(ge=1)


class Day(_Part):
    """A kind of day; weekdays 1 (Monday) to 7."""

    name: str
    weekdays: list[int]
    starts: list[Start]


class Timing(_Part):
    """The whole file."""

    format: Literal["signalopt-timing"]
    version: Literal[1]
    network: str
    plans: list[TimingPlan]
    days: list[Day]


def timing_files(table: Timetable, network: Network) -> Written:
    """The file `timing.json`."""
    lost = ["priority and yielding greens are not told apart (both are green lamps)"]
    plans = []
    for number, plan in enumerate(table.plans, start=1):
        programs = []
        for program in plan.intersections:
            place = network.intersection[program.intersection]
            spans = group_spans(place.layout, program)
            uneven = uneven_groups(place.layout, program)
            if uneven:
                lost.append(
                    f"{place.id}: links of group {', '.join(uneven)} show different lamps; the first "
                    "link of each is written"
                )
            stages = program.stages if isinstance(program, IntersectionPlan) else ()
            cycle = cycle_length_s(place.layout, program)
            programs.append(
                Program(
                    intersection=place.id,
                    name=place.name,
                    cycle_s=float(cycle),
                    offset_s=float(program.offset_s % cycle),
                    stages=[
                        StageGreen(stage=s.stage, groups=list(s.groups), green_s=s.green_s)
                        for s in stages
                    ],
                    groups=[
                        Group(
                            id=group.id,
                            name=group.name,
                            kind="vehicle" if group.kind is GroupKind.VEHICLE else "pedestrian",
                            links=list(group.links),
                            lamps=[
                                LampSpan(lamp=s.lamp.value, start_s=s.start_s, end_s=s.end_s)
                                for s in spans[group.id]
                            ],
                        )
                        for group in place.layout.groups
                    ],
                )
            )
        plans.append(TimingPlan(number=number, name=plan.name, intersections=programs))
    days = [
        Day(
            name=day.name,
            weekdays=[w + 1 for w in day.weekdays],
            starts=[Start(second=second, plan=number) for second, number in day.entries],
        )
        for day in table.days
    ]
    content = Timing(
        format=FORMAT, version=VERSION, network=network.fingerprint, plans=plans, days=days
    )
    text = json.dumps(content.model_dump(), indent=1, ensure_ascii=False) + "\n"
    return Written({FILE_NAME: text}, (*lost, *table.lost))


def read_timing(files: Mapping[str, str | bytes], network: Network) -> Shown:
    """Read a timing file. Raises InputError with every problem and its path in the file."""
    content = files.get(FILE_NAME)
    if content is None:
        raise InputError(Problem(FILE_NAME, "no such file", "signalopt's timing file"))
    try:
        timing = Timing.model_validate_json(content)
    except ValidationError as error:
        raise InputError(
            *(
                Problem(f"{FILE_NAME}: {_path(e['loc'])}", repr(e["input"])[:60], e["msg"])
                for e in error.errors()
            )
        ) from None
    problems = []
    if timing.network != network.fingerprint:
        found = f"timings for network {timing.network}"
        problems.append(Problem(FILE_NAME, found, f"network {network.fingerprint}"))
    programs: dict[tuple[int, str], ShownProgram] = {}
    for plan in timing.plans:
        for program in plan.intersections:
            where = f"{FILE_NAME}: plan {plan.number}, {program.intersection}"
            problems += _gaps(program, where)
            lamps = {
                group.id: tuple(Span(Lamp(s.lamp), s.start_s, s.end_s) for s in group.lamps)
                for group in program.groups
            }
            shown = ShownProgram(program.cycle_s, program.offset_s, lamps)
            programs[plan.number, program.intersection] = shown
    if problems:
        raise InputError(*problems)
    days = tuple(
        ShownDay(tuple(w - 1 for w in day.weekdays), tuple((s.second, s.plan) for s in day.starts))
        for day in timing.days
    )
    return Shown(programs, days)


def timing_schema() -> dict[str, Any]:
    """JSON Schema of the file."""
    schema = Timing.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "signalopt timings: lamps of every signal group",
    }


def _gaps(program: Program, where: str) -> list[Problem]:
    """Lamps must follow each other from 0 to the cycle's end."""
    problems = []
    for group in program.groups:
        now = 0.0
        for span in group.lamps:
            if span.start_s != now or span.end_s <= span.start_s:
                break
            now = span.end_s
        if now != program.cycle_s:
            text = f"lamps of `{group.id}` that end or jump at {now:g} s"
            problems.append(
                Problem(where, text, f"lamps without gaps from 0 to {program.cycle_s:g} s")
            )
    return problems


def _path(parts: tuple[int | str, ...]) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts).lstrip(".")
