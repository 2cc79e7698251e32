"""Timings of a UTDF file's nodes, checked by what held without exception in Synchro's own files.

1. (End - Start) mod cycle = MaxGreen + Yellow + AllRed
2. Yield = End - Yellow - AllRed
3. Start = LocalStart + Offset (mod cycle)
4. `Referenced To` 0: the offset is the start of green of the reference phase that turns green last
5. BRP: digits of barrier, ring and position
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signalopt.errors import InputError, Problem
from signalopt.export.lamps import exact_s
from signalopt.export.utdf.parse import Record, UtdfFile

_TOLERANCE_S = 0.15
"""Synchro rounds each figure to tenths of a second."""
_NEEDED = ("BRP", "MaxGreen", "Yellow", "AllRed", "Start", "End")
_PRETIMED = 0


@dataclass(frozen=True, slots=True)
class TimedPhase:
    """One phase of a node; start_s counts from the offset (the reference phases' green)."""

    number: int
    barrier: int
    ring: int
    position: int
    start_s: float
    green_s: float
    yellow_s: float
    red_s: float
    walk_s: float

    @property
    def split_s(self) -> float:
        """Green, yellow and red together."""
        return exact_s(self.green_s + self.yellow_s + self.red_s)


@dataclass(frozen=True, slots=True)
class NodeTiming:
    """Timing of one node. actuated: what stands here are the longest greens, not what runs."""

    node: int
    line: int
    cycle_s: float
    offset_s: float
    phases: tuple[TimedPhase, ...]
    actuated: bool


def node_timings(file: UtdfFile) -> dict[int, NodeTiming]:
    """Timings by node number. Raises InputError with every problem, file and line each."""
    problems: list[Problem] = []
    nodes = dict.fromkeys(record.node for record in file.sections["Timeplans"])
    found = {}
    for node in nodes:
        timing = _node(file, node, problems)
        if timing is not None:
            found[node] = timing
    if problems:
        raise InputError(*problems)
    return found


def _node(file: UtdfFile, node: int, problems: list[Problem]) -> NodeTiming | None:
    head, body = file.of("Timeplans", node), file.of("Phases", node)
    if not body:
        return None
    before = len(problems)
    line = next(iter(head.values())).line
    place = f"{file.where}:{line}"
    cycle = _value(file, head, "Cycle Length", "DATA", problems, place)
    offset = _value(file, head, "Offset", "DATA", problems, place)
    control = _value(file, head, "Control Type", "DATA", problems, place)
    reference = head.get("Referenced To")
    if reference is not None and reference.cells["DATA"] != "0":
        found = f"Referenced To {reference.cells['DATA']}"
        hint = "only offsets to the begin of green are known; change it in Synchro and export again"
        where = f"{file.where}:{reference.line}"
        problems.append(Problem(where, found, "0 (begin of green of the last)", hint))
    missing = [name for name in _NEEDED if name not in body]
    if missing:
        problems.append(Problem(f"{place}: node {node}", f"no {', '.join(missing)}", "all of them"))
    if len(problems) > before:
        return None
    phases = [
        phase
        for column in body["BRP"].cells
        if column[:1] == "D" and column[1:].isdecimal()
        and (phase := _phase(file, body, column, (cycle, offset), problems)) is not None
    ]  # fmt: skip
    if len(problems) == before:
        problems += _ring_problems(phases, cycle, f"{file.where}:{body['BRP'].line}")
    if len(problems) > before:
        return None
    return NodeTiming(node, line, cycle, offset % cycle, tuple(phases), control != _PRETIMED)


def _phase(
    file: UtdfFile,
    body: Mapping[str, Record],
    column: str,
    clock: tuple[float, float],
    problems: list[Problem],
) -> TimedPhase | None:
    cycle, offset = clock
    brp = body["BRP"].cells[column]
    if not brp or not any(body[name].cells[column] for name in _NEEDED[1:]):
        return None  # a place in the rings that no phase of this node takes
    place = f"{file.where}:{body['BRP'].line}"
    before = len(problems)
    if not (len(brp) == 3 and brp.isdecimal() and "0" not in brp):
        expected = "three digits: barrier, ring, position"
        problems.append(Problem(f"{place}: {column}", f"BRP `{brp}`", expected))
        return None
    green = _value(file, body, "MaxGreen", column, problems, place)
    yellow = _value(file, body, "Yellow", column, problems, place)
    red = _value(file, body, "AllRed", column, problems, place)
    start = _value(file, body, "Start", column, problems, place)
    end = _value(file, body, "End", column, problems, place)
    walk = 0.0
    if "Walk" in body and body["Walk"].cells[column]:
        walk = _value(file, body, "Walk", column, problems, place)
    if len(problems) > before:
        return None
    split = green + yellow + red
    checks: list[tuple[str, float, float, str]] = [
        ("End", end - start, split, "Start + MaxGreen + Yellow + AllRed")
    ]
    if "Yield" in body and body["Yield"].cells[column]:
        stop = _value(file, body, "Yield", column, problems, place)
        checks.append(("Yield", stop, end - yellow - red, "End - Yellow - AllRed"))
    if "LocalStart" in body and body["LocalStart"].cells[column]:
        local = _value(file, body, "LocalStart", column, problems, place)
        checks.append(("LocalStart", local + offset, start, "Start - Offset"))
    for record, have, want, rule in checks:
        if not _same(have, want, cycle):
            where = f"{file.where}:{body[record].line}: {column}"
            found = f"{record} {body[record].cells[column]}"
            hint = f"{abs(have - want) % cycle:g} s apart; was the file edited?"
            problems.append(Problem(where, found, rule, hint))
    digits = [int(letter) for letter in brp]
    return TimedPhase(
        int(column[1:]), digits[0], digits[1], digits[2], exact_s((start - offset) % cycle), green,
        yellow, red, walk,
    )  # fmt: skip


def _ring_problems(phases: Sequence[TimedPhase], cycle_s: float, place: str) -> list[Problem]:
    """Splits of the rings of a barrier are equal, and the barriers fill the cycle."""
    problems = []
    total = 0.0
    for barrier in sorted({p.barrier for p in phases}):
        sums: dict[int, float] = {}
        for p in phases:
            if p.barrier == barrier:
                sums[p.ring] = sums.get(p.ring, 0.0) + p.split_s
        if max(sums.values()) - min(sums.values()) > 2 * _TOLERANCE_S:
            text = ", ".join(f"ring {r} {s:g} s" for r, s in sums.items())
            problems.append(Problem(place, f"barrier {barrier}: {text}", "rings of equal length"))
        total += max(sums.values())
    if abs(total - cycle_s) > 4 * _TOLERANCE_S:
        problems.append(Problem(place, f"splits of {total:g} s", f"the cycle of {cycle_s:g} s"))
    return problems


def _value(
    file: UtdfFile,
    records: Mapping[str, Record],
    name: str,
    column: str,
    problems: list[Problem],
    place: str,
) -> float:
    record = records.get(name)
    if record is None:
        problems.append(Problem(place, f"no {name}", f"a record {name}"))
        return 1.0
    try:
        value = float(record.cells.get(column, ""))
    except ValueError:
        value = math.nan
    low = 1.0 if name == "Cycle Length" else 0.0
    if not (math.isfinite(value) and value >= low):
        found = f"{name} `{record.cells.get(column, '')}`"
        where = f"{file.where}:{record.line}: {column}"
        problems.append(Problem(where, found, f"seconds, {low:g} or more"))
        return low
    return value


def _same(first: float, second: float, cycle_s: float) -> bool:
    gap = (first - second) % cycle_s
    return min(gap, cycle_s - gap) <= _TOLERANCE_S
