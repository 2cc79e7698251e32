"""Coordination over whole areas: our solver, CP-SAT alone, HiGHS and SUMO's tlsCoordinator side by side.

`python -m benchmarks.coordination [SCENARIOS...] [--cycle S] [--seconds S] [--workers N] [--json FILE]`
makes each area's cost tables at one common cycle, with one and with three settings an intersection, and
prints cost, proven bound, gap and seconds of each solver on the same tables; random offsets and the offsets
of tlsCoordinator (same programs) are costed by the same tables. For avenues it then proves the best of all
common cycles, stage orders, splits on offer and offsets, and the widest two-way bands.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.coordination_milp import solve_milp
from signalopt.export.sumo import sumo_additional
from signalopt.files import read_xml, write_text
from signalopt.network.area import load_area
from signalopt.network.tools import sumo_home
from signalopt.optimize.candidates import Part, find_parts, webster_cycle
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.choices import choices
from signalopt.optimize.coordinate import SolverLimits, coordinate
from signalopt.optimize.cycles import coordinate_cycles
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.green_wave import green_wave
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS, SettingModel
from signalopt.optimize.reduce import reduced
from signalopt.optimize.search import held_programs
from signalopt.optimize.tables import OffsetProblem, build_problem
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import find_scenario, load_scenario
from signalopt.timing.plan import IntersectionPlan

AREAS = ("mangilik_el_am", "tauelsizdik_am", "leftbank_core_am", "rightbank_core_am")
WEIGHTS = OBJECTIVE_WEIGHTS["delay"]
BAND_SPEED_MPS = 50 / 3.6
Row = dict[str, object]
Settings = dict[str, list[SettingModel]]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.coordination", description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=list(AREAS))
    parser.add_argument("--cycle", type=int, help="common cycle in seconds (default: Webster's)")
    parser.add_argument("--seconds", type=float, default=60.0, help="wall seconds of each solver")
    parser.add_argument("--workers", type=int, default=1, help="threads of CP-SAT")
    parser.add_argument("--cycle-step", type=int, default=1, help="step of the proof over cycles")
    parser.add_argument("--json", type=Path, help="write the rows as JSON")
    options = parser.parse_args(arguments)
    console, rows = Console(width=160), []
    limits = SolverLimits(4 * options.seconds, options.seconds, workers=options.workers)
    for name in options.scenarios:
        case = build_case(load_scenario(find_scenario(name)))
        flows = case_flows(case)
        found: list[Row] = []
        for part in find_parts(case.network, flows, held_programs(case)):
            if len(part.members) < 2:
                continue
            cycle = options.cycle or webster_cycle(case.network, flows, part)
            cycle = min(part.most_cycle_s, max(part.least_cycle_s, cycle))
            for most in (1, 3):
                found += solvers(case, flows, part, cycle, most, limits)
            found += avenues(case, flows, part, cycle, limits, options.cycle_step)
        show(console, name, found)
        rows += found
    if options.json:
        write_text(options.json, json.dumps(rows, indent=2))


def solvers(
    case: Case, flows: CaseFlows, part: Part, cycle_s: int, most: int, limits: SolverLimits
) -> list[Row]:
    """All solvers on the same tables, a row each."""
    begun = time.perf_counter()
    settings = _settings(case, flows, part, cycle_s, most)
    problem = build_problem(flows, settings, cycle_s, WEIGHTS)
    core = reduced(problem).problem
    shared: Row = {
        "scenario": case.name,
        "model": f"{len(problem.names)} signals, {len(problem.pairs)} pairs, {most} settings, "
        f"{cycle_s} s (core {len(core.names)}/{len(core.pairs)})",
        "tables_s": round(time.perf_counter() - begun, 2),
    }
    dice = random.Random(1)
    random_cost = statistics.mean(
        problem.cost([dice.randrange(cycle_s) for _ in problem.names], [0] * len(problem.names))
        for _ in range(200)
    )
    ours = coordinate(problem, limits)
    alone = coordinate(problem, limits, through_solver=True)
    highs = solve_milp(problem, limits.wall_s)
    rows: list[Row] = [{**shared, "solver": "random offsets", "cost": round(random_cost)}]
    tool = tls_coordinator_cost(case, problem, settings)
    rows.append({**shared, "solver": "tlsCoordinator", **tool})
    for name, found in (("elimination + loop bound + CP-SAT", ours), ("CP-SAT alone", alone)):
        rows.append(
            {**shared, "solver": name, "cost": found.cost, "bound": round(found.bound),
             "gap": round(found.gap, 5), "wall_s": round(found.wall_s, 2)}
        )  # fmt: skip
    rows.append(
        {**shared, "solver": "HiGHS (same model)",
         "cost": None if highs.cost is None else round(highs.cost), "bound": round(highs.bound),
         "gap": None if highs.gap is None else round(highs.gap, 5),
         "wall_s": round(highs.wall_s, 2)}
    )  # fmt: skip
    return rows


def avenues(
    case: Case, flows: CaseFlows, part: Part, cycle_s: int, limits: SolverLimits, step: int
) -> list[Row]:
    """The area's avenues that are a part of their own: all cycles proven, and the widest bands."""
    rows: list[Row] = []
    for avenue in load_area(case.name.removesuffix("_am")).avenues:
        if set(avenue.intersections) != set(part.members):
            continue
        found = coordinate_cycles(
            lambda c: build_problem(flows, _settings(case, flows, part, c, 6), c, WEIGHTS),
            range(part.least_cycle_s, part.most_cycle_s + 1, step),
            limits,
        )
        rows.append(
            {"scenario": case.name, "model": f"{avenue.street}: {len(found.cycles)} cycles, orders, "
             f"splits, half cycles, offsets; best {found.cycle_s} s",
             "tables_s": round(found.tables_s, 2), "solver": "all cycles proven",
             "cost": found.offsets.cost, "bound": round(found.bound), "gap": round(found.gap, 5),
             "wall_s": round(found.solver_s, 2)}
        )  # fmt: skip
        for per_section in (True, False):
            wave = green_wave(
                case.network, flows, avenue.intersections, cycle_s,
                (BAND_SPEED_MPS, BAND_SPEED_MPS), limits, per_section=per_section,
            )  # fmt: skip
            bands = wave.bands
            rows.append(
                {"scenario": case.name, "solver": "bands a section" if per_section else "one band",
                 "model": f"{avenue.street}: bands at 50 km/h, cycle {cycle_s} s",
                 "cost": round(bands.value, 4), "bound": round(bands.bound, 4),
                 "gap": round(bands.gap, 5), "wall_s": round(bands.wall_s, 2)}
            )  # fmt: skip
    return rows


def tls_coordinator_cost(case: Case, problem: OffsetProblem, settings: Settings) -> Row:
    """Cost of the offsets that SUMO's tlsCoordinator gives to the same programs (first settings)."""
    programs = [
        replace(settings[name][0].program, offset_s=0)
        for name in problem.names
        if isinstance(settings[name][0].program, IntersectionPlan)
    ]
    plan = case.today.with_programs(programs)
    routes = ",".join(str(file) for file in case.route_files if "walk" not in file.name)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "given.add.xml", Path(folder) / "made.add.xml"
        write_text(given, sumo_additional(plan, case.network.layouts))
        command = [
            sys.executable, str(sumo_home() / "tools" / "tlsCoordinator.py"),
            "-n", str(case.net_file), "-r", routes,
            "-a", str(given), "-o", str(made),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0 or not made.is_file():
            return {"cost": None, "failed": done.stderr.strip().splitlines()[-1:]}
        offsets = {
            str(logic.get("id")): round(float(logic.get("offset", "0")))
            for logic in read_xml(made, "tlsCoordinator's output").getroot().iter("tlLogic")
        }
    # The tool's offset shifts a program forward: SUMO's meaning, and ours.
    chosen = [offsets.get(name, 0) % problem.cycle_s for name in problem.names]
    cost = problem.cost(chosen, [0] * len(problem.names))
    return {"cost": cost, "wall_s": round(time.perf_counter() - begun, 2)}


def show(console: Console, name: str, rows: Sequence[Row]) -> None:
    table = Table(
        title=f"{name} (cost: weighted vehicle seconds an hour; bands: share of the cycle)"
    )
    for column in ("model", "solver", "cost", "bound", "gap", "wall s", "tables s"):
        table.add_column(column, justify="left" if column in ("model", "solver") else "right")
    last = ""
    for row in rows:
        model = str(row["model"])
        gap = row.get("gap")
        table.add_row(
            "" if model == last else model,
            str(row["solver"]),
            str(row.get("cost", "")),
            str(row.get("bound", "")),
            f"{100 * gap:.2f} %" if isinstance(gap, float) else "",
            str(row.get("wall_s", "")),
            "" if model == last else str(row.get("tables_s", "")),
        )
        last = model
    console.print(table)


def _settings(case: Case, flows: CaseFlows, part: Part, cycle_s: int, most: int) -> Settings:
    return {
        name: choices(case.network, flows, name, cycle_s, WEIGHTS, most == 1, most=most)
        for name in part.members
    }


if __name__ == "__main__":
    main()
