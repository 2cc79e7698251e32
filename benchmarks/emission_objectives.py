"""What a soot-optimal plan does differently: stops by class, CO2, soot and delay under each objective.

Each objective is optimised with the same budget and search seed; today's plan and what came out are driven
in SUMO on the same fresh seeds. Changes are paired against the delay-optimal plan; an interval that holds
zero is a difference that has not been shown. Scenarios other than smoke are cut to a short window.

    python -m benchmarks.emission_objectives [SCENARIO ...] [--objectives delay,co2,soot] [--budget 60]
        [--seeds 4] [--window 600] [--workers 1] [--write] [--json]

`--write` puts table and picture into docs.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.emissions import short_case
from benchmarks.objectives_picture import picture
from signalopt.files import write_text
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate
from signalopt.microsim.statistics import Estimate, estimate, paired_change
from signalopt.optimize.job import optimize
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, PICTURE = DOCS / "emissions.md", DOCS / "img" / "emission_objectives.svg"
_BLOCK = re.compile(r"(<!-- measured: objectives -->\n).*?(<!-- measured end -->)", re.DOTALL)
FIRST_SEED = 9101
"""Seeds from here on are neither the search's nor its confirmation's."""
TODAY, YARDSTICK = "today", "delay"
CLASSES = {
    "cars": ("passenger", "taxi", "delivery"),
    "buses": ("bus", "coach"),
    "trucks": ("truck", "trailer"),
}
"""SUMO's classes of vehicles by what is shown; vans go with the cars."""
MEASURES = {
    "delay": ("delay, s/veh", "delay_s"),
    "co2": ("CO2, kg", "co2_total_kg"),
    "soot": ("soot, g", "soot_total_g"),
}

Values = Mapping[int, float]
"""A figure by seed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A plan: its figures by seed; stops per vehicle by what is shown."""

    plan: str
    figures: Mapping[str, Values]

    def mean(self, name: str) -> Estimate:
        """Mean over the seeds with its interval."""
        return estimate(list(self.figures[name].values()))

    def change(self, other: Row, name: str) -> Estimate | None:
        """Percent of `other` by which this plan differs, paired over the seeds; None where it has none."""
        seeds = [seed for seed in other.figures[name] if seed in self.figures[name]]
        found = paired_change(
            [other.figures[name][s] for s in seeds], [self.figures[name][s] for s in seeds]
        ).relative
        if found is None or found.low is None or found.high is None:
            return None
        return Estimate(100 * found.mean, 100 * found.low, 100 * found.high, found.count)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scenario: a row a plan, today's first; heavy: vehicles of the window that are buses or trucks."""

    scenario: str
    rows: tuple[Row, ...]
    vehicles: int
    heavy: int

    @property
    def yardstick(self) -> Row:
        """The delay-optimal plan, or today's where delay was not among the objectives."""
        return next((r for r in self.rows if r.plan == YARDSTICK), self.rows[0])

    @property
    def names(self) -> tuple[str, ...]:
        """Figures that every plan has."""
        return tuple(n for n in self.rows[0].figures if all(n in r.figures for r in self.rows))


def outcome(
    case: Case, objectives: Sequence[str], budget_s: float, seeds: Sequence[int], workers: int
) -> Outcome:
    """Optimise for each objective and drive all plans on the same seeds."""
    plans = {TODAY: case.today}
    for name in objectives:
        plans[name] = optimize(
            case, objective=name, budget_s=budget_s, workers=workers, seed=1
        ).plan
    results = {name: simulate(case, plan, seeds, workers=workers) for name, plan in plans.items()}
    counts = _vehicles(results[TODAY])
    heavy = sum(counts.get(name, 0) for name in ("buses", "trucks"))
    rows = tuple(row_of(name, result) for name, result in results.items())
    return Outcome(case.name, rows, sum(counts.values()), heavy)


def row_of(plan: str, result: SimulationResult) -> Row:
    """Figures of a plan by seed."""
    figures = {name: result.values(measure) for name, (_, measure) in MEASURES.items()}
    for label, classes in CLASSES.items():
        values = {}
        for run in result.runs:
            own = [run.by_class[name] for name in classes if name in run.by_class]
            vehicles = sum(_scheduled(row) for row in own)
            if vehicles:
                values[run.seed] = sum(row["stops"] * _scheduled(row) for row in own) / vehicles
        if values:
            figures[f"stops of {label}"] = values
    return Row(plan, figures)


def _scheduled(row: Mapping[str, float]) -> float:
    return row["throughput"] + row["unfinished"] + row["not_inserted"]


def _vehicles(result: SimulationResult) -> dict[str, int]:
    run = result.runs[0]
    return {
        label: round(
            sum(_scheduled(run.by_class[name]) for name in classes if name in run.by_class)
        )
        for label, classes in CLASSES.items()
    }


def cells(found: Outcome) -> list[list[str]]:
    """The table: a row a plan, each figure with its change against the delay-optimal plan."""
    lines = []
    for row in found.rows:
        line = [found.scenario, row.plan]
        for name in found.names:
            text = f"{row.mean(name).mean:.3g}"
            change = None if row is found.yardstick else row.change(found.yardstick, name)
            if change is not None and change.low is not None and change.high is not None:
                shown = change.low > 0 or change.high < 0
                text += f" ({change.mean:+.1f} %{'' if shown else ', within noise'})"
            line.append(text)
        lines.append(line)
    return lines


def head(found: Outcome) -> list[str]:
    """Column titles."""
    return [
        "scenario",
        "plan for",
        *(MEASURES[n][0] if n in MEASURES else f"{n}, 1/veh" for n in found.names),
    ]


def verdict(found: Outcome) -> str:
    """One sentence on the soot-optimal plan against the delay-optimal one."""
    soot = next((r for r in found.rows if r.plan == "soot"), None)
    if soot is None or soot is found.yardstick:
        return ""
    changes = {name: soot.change(found.yardstick, name) for name in found.names}
    clear = [
        f"{name} {c.mean:+.1f} % [{c.low:+.1f}, {c.high:+.1f}]"
        for name, c in changes.items()
        if c is not None and c.low is not None and c.high is not None and (c.low > 0 or c.high < 0)
    ]
    told = ", ".join(clear) if clear else "no figure differs by more than the noise of the seeds"
    return (
        f"{found.scenario} ({found.vehicles} vehicles, {found.heavy} of them buses and trucks): the plan for"
        f" soot against the plan for {found.yardstick.plan}: {told}."
    )


def written(page: str, outcomes: Sequence[Outcome], told: str) -> str:
    """The page with the measured block filled."""
    lines = [head(outcomes[0]), ["---"] * len(head(outcomes[0]))]
    lines += [line for found in outcomes for line in cells(found)]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    sentences = "\n".join(f"* {verdict(found)}" for found in outcomes)
    return _BLOCK.sub(lambda m: f"{m[1]}{told}\n\n{table}\n{sentences}\n{m[2]}", page)


def _plain(found: Outcome) -> dict[str, object]:
    rows = [
        {"plan": r.plan, "by_seed": {n: dict(v) for n, v in r.figures.items()}} for r in found.rows
    ]
    return {
        "scenario": found.scenario,
        "vehicles": found.vehicles,
        "heavy": found.heavy,
        "rows": rows,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", default=["smoke", "mangilik_el_am"])
    parser.add_argument("--objectives", default="delay,co2,soot")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds an objective")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--window", type=int, default=600, help="seconds of the window that count")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--write", action="store_true", help="fill docs/emissions.md and its picture"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    outcomes = []
    console = Console(stderr=options.json)
    for name in options.scenarios:
        case = short_case(build_case(load_scenario(name)), options.window)
        found = outcome(case, options.objectives.split(","), options.budget, seeds, options.workers)
        outcomes.append(found)
        table = Table(title=f"{found.scenario}: plans for different objectives")
        for title in head(found)[1:]:
            table.add_column(title)
        for line in cells(found):
            table.add_row(*line[1:])
        console.print(table)
        console.print(verdict(found))
    if options.json:
        print(json.dumps([_plain(o) for o in outcomes], indent=1))
    if options.write:
        told = (
            f"{options.budget:g} s of search an objective, windows of {options.window} s, {options.seeds}"
            " seeds that no search has seen; in brackets the paired change against the plan for delay."
        )
        write_text(PAGE, written(PAGE.read_text(encoding="utf-8"), outcomes, told))
        write_text(PICTURE, str(picture(outcomes)) + "\n")


if __name__ == "__main__":
    main()
