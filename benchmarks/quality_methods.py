"""What a user would do instead, and what we do: each method turns a case into a plan or a SUMO file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from signalopt.errors import SimulationError
from signalopt.export.sumo import sumo_additional
from signalopt.files import write_text
from signalopt.microsim.simulate import simulate
from signalopt.network.tools import sumo_home, tool_environment
from signalopt.optimize.budget import Clock
from signalopt.optimize.candidates import Candidate
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.confirm import selection_seeds
from signalopt.optimize.continuous import search_continuous
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.deep_search import search_space
from signalopt.optimize.demand_draws import DemandDraw, Risk
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.job import optimize
from signalopt.optimize.search import WEBSTER, find_candidates, held_programs
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan
from signalopt.timing.webster import webster_plan

_ALONE = Risk((DemandDraw(),), tail=1.0, tail_weight=0.0)
_JAMMED = 1e6
ACTUATED_LEAST_S, ACTUATED_MOST_S = 5, 50


@dataclass(frozen=True)
class Made:
    """A plan, or a SUMO additional file that no plan of ours can express; what it says about itself."""

    plan: Plan | None = None
    file: Path | None = None
    note: str = ""


Method = Callable[[Case, float, int, Path], Made]
"""Case, budget in seconds, workers, folder for files."""


def today(case: Case, _budget_s: float, _workers: int, _folder: Path) -> Made:
    """The net's own programs, or today's assumed plan."""
    return Made(case.today)


def webster_alone(case: Case, _budget_s: float, _workers: int, _folder: Path) -> Made:
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
    return Made(case.today.with_programs(programs, "Webster alone"))


def webster_coordinated(case: Case, budget_s: float, workers: int, _folder: Path) -> Made:
    """Webster splits with offsets coordinated by CP-SAT."""
    found = _candidates(case, budget_s, workers)
    return Made(next(c.plan for c in found if c.label == WEBSTER))


def cp_sat(case: Case, budget_s: float, workers: int, _folder: Path) -> Made:
    """The coordination that the cyclic flow model likes best, no simulation."""
    best = min(_candidates(case, budget_s, workers), key=lambda c: c.modelled_cost)
    return Made(best.plan, note=f"{best.label}, proven gap {100 * best.gap:.1f} %")


def ours(case: Case, budget_s: float, workers: int, _folder: Path) -> Made:
    """The full optimiser."""
    found = optimize(case, budget_s=budget_s, workers=workers)
    cut = "; cut by the clock" if found.cut_short else ""
    return Made(found.plan, note=f"{found.winner.label}, {found.wall_s:.0f} s{cut}")


def cma_on_sumo(case: Case, budget_s: float, workers: int, _folder: Path) -> Made:
    """CMA-ES that sees nothing but SUMO, from today's plan, within the same wall time."""
    clock = Clock(budget_s, workers)
    space = search_space(case, case_flows(case), held_programs(case))
    seeds = selection_seeds(1, max(1, workers))

    def cost_of(plans: Sequence[Plan], _draws: Sequence[int]) -> NDArray[np.float64]:
        return np.array([[_sumo_cost(case, plan, seeds, workers, clock)] for plan in plans])

    evaluator = Evaluator(space, _ALONE, cost_of)
    start = space.settings_of(case.today)
    search_continuous(evaluator, start, 10**9, 1, lambda _spent, _best: clock.past(1.0))
    best = evaluator.ranking()[0][1]
    return Made(space.plan(best, "CMA-ES on SUMO"), note=f"{evaluator.spent * len(seeds)} runs")


def _sumo_cost(case: Case, plan: Plan, seeds: tuple[int, ...], workers: int, clock: Clock) -> float:
    left = clock.budget_s - clock.used_s
    if left <= 0:
        return _JAMMED
    try:
        found = simulate(case, plan, seeds, workers=workers, timeout_s=max(1.0, left))
    except SimulationError:
        return _JAMMED
    return _JAMMED if found.failures else found.mean("delay_s")


def actuated(case: Case, _budget_s: float, _workers: int, folder: Path) -> Made:
    """SUMO's gap-based actuated control on today's stages, greens from 5 to 50 s."""
    root = etree.fromstring(sumo_additional(case.today, case.network.layouts).encode())
    for logic in root.iter("tlLogic"):
        logic.set("type", "actuated")
        for phase in logic.iter("phase"):
            state = phase.get("state", "")
            if set(state) & set("Gg") and not set(state) & set("yu"):
                phase.set("minDur", str(ACTUATED_LEAST_S))
                phase.set("maxDur", str(ACTUATED_MOST_S))
    target = folder / "actuated.add.xml"
    write_text(target, etree.tostring(root, encoding="unicode"))
    return Made(file=target)


def cycle_adaptation(case: Case, _budget_s: float, _workers: int, folder: Path) -> Made:
    """SUMO's tlsCycleAdaptation, amber 3 s, cycles up to 120 s."""
    return Made(file=_adapted(case, folder))


def cycle_adaptation_coordinated(case: Case, _budget_s: float, _workers: int, folder: Path) -> Made:
    """tlsCycleAdaptation, then the offsets of tlsCoordinator."""
    adapted, coordinated = _adapted(case, folder), folder / "coordinated.add.xml"
    _tool(
        "tlsCoordinator.py", "-n", str(case.net_file), "-r", _routes(case), "-a", str(adapted),
        "-o", str(coordinated),
    )  # fmt: skip
    return Made(file=_merged(adapted, coordinated, folder / "sumo_tools.add.xml"))


METHODS: dict[str, Method] = {
    "today": today,
    "actuated": actuated,
    "cycle-adaptation": cycle_adaptation,
    "cycle-adaptation+coordinator": cycle_adaptation_coordinated,
    "webster": webster_alone,
    "webster+offsets": webster_coordinated,
    "cp-sat": cp_sat,
    "cma-on-sumo": cma_on_sumo,
    "ours": ours,
}
BUDGETED = frozenset({"ours", "cma-on-sumo"})
"""Methods that are run once a budget."""


def _candidates(case: Case, budget_s: float, workers: int) -> list[Candidate]:
    found: list[Candidate] = []
    share = budget_s / 10
    limits = SolverLimits(share, 4 * share, workers=workers)
    find_candidates(case, case_flows(case), "delay", limits, found)
    return found


def _adapted(case: Case, folder: Path) -> Path:
    adapted = folder / "adapted.add.xml"
    _tool(
        "tlsCycleAdaptation.py", "-n", str(case.net_file), "-r", _routes(case), "-o", str(adapted),
        "-b", str(case.begin_s), "-y", "3", "--max-cycle", "120", "-u",
    )  # fmt: skip
    return adapted


def _routes(case: Case) -> str:
    return ",".join(str(path) for path in case.route_files if "walk" not in path.name)


def _tool(script: str, *arguments: str) -> None:
    path = sumo_home() / "tools" / script
    done = subprocess.run(
        [sys.executable, str(path), *arguments],
        capture_output=True, text=True, timeout=600, check=False, env=tool_environment(),
    )  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise SimulationError(f"{script} failed: {' '.join(last)}")


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


def renamed(made: Made, name: str) -> Made:
    """The same with the plan under another name."""
    return made if made.plan is None else replace(made, plan=replace(made.plan, name=name))
