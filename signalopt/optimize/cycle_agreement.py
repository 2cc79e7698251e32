"""Brings cycles of consecutive plans together where they are almost equal: such a switch gains nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from signalopt.timing.bounds import green_constraints, interstages_s
from signalopt.timing.plan import IntersectionPlan, Plan
from signalopt.timing.schedule_lints import ALMOST_EQUAL_S
from signalopt.timing.signals import SignalLayout
from signalopt.timing.splits import satisfied


def agreeing(layouts: Mapping[str, SignalLayout], plan: Plan, neighbour: Plan) -> Plan | None:
    """The plan with its neighbour's cycles where they differ by up to ALMOST_EQUAL_S; None if none does.

    Seconds are added to the longest greens or taken from them, one at a time, within all minimum greens.
    Intersections that run together stay together: None too if the cycles of some of them would not fit.
    """
    targets: dict[int, set[int]] = {}
    for program in plan.intersections:
        other = neighbour.by_id.get(program.intersection)
        if not isinstance(program, IntersectionPlan) or not isinstance(other, IntersectionPlan):
            continue
        near = abs(program.cycle_s - other.cycle_s) <= ALMOST_EQUAL_S
        target = other.cycle_s if near else program.cycle_s
        targets.setdefault(program.cycle_s, set()).add(target)
    cycle_of = {cycle: min(wanted) for cycle, wanted in targets.items() if len(wanted) == 1}
    if len(cycle_of) < len(targets) or all(a == b for a, b in cycle_of.items()):
        return None
    changed = []
    for program in plan.intersections:
        if not isinstance(program, IntersectionPlan):
            continue
        new = retimed(layouts[program.intersection], program, cycle_of[program.cycle_s])
        if new is None:
            return None
        changed.append(new)
    return plan.with_programs(changed)


def retimed(
    layout: SignalLayout, program: IntersectionPlan, cycle_s: int
) -> IntersectionPlan | None:
    """The program at another cycle; None if the cycle is out of bounds or the minimum greens do not fit."""
    if not layout.min_cycle_s <= cycle_s <= layout.max_cycle_s:
        return None
    greens = [stage.green_s for stage in program.stages]
    constraints = green_constraints(layout, program.stages)
    missing = cycle_s - sum(greens) - sum(interstages_s(layout, program.stages))
    step = 1 if missing > 0 else -1
    for _ in range(abs(missing)):
        longest_first = sorted(range(len(greens)), key=lambda n: -greens[n])
        for number in longest_first:
            tried = [green + step * (n == number) for n, green in enumerate(greens)]
            if satisfied(tried, constraints):
                greens = tried
                break
        else:
            return None
    stages = tuple(
        replace(stage, green_s=green) for stage, green in zip(program.stages, greens, strict=True)
    )
    return replace(program, cycle_s=cycle_s, offset_s=program.offset_s % cycle_s, stages=stages)
