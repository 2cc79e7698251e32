"""What the queue model costs: seconds to prepare, milliseconds a plan, megabytes, and SUMO beside it.

Every case runs in a process of its own, so that its memory is its own. `plan` is processor time of one
plan on one core (median and least of the repeats), `sumo` the processor time of one run of the same
case, plan and window in the same minute; their ratio is the speed-up. `per passage` is the cost of one
vehicle over one connection, at several shares of the demand: flat means linear.

    python -m benchmarks.mesosim_speed [CASE ...] [--repeats 20] [--no-sumo] [--json]

A CASE is a built-in scenario, or a public case of the folder that $SIGNALOPT_PUBLIC_CASES names.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.overhead import measure as cost
from benchmarks.overhead import run_plain
from signalopt.assets import cache_folder
from signalopt.network.import_sumo import import_sumo
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario

CASES = ("smoke", "mangilik_el_am", "leftbank_core_am", "cologne3")
TARGET_MS = {"cologne3": 3.0}
TARGET_RATIO = {"leftbank_core_am": 1000.0}
TARGET_MB = 200.0
SHARES = (0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """Costs of one case. per_passage_ns: by share of the demand; sumo_s is None where it was left out."""

    case: str
    vehicles: int
    passages: int
    first_s: float
    prepare_s: float
    plan_ms: float
    least_ms: float
    lamps_us: float
    per_passage_ns: dict[str, float]
    threads_ratio: float
    world_step_us: float
    memory_mb: float
    process_mb: float
    sumo_s: float | None
    ratio: float | None


def measure(name: str, repeats: int, *, with_sumo: bool) -> Figures:
    """Measure a case in this process."""
    case = find_case(name)
    before_mb = resident_mb()
    # imported here, so that the memory of the engine is seen apart, Numba included
    from signalopt.mesosim.draws import Draw, draw_demand  # noqa: PLC0415
    from signalopt.mesosim.engine import run_state, run_sums  # noqa: PLC0415
    from signalopt.mesosim.evaluate import compile_plan, evaluate  # noqa: PLC0415
    from signalopt.mesosim.model import prepare  # noqa: PLC0415
    from signalopt.mesosim.world import advance, start  # noqa: PLC0415

    began = time.process_time()
    model = prepare(case)
    prepare_s = time.process_time() - began
    began = time.perf_counter()
    lamps = compile_plan(model, case.today)
    demand = draw_demand(model, Draw())
    passages = int(run_state(model, lamps, demand).links["count"].sum())
    run_sums(model, lamps, demand)
    first_s = time.perf_counter() - began
    plans = [_cpu_s(lambda: run_sums(model, lamps, demand)) for _ in range(repeats)]
    shares = {}
    for share in SHARES:
        part = draw_demand(model, Draw(0, share))
        served = max(int(run_state(model, lamps, part).links["count"].sum()), 1)
        least = min(_cpu_s(partial(run_sums, model, lamps, part)) for _ in range(repeats))
        shares[f"{share:g}"] = least / served * 1e9
    lamp_us = min(_cpu_s(lambda: compile_plan(model, case.today)) for _ in range(repeats)) * 1e6
    many = [lamps] * (2 * repeats)
    one = _wall_s(lambda: evaluate(model, many))
    two = _wall_s(lambda: evaluate(model, many, workers=2))
    world, red = start(model), np.zeros(len(model.street_index.lamps), np.uint8)
    advance(world, red, 1)
    steps = 300
    began = time.thread_time()
    for second in range(2, steps + 2):
        advance(world, red, second)
    step_us = (time.thread_time() - began) / steps * 1e6
    whole_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sumo_s = _sumo_s(case) if with_sumo else None
    plan_s = statistics.median(plans)
    return Figures(
        name, model.fleet.depart_s.size, passages, first_s, prepare_s, plan_s * 1e3,
        min(plans) * 1e3, lamp_us, shares, one / two, step_us,
        whole_mb - before_mb, whole_mb, sumo_s,
        None if sumo_s is None else sumo_s / plan_s,
    )  # fmt: skip


def find_case(name: str) -> Case:
    """A built-in scenario or a public case. Raises InputError for a name that is neither."""
    config = Path(os.environ.get("SIGNALOPT_PUBLIC_CASES", "")) / name / f"{name}.sumocfg"
    if os.environ.get("SIGNALOPT_PUBLIC_CASES") and config.is_file():
        scenario = cache_folder() / "bench" / f"{name}.yaml"
        import_sumo(config, scenario)
        return build_case(load_scenario(str(scenario)))
    return build_case(load_scenario(name))


def resident_mb() -> float:
    """Memory of this process now, where the system tells (Linux), else its peak so far."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def _cpu_s(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _wall_s(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _sumo_s(case: Case) -> float:
    """Processor seconds of one SUMO run without emission devices."""
    return cost(lambda: run_plain(case, range(1, 2), 1)).cpu_s


def in_own_process(name: str, repeats: int, *, with_sumo: bool) -> Figures:
    """Measure a case in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.mesosim_speed", "--one", name]
    command += ["--repeats", str(repeats), *([] if with_sumo else ["--no-sumo"])]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def table(rows: list[Figures]) -> Table:
    """The figures of all cases."""
    made = Table(title="Queue model: cost of a plan (processor time, one core)")
    for title in ("case", "vehicles", "passages", "prepare", "plan", "least", "per passage at "
                  + ", ".join(f"{s:g}" for s in SHARES), "2 threads", "world step", "memory", "sumo",
                  "sumo / plan", "target"):  # fmt: skip
        made.add_column(title, justify="left" if title in ("case", "target") else "right")
    for row in rows:
        target = []
        if row.case in TARGET_MS:
            target.append(f"<= {TARGET_MS[row.case]:g} ms")
        if row.case in TARGET_RATIO:
            target.append(f">= {TARGET_RATIO[row.case]:g} x")
        made.add_row(
            row.case, str(row.vehicles), str(row.passages), f"{row.prepare_s:.2f} s",
            f"{row.plan_ms:.2f} ms", f"{row.least_ms:.2f} ms",
            ", ".join(f"{ns:.0f}" for ns in row.per_passage_ns.values()) + " ns",
            f"x {row.threads_ratio:.2f}", f"{row.world_step_us:.0f} us",
            f"{row.memory_mb:.0f} of {row.process_mb:.0f} MB",
            "-" if row.sumo_s is None else f"{row.sumo_s:.1f} s",
            "-" if row.ratio is None else f"{row.ratio:.0f} x", ", ".join(target) or "-",
        )  # fmt: skip
    made.caption = (
        "memory: what the engine adds (Numba included) of the whole process;"
        f" target <= {TARGET_MB:g} MB"
    )
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--no-sumo", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        found = measure(options.one, options.repeats, with_sumo=not options.no_sumo)
        print(json.dumps(asdict(found)))
        return
    public = bool(os.environ.get("SIGNALOPT_PUBLIC_CASES"))
    names = options.cases or [c for c in CASES if public or not c.startswith("cologne")]
    rows = [in_own_process(n, options.repeats, with_sumo=not options.no_sumo) for n in names]
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        Console().print(table(rows))


if __name__ == "__main__":
    main()
