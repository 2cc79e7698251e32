"""How far the fast emission coefficients agree with SUMO's PHEMlight5, plan by plan, and what they cost.

SUMO drives each plan once a seed with PHEMlight5 devices; from the same trips the `fitted` model prices
km, stops and idle seconds. Both are scaled to the same fleet. Target: CO2 of every plan within 4 %,
rank correlation over plans at least 0.95 for CO2 and soot. `--fit` prints the stop equivalents that
the trips give (emissions/data/stop_equivalents.toml holds those of several scenarios together).

    python -m benchmarks.emissions [SCENARIO ...] [--plans 6] [--seeds 1] [--part 0.4] [--fit] [--json]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table
from scipy.stats import spearmanr

from benchmarks.agreement_plans import plan_set
from benchmarks.emission_trips import Trips, fit, read_trips
from signalopt.emissions.coefficients import POLLUTANTS, class_coefficients
from signalopt.microsim.pricing import FITTED, PHEMLIGHT5, SUMO_DEFAULT, fleet_for
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.schedule import read_schedule
from signalopt.microsim.simulate import simulate
from signalopt.optimize.webster_start import webster_start
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting
from signalopt.scenario.load import load_scenario
from signalopt.timing.plan import Plan

LARGEST_CO2_ERROR, LEAST_RANK_CORRELATION = 0.04, 0.95


@dataclass(frozen=True, slots=True)
class Row:
    """One plan: CO2 in g and soot in mg per vehicle-km by the device and by the coefficients."""

    plan: str
    delay_s: float
    co2_device: float
    co2_fitted: float
    soot_device: float
    soot_fitted: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """All plans of a scenario. cost: wall seconds of a run by emission model."""

    scenario: str
    rows: tuple[Row, ...]
    cost: dict[str, float]

    @property
    def largest_co2_error(self) -> float:
        """Largest relative error of CO2 over the plans."""
        return max(abs(r.co2_fitted / r.co2_device - 1) for r in self.rows)

    def rank_correlation(self, pollutant: str) -> float:
        """Spearman's rank correlation over the plans, `co2` or `soot`."""
        device = [getattr(r, f"{pollutant}_device") for r in self.rows]
        fitted = [getattr(r, f"{pollutant}_fitted") for r in self.rows]
        return float(spearmanr(device, fitted).statistic)


def plans_of(case: Case, count: int) -> list[Plan]:
    """Today's plan, Webster's and plans near it."""
    webster = webster_start(case)
    near = [p for p in plan_set(case, webster, 2 * count, seed=5).plans if p.name != "random 0"]
    return [case.today, webster, *[p for p in near if p.name.startswith("near")][1:]][:count]


def row_of(case: Case, result: SimulationResult) -> Row:
    """Both figures of one plan from its PHEMlight5 runs."""
    return Row(
        result.plan, result.mean("delay_s"), result.mean("co2_g"), _fitted(case, result, "co2_g"),
        result.mean("soot_mg"), _fitted(case, result, "soot_mg"),
    )  # fmt: skip


def _fitted(case: Case, result: SimulationResult, pollutant: str) -> float:
    fleet, temperature_c = emission_setting(case)
    index, total, km = POLLUTANTS.index(pollutant), 0.0, 0.0
    for run in result.runs:
        for e in run.emitted:
            own = fleet_for(fleet, e.kind)
            central, _ = class_coefficients(own, e.kind.kinematic_class, temperature_c)
            total += float(central[index] @ e.activity.terms(entry=True))
            km += e.activity.km
    return total / km


def agreement(case: Case, count: int, seeds: Sequence[int], trips: dict[str, Trips]) -> Agreement:
    """Run the plans; the trips by class are added to `trips`."""
    rows = []
    schedule = read_schedule(case)
    for plan in plans_of(case, count):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            result = simulate(case, plan, seeds, workers=1, emission_model=PHEMLIGHT5, keep=folder)
            rows.append(row_of(case, result))
            for seed in seeds:
                found = read_trips(folder / f"seed-{seed}" / "tripinfo.xml", schedule)
                for kind, own in found.items():
                    trips[kind] = trips[kind].joined(own) if kind in trips else own
    cost = {}
    for model in (FITTED, SUMO_DEFAULT, PHEMLIGHT5):
        begun = time.perf_counter()
        simulate(case, None, seeds[:1], workers=1, emission_model=model)
        cost[model] = time.perf_counter() - begun
    return Agreement(case.name, tuple(rows), cost)


def show(found: Agreement, console: Console) -> None:
    table = Table(title=f"{found.scenario}: fitted coefficients against PHEMlight5")
    for name in (
        "plan",
        "delay s",
        "CO2 g/km device",
        "fitted",
        "error",
        "soot mg/km",
        "fitted",
        "error",
    ):
        table.add_column(name, justify="left" if name == "plan" else "right")
    for r in found.rows:
        table.add_row(
            r.plan, f"{r.delay_s:.1f}", f"{r.co2_device:.1f}", f"{r.co2_fitted:.1f}",
            f"{100 * (r.co2_fitted / r.co2_device - 1):+.1f} %", f"{r.soot_device:.2f}",
            f"{r.soot_fitted:.2f}", f"{100 * (r.soot_fitted / r.soot_device - 1):+.1f} %",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"largest CO2 error {100 * found.largest_co2_error:.1f} % (target"
        f" {100 * LARGEST_CO2_ERROR:.0f} %), rank correlation CO2 {found.rank_correlation('co2'):.3f},"
        f" soot {found.rank_correlation('soot'):.3f} (target {LEAST_RANK_CORRELATION})"
    )
    base = found.cost[FITTED]
    shown = ", ".join(f"{name} {s:.1f} s ({s / base:.2f})" for name, s in found.cost.items())
    console.print(f"one run: {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", default=["smoke", "mangilik_el_midday"])
    parser.add_argument("--plans", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--part", type=float, default=0.4, help="part of the window that is driven")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    console, found = Console(), []
    trips: dict[str, Trips] = {}
    for name in options.scenarios:
        case = build_case(load_scenario(name))
        whole = case.end_s - case.begin_s
        case = replace(case, end_s=case.begin_s + max(300, int(options.part * whole)))
        found.append(agreement(case, options.plans, range(1, options.seeds + 1), trips))
        if not options.json:
            show(found[-1], console)
    fits = {kind: asdict(fit(kind, own)) for kind, own in trips.items()} if options.fit else {}
    if options.json:
        rows = [
            {
                "scenario": a.scenario, "largest_co2_error": a.largest_co2_error,
                "rank_co2": a.rank_correlation("co2"), "rank_soot": a.rank_correlation("soot"),
                "rows": [asdict(r) for r in a.rows], "cost_s": a.cost,
            }
            for a in found
        ]  # fmt: skip
        print(json.dumps({"agreement": rows, "fit": fits}, indent=1))
    elif fits:
        console.print(fits)


if __name__ == "__main__":
    main()
