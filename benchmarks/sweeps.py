"""Throughput of a sweep against plain `sumo`, overhead of a run, memory, and reading of 10 000 results.

Both sides make the same runs with the same outputs, as many at a time, and alternate. Targets: throughput
at least 0.95 of plain SUMO's, at most 20 ms of overhead a run, 10 000 results loaded and summarised in
less than 1 s, memory that does not grow with the number of runs.

    python -m benchmarks.sweeps [--scenario smoke] [--seeds 24] [--repeats 3] [--workers 0] [--json]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.overhead import run_plain
from signalopt.measures import MEASURES
from signalopt.microsim.batch import available_cores
from signalopt.scenario.build import build_case
from signalopt.scenario.load import load_scenario
from signalopt.study.cells import expand
from signalopt.study.inputs import Builder, read_inputs
from signalopt.study.pools import LocalPool
from signalopt.study.query import summary
from signalopt.study.record import RunRecord
from signalopt.study.spec import Sweep, read_sweep
from signalopt.study.store import open_store, read_runs
from signalopt.study.sweep import run_sweep

RESULTS = 10_000
TARGET_THROUGHPUT = 0.95
TARGET_OVERHEAD_MS = 20.0
TARGET_READ_S = 1.0


def sweep_of(folder: Path, scenario: str, seeds: int) -> Sweep:
    path = folder / "sweep.yaml"
    path.write_text(f"matrix: {{scenario: [{scenario}]}}\nseeds: {seeds}\n", encoding="utf-8")
    return read_sweep(path)


def run_ours(sweep: Sweep, folder: Path, workers: int) -> float:
    """Seconds from the first run to the last; reading the scenario once is no part of them."""
    cells = expand(sweep)
    with open_store(folder) as store:
        builder = Builder(read_inputs(sweep, cells))
        builder.plan(cells[0])
        began = time.perf_counter()
        run_sweep(sweep, cells, builder, store, LocalPool(workers))
        return time.perf_counter() - began


def throughput(scenario: str, seeds: int, repeats: int, workers: int) -> dict[str, float]:
    """Plain and swept runs in turn; the median ratio of wall times."""
    case = build_case(load_scenario(scenario))
    run_plain(case, range(1, workers + 1), workers)  # files into memory, for both sides
    ratios, overheads, peaks = [], [], []
    for repeat in range(repeats):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            sweep = sweep_of(folder, scenario, seeds)
            began = time.perf_counter()
            run_plain(case, range(1, seeds + 1), workers)
            plain_s = time.perf_counter() - began
            ours_s = run_ours(sweep, folder / "out", workers)
        ratios.append(plain_s / ours_s)
        overheads.append(1000 * (ours_s - plain_s) / seeds)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        print(f"  {repeat + 1}: sumo {plain_s:.2f} s, sweep {ours_s:.2f} s, {seeds} runs each")
    return {
        "throughput_ratio": statistics.median(ratios),
        "overhead_ms_per_run": statistics.median(overheads),
        "memory_after_first_mib": peaks[0],
        "memory_after_last_mib": peaks[-1],
    }


def reading(scenario: str) -> dict[str, float]:
    """Time to load and summarise a store of RESULTS runs (copies of one real run, other keys)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_ours(sweep_of(folder, scenario, 1), folder / "one", 1)
        with open_store(folder / "one") as store:
            assert store.done
        row = read_runs(folder / "one").row(0, named=True)
        began = time.perf_counter()
        with open_store(folder / "many") as store:
            for number in range(RESULTS):
                store.add(_copy(row, number))
        write_ms = 1000 * (time.perf_counter() - began) / RESULTS
        began = time.perf_counter()
        table = summary(folder / "many", ["delay_s", "co2_g"])
        read_s = time.perf_counter() - began
        assert table.get_column("seeds").sum() == RESULTS
    return {"read_10000_s": read_s, "store_ms_per_run": write_ms}


def _copy(row: dict[str, object], number: int) -> RunRecord:
    measures = {n: float(v) for n, v in row.items() if n in MEASURES and isinstance(v, float)}
    base = RunRecord(
        key=f"{number:024d}", scenario=str(row["scenario"]), plan=f"plan {number % 10}",
        engine="sumo", seed=number // 100, factors={"demand.scale": number % 100 // 10},
        case=str(row["case"]), plan_hash=str(row["plan_hash"]), sumo=str(row["sumo"]),
        signalopt=str(row["signalopt"]), complete=True, wall_s=1.0, measures=measures,
        classes={"car": dict(list(measures.items())[:6])}, events={"collisions": 0},
    )  # fmt: skip
    return replace(base, measures={n: v * (1 + number % 7 / 100) for n, v in measures.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="smoke")
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    workers = options.workers or available_cores()
    found = throughput(options.scenario, options.seeds, options.repeats, workers)
    found |= reading(options.scenario)
    if options.json:
        print(json.dumps(found, indent=1))
        return
    print(
        f"throughput {found['throughput_ratio']:.3f} of plain sumo (target {TARGET_THROUGHPUT}),"
        f" overhead {found['overhead_ms_per_run']:.0f} ms a run (target {TARGET_OVERHEAD_MS:.0f})"
    )
    print(
        f"10 000 results summarised in {found['read_10000_s']:.2f} s (target {TARGET_READ_S:.0f}),"
        f" storing {found['store_ms_per_run']:.1f} ms a run"
    )
    print(
        f"memory of our process: {found['memory_after_first_mib']:.0f} MiB after the first sweep,"
        f" {found['memory_after_last_mib']:.0f} MiB after the last"
    )


if __name__ == "__main__":
    main()
