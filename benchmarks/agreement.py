"""Does the queue model order plans as SUMO does?

`python -m benchmarks.agreement [SCENARIO...] [--plans N] [--seeds N] [--calibrate] [--json FILE]`

For each scenario: plans, half of them random and half near a good one, in SUMO (mean over seeds), in
`mesosim` and in SUMO's own mesoscopic engine. Printed for delay and CO2: Spearman over all plans and within
the near half, bias of the sum, and regret: how much worse in SUMO the engine's favourite is than the best
plan of the set. SUMO seed against seed, and the ceiling that follows for a faultless engine, stand beside
it. Public cases are found in $SIGNALOPT_PUBLIC_CASES. SUMO's answers are kept (see benchmarks.truth).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.agreement_cases import base_plan, find_case
from benchmarks.agreement_co2 import device_co2, engine_co2, truth_co2
from benchmarks.agreement_figures import (
    Agreement,
    Values,
    agree,
    ceiling,
    common_rows,
    seed_agreement,
)
from benchmarks.agreement_plans import plan_set
from benchmarks.truth_store import SUMO, SUMO_MESO, Truth, TruthStore, open_store
from signalopt.files import write_text
from signalopt.mesosim.calibrate import calibrate
from signalopt.mesosim.draws import Draw
from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.timing.plan import Plan

WIDTH = 120
QUICK = ("smoke", "mangilik_el_am")
DELAY, CO2, DEVICE = "delay", "CO2", "CO2 device"
"""CO2: one response for both engines. Device: SUMO counts by its own emission model, so levels differ."""


@dataclass(frozen=True)
class Row:
    """One engine and one quantity on one scenario. `ms_a_plan`: wall milliseconds on one core."""

    scenario: str
    quantity: str
    engine: str
    plans: int
    seeds: int
    figures: Agreement
    ms_a_plan: float


@dataclass(frozen=True)
class Noise:
    """SUMO seed against seed, and what follows for a faultless engine."""

    scenario: str
    quantity: str
    seed_all: float
    seed_near: float
    ceiling_all: float
    ceiling_near: float
    incomplete_runs: int


@dataclass(frozen=True)
class Options:
    """What to compare on each scenario."""

    plans: int
    seeds: int
    tries: int
    draws: int
    peer: bool
    calibration_runs: int
    workers: int


def report(store: TruthStore, options: Options) -> tuple[list[Row], list[Noise]]:
    """All rows of one scenario. SUMO runs that are not in the store yet are made."""
    base = base_plan(store, options.tries, workers=options.workers)
    chosen = plan_set(store.case, base, options.plans)
    seeds = range(1, options.seeds + 1)
    runs = store.get_all(chosen.plans, seeds, workers=options.workers)
    peers = (
        store.get_all(chosen.plans, (1,), engine=SUMO_MESO, workers=options.workers)
        if options.peer
        else []
    )
    truth = {DELAY: _delays(runs), CO2: truth_co2(store, runs), DEVICE: device_co2(runs)}
    engines: list[tuple[str, float, dict[str, Values]]] = []
    model = prepare(store.case)
    engines.append(_engine("mesosim", store, model, chosen.plans, options.draws))
    if options.calibration_runs:
        calibration = calibrate(
            store.case, model, runs=options.calibration_runs, workers=options.workers
        )
        tuned = prepare(store.case, calibration=calibration)
        engines.append(_engine("mesosim calibrated", store, tuned, chosen.plans, options.draws))
    if peers:
        wall = 1000 * float(np.mean([answer.wall_s for row in peers for answer in row]))
        co2 = truth_co2(store, peers)[:, 0]
        found = {DELAY: _delays(peers)[:, 0], CO2: co2, DEVICE: co2}
        engines.append((SUMO_MESO, wall, found))
    if not np.nanmin(truth[DEVICE]) > 0:
        del truth[DEVICE]  # runs without the device
    rows, noise = [], []
    for quantity, by_seed in truth.items():
        everything = [by_seed, *(found[quantity] for _, _, found in engines)]
        kept = common_rows(everything)
        near = slice(int(kept[: chosen.random].sum()), None)
        noise.append(_noise(store, quantity, by_seed[kept], near, runs))
        wall = 1000 * float(np.mean([answer.wall_s for row in runs for answer in row]))
        mean = by_seed[kept].mean(axis=1)
        one = agree(by_seed[kept][:, 0], mean, near)
        listed = [(f"{SUMO}, one seed", wall, one)]
        listed += [(n, w, agree(found[quantity][kept], mean, near)) for n, w, found in engines]
        rows += [
            Row(store.case.name, quantity, name, int(kept.sum()), options.seeds, figures, wall_ms)
            for name, wall_ms, figures in listed
        ]
    return rows, noise


def _engine(
    name: str, store: TruthStore, model: MesoModel, plans: Sequence[Plan], draws: int
) -> tuple[str, float, dict[str, Values]]:
    chosen = tuple(Draw(seed) for seed in range(draws))
    evaluate(model, plans[:1], chosen)  # compiles on first use: not what a plan costs
    began = time.perf_counter()
    outcome = evaluate(model, plans, chosen)
    wall_ms = 1000 * (time.perf_counter() - began) / len(plans) / draws
    co2 = engine_co2(store, model, outcome)
    found = {DELAY: outcome.measure("delay_s").mean(axis=1), CO2: co2, DEVICE: co2}
    return name, wall_ms, found


def _delays(runs: Sequence[Sequence[Truth]]) -> Values:
    """Delay by plan and seed; nan where SUMO failed."""
    return np.array([[r.measures.get("delay_s", np.nan) for r in row] for row in runs])


def _noise(
    store: TruthStore,
    quantity: str,
    by_seed: Values,
    near: slice,
    runs: Sequence[Sequence[Truth]],
) -> Noise:
    seeds = by_seed.shape[1]
    everywhere, close = seed_agreement(by_seed), seed_agreement(by_seed[near])
    return Noise(
        store.case.name, quantity, everywhere, close, ceiling(everywhere, seeds),
        ceiling(close, seeds), sum(not answer.complete for row in runs for answer in row),
    )  # fmt: skip


def show(rows: Sequence[Row], noise: Sequence[Noise], console: Console) -> None:
    """Print a table of engines and one of SUMO's own noise."""
    table = Table(title="agreement with SUMO's mean over seeds")
    heads = ("scenario", "of", "engine", "plans x seeds", "rank all", "rank near", "bias all")
    for head in (*heads, "bias near", "regret", "ms a plan"):
        table.add_column(head, justify="left" if head in heads[:3] else "right")
    for row in rows:
        f = row.figures
        table.add_row(
            row.scenario, row.quantity, row.engine, f"{row.plans} x {row.seeds}",
            f"{f.rank_all:.3f}", f"{f.rank_near:.3f}",
            "-" if row.quantity == DEVICE else f"{f.bias_all:+.1%}",
            "-" if row.quantity == DEVICE else f"{f.bias_near:+.1%}",
            f"{f.regret:.1%}", f"{row.ms_a_plan:.1f}",
        )  # fmt: skip
    console.print(table)
    table = Table(title="SUMO against itself")
    for head in ("scenario", "of", "seed all", "seed near", "ceiling all", "ceiling near", "jams"):
        table.add_column(head, justify="left" if head in ("scenario", "of") else "right")
    for item in noise:
        table.add_row(
            item.scenario, item.quantity, f"{item.seed_all:.3f}", f"{item.seed_near:.3f}",
            f"{item.ceiling_all:.3f}", f"{item.ceiling_near:.3f}", str(item.incomplete_runs),
        )  # fmt: skip
    console.print(table)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=list(QUICK))
    parser.add_argument("--plans", type=int, default=24, help="half random, half near a good one")
    parser.add_argument("--seeds", type=int, default=2, help="SUMO seeds a plan")
    parser.add_argument("--tries", type=int, default=6, help="SUMO runs to find the good plan")
    parser.add_argument("--draws", type=int, default=1, help="demand draws of mesosim")
    parser.add_argument("--no-peer", action="store_true", help="leave SUMO's --mesosim out")
    parser.add_argument("--calibrate", type=int, default=0, metavar="RUNS", help="and calibrated")
    parser.add_argument("--workers", type=int, default=1, help="SUMO runs at a time")
    parser.add_argument("--cache", type=Path, help="folder of SUMO's answers (default: the cache)")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    chosen = Options(
        options.plans, options.seeds, options.tries, options.draws, not options.no_peer,
        options.calibrate, options.workers,
    )  # fmt: skip
    rows: list[Row] = []
    noise: list[Noise] = []
    for name in options.scenarios:
        more, own = report(open_store(find_case(name), options.cache), chosen)
        rows += more
        noise += own
    console = Console()
    show(rows, noise, Console(width=max(console.width, WIDTH)))
    if options.json:
        content = {"rows": [asdict(r) for r in rows], "noise": [asdict(n) for n in noise]}
        write_text(options.json, json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
