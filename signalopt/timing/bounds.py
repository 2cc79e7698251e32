"""What safety asks of the greens, as linear constraints that every optimiser obeys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signalopt.timing.clearing import stages_between
from signalopt.timing.plan import StageTiming
from signalopt.timing.program import interstage_s, pedestrian_lead_s
from signalopt.timing.signals import GREEN, GroupKind, SignalGroup, SignalLayout, Stage

LEAST_STAGE_GREEN_S = 1


@dataclass(frozen=True, slots=True)
class GreenConstraint:
    """The greens of the stages at these positions must sum up to at least `least_s`."""

    stages: tuple[int, ...]
    least_s: int
    group: str = ""


def stage_timings(stages: Sequence[Stage]) -> tuple[StageTiming, ...]:
    """Stages as timings of zero green, the form in which sequences are asked about."""
    return tuple(StageTiming(stage.id, stage.groups, 0) for stage in stages)


def interstages_s(layout: SignalLayout, sequence: Sequence[StageTiming]) -> tuple[int, ...]:
    """Seconds of the interstage that follows each stage of a cyclic sequence."""
    if len(sequence) < 2:
        return (0,) * len(sequence)
    following = [*sequence[1:], sequence[0]]
    return tuple(interstage_s(layout, a, b) for a, b in zip(sequence, following, strict=True))


def green_constraints(
    layout: SignalLayout, sequence: Sequence[StageTiming]
) -> tuple[GreenConstraint, ...]:
    """Every minimum green (vehicles and pedestrians) and intergreen as constraints on the stage greens.

    Groups green over several consecutive stages constrain the sum of those stages; so do intergreens across
    short stages (timing/clearing.py).
    """
    between = interstages_s(layout, sequence)
    found = [GreenConstraint((i,), LEAST_STAGE_GREEN_S) for i in range(len(sequence))]
    for group in layout.groups:
        for run in _runs(layout, sequence, group):
            inside = sum(between[i] for i in run[:-1])
            least = group.min_green_s - inside - _tail_s(layout, group, sequence, run[-1], between)
            found.append(GreenConstraint(tuple(sorted(run)), least, group.id))
    found += [GreenConstraint(*needed) for needed in stages_between(layout, sequence, between)]
    return _strongest(found)


def least_greens_s(layout: SignalLayout, sequence: Sequence[StageTiming]) -> tuple[int, ...]:
    """Small whole-second greens that satisfy all constraints (shared needs go to the run's first)."""
    constraints = green_constraints(layout, sequence)
    greens = [0] * len(sequence)
    for constraint in sorted(constraints, key=lambda c: len(c.stages)):
        missing = constraint.least_s - sum(greens[i] for i in constraint.stages)
        if missing > 0:
            greens[constraint.stages[0]] += missing
    return tuple(greens)


def least_cycle_s(layout: SignalLayout, sequence: Sequence[StageTiming]) -> int:
    """The shortest cycle of this stage sequence that satisfies all minimum greens."""
    return sum(least_greens_s(layout, sequence)) + sum(interstages_s(layout, sequence))


def _runs(
    layout: SignalLayout, sequence: Sequence[StageTiming], group: SignalGroup
) -> list[list[int]]:
    """Maximal cyclic runs of positions with one unbroken green; none if always or never green."""
    count = len(sequence)
    # goes_on[i]: the green of the group lasts from stage i through the interstage into the next.
    goes_on = [
        _goes_on(layout, sequence[i], sequence[(i + 1) % count], group) for i in range(count)
    ]
    if all(goes_on):
        return []
    runs = []
    for start in range(count):
        if group.id in sequence[start].groups and not goes_on[start - 1]:
            run = [start]
            while goes_on[run[-1]]:
                run.append((run[-1] + 1) % count)
            runs.append(run)
    return runs


def _goes_on(layout: SignalLayout, old: StageTiming, new: StageTiming, group: SignalGroup) -> bool:
    """Whether a green lasts over an interstage; those of imported programs may interrupt it."""
    if group.id not in old.groups or group.id not in new.groups:
        return False
    given = layout.given_interstage.get((old.stage, new.stage), ())
    return all(phase.state[link] in GREEN for phase in given for link in group.links)


def _tail_s(
    layout: SignalLayout,
    group: SignalGroup,
    sequence: Sequence[StageTiming],
    last: int,
    between: Sequence[int],
) -> int:
    """Seconds of the group's green after the steady green of its last stage (negative: before)."""
    if (
        sequence[last].stage,
        sequence[(last + 1) % len(sequence)].stage,
    ) in layout.given_interstage:
        return 0
    if group.kind is GroupKind.VEHICLE:
        return group.flashing_green_s
    following = sequence[(last + 1) % len(sequence)]
    lead = pedestrian_lead_s(layout, group, sequence[last], following)
    return min(group.flashing_green_s, between[last] - lead)


def _strongest(constraints: Sequence[GreenConstraint]) -> tuple[GreenConstraint, ...]:
    best: dict[tuple[int, ...], GreenConstraint] = {}
    for constraint in constraints:
        known = best.get(constraint.stages)
        if known is None or constraint.least_s > known.least_s:
            best[constraint.stages] = constraint
    return tuple(best.values())
