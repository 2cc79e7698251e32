"""Plans on which two engines are compared: half of them random, half close to a good one.

Every plan keeps the rules (minimum greens, cycle limits, the layout's own interstages). The sets depend on
the case, the numbers and the seed alone, so that anybody gets the same plans again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from signalopt.optimize.search import held_programs, unsafe
from signalopt.scenario.case import Case
from signalopt.timing.bounds import interstages_s, least_greens_s
from signalopt.timing.plan import AnyProgram, IntersectionPlan, Plan, StageTiming
from signalopt.timing.signals import SignalLayout

CYCLES_S = (50, 150)
NEAR_CYCLE_S = 12
NEAR_OFFSET_S = 12
NEAR_GREEN_S = 6
"""The furthest that a perturbed plan of reach 1 lies away: cycle, offset, seconds of green exchanged."""
NEAR_REACH = 2.0
"""Reach of the near half: with half of it SUMO's own seeds no longer agree on an order of the plans."""

Score = Callable[[Plan], float]


@dataclass(frozen=True)
class PlanSet:
    """Plans of one case; the first `random` ones are random, the rest lie near `base`."""

    base: Plan
    plans: tuple[Plan, ...]
    random: int


def plan_set(case: Case, base: Plan, count: int, seed: int = 1) -> PlanSet:
    """`count` safe plans: half random, half perturbations of `base` (itself the first of them)."""
    rng = np.random.default_rng([seed, *case.name.encode()])
    far = count - count // 2
    plans = _distinct(case, far, lambda: random_plan(case, rng), [])
    near = _distinct(case, count // 2, lambda: perturbed(case, base, rng, NEAR_REACH), [base])
    named = [replace(p, name=f"random {i}") for i, p in enumerate(plans)]
    named += [replace(p, name=f"near {i}") for i, p in enumerate(near)]
    return PlanSet(base, tuple(named), far)


def random_plan(case: Case, rng: np.random.Generator) -> Plan:
    """One random common cycle (within each layout's limits), random greens and offsets."""
    cycle = int(rng.integers(CYCLES_S[0], CYCLES_S[1] + 1))
    programs = [
        _random_program(case.network.layouts[program.intersection], program, cycle, rng)
        for program in _free(case, case.today)
    ]
    return case.today.with_programs(programs, "random")


def perturbed(case: Case, base: Plan, rng: np.random.Generator, most_reach: float = 1.0) -> Plan:
    """A plan near `base`: a changed cycle, seconds of green exchanged, offsets moved.

    How far is itself drawn, up to `most_reach`, so that some plans lie very near and others at the edge.
    """
    reach = float(rng.uniform(0.15, most_reach))
    stretch = _step(rng, reach * NEAR_CYCLE_S)
    programs = []
    for program in _free(case, base):
        layout = case.network.layouts[program.intersection]
        programs.append(_near_program(layout, program, stretch, reach, rng))
    return base.with_programs(programs, "near")


def climb(case: Case, start: Sequence[Plan], score: Score, tries: int, seed: int = 1) -> Plan:
    """The best plan of `start` and of `tries` random steps uphill from it (lower scores are better)."""
    rng = np.random.default_rng([seed, 77, *case.name.encode()])
    best, value = min(((plan, score(plan)) for plan in start), key=lambda pair: pair[1])
    for _ in range(tries):
        plan = perturbed(case, best, rng)
        if unsafe(case, plan):
            continue
        found = score(plan)
        if found < value:
            best, value = plan, found
    return best


def _free(case: Case, plan: Plan) -> list[IntersectionPlan]:
    held = held_programs(case)
    return [
        program
        for program in plan.intersections
        if isinstance(program, IntersectionPlan) and program.intersection not in held
    ]


def _distinct(
    case: Case, count: int, draw: Callable[[], Plan], first: Sequence[Plan]
) -> list[Plan]:
    found = list(first)[:count]
    known: set[tuple[AnyProgram, ...]] = {plan.intersections for plan in found}
    for _ in range(20 * count):
        if len(found) == count:
            break
        plan = draw()
        if plan.intersections not in known and not unsafe(case, plan):
            known.add(plan.intersections)
            found.append(plan)
    return found


def _random_program(
    layout: SignalLayout, program: IntersectionPlan, cycle_s: int, rng: np.random.Generator
) -> IntersectionPlan:
    """Random greens of the present stages at a cycle as near as the limits allow to `cycle_s`."""
    least = least_greens_s(layout, program.stages)
    lost = sum(interstages_s(layout, program.stages))
    low = max(sum(least) + lost, layout.min_cycle_s)
    cycle = min(max(cycle_s, low), max(layout.max_cycle_s, low))
    shares = rng.dirichlet(np.full(len(least), 1.5))
    extra = rng.multinomial(cycle - lost - sum(least), shares)
    stages = _with_greens(program.stages, [g + int(e) for g, e in zip(least, extra, strict=True)])
    return replace(program, cycle_s=cycle, offset_s=int(rng.integers(cycle)), stages=stages)


def _near_program(
    layout: SignalLayout,
    program: IntersectionPlan,
    stretch_s: int,
    reach: float,
    rng: np.random.Generator,
) -> IntersectionPlan:
    least = least_greens_s(layout, program.stages)
    lost = sum(interstages_s(layout, program.stages))
    greens = [max(stage.green_s, low) for stage, low in zip(program.stages, least, strict=True)]
    low = max(sum(least) + lost, layout.min_cycle_s)
    wanted = min(max(program.cycle_s + stretch_s, low), max(layout.max_cycle_s, low))
    for _ in range(abs(wanted - lost - sum(greens))):
        _nudge(greens, least, 1 if wanted - lost > sum(greens) else -1, rng)
    for _ in range(abs(_step(rng, reach * NEAR_GREEN_S))):
        if len(greens) > 1 and _nudge(greens, least, -1, rng):
            _nudge(greens, least, 1, rng)
    cycle = sum(greens) + lost
    offset = (program.offset_s + _step(rng, reach * NEAR_OFFSET_S)) % cycle
    return replace(
        program, cycle_s=cycle, offset_s=offset, stages=_with_greens(program.stages, greens)
    )


def _nudge(
    greens: list[int], least: Sequence[int], change_s: int, rng: np.random.Generator
) -> bool:
    """Lengthen or shorten one stage, drawn in proportion to its green; False if none can give."""
    able = [i for i in range(len(greens)) if change_s > 0 or greens[i] > least[i]]
    if not able:
        return False
    weights = np.array([greens[i] for i in able], float)
    greens[able[int(rng.choice(len(able), p=weights / weights.sum()))]] += change_s
    return True


def _with_greens(stages: Sequence[StageTiming], greens_s: Sequence[int]) -> tuple[StageTiming, ...]:
    return tuple(
        replace(stage, green_s=green) for stage, green in zip(stages, greens_s, strict=True)
    )


def _step(rng: np.random.Generator, most_s: float) -> int:
    return round(float(rng.uniform(-most_s, most_s)))
