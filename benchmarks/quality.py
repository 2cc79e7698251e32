"""How good the plans are: what a user would do instead, and our optimiser, case by case in one run.

`python -m benchmarks.quality [CASES...] [--methods M,M] [--budgets 60,300] [--seeds N] [--workers N]`.
Cases are built-in scenarios or public ones (see quality_cases; `cologne1@amber3`). Finished cells are kept
in --cache and not run again (--fresh runs them anew). Figures that others have published, with their sources,
are printed beside (--published). The column `new findings` counts what the safety judge holds against a plan
beyond today's: SUMO's tools know nothing of interstages and crossing times, so what they win against plans
without findings is no like for like.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.quality_cases import BenchCase, bench_case
from benchmarks.quality_cells import Cell, finished, run_cell
from benchmarks.quality_methods import BUDGETED, METHODS
from signalopt.files import write_text
from signalopt.microsim.statistics import paired_change

ASTANA = tuple(
    f"{area}_{period}"
    for area in ("mangilik_el", "tauelsizdik", "leftbank_core", "rightbank_core")
    for period in ("am", "pm", "snow")
)
PUBLIC = tuple(
    name + rules for name in ("cologne1", "cologne3", "ingolstadt1") for rules in ("@amber3", "")
)
PUBLISHED = Path(__file__).parent / "data" / "published_delays.csv"
QUICK = ("smoke",)


def cells_of(
    bench: BenchCase, methods: Iterable[str], budgets: Iterable[float], workers: int, stress: bool
) -> list[Cell]:
    """Every method once, those with a budget once a budget."""
    budgets = list(budgets)
    return [
        Cell(bench, method, budget, workers, stress)
        for method in methods
        for budget in (budgets if method in BUDGETED else [60.0])
    ]


def with_changes(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Paired change of delay against today's plan, with its 95 % interval, where both were run."""
    base = next((r for r in rows if r["method"] == "today" and "delay_by_seed" in r), None)
    if base is None:
        return rows
    before = base["delay_by_seed"]
    assert isinstance(before, dict)
    for row in rows:
        after = row.get("delay_by_seed")
        if row is base or not isinstance(after, dict):
            continue
        seeds = [seed for seed in before if seed in after]
        relative = paired_change([before[s] for s in seeds], [after[s] for s in seeds]).relative
        if relative is not None:
            row["change"] = round(relative.mean, 4)
            row["change_ci95"] = [None if b is None else round(b, 4) for b in relative.ci95]
    return rows


def published(path: Path, case: str) -> list[dict[str, object]]:
    """Rows of other people's figures for a case: controller, delay, source."""
    with path.open(encoding="utf-8", newline="") as file:
        return [dict(row) for row in csv.DictReader(file) if row["case"] == case.partition("@")[0]]


def print_case(console: Console, name: str, rows: list[dict[str, object]], others: Path) -> None:
    table = Table(title=f"{name}: {rows[0]['rules']}")
    for column in (
        "method", "budget s", "delay s/veh", "95 %", "change", "95 %", "stops", "CO2 g/veh-km",
        "unfinished", "never entered", "new findings", "x0.9", "x1.1", "note",
    ):  # fmt: skip
        table.add_column(column, overflow="fold")
    for row in rows:
        if "failed" in row:
            table.add_row(str(row["method"]), str(row["budget_s"]), "failed", str(row["failed"]))
            continue
        keys = (
            "method", "budget_s", "delay_s", "delay_ci95", "change", "change_ci95", "stops", "co2_g",
            "unfinished", "not_inserted", "findings", "at x0.9", "at x1.1", "note",
        )  # fmt: skip
        table.add_row(*(_text(row.get(key)) for key in keys))
    console.print(table)
    for row in published(others, name) if others.is_file() else []:
        console.print(
            f"  published: {row['controller']}, {row['delay_s']} s/veh ({row['note']}; {row['source']})"
        )


def _text(value: object) -> str:
    if isinstance(value, dict):
        locked = f", {value['gridlocked_seeds']} of {value['seeds']} locked"
        return f"{value['delay_s']}{locked if value['gridlocked_seeds'] else ''}"
    if isinstance(value, list):
        return " .. ".join("-" if v is None else f"{v:g}" for v in value)
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "cases", nargs="*", default=list(QUICK), help="`astana` and `public`: all of them"
    )
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--budgets", default="60", help="seconds, for methods that search")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--stress", action="store_true", help="also demand x0.9 and x1.1")
    parser.add_argument(
        "--as-judged", action="store_true", help="public: optimise on their counting"
    )
    parser.add_argument("--cache", type=Path, default=Path("results/bench-quality"))
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--published", type=Path, default=PUBLISHED)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    named = [c for n in options.cases for c in {"astana": ASTANA, "public": PUBLIC}.get(n, (n,))]
    methods = options.methods.split(",")
    if unknown := [m for m in methods if m not in METHODS]:
        parser.error(f"unknown methods {unknown}; known: {', '.join(METHODS)}")
    budgets = [float(b) for b in options.budgets.split(",")]
    console, everything = Console(width=None if Console().is_terminal else 180), []
    for name in named:
        bench = bench_case(name, options.seeds, as_judged=options.as_judged)
        rows = []
        for cell in cells_of(bench, methods, budgets, options.workers, options.stress):
            row = None if options.fresh else finished(cell, options.cache)
            rows.append(row or run_cell(cell, options.cache))
        print_case(console, name, with_changes(rows), options.published)
        everything += rows
    if options.json:
        write_text(options.json, json.dumps(everything, indent=2))


if __name__ == "__main__":
    main()
