"""From flows to a list of safe candidates: Webster with coordination, then what the model prefers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from signalopt.emissions.coefficients import coefficients
from signalopt.emissions.response import IDLE, STOP
from signalopt.microsim.kinematics import kind_of
from signalopt.microsim.schedule import read_schedule
from signalopt.network.stage_plan import REDESIGNED
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
from signalopt.optimize.pollutants import Response, pollutant_weights, read_composition
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting
from signalopt.timing.findings import new_findings
from signalopt.timing.plan import AnyProgram, Plan
from signalopt.timing.safety import judge_plan

POLLUTANTS = {"co2": "co2_g", "soot": "soot_mg"}
"""Objectives that are one pollutant, and its name in the emissions room."""
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


def cyclic_weights(case: Case, objective: str) -> Weights:
    """What waiting and stops are worth in the cyclic flow model under an objective.

    Emissions go by what the case's own vehicles emit per stop and idling second; mixed objectives, whose
    larger part is time, go by delay: the queue model and SUMO weigh them exactly.
    """
    pollutant = POLLUTANTS.get(objective)
    if pollutant is None:
        return OBJECTIVE_WEIGHTS.get(objective, OBJECTIVE_WEIGHTS["delay"])
    fleet, temperature_c = emission_setting(case)
    table = coefficients(fleet, temperature_c)
    responses = {
        name: Response(*(float(table.of(name, pollutant)[term]) for term in (STOP, IDLE)))
        for name in table.classes
    }
    schedule = read_schedule(case)

    def class_of(kind: str) -> str:
        found = kind_of(kind, schedule.type_of(kind))
        return found.kinematic_class if found is not None else ""

    mixed = read_composition(case.network, case.route_files, case.begin_s, case.end_s)
    driven = {
        key: {kind: flow for kind, flow in mix.items() if class_of(kind)}
        for key, mix in mixed.items()
    }
    if not any(driven.values()):
        return OBJECTIVE_WEIGHTS["delay"]
    return pollutant_weights(driven, responses, class_of).weights


def find_candidates(
    case: Case,
    flows: CaseFlows,
    objective: str,
    limits: SolverLimits,
    found: list[Candidate],
    listener: Listener = ignore,
    *,
    enough: Callable[[], bool] = lambda: False,
) -> bool:
    """Append candidates to `found`, Webster with coordination first; all pass the safety judge.

    A list is filled instead of returned so that an interrupted search keeps what it has. enough: asked before
    each further candidate; returns False if that left some out.
    """
    network, weights = case.network, cyclic_weights(case, objective)
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
    if enough():
        return False
    news(1, "ranking cycles")
    ranked = [
        spaced_cycles(rank_cycles(network, flows, p, weights, seed=limits.seed)) for p in parts
    ]
    best = [r[0] for r in ranked]
    others = [[r[min(n, len(r) - 1)] for r in ranked] for n in range(1, MODEL_CYCLES)]
    # Webster's cycle is tried with our settings too: SUMO may like a shorter cycle than the model does.
    for number, cycles in enumerate((best, *others, usual), start=2):
        if enough():
            return False
        news(number, f"coordinating at {named_cycles(cycles)}")
        add(f"coordinated, cycle {named_cycles(cycles)}", solve(cycles, weights, plain=False))
    if enough():
        return False
    news(total - 1, f"coordinating at {named_cycles(best)} with fewer stops")
    fewer = replace(weights, stop_s=weights.stop_s * OTHER_STOP_FACTOR)
    add(f"fewer stops, cycle {named_cycles(best)}", solve(best, fewer, plain=False))
    news(total, "")
    return True


def unsafe(case: Case, plan: Plan) -> tuple[str, ...]:
    """What the safety judge holds against a plan beyond what today's plan already had.

    Stages designed afresh inherit nothing: today's lamps were never made for their rules.
    """
    layouts, today = case.network.layouts, case.today
    found = judge_plan(layouts, plan)
    known = tuple(
        f
        for f in judge_plan(layouts, today)
        if REDESIGNED not in layouts[f.intersection].notes
        or plan.by_id.get(f.intersection) == today.by_id.get(f.intersection)
    )
    return tuple(str(f) for f in new_findings(found, known))


def spaced_cycles(ranked: Sequence[tuple[int, int]]) -> list[int]:
    """Cycles by modelled cost, none nearer than LEAST_SPACING_S to a cheaper one."""
    chosen: list[int] = []
    for _, cycle in ranked:
        if all(abs(cycle - other) >= LEAST_SPACING_S for other in chosen):
            chosen.append(cycle)
    return chosen


def named_cycles(cycles: Sequence[int]) -> str:
    """Common cycles of several parts as a short text."""
    different = sorted(set(cycles))
    if len(different) > 3:
        return f"{different[0]}-{different[-1]} s"
    return "/".join(str(cycle) for cycle in different) + " s"


def _announcer(listener: Listener, total: int) -> Callable[[int, str], None]:
    return lambda done, text: listener(Progress("search", done, total, text))
