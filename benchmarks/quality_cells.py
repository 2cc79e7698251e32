"""One cell of the quality benchmark: a method on a case within a budget, measured, kept on disk."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality_cases import BenchCase
from benchmarks.quality_methods import METHODS, Made, renamed
from signalopt import __version__
from signalopt.errors import SignaloptError
from signalopt.export.sumo_read import read_sumo_additional
from signalopt.files import write_text
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate, simulate_additional
from signalopt.microsim.statistics import estimate
from signalopt.optimize.demand_draws import DemandDraw, drawn_case
from signalopt.scenario.case import Case
from signalopt.timing.findings import new_findings
from signalopt.timing.safety import judge_plan

SHOWN = ("delay_s", "stops", "co2_g", "unfinished", "not_inserted")
STRESS = (0.9, 1.1)
STRESS_SEEDS = 10


@dataclass(frozen=True)
class Cell:
    """A method with its budget on a case."""

    case: BenchCase
    method: str
    budget_s: float
    workers: int
    stress: bool

    @property
    def key(self) -> str:
        """A name that changes whenever the result could."""
        text = json.dumps(
            [
                __version__, self.case.name, self.case.case.fingerprint, self.case.case.hard_stop_s,
                self.method, self.budget_s, self.workers, self.case.seeds, self.stress,
            ]
        )  # fmt: skip
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def finished(cell: Cell, folder: Path) -> dict[str, object] | None:
    """The row of an earlier run, if there is one."""
    path = folder / f"{cell.key}.json"
    if not path.is_file():
        return None
    row: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return row


def run_cell(cell: Cell, folder: Path) -> dict[str, object]:
    """Make the plan, measure it, keep the row."""
    bench = cell.case
    row: dict[str, object] = {
        "case": bench.name,
        "method": cell.method,
        "budget_s": cell.budget_s,
        "rules": bench.rules,
    }
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            made = renamed(
                METHODS[cell.method](bench.case, cell.budget_s, cell.workers, Path(scratch)),
                cell.method,
            )
            row["made_in_s"] = round(time.monotonic() - started, 1)
            row |= _measured(cell, made, Path(scratch))
        except (SignaloptError, subprocess.TimeoutExpired) as error:
            row["failed"] = str(error).splitlines()[0]
    write_text(folder / f"{cell.key}.json", json.dumps(row, indent=2) + "\n")
    return row


def _measured(cell: Cell, made: Made, scratch: Path) -> dict[str, object]:
    bench = cell.case
    found = _run(bench.judged, made, bench.seeds, cell.workers)
    row: dict[str, object] = {name: round(found.mean(name), 3) for name in SHOWN}
    delays = found.values("delay_s")
    whole = estimate(list(delays.values()))
    row["delay_ci95"] = [None if b is None else round(b, 2) for b in whole.ci95]
    row["delay_by_seed"] = {str(seed): round(value, 3) for seed, value in delays.items()}
    row["findings"] = _findings(bench.case, made)
    row["note"] = made.note
    if cell.stress:
        for factor in STRESS:
            row[f"at x{factor:g}"] = _stressed(cell, made, factor, scratch)
    return row


def _run(case: Case, made: Made, seeds: tuple[int, ...], workers: int) -> SimulationResult:
    if made.file is not None:
        return simulate_additional(case, made.file, seeds, workers=workers)
    return simulate(case, made.plan, seeds, workers=workers)


def _findings(case: Case, made: Made) -> int | None:
    """What the safety judge holds against it beyond today's plan; None for control by detectors."""
    layouts = case.network.layouts
    if made.plan is not None:
        plan = made.plan
    elif made.file is not None and "actuated" not in made.file.name:
        plan = read_sumo_additional(made.file, case.network)
    else:
        return None
    return len(new_findings(judge_plan(layouts, plan), judge_plan(layouts, case.today)))


def _stressed(cell: Cell, made: Made, factor: float, scratch: Path) -> dict[str, object]:
    """The same plan on other demand: mean delay and seeds that left somebody behind."""
    judged = drawn_case(cell.case.judged, DemandDraw(0, factor), scratch / f"x{factor:g}")
    whole = cell.case.case
    judged = Case(**{**vars(judged), "hard_stop_s": whole.hard_stop_s})
    seeds = tuple(range(cell.case.seeds[0], cell.case.seeds[0] + STRESS_SEEDS))
    found = _run(judged, made, seeds, cell.workers)
    return {
        "delay_s": round(found.mean("delay_s"), 2),
        "worst_seed_s": round(max(found.values("delay_s").values()), 2),
        "gridlocked_seeds": sum(run.measures["unfinished"] > 0 for run in found.runs)
        + len(found.failures),
        "seeds": len(seeds),
    }
