"""From a plan's lamps to the phases and intermediate tacts of a CIS programme.

Phases begin where the plan's stages begin; where that does not give main tacts in which all lamps stand
still (programs taken from elsewhere), they begin wherever a green begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signalopt.errors import InputError, Problem
from signalopt.export.cis.model import PARTS, Change, PhaseRow, Programme, lamps_of
from signalopt.export.lamps import Lamp, Span, cycle_length_s, group_spans
from signalopt.timing.bounds import least_greens_s
from signalopt.timing.plan import AnyProgram, IntersectionPlan, StageTiming
from signalopt.timing.program import intervals
from signalopt.timing.signals import SignalLayout

MOST_PHASES = 12
"""Phases of a programme in the open ASUDD's tables, which hold as many as any CIS sheet known."""
Columns = Mapping[int, Sequence[Lamp]]


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a phase begins, its number, and the least steady green after it with the planned one."""

    second: int
    number: int
    least_green_s: int | None = None
    green_s: int = 0


class PhaseNumbers:
    """Numbers of phases at one intersection: the layout's stages first, others as they appear."""

    def __init__(self, layout: SignalLayout) -> None:
        self._number: dict[tuple[str, frozenset[str]], int] = {}
        for stage in layout.stages:
            self._number[stage.id, frozenset(stage.groups)] = len(self._number) + 1

    def of(self, stage: str, groups: Sequence[str]) -> int:
        """The number of a stage, a new one if it was not seen before."""
        return self._number.setdefault((stage, frozenset(groups)), len(self._number) + 1)

    @property
    def names(self) -> tuple[str, ...]:
        """Stages in the order of their numbers."""
        return tuple(stage for stage, _ in self._number)


def programme_of(
    number: int,
    name: str,
    layout: SignalLayout,
    program: AnyProgram,
    numbers: PhaseNumbers,
    switch_s: int | None = None,
) -> Programme:
    """The CIS programme of a plan's program.

    Raises InputError where the sheet cannot hold it: fractions of seconds, dark lamps, too many phases, or
    lamps that do not go through the parts of an intermediate tact in their order.
    """
    cycle = cycle_length_s(layout, program)
    if cycle != int(cycle) or program.offset_s != int(program.offset_s):
        found = f"plan `{name}`: cycle {cycle:g} s, offset {program.offset_s:g} s"
        raise InputError(Problem(layout.intersection, found, "whole seconds"))
    spans = group_spans(layout, program)
    if any(s.start_s != int(s.start_s) or s.lamp is Lamp.DARK for g in spans.values() for s in g):
        found = f"plan `{name}`: fractions of seconds or dark lamps"
        raise InputError(Problem(layout.intersection, found, "whole seconds and lamps that are on"))
    columns = {n: _seconds(spans[group.id]) for n, group in enumerate(layout.groups, start=1)}
    reason = ""
    ways = (_stage_starts(layout, program, numbers), ())
    for way in ways:
        starts = way or _green_starts(layout, columns, numbers)
        rows = _rows(columns, int(cycle), starts)
        if isinstance(rows, str):
            reason = reason or rows
            continue
        first = starts[0].second
        shift = (int(program.offset_s) + first) % int(cycle)
        switch = None if switch_s is None else (switch_s - first) % int(cycle)
        made = Programme(number, name, int(cycle), shift, rows, switch)
        if _shows(made, columns, first):
            if len(rows) <= MOST_PHASES:
                return made
            reason = f"{len(rows)} phases"
    expected = f"at most {MOST_PHASES} phases of main and intermediate tact"
    raise InputError(Problem(layout.intersection, f"plan `{name}`: {reason}", expected))


def _seconds(spans: Sequence[Span]) -> list[Lamp]:
    return [span.lamp for span in spans for _ in range(int(span.end_s - span.start_s))]


def _stage_starts(
    layout: SignalLayout, program: AnyProgram, numbers: PhaseNumbers
) -> tuple[_Start, ...]:
    if not isinstance(program, IntersectionPlan):
        return ()
    least = least_greens_s(layout, [StageTiming(s.stage, s.groups, 0) for s in program.stages])
    parts = [part for part in intervals(layout, program) if not part.is_interstage]
    return tuple(
        _Start(part.start_s, numbers.of(stage.stage, stage.groups), needed, stage.green_s)
        for part, stage, needed in zip(parts, program.stages, least, strict=True)
    )


def _green_starts(
    layout: SignalLayout, columns: Columns, numbers: PhaseNumbers
) -> tuple[_Start, ...]:
    cycle = len(next(iter(columns.values()), ()))
    seconds = [
        second
        for second in range(cycle)
        if any(
            c[second] is Lamp.GREEN and c[second - 1] is not Lamp.GREEN for c in columns.values()
        )
    ]
    found = []
    for second in seconds or [0]:
        groups = [g.id for n, g in enumerate(layout.groups, 1) if columns[n][second] is Lamp.GREEN]
        found.append(_Start(second, numbers.of("+".join(groups), groups)))
    return tuple(found)


def _rows(columns: Columns, cycle_s: int, starts: Sequence[_Start]) -> tuple[PhaseRow, ...] | str:
    """Rows of phases, or why the lamps cannot be told by them."""
    first, rows = starts[0].second, []
    for position, start in enumerate(starts):
        follows = starts[(position + 1) % len(starts)].second
        length = (follows - start.second) % cycle_s or cycle_s
        shown = {
            n: [c[(start.second + t) % cycle_s] for t in range(length)] for n, c in columns.items()
        }
        main = next(
            (t for t in range(1, length) if any(c[t] is not c[t - 1] for c in shown.values())),
            length,
        )
        moving = [n for n, c in shown.items() if c[0] not in (Lamp.GREEN, Lamp.RED)]
        if moving:
            return (
                f"direction {moving[0]} shows {shown[moving[0]][0]} as phase {start.number} begins"
            )
        changes = []
        for number, lamps in shown.items():
            if all(lamp is lamps[0] for lamp in lamps) and lamps[0] is columns[number][follows]:
                continue
            parts = tuple(lamps[main:].count(lamp) for lamp in PARTS)
            told = [lamp for lamp, count in zip(PARTS, parts, strict=True) for _ in range(count)]
            if told != lamps[main:]:
                return f"direction {number} after phase {start.number} shows lamps in another order"
            if main < length:
                changes.append(Change(number, parts))
        green = tuple(n for n, lamps in shown.items() if lamps[0] is Lamp.GREEN)
        least = None
        if start.least_green_s is not None:
            least = max(0, start.least_green_s - (start.green_s - main))
        begin = (start.second - first) % cycle_s
        rows.append(
            PhaseRow(start.number, green, begin, main, length - main, least, tuple(changes))
        )
    return tuple(rows)


def _shows(programme: Programme, columns: Columns, first_s: int) -> bool:
    """Whether the rows say exactly what the lamps show."""
    told = lamps_of(programme, len(columns))
    return all(
        _seconds(told[number]) == [*lamps[first_s:], *lamps[:first_s]]
        for number, lamps in columns.items()
    )
