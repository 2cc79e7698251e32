"""How time and memory grow with the city: synthetic cities of 10, 50, 200, 500 signals, step by step.

Every size runs in a process of its own, so that its memory is its own: the peak so far after each step, SUMO's
tools included. Everything goes the way of a user's case: a .sumocfg is imported, built, read into the queue
model, split into parts by the streams between its signals (`find_parts`), each part solved on its own
(`solve_part`), and searched with a fixed number of runs of the queue model. The exponent is the slope of log
time over log size: 1 is linear. Compiling is left out (one tiny run first), what it takes is printed apart.

    python -m benchmarks.scaling [--sizes 10,50] [--full] [--evaluations 400] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.scaling_city import City, make_city
from signalopt.files import write_text
from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.network.import_sumo import import_sumo
from signalopt.optimize.budget import Clock
from signalopt.optimize.candidates import assemble, find_parts, solve_part, webster_cycle
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.deep_search import search_deep, search_space
from signalopt.optimize.demand_draws import USUAL
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.limits import oversaturated
from signalopt.optimize.meso_costs import meso_cost_of, meso_today
from signalopt.optimize.objective import find_objective
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS
from signalopt.optimize.search import held_programs, unsafe
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario

QUICK_SIZES, FULL_SIZES = (10, 50), (10, 50, 200, 500)
TARGET_SIZE, TARGET_S, TARGET_MB = 500, 30 * 60.0, 8192.0
NEAR_LINEAR = 1.25
"""Exponents up to this count as near-linear: twice the city costs at most 2.4 times as much."""
STEPS = ("import", "case", "flows", "prepare", "plan", "coordinate", "search")
"""What the wall time of a city is made of, in this order."""
_LIMITS = SolverLimits(10.0, 120.0)
_FOREVER_S = 1e9


@dataclass
class Measured:
    """Wall seconds and peak memory so far (MB) by step, and what the steps found."""

    intersections: int
    vehicles: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)
    parts: int = 0
    largest_part: int = 0
    gap: float = 0.0
    evaluations: int = 0
    compile_s: float = 0.0
    today_cost: float = 0.0
    coordinated_cost: float = 0.0
    searched_cost: float = 0.0
    new_findings: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def total_s(self) -> float:
        """Seconds of all steps."""
        return sum(self.seconds.values())

    @property
    def most_mb(self) -> float:
        """Peak memory at the end."""
        return max(self.peak_mb.values(), default=0.0)

    def step[T](self, name: str, work: Callable[[], T]) -> T:
        """Do one step, note its wall time and the peak after it."""
        begun = time.perf_counter()
        done = work()
        self.seconds[name] = time.perf_counter() - begun
        self.peak_mb[name] = peak_mb()
        return done


def peak_mb() -> float:
    """Peak memory of this process or, if larger, of the largest of its ended children (Linux: KiB)."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) / unit


def growth_exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Least-squares slope of log value over log size; NaN with fewer than two sizes or values that are 0."""
    if len(set(sizes)) < 2 or min(values) <= 0:
        return math.nan
    x, y = [math.log(s) for s in sizes], [math.log(v) for v in values]
    mean_x, mean_y = math.fsum(x) / len(x), math.fsum(y) / len(y)
    upper = math.fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return upper / math.fsum((a - mean_x) ** 2 for a in x)


def measure(intersections: int, evaluations: int, workers: int, folder: Path) -> Measured:
    """Everything for one city, in this process."""
    found = Measured(intersections, compile_s=_compiled_s(folder / "small"))
    city = make_city(intersections, folder)
    case = _built(found, city, folder)
    found.vehicles = city.vehicles
    flows = found.step("flows", lambda: case_flows(case))
    found.remarks = tuple(oversaturated(case, flows))
    model = found.step("prepare", lambda: prepare(case))
    found.step("plan", lambda: evaluate(model, [case.today]))
    coordinated = found.step("coordinate", lambda: _coordinated(found, case, flows))
    found.step("search", lambda: _searched(found, model, flows, coordinated, evaluations, workers))
    return found


def _built(found: Measured, city: City, folder: Path) -> Case:
    scenario = folder / "city.yaml"
    found.step("import", lambda: import_sumo(city.config, scenario))
    return found.step("case", lambda: build_case(load_scenario(str(scenario)), folder / "case"))


def _compiled_s(folder: Path) -> float:
    """Seconds of the first run of the queue model in a process, on four signals: loading or compiling."""
    city = make_city(4, folder)
    case = _built(Measured(4), city, folder)
    begun = time.perf_counter()
    evaluate(prepare(case), [case.today])
    return time.perf_counter() - begun


def _coordinated(found: Measured, case: Case, flows: CaseFlows) -> Candidate:
    """Every part at Webster's cycle, settings, splits and offsets together."""
    network, held = case.network, held_programs(case)
    parts = find_parts(network, flows, held)
    weights = OBJECTIVE_WEIGHTS["delay"]
    solutions = [
        solve_part(
            network, flows, part, webster_cycle(network, flows, part), weights, _LIMITS, held=held
        )
        for part in parts
    ]
    made = assemble("coordinated", network, case.today, solutions)
    found.parts, found.largest_part = len(parts), max(len(part.members) for part in parts)
    found.gap = made.gap
    return made


def _searched(
    found: Measured, model: MesoModel, flows: CaseFlows, start: Candidate, runs: int, workers: int
) -> None:
    """A search of `runs` runs of the queue model; the best plan goes before the safety judge."""
    case = model.case
    objective = meso_today(model, find_objective("delay"), case.today)
    space = search_space(case, flows, held_programs(case), [start.plan])
    evaluator = Evaluator(space, USUAL, meso_cost_of(model, objective, USUAL.draws, workers))
    searched = search_deep(evaluator, [start], runs, 1, Clock(_FOREVER_S, workers), _FOREVER_S)
    cost, best = evaluator.ranking()[0]
    found.evaluations = evaluator.spent
    found.today_cost, found.searched_cost = searched.today_cost, cost
    found.coordinated_cost = evaluator.costs([space.settings_of(start.plan)])[0]
    found.new_findings = len(unsafe(case, space.plan(best)))


def in_own_process(intersections: int, evaluations: int, workers: int) -> Measured:
    """Measure a city in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.scaling", "--one", str(intersections)]
    command += ["--evaluations", str(evaluations), "--workers", str(workers)]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def summary(rows: Sequence[Measured]) -> dict[str, object]:
    """All figures, exponents by step, and the target: measured, or projected by the exponents if not run."""
    sizes = [float(row.intersections) for row in rows]
    exponents = {
        step: growth_exponent(sizes, [row.seconds[step] for row in rows]) for step in STEPS
    }
    exponents["whole"] = growth_exponent(sizes, [row.total_s for row in rows])
    exponents["memory"] = growth_exponent(sizes, [row.most_mb for row in rows])
    largest = max(rows, key=lambda row: row.intersections)
    ratio = TARGET_SIZE / largest.intersections
    # Each step by its own exponent; memory in proportion, which no step can exceed but by a quadratic one.
    seconds = sum(
        largest.seconds[step] * ratio ** (0.0 if math.isnan(exponents[step]) else exponents[step])
        for step in STEPS
    )
    measured = largest.intersections == TARGET_SIZE
    target: dict[str, object] = {
        "intersections": TARGET_SIZE,
        "measured": measured,
        "seconds": round(seconds if not measured else largest.total_s, 1),
        "limit_s": TARGET_S,
        "limit_mb": TARGET_MB,
    }
    if measured:
        target["peak_mb"] = round(largest.most_mb)
        target["met"] = largest.total_s <= TARGET_S and largest.most_mb <= TARGET_MB
    return {
        "cities": [
            asdict(row) | {"total_s": row.total_s, "most_mb": row.most_mb} for row in rows
        ],
        "exponents": {k: None if math.isnan(v) else round(v, 2) for k, v in exponents.items()},
        "near_linear": NEAR_LINEAR,
        "target": target,
    }
