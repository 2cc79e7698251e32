"""How time and memory grow with the city: synthetic cities of 10, 50, 200, 500 signals, step by step.

Every size runs in a process of its own, so that its memory is its own: the peak so far after each step,
SUMO's tools included. Everything goes the way of a user's case: a .sumocfg is imported, built, read into
the queue model, split into parts by the streams between its signals (`find_parts`), each part solved on
its own (`solve_part`), and searched with a fixed number of runs of the queue model. The exponent is the
slope of log time over log size: 1 is linear. Compiling is left out of the steps (a tiny city runs first);
what it takes is printed apart.

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
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from benchmarks.scaling_city import City, make_city, shape_of
from signalopt.files import write_text
from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.network.import_sumo import import_sumo
from signalopt.optimize.budget import Clock
from signalopt.optimize.candidates import Candidate, assemble, find_parts, solve_part, webster_cycle
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
_LIMITS = SolverLimits(2.4, 9.6)
"""The effort that a job of 300 s gives each solve: the same for a part of any size."""
_FOREVER_S = 1e9
_Done = TypeVar("_Done")


@dataclass
class Measured:
    """Wall seconds, processor seconds and peak memory so far (MB) by step, and what the steps found."""

    intersections: int
    vehicles: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)
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

    def step(self, name: str, work: Callable[[], _Done]) -> _Done:
        """Do one step, note its wall time and the peak after it; standard error says what is under way."""
        begun, busy = time.perf_counter(), processor_s()
        done = work()
        self.seconds[name] = time.perf_counter() - begun
        self.cpu_s[name] = processor_s() - busy
        self.peak_mb[name] = peak_mb()
        text = f"{self.seconds[name]:.2f} s, peak {self.peak_mb[name]:.0f} MB"
        print(f"{self.intersections} signals, {name}: {text}", file=sys.stderr, flush=True)
        return done


def processor_s() -> float:
    """Processor seconds of this process and its ended children: what other work beside does not lengthen."""
    found = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)


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
    """Seconds of the first run of the queue model in a process, on six signals: loading or compiling."""
    city = make_city(6, folder)
    case = _built(Measured(6), city, folder)
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
    """All figures, exponents by step and whole, and the target: measured, else projected."""
    sizes = [float(row.intersections) for row in rows]
    exponents = {
        step: growth_exponent(sizes, [row.seconds[step] for row in rows]) for step in STEPS
    }
    processor = {step: growth_exponent(sizes, [row.cpu_s[step] for row in rows]) for step in STEPS}
    whole = growth_exponent(sizes, [row.total_s for row in rows])
    cities = [asdict(row) | {"total_s": row.total_s, "most_mb": row.most_mb} for row in rows]
    known = {k: None if math.isnan(v) else round(v, 2) for k, v in exponents.items()}
    return {
        "cities": cities,
        "exponents": known,
        "exponents_cpu": {k: None if math.isnan(v) else round(v, 2) for k, v in processor.items()},
        "exponent_whole": None if math.isnan(whole) else round(whole, 2),
        "near_linear_up_to": NEAR_LINEAR,
        "target": _target(rows, exponents),
    }


def _target(rows: Sequence[Measured], exponents: dict[str, float]) -> dict[str, object]:
    """The target beside what was measured; else seconds projected step by step, marked as such."""
    largest = max(rows, key=lambda row: row.intersections)
    made: dict[str, object] = {
        "intersections": TARGET_SIZE, "limit_s": TARGET_S, "limit_mb": TARGET_MB,
        "measured": largest.intersections == TARGET_SIZE,
    }  # fmt: skip
    if made["measured"]:
        made |= {"seconds": largest.total_s, "peak_mb": largest.most_mb}
        made["met"] = largest.total_s <= TARGET_S and largest.most_mb <= TARGET_MB
    elif not any(math.isnan(value) for value in exponents.values()):
        ratio = TARGET_SIZE / largest.intersections
        made["projected_s"] = sum(largest.seconds[s] * ratio ** exponents[s] for s in STEPS)
    return made


def print_tables(console: Console, found: dict[str, object], rows: Sequence[Measured]) -> None:
    """Time by step, peak memory after each step, and what came out of them."""
    exponents, processor = found["exponents"], found["exponents_cpu"]
    assert isinstance(exponents, dict)
    assert isinstance(processor, dict)
    names = [str(row.intersections) for row in rows]
    times = Table(title="Wall seconds by number of signals")
    memory = Table(title="Peak memory so far, MB (SUMO's tools included)")
    results = Table(title="What came out")
    for table, last in ((times, ("exponent", "of CPU time")), (memory, ()), (results, ())):
        for title in ("", *names, *last):
            table.add_column(title, justify="right" if title else "left")
    for step in STEPS:
        shown = _shown(exponents[step]), _shown(processor[step])
        times.add_row(step, *(f"{r.seconds[step]:.3g}" for r in rows), *shown)
        memory.add_row(step, *(f"{r.peak_mb[step]:.0f}" for r in rows))
    whole = [f"{r.total_s:.3g}" for r in rows]
    times.add_row("whole", *whole, _shown(found["exponent_whole"]), "", style="bold")
    for title, texts in (
        ("vehicles", [str(r.vehicles) for r in rows]),
        ("parts (largest)", [f"{r.parts} ({r.largest_part})" for r in rows]),
        ("gap proven, %", [f"{100 * r.gap:.1f}" for r in rows]),
        ("runs of the search", [str(r.evaluations) for r in rows]),
        ("today, s/veh", [f"{r.today_cost:.1f}" for r in rows]),
        ("coordinated, s/veh", [f"{r.coordinated_cost:.1f}" for r in rows]),
        ("searched, s/veh", [f"{r.searched_cost:.1f}" for r in rows]),
        ("new safety findings", [str(r.new_findings) for r in rows]),
        ("first run, compiling, s", [f"{r.compile_s:.1f}" for r in rows]),
    ):
        results.add_row(title, *texts)
    for table in (times, memory, results):
        console.print(table)
    for row in rows:
        for text in row.remarks:
            console.print(f"{row.intersections} signals: {text}")
    console.print(_verdict(found["target"]))


def _verdict(target: object) -> str:
    assert isinstance(target, dict)
    asked = f"{TARGET_SIZE} signals in {TARGET_S / 60:.0f} min and {TARGET_MB / 1024:.0f} GB: "
    if target["measured"]:
        word = "kept" if target["met"] else "missed"
        return asked + f"{word} ({target['seconds'] / 60:.1f} min, {target['peak_mb']:.0f} MB)"
    if "projected_s" in target:
        return (
            asked + f"not run; projected from smaller cities {target['projected_s'] / 60:.1f} min"
        )
    return asked + "not run"


def _shown(exponent: object) -> str:
    return "-" if exponent is None else f"{exponent:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", help=f"signals, default {_listed(QUICK_SIZES)}")
    parser.add_argument("--full", action="store_true", help=f"sizes {_listed(FULL_SIZES)}")
    parser.add_argument("--evaluations", type=int, default=400, help="runs of the queue model")
    parser.add_argument("--workers", type=int, default=2, help="threads of the search")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(options.one, options.evaluations, options.workers, Path(folder))
        print(json.dumps(asdict(found)))
        return
    sizes = options.sizes or _listed(FULL_SIZES if options.full else QUICK_SIZES)
    try:
        counts = sorted({int(size) for size in sizes.split(",")})
        for count in counts:
            shape_of(count)
    except ValueError as error:
        parser.error(f"--sizes {sizes}: {error}")
    rows = [in_own_process(n, options.evaluations, options.workers) for n in counts]
    whole = summary(rows)
    print_tables(Console(width=None if Console().is_terminal else 120), whole, rows)
    if options.json:
        write_text(options.json, json.dumps(whole, indent=2) + "\n")


def _listed(sizes: Sequence[int]) -> str:
    return ",".join(str(size) for size in sizes)


if __name__ == "__main__":
    main()
