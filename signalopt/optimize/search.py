"""From flows to a list of safe candidates: Webster with coordination, then what the model prefers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from signalopt.optimize.candidates import (
    Candidate,
    PartSolution,
    assemble,
    find_parts,
    rank_cycles,
    solve_part,
    webster_cycle,
)
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS, Weights
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.timing.findings import new_findings
from signalopt.timing.plan import AnyProgram, Plan
from signalopt.timing.safety import judge_plan

WEBSTER = "Webster + coordination"
MODEL_CYCLES = 2
LEAST_SPACING_S = 10
"""Cycles closer to each other than this are the same idea; only the cheaper one is tried."""
OTHER_STOP_FACTOR = 3.0
"""One more candidate weighs stops this much more: the model's stop is the least certain of its figures."""


def held_programs(case: Case) -> dict[str, AnyProgram]:
    """Programs that are not ours to change: untunable intersections and signals out of order."""
    return {
        place.id: case.today.by_id[place.id]
        for place in case.network.intersections
        if place.id in case.today.by_id and (not place.tunable or place.id in case.signals_off)
    }


def find_candidates(
    case: Case,
    flows: CaseFlows,
    objective: str,
    limits: SolverLimits,
    found: list[Candidate],
    listener: Listener = ignore,
) -> None:
    """Append candidates to `found`, Webster with coordination first; all pass the safety judge.

    A list is filled instead of returned so that an interrupted search keeps what it has.
    """
    network, weights = case.network, OBJECTIVE_WEIGHTS[objective]
    held = held_programs(case)
    parts = [
        part
        for part in find_parts(network, flows, held)
        if any(name in case.today.by_id for name in part.members)
    ]
    total = MODEL_CYCLES + 4
    news = _announcer(listener, total)

    def solve(cycles: Sequence[int], chosen: Weights, *, plain: bool) -> list[PartSolution]:
        return [
            solve_part(network, flows, part, cycle, chosen, limits, held=held, only_webster=plain)
            for part, cycle in zip(parts, cycles, strict=True)
        ]

    def add(label: str, solutions: Sequence[PartSolution]) -> None:
        candidate = assemble(label, network, case.today, solutions)
        known = {c.plan.intersections for c in found}
        if candidate.plan.intersections not in known and not unsafe(case, candidate.plan):
            found.append(candidate)

    news(0, "Webster splits, coordinated offsets")
    usual = [webster_cycle(network, flows, part) for part in parts]
    add(WEBSTER, solve(usual, weights, plain=True))
    news(1, "ranking cycles")
    ranked = [_spaced(rank_cycles(network, flows, p, weights, seed=limits.seed)) for p in parts]
    best = [r[0] for r in ranked]
    others = [[r[min(n, len(r) - 1)] for r in ranked] for n in range(1, MODEL_CYCLES)]
    # Webster's cycle is tried with our settings too: SUMO may like a shorter cycle than the model does.
    for number, cycles in enumerate((best, *others, usual), start=2):
        news(number, f"coordinating at {_named(cycles)}")
        add(f"coordinated, cycle {_named(cycles)}", solve(cycles, weights, plain=False))
    news(total - 1, f"coordinating at {_named(best)} with fewer stops")
    fewer = replace(weights, stop_s=weights.stop_s * OTHER_STOP_FACTOR)
    add(f"fewer stops, cycle {_named(best)}", solve(best, fewer, plain=False))
    news(total, "")


def unsafe(case: Case, plan: Plan) -> tuple[str, ...]:
    """What the safety judge holds against a plan beyond what today's plan already had."""
    layouts = case.network.layouts
    found = judge_plan(layouts, plan)
    return tuple(str(f) for f in new_findings(found, judge_plan(layouts, case.today)))


def _spaced(ranked: Sequence[tuple[int, int]]) -> list[int]:
    """Cycles by modelled cost, none nearer than LEAST_SPACING_S to a cheaper one."""
    chosen: list[int] = []
    for _, cycle in ranked:
        if all(abs(cycle - other) >= LEAST_SPACING_S for other in chosen):
            chosen.append(cycle)
    return chosen


def _named(cycles: Sequence[int]) -> str:
    different = sorted(set(cycles))
    if len(different) > 3:
        return f"{different[0]}-{different[-1]} s"
    return "/".join(str(cycle) for cycle in different) + " s"


def _announcer(listener: Listener, total: int) -> Callable[[int, str], None]:
    return lambda done, text: listener(Progress("search", done, total, text))
