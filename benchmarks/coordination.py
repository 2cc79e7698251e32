"""Coordination over whole areas: solve times, costs, proven bounds.

`python -m benchmarks.coordination [SCENARIOS...] [--cycle S] [--effort S] [--json FILE]` builds each
scenario, makes the cost tables at one common cycle and prints, for one setting and for up to three settings
an intersection: cost without coordination (mean of random offsets), cost found, best bound, gap, seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from pathlib import Path

from signalopt.files import write_text
from signalopt.optimize.candidates import Part, choices, find_parts, webster_cycle
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.coordinate import SolverLimits, coordinate
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS
from signalopt.optimize.search import held_programs
from signalopt.optimize.tables import build_problem
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import find_scenario, load_scenario

AREAS = ("mangilik_el_am", "tauelsizdik_am", "leftbank_core_am", "rightbank_core_am")
WEIGHTS = OBJECTIVE_WEIGHTS["delay"]


def measure(
    case: Case, flows: CaseFlows, part: Part, cycle_s: int, effort_s: float, *, plain: bool
) -> dict[str, object]:
    """Tables and solution of one part at one cycle, as a row of the report."""
    begun = time.perf_counter()
    settings = {
        name: choices(case.network, flows, name, cycle_s, WEIGHTS, plain) for name in part.members
    }
    problem = build_problem(flows, settings, cycle_s, WEIGHTS)
    tables_s = time.perf_counter() - begun
    limits = SolverLimits(deterministic_s=effort_s, wall_s=10 * effort_s)
    exact = coordinate(problem, limits)
    solver = coordinate(problem, limits, through_solver=True)
    dice = random.Random(1)
    uncoordinated = statistics.mean(
        problem.cost([dice.randrange(cycle_s) for _ in problem.names], [0] * len(problem.names))
        for _ in range(200)
    )
    return {
        "scenario": case.name,
        "intersections": len(problem.names),
        "pairs": len(problem.pairs),
        "cycle_s": cycle_s,
        "settings": max(len(costs) for costs in problem.local),
        "random_offsets": round(uncoordinated),
        "cost": solver.cost,
        "bound": round(solver.bound),
        "gap": round(solver.gap, 4),
        "status": str(solver.status),
        "tables_s": round(tables_s, 2),
        "solver_s": round(solver.wall_s, 2),
        "default_s": round(exact.wall_s, 2),
        "default_gap": round(exact.gap, 4),
    }


def report(name: str, cycle_s: int | None, effort_s: float) -> list[dict[str, object]]:
    case = build_case(load_scenario(find_scenario(name)))
    flows = case_flows(case)
    rows = []
    for part in find_parts(case.network, flows, held_programs(case)):
        cycle = cycle_s or webster_cycle(case.network, flows, part)
        cycle = min(part.most_cycle_s, max(part.least_cycle_s, cycle))
        rows += [
            measure(case, flows, part, cycle, effort_s, plain=plain) for plain in (True, False)
        ]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=list(AREAS))
    parser.add_argument("--cycle", type=int, help="common cycle in seconds (default: Webster's)")
    parser.add_argument("--effort", type=float, default=20.0, help="deterministic solver seconds")
    parser.add_argument("--json", type=Path, help="write the rows as JSON")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    for name in options.scenarios:
        for row in report(name, options.cycle, options.effort):
            if not rows:
                print("  ".join(f"{key:>14}" for key in row))
            print("  ".join(f"{value!s:>14}" for value in row.values()), flush=True)
            rows.append(row)
    if options.json:
        write_text(options.json, json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
