"""What signalopt adds to plain SUMO: a batch of seeds by `simulate` against the same `sumo` commands.

Both sides run the same commands with the same outputs, as many at a time; they alternate, so that a
machine that grows warm or busy hits both. Printed are the ratios of wall time and of processor time
(children included). The target is at most 1.10; on a machine that others use too, the processor time
is the ratio to trust.

    python -m benchmarks.overhead [SCENARIO] [--seeds 8] [--repeats 5] [--workers 0]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from signalopt.microsim.batch import available_cores
from signalopt.microsim.command import SeedFiles, seed_command
from signalopt.microsim.signals import write_signals
from signalopt.microsim.simulate import simulate
from signalopt.network.tools import tool_environment
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario

TARGET = 1.10


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock and seconds of processor time, children included."""

    wall_s: float
    cpu_s: float


def measure(work: Callable[[], object]) -> Cost:
    """Do the work and say what it cost."""
    wall, cpu = time.perf_counter(), _cpu_s()
    work()
    return Cost(time.perf_counter() - wall, _cpu_s() - cpu)


def _cpu_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def run_plain(case: Case, seeds: range, workers: int) -> None:
    """Run the commands and nothing else; nobody reads what they write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        signals = write_signals(case, case.today, folder)
        commands = []
        for seed in seeds:
            files = SeedFiles(folder / f"seed-{seed}")
            files.folder.mkdir()
            commands.append(seed_command(case, seed, signals, files))
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(_run, commands))


def _run(command: tuple[str, ...]) -> None:
    quiet = subprocess.DEVNULL
    subprocess.run(command, env=tool_environment(), stdout=quiet, stderr=quiet, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", nargs="?", default="smoke")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args()
    case = build_case(load_scenario(options.scenario))
    seeds, workers = range(1, options.seeds + 1), options.workers or available_cores()
    print(f"{case.name}: {options.seeds} seeds, {workers} workers, {options.repeats} repeats")
    measure(lambda: run_plain(case, seeds[:1], workers))  # files into memory, for both sides
    pairs = []
    for repeat in range(options.repeats):
        plain = measure(lambda: run_plain(case, seeds, workers))
        ours = measure(lambda: simulate(case, None, seeds, workers=workers))
        pairs.append((plain, ours))
        print(
            f"  {repeat + 1}: sumo {plain.wall_s:6.2f} s ({plain.cpu_s:6.2f} s cpu),"
            f" simulate {ours.wall_s:6.2f} s ({ours.cpu_s:6.2f} s cpu)"
        )
    wall = statistics.median(ours.wall_s / plain.wall_s for plain, ours in pairs)
    cpu = statistics.median(ours.cpu_s / plain.cpu_s for plain, ours in pairs)
    print(f"overhead ratio (median): wall {wall:.3f}, processor {cpu:.3f}; target {TARGET:.2f}")


if __name__ == "__main__":
    main()
