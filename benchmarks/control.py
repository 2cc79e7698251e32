"""Adaptive control against what is there: public cases in SUMO 1.28 and 1.9.1, and Astana's areas.

    python -m benchmarks.control public [CASE ...]   the public cases of $SIGNALOPT_PUBLIC_CASES
    python -m benchmarks.control old [CASE ...]      the same in SUMO 1.9.1, beside the published figures
    python -m benchmarks.control astana [AREA ...] [--situations am,pm,...] [--window SECONDS]

with [--ways TEXT;...] (only ways whose titles hold one of the texts) [--seeds 5] [--budget 120] (seconds of
search for our best fixed plan) [--policy FOLDER] [--cache FOLDER] [--accept-old-code] [--write] [--json].
Finished cells are kept and not run again unless the code of the control room has changed; `--write` puts
the tables into docs/control.md. The metric of public cases is `delay_all` (benchmarks.quality_cases); all
intervals are 95 %.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.control_cases import (
    AREAS,
    SITUATIONS,
    best_plan,
    forecast_plan,
    free_bench,
    safe_bench,
    situation_case,
)
from benchmarks.control_cells import Cell, Row, code_digest, finished, run_cell
from benchmarks.control_old_cells import old_rows
from benchmarks.control_tables import (
    Shown,
    astana_table,
    old_table,
    public_table,
    put_into_page,
)
from benchmarks.control_ways import POLICY, Plans, Way, astana_ways, public_ways
from benchmarks.quality_cases import AMBER3, FIRST_SEED, BenchCase, bench_case

TARGETS_S = {"cologne1": 18.2, "cologne3": 20.2, "ingolstadt1": 14.3}
"""s/veh in SUMO 1.28: the best of SUMO actuated, max-wave, max-pressure and longest queue there."""
YARDSTICK = "our best fixed plan"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", choices=("public", "old", "astana"))
    parser.add_argument("names", nargs="*", help="cases or areas; none: all")
    parser.add_argument("--situations", default=",".join(SITUATIONS))
    parser.add_argument("--window", type=int, help="seconds of the window that are run (astana)")
    parser.add_argument("--ways", default="", help="only ways whose titles hold one of these")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--budget", type=float, default=120.0, help="seconds for our fixed plan")
    parser.add_argument("--policy", default=POLICY, help="folder of a policy; left out if missing")
    parser.add_argument("--cache", type=Path, default=Path("results/bench-control"))
    parser.add_argument("--accept-old-code", action="store_true")
    parser.add_argument(
        "--finished-only", action="store_true", help="run nothing, print what is kept"
    )
    parser.add_argument("--write", action="store_true", help="fill the tables of docs/control.md")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    console = Console(stderr=options.json, width=None if Console().is_terminal else 170)
    make = {"public": public_tables, "old": old_tables, "astana": astana_tables}[options.table]
    tables, rows = [], []
    for table, of_table in make(options, console):
        table.show(console)
        tables.append(table)
        rows += of_table
    if options.json:
        print(json.dumps(rows, indent=1))
    if options.write:
        put_into_page(f"control {options.table}", "\n".join(t.markdown() for t in tables))


Tables = Iterator[tuple[Shown, list[Row]]]


def public_tables(options: argparse.Namespace, console: Console) -> Tables:
    """Two tables for each case: under the rules of the published controllers, and with safe all-red."""
    for name in options.names or TARGETS_S:
        every = chosen(public_ways(_policy(options)), options)
        program = [way for way in every if way.title in AS_IS]
        others = [way for way in every if way.title not in AS_IS]
        own = bench_case(f"{name}{AMBER3}", options.seeds, as_judged=True)
        free = free_bench(name, options.seeds)
        cells = [*_public_cells(own, program, options), *_public_cells(free, others, options)]
        rows = run_all(cells, options, console)
        yield public_table(name, free.rules, rows, TARGETS_S.get(name), options.seeds), rows
        safe = safe_bench(name, options.seeds)
        ways = [way for way in every if way.title in SAFE_ROWS]
        rows = run_all(list(_public_cells(safe, ways, options)), options, console)
        yield public_table(name, safe.rules, rows, None, options.seeds), rows


AS_IS = frozenset({"the net's program", "SUMO actuated", "SUMO delay_based"})
"""Ways that keep the net's own interstages, amber cut to 3 s."""
SAFE_ROWS = frozenset(
    {"the net's program", YARDSTICK, "our horizon, perfect sensing", "our horizon, detectors"}
)


def _public_cells(
    bench: BenchCase, ways: Sequence[Way], options: argparse.Namespace
) -> Iterator[Cell]:
    best = None
    if any(way.best for way in ways):
        best = best_plan(bench.case, options.budget, make=not options.finished_only)
    plans = Plans(bench.case.today, best)
    for way in with_plans(ways, plans):
        yield Cell(bench.name, "", bench.judged, way, plans, bench.seeds)


def old_tables(options: argparse.Namespace, console: Console) -> Tables:
    """One table of all cases in the old SUMO."""
    rows = []
    for name in options.names or TARGETS_S:
        bench = free_bench(name, options.seeds)
        ways = chosen(public_ways(_policy(options)), options)
        rows += old_rows(
            bench, ways, options.cache / "old", None if options.accept_old_code else code_digest(),
            lambda text: console.print(f"  {text}"), only_finished=options.finished_only,
        )  # fmt: skip
    yield old_table(rows), list(rows)


def astana_tables(options: argparse.Namespace, console: Console) -> Tables:
    """A table for each area."""
    for area in options.names or AREAS:
        rows: list[Row] = []
        for name in options.situations.split(","):
            situation = SITUATIONS[name]
            if area not in situation.areas:
                continue
            ways = chosen(astana_ways(_policy(options)), options)
            case = situation_case(area, situation, options.window)
            best = None
            if any(way.best for way in ways):
                make = not options.finished_only
                best = forecast_plan(area, situation, options.window, options.budget, make=make)
            plans = Plans(case.today, best)
            seeds = tuple(range(FIRST_SEED, FIRST_SEED + options.seeds))
            cells = [
                Cell(area, name, case, way, plans, seeds, situation.dead_detectors)
                for way in with_plans(ways, plans)
            ]
            rows += run_all(cells, options, console)
        yield astana_table(area, rows, YARDSTICK), rows


def run_all(
    cells: Iterator[Cell] | Sequence[Cell], options: argparse.Namespace, console: Console
) -> list[Row]:
    """Rows of cells: kept ones, and those that are run now."""
    code = None if options.accept_old_code else code_digest()
    rows: list[Row] = []
    for cell in cells:
        row = finished(cell, options.cache, code)
        if row is None:
            if options.finished_only:
                continue
            console.print(f"  {cell.group} {cell.situation}: {cell.way.title} ...")
            row = run_cell(cell, options.cache)
        # the title of the way as it is called now
        rows.append({**row, "way": cell.way.title, "situation": cell.situation})
    return rows


def chosen(ways: Sequence[Way], options: argparse.Namespace) -> list[Way]:
    """Ways whose titles hold one of the texts asked for."""
    texts = [text for text in options.ways.split(";") if text]
    return [way for way in ways if not texts or any(text in way.title for text in texts)]


def with_plans(ways: Sequence[Way], plans: Plans) -> list[Way]:
    """Ways whose plan there is: the best one was perhaps never made."""
    return [way for way in ways if not way.best or plans.best is not None]


def _policy(options: argparse.Namespace) -> str | None:
    return options.policy if Path(options.policy).is_dir() else None


if __name__ == "__main__":
    main()
