"""How much work a sweep is, before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from signalopt.microsim.batch import available_cores
from signalopt.optimize.budget import nominal_run_s
from signalopt.optimize.streams import trip_times_s
from signalopt.study.cells import Cell
from signalopt.study.inputs import Builder
from signalopt.study.record import run_key
from signalopt.study.spec import Sweep
from signalopt.study.store import read_runs
from signalopt.timing.planfile import plan_hash

SHOWN = 20
MESO_SHARE = 1e-2
"""A run of the queue model against one of SUMO, with all that surrounds it."""


@dataclass(frozen=True)
class Forecast:
    """Counts of a sweep and an estimate of its wall time; `labels`: the first cells."""

    cells: int
    runs: int
    known: int
    estimated_s: float
    basis: str
    labels: tuple[str, ...]


def forecast(
    sweep: Sweep, cells: tuple[Cell, ...], builder: Builder, folder: Path, workers: int
) -> Forecast:
    """Count cells and runs, and estimate the time from earlier runs of a scenario or its vehicles."""
    known_keys, measured_s = _known(folder)
    seconds, known, nominal = 0.0, 0, False
    for cell in sorted(cells, key=lambda c: c.case_label):
        case, plan = builder.case(cell), builder.plan(cell)
        cost_s = measured_s.get((cell.scenario, cell.engine))
        if cost_s is None:
            trips = trip_times_s(case.network, case.route_files)
            cost_s = nominal_run_s(case, len(trips), sum(trips) / max(1, len(trips)))
            cost_s *= MESO_SHARE if cell.engine == "meso" else 1.0
            measured_s[cell.scenario, cell.engine] = cost_s
            nominal = True
        for seed in sweep.seeds:
            if run_key(case.fingerprint, plan_hash(plan), seed, cell.engine) in known_keys:
                known += 1
            else:
                seconds += cost_s
    slots = workers or available_cores()
    basis = "from the number of vehicles" if nominal else "from earlier runs"
    labels = tuple(cell.label for cell in cells[:SHOWN])
    runs = len(cells) * len(sweep.seeds)
    return Forecast(len(cells), runs, known, seconds / slots, f"{basis}, {slots} at a time", labels)


def _known(folder: Path) -> tuple[frozenset[str], dict[tuple[str, str], float]]:
    if not (folder / "parts").is_dir():
        return frozenset(), {}
    runs = read_runs(folder)
    if not runs.height:
        return frozenset(), {}
    means = runs.group_by("scenario", "engine").agg(pl.col("wall_s").mean())
    costs = {(scenario, engine): wall_s for scenario, engine, wall_s in means.iter_rows()}
    return frozenset(runs.get_column("key").to_list()), costs
