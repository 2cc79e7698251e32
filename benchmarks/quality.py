"""How good the plans are: today, Webster alone, SUMO's own tools, Webster + coordination, ours.

`python -m benchmarks.quality [SCENARIOS...] [--budget S] [--seeds N] [--workers N] [--json FILE]` optimises
each scenario and runs all plans on the same fresh seeds in one go. SUMO's tools (tlsCycleAdaptation, then
tlsCoordinator) get the same net and routes, amber 3 s and cycles up to 120 s; where they fail, the row says
why. The column `findings` counts what the safety judge holds against a plan: SUMO's tools know nothing of
interstages and crossing times, so what they win against plans without findings is no like for like.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from lxml import etree

from signalopt.errors import SignaloptError, SimulationError
from signalopt.export.sumo_read import read_sumo_additional
from signalopt.files import write_text
from signalopt.microsim.compare import compare
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate, simulate_additional
from signalopt.network.tools import sumo_home, tool_environment
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.job import optimize
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import find_scenario, load_scenario
from signalopt.timing.plan import Plan
from signalopt.timing.safety import judge_plan
from signalopt.timing.webster import webster_plan

SHOWN = ("delay_s", "stops", "speed_kph", "co2_g", "unfinished")
FIRST_SEED = 9001
"""Seeds of the benchmark: none that optimising has used."""


def webster_alone(case: Case) -> Plan:
    """Every tunable intersection by Webster on its own, offsets 0, own cycles."""
    flows = case_flows(case)
    programs = []
    for place in case.network.intersections:
        if not place.tunable or place.id in case.signals_off:
            continue
        demand = flows.demand[place.id]
        programs.append(
            webster_plan(place.layout, demand.flow_vph, demand.saturation_vph, lanes=demand.lanes)
        )
    return case.today.with_programs(programs, "Webster alone")


def sumo_tools_plan(case: Case, folder: Path) -> Path:
    """Programs by SUMO's tlsCycleAdaptation and tlsCoordinator as one additional file."""
    tools = sumo_home() / "tools"
    routes = ",".join(str(path) for path in case.route_files if "walk" not in path.name)
    adapted, coordinated = folder / "adapted.add.xml", folder / "coordinated.add.xml"
    _tool(
        tools / "tlsCycleAdaptation.py", "-n", str(case.net_file), "-r", routes, "-o", str(adapted),
        "-b", str(case.begin_s), "-y", "3", "--max-cycle", "120", "-u",
    )  # fmt: skip
    _tool(
        tools / "tlsCoordinator.py", "-n", str(case.net_file), "-r", routes, "-a", str(adapted),
        "-o", str(coordinated),
    )  # fmt: skip
    return _merged(adapted, coordinated, folder / "sumo_tools.add.xml")


def _tool(script: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        capture_output=True, text=True, timeout=600, check=False, env=tool_environment(),
    )  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise SimulationError(f"{script.name} failed: {' '.join(last)}")


def _merged(adapted: Path, coordinated: Path, target: Path) -> Path:
    """Put the coordinator's offsets into the adapted programs: SUMO loads one file of whole programs."""
    root = etree.parse(str(adapted)).getroot()
    offsets = {
        logic.get("id"): logic.get("offset", "0")
        for logic in etree.parse(str(coordinated)).getroot().iter("tlLogic")
    }
    for logic in root.iter("tlLogic"):
        logic.set("offset", offsets.get(logic.get("id"), logic.get("offset", "0")))
    write_text(target, etree.tostring(root, encoding="unicode"))
    return target


def report(
    name: str, budget_s: float, seeds: tuple[int, ...], workers: int
) -> list[dict[str, object]]:
    case = build_case(load_scenario(find_scenario(name)))
    found = optimize(case, budget_s=budget_s, workers=workers)
    plans = [case.today, webster_alone(case)]
    if found.webster_plan is not None:
        plans.append(found.webster_plan)
    plans.append(replace(found.plan, name="ours"))
    results: list[tuple[str, SimulationResult | str, int | None]] = []
    for plan in plans:
        findings = len(judge_plan(case.network.layouts, plan))
        results.append((plan.name, simulate(case, plan, seeds, workers=workers), findings))
    foreign: int | None
    with tempfile.TemporaryDirectory() as folder:
        try:
            file = sumo_tools_plan(case, Path(folder))
            foreign = len(
                judge_plan(case.network.layouts, read_sumo_additional(file, case.network))
            )
            answer: SimulationResult | str = simulate_additional(case, file, seeds, workers=workers)
        except (SignaloptError, subprocess.TimeoutExpired) as error:
            answer, foreign = str(error).splitlines()[0], None
        results.insert(2, ("SUMO tools", answer, foreign))
    today = next(r for label, r, _ in results if label == case.today.name)
    assert isinstance(today, SimulationResult)
    return [_row(name, label, result, today, findings) for label, result, findings in results]


def _row(
    scenario: str, label: str, result: SimulationResult | str, today: SimulationResult,
    findings: int | None,
) -> dict[str, object]:  # fmt: skip
    row: dict[str, object] = {"scenario": scenario, "plan": label, "findings": findings}
    if isinstance(result, str):
        return row | {"failed": result}
    row |= {measure: round(result.mean(measure), 3) for measure in SHOWN}
    relative = compare(today, result).changes["delay_s"].relative
    if relative is not None:
        row["delay_change"] = round(relative.mean, 4)
        row["ci95"] = [bound if bound is None else round(bound, 4) for bound in relative.ci95]
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=["smoke", "mangilik_el_am"])
    parser.add_argument("--budget", type=float, default=180.0, help="optimiser seconds a scenario")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    seeds = tuple(range(FIRST_SEED, FIRST_SEED + options.seeds))
    rows: list[dict[str, object]] = []
    for name in options.scenarios:
        rows += report(name, options.budget, seeds, options.workers)
    for row in rows:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
    if options.json:
        write_text(options.json, json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
