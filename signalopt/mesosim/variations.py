"""Plans around today's, only to be simulated: what a fit learns from must differ in cycle, split, offset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from signalopt.scenario.case import Case
from signalopt.timing.bounds import interstages_s, least_greens_s
from signalopt.timing.plan import IntersectionPlan, Plan
from signalopt.timing.signals import SignalLayout

STRETCH = (0.75, 1.25)
EXCHANGED = 0.12
"""Range of the cycle relative to today's, and share of each green that changes hands at most."""


def varied_plans(case: Case, count: int, seed: int = 0) -> tuple[Plan, ...]:
    """Today's plan and `count` - 1 variations of it: another cycle, other splits, other offsets.

    Every minimum green and cycle limit is kept. Programs that cannot be tuned stay as they are.
    """
    plans = [case.today]
    for number in range(1, count):
        rng = np.random.default_rng([seed, number])
        stretch = float(rng.uniform(*STRETCH))
        programs = [
            _varied(case.network.layouts[program.intersection], program, stretch, rng)
            for program in case.today.intersections
            if isinstance(program, IntersectionPlan) and program.stages
            and case.network.intersection[program.intersection].tunable
            and program.intersection not in case.signals_off
        ]  # fmt: skip
        plans.append(case.today.with_programs(programs, f"variation {number}"))
    return tuple(plans[:count])


def _varied(
    layout: SignalLayout, program: IntersectionPlan, stretch: float, rng: np.random.Generator
) -> IntersectionPlan:
    least = least_greens_s(layout, program.stages)
    lost = sum(interstages_s(layout, program.stages))
    low = max(sum(least) + lost, min(layout.min_cycle_s, program.cycle_s))
    high = max(low, layout.max_cycle_s, program.cycle_s)
    cycle = min(max(round(program.cycle_s * stretch), low), high)
    weights = np.array([max(s.green_s, 1) for s in program.stages], float)
    weights *= rng.uniform(1 - EXCHANGED, 1 + EXCHANGED, len(weights))
    greens = _shared(cycle - lost, weights, least)
    stages = tuple(replace(s, green_s=g) for s, g in zip(program.stages, greens, strict=True))
    offset = int(rng.integers(cycle))
    return replace(program, cycle_s=cycle, offset_s=offset, stages=stages)


def _shared(seconds: int, weights: np.ndarray, least: Sequence[int]) -> list[int]:
    """Whole seconds in proportion to weights, none below its least (sum of `least` <= seconds)."""
    greens = np.array(least)
    for _ in range(seconds - int(greens.sum())):
        greens[int(np.argmax(weights / weights.sum() * seconds - greens))] += 1
    return [int(green) for green in greens]
