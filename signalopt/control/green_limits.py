"""How far each phase of a program may be shortened and stretched so that it stays safe in any mix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from signalopt.timing.bounds import least_greens_s
from signalopt.timing.findings import Rule, new_findings
from signalopt.timing.plan import AnyProgram, FixedProgram, IntersectionPlan
from signalopt.timing.program import cycle_of, phases
from signalopt.timing.safety import judge_program
from signalopt.timing.signals import SignalLayout

_STEP = 0.05
"""Step in which the longest greens are reduced until no group is red for too long."""


@dataclass(frozen=True, slots=True)
class PhaseLimits:
    """A phase of a program: planned, shortest and longest duration in seconds, and what it shows."""

    state: str
    duration_s: float
    least_s: float
    most_s: float

    @property
    def flexible(self) -> bool:
        """Whether the duration may vary."""
        return self.most_s > self.least_s


def phase_limits(
    layout: SignalLayout, program: AnyProgram, max_share: float, max_green_s: float
) -> tuple[PhaseLimits, ...]:
    """The phases of a program with the durations that an actuated controller may choose from.

    Shortest: every minimum green of vehicles and walkers. Longest: `max_share` times the planned green, at
    most `max_green_s` (never less than planned), shortened where a group would be red for longer than it
    may be with all others at their longest. Red grows and green shrinks with each duration alone, so that
    every mix between the two extremes, both of which the safety judge passes, is safe. Where shortening or
    stretching would change the order of indications, that end of the range stays at the plan.
    """
    fixed = fixed_limits(layout, program)
    if isinstance(program, FixedProgram) or len(program.stages) < 2:
        return fixed
    greens = [stage.green_s for stage in program.stages]
    least, most = (
        _shortest(layout, program),
        _longest(layout, program, max_share, max_green_s),
    )
    planned = phases(layout, program)
    states = [p.state for p in planned]
    for low, high in ((least, most), (greens, most), (least, greens)):
        ends = [phases(layout, _with_greens(layout, program, g)) for g in (low, high)]
        if all([p.state for p in end] == states for end in ends):
            return tuple(
                PhaseLimits(p.state, p.duration_s, a.duration_s, b.duration_s)
                for p, a, b in zip(planned, *ends, strict=True)
            )
    return fixed


def fixed_limits(layout: SignalLayout, program: AnyProgram) -> tuple[PhaseLimits, ...]:
    """The phases of a program, none of which may vary."""
    return tuple(
        PhaseLimits(p.state, p.duration_s, p.duration_s, p.duration_s)
        for p in phases(layout, program)
    )


def _shortest(layout: SignalLayout, program: IntersectionPlan) -> list[int]:
    """Each green in turn as short as the judge allows; what is short enough only gets worse below."""
    greens = [stage.green_s for stage in program.stages]
    for position, least in enumerate(least_greens_s(layout, program.stages)):
        low, high = min(least, greens[position]), greens[position]
        while low < high:
            middle = (low + high) // 2
            greens[position] = middle
            if _worse(layout, program, greens):
                low = middle + 1
            else:
                high = middle
        greens[position] = high
    return greens


def _longest(
    layout: SignalLayout, program: IntersectionPlan, max_share: float, max_green_s: float
) -> list[int]:
    """The greens of the largest share, in steps of `_STEP`, that keeps every maximum red."""
    greens = [stage.green_s for stage in program.stages]

    def stretched(steps: int) -> list[int]:
        share = min(1 + steps * _STEP, max_share)
        return [max(g, int(min(share * g, max_green_s))) for g in greens]

    low, high = 0, max(0, ceil((max_share - 1) / _STEP))
    while low < high:  # what is too long only gets worse with more
        middle = (low + high + 1) // 2
        if _worse(layout, program, stretched(middle)):
            high = middle - 1
        else:
            low = middle
    return stretched(low)


def _worse(layout: SignalLayout, program: IntersectionPlan, greens: Sequence[int]) -> bool:
    """Whether these greens break a rule that the program keeps; an actuated cycle has no limits itself."""
    changed = _with_greens(layout, program, greens)
    found = judge_program(layout, changed)
    news = new_findings(found, judge_program(layout, program))
    return any(finding.rule is not Rule.CYCLE for finding in news)


def _with_greens(
    layout: SignalLayout, program: IntersectionPlan, greens: Sequence[int]
) -> IntersectionPlan:
    stages = tuple(replace(s, green_s=g) for s, g in zip(program.stages, greens, strict=True))
    changed = replace(program, stages=stages)
    cycle = cycle_of(layout, changed)
    return replace(changed, cycle_s=cycle, offset_s=program.offset_s % cycle)
