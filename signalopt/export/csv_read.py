"""Reads the CSV sheet back into indications and compares them with a plan's, second by second."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.export.csv_sheet import COLUMNS, unprotect
from signalopt.export.lamps import Lamp, Span, cycle_length_s, exact_s, group_spans
from signalopt.files import read_text
from signalopt.timing.plan import Plan
from signalopt.timing.signals import SignalLayout

_TIMES = ("green_start_s", "green_end_s", "flashing_green_s", "amber_s", "red_amber_s")


@dataclass(frozen=True, slots=True)
class SheetProgram:
    """One intersection as the sheet tells it; lamps by group, in cycle seconds from the offset."""

    intersection: str
    name: str
    cycle_s: float
    offset_s: float
    stages: tuple[str, ...]
    lamps: Mapping[str, tuple[Span, ...]]


def read_csv_sheet(path: Path) -> tuple[SheetProgram, ...]:
    """Read a sheet file. Raises InputError with every problem (file and line each)."""
    return csv_programs(read_text(path, "a signalopt CSV sheet"), str(path))


def csv_programs(text: str, where: str = "sheet") -> tuple[SheetProgram, ...]:
    """Read a sheet's text; `where` names it in problems. Raises InputError."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        found = f"no column {', '.join(missing)}"
        raise InputError(Problem(f"{where}:1", found, f"the columns {', '.join(COLUMNS)}"))
    problems: list[Problem] = []
    builders: dict[str, _Builder] = {}
    for row in reader:
        place = f"{where}:{reader.line_num}"
        cells = {key: unprotect(value or "") for key, value in row.items() if key in COLUMNS}
        numbers = _numbers(cells, place, problems)
        if numbers is None:
            continue
        head = (numbers["cycle_s"], numbers["offset_s"], cells["stage_order"])
        builder = builders.setdefault(
            cells["intersection"], _Builder(cells["intersection"], cells["name"], head, {})
        )
        if builder.head != head:
            found = f"cycle, offset or stage order other than above for `{builder.intersection}`"
            problems.append(Problem(place, found, "the same in every row of an intersection"))
            continue
        builder.add(cells["group"], numbers)
    if not builders and not problems:
        problems.append(Problem(where, "no rows", "one row for each green of each signal group"))
    if problems:
        raise InputError(*problems)
    return tuple(builder.program() for builder in builders.values())


def sheet_differences(
    programs: tuple[SheetProgram, ...], plan: Plan, layouts: Mapping[str, SignalLayout]
) -> tuple[str, ...]:
    """Say in words where the sheet and the plan differ in what a lamp shows; empty if nowhere."""
    told = {program.intersection: program for program in programs}
    differences = [
        f"{name}: only in the {'sheet' if name in told else 'plan'}"
        for name in sorted(told.keys() ^ plan.by_id.keys())
    ]
    for program in plan.intersections:
        sheet = told.get(program.intersection)
        if sheet is None:
            continue
        layout = layouts[program.intersection]
        cycle = cycle_length_s(layout, program)
        if (sheet.cycle_s, sheet.offset_s) != (cycle, program.offset_s):
            differences.append(
                f"{program.intersection}: cycle and offset {sheet.cycle_s:g}, {sheet.offset_s:g} s "
                f"in the sheet, {cycle:g}, {program.offset_s:g} s in the plan"
            )
        shown = group_spans(layout, program)
        differences += [
            f"{program.intersection}: group `{group}` shows other lamps"
            for group in sorted(shown.keys() | sheet.lamps.keys())
            if shown.get(group) != sheet.lamps.get(group)
        ]
    return tuple(differences)


@dataclass(slots=True)
class _Builder:
    """Collects the rows of one intersection."""

    intersection: str
    name: str
    head: tuple[float, float, str]
    greens: dict[str, list[dict[str, float]]]

    def add(self, group: str, numbers: dict[str, float]) -> None:
        greens = self.greens.setdefault(group, [])
        if "green_start_s" in numbers:
            greens.append(numbers)

    def program(self) -> SheetProgram:
        cycle, offset, order = self.head
        lamps = {group: _spans(greens, cycle) for group, greens in self.greens.items()}
        stages = tuple(order.split(">")) if order else ()
        return SheetProgram(self.intersection, self.name, cycle, offset, stages, lamps)


def _numbers(
    cells: Mapping[str, str], place: str, problems: list[Problem]
) -> dict[str, float] | None:
    """The row's seconds; a row without green has only cycle and offset. None if a problem was found."""
    green = any(cells[column] for column in _TIMES)
    wanted = ("cycle_s", "offset_s", *(_TIMES if green else ()))
    numbers: dict[str, float] = {}
    before = len(problems)
    problems += [
        Problem(f"{place}: {column}", "nothing", "an id")
        for column in ("intersection", "group")
        if not cells[column]
    ]
    for column in wanted:
        try:
            value = float(cells[column])
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value < 0:
            found = f"`{cells[column]}`"
            problems.append(Problem(f"{place}: {column}", found, "seconds, 0 or more"))
            continue
        numbers[column] = value
    if len(problems) > before:
        return None
    if numbers["cycle_s"] <= 0:
        problems.append(Problem(f"{place}: cycle_s", cells["cycle_s"], "more than 0 s"))
    elif green:
        length = numbers["green_end_s"] - numbers["green_start_s"]
        if not 0 < length <= numbers["cycle_s"]:
            found = f"a green of {length:g} s"
            problems.append(Problem(place, found, f"0 to {numbers['cycle_s']:g} s"))
        elif numbers["flashing_green_s"] > length:
            found = f"flashing for {numbers['flashing_green_s']:g} s"
            problems.append(Problem(place, found, f"no more than the green of {length:g} s"))
    return None if len(problems) > before else numbers


def _spans(greens: list[dict[str, float]], cycle_s: float) -> tuple[Span, ...]:
    """Lamps of one group from its greens: red wherever nothing else was said."""
    said: list[Span] = []
    for green in greens:
        start, end = green["green_start_s"], green["green_end_s"]
        flashing = end - green["flashing_green_s"]
        parts = (
            (Lamp.RED_AMBER, start - green["red_amber_s"], start),
            (Lamp.GREEN, start, flashing),
            (Lamp.FLASHING, flashing, end),
            (Lamp.AMBER, end, end + green["amber_s"]),
        )
        for lamp, begin, until in parts:
            said += _wrapped(lamp, exact_s(begin), exact_s(until), cycle_s)
    result: list[Span] = []
    now = 0.0
    for span in sorted(said, key=lambda s: s.start_s):
        if span.start_s > now:
            result.append(Span(Lamp.RED, now, span.start_s))
        result.append(span)
        now = span.end_s
    if now < cycle_s:
        result.append(Span(Lamp.RED, now, cycle_s))
    return tuple(result)


def _wrapped(lamp: Lamp, begin: float, until: float, cycle_s: float) -> list[Span]:
    """A stretch folded into [0, cycle): one span, or two if it runs over an end."""
    length = until - begin
    if length <= 0:
        return []
    start = exact_s(begin % cycle_s)
    end = exact_s(start + length)
    if end <= cycle_s:
        return [Span(lamp, start, end)]
    return [Span(lamp, start, cycle_s), Span(lamp, 0.0, exact_s(end - cycle_s))]
