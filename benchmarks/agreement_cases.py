"""Cases by name, shipped or public, and a good plan of each to draw near plans from."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.agreement_plans import climb
from benchmarks.truth_store import TruthStore
from signalopt.assets import cache_folder
from signalopt.errors import InputError, Problem
from signalopt.files import make_folder
from signalopt.network.import_sumo import import_sumo
from signalopt.optimize.candidates import (
    assemble,
    find_parts,
    rank_cycles,
    solve_part,
    webster_cycle,
)
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS
from signalopt.optimize.search import held_programs, unsafe
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import find_scenario, load_scenario
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import read_plan, write_plan

PUBLIC = "SIGNALOPT_PUBLIC_CASES"
CLIMB_SEED = 1001
_RANKED = 3
_SOLVER_S = 4.0
_SPACING_S = 10


def find_case(name: str) -> Case:
    """A shipped scenario, or a public case from the folder that $SIGNALOPT_PUBLIC_CASES names.

    Raises InputError for a name that is neither.
    """
    config = Path(os.environ.get(PUBLIC, "")) / name / f"{name}.sumocfg"
    if os.environ.get(PUBLIC) and config.is_file():
        folder = cache_folder() / "public"
        make_folder(folder)
        scenario = folder / f"{name}.yaml"
        import_sumo(config, scenario)
        return build_case(load_scenario(scenario))
    try:
        return build_case(load_scenario(find_scenario(name)))
    except InputError as error:
        hint = Problem(name, "no such scenario", f"a shipped one, or a public case (${PUBLIC})")
        raise InputError(*error.problems, hint) from None


def base_plan(store: TruthStore, tries: int, *, workers: int = 1) -> Plan:
    """A good plan: the best of coordinated ones in SUMO, then `tries` steps uphill; kept in the store.

    One seed, which no comparison uses, decides.
    """
    case = store.case
    folder = store.path(case.today, CLIMB_SEED, "").parent
    file = folder / f"base-{tries}.json"
    if file.is_file():
        return read_plan(file, case.network.fingerprint)
    starts = [case.today, *coordinated_plans(case, workers=workers)]

    def score(plan: Plan) -> float:
        return store.get(plan, CLIMB_SEED).measures.get("delay_s", float("inf"))

    best = climb(case, starts, score, tries)
    make_folder(folder)
    write_plan(file, best)
    return best


def coordinated_plans(case: Case, *, workers: int = 1) -> list[Plan]:
    """Coordinated plans at Webster's cycle and at the cycles that the flow model likes best."""
    flows, held = case_flows(case), held_programs(case)
    weights, network = OBJECTIVE_WEIGHTS["delay"], case.network
    limits = SolverLimits(_SOLVER_S, seed=1, workers=workers)
    parts = find_parts(network, flows, held)
    choices = []
    for part in parts:
        cycles = [webster_cycle(network, flows, part)]
        for _, cycle in rank_cycles(network, flows, part, weights, seed=1):
            if all(abs(cycle - other) >= _SPACING_S for other in cycles):
                cycles.append(cycle)
        choices.append(cycles)
    plans: list[Plan] = []
    for rank in range(_RANKED + 1):
        solved = [
            solve_part(
                network, flows, part, cycles[min(rank, len(cycles) - 1)], weights, limits, held=held
            )
            for part, cycles in zip(parts, choices, strict=True)
        ]
        plan = assemble(f"coordinated {rank}", network, case.today, solved).plan
        if not unsafe(case, plan) and plan.intersections not in {p.intersections for p in plans}:
            plans.append(plan)
    return plans
