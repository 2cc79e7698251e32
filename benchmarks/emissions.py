"""How far the fast emission coefficients agree with SUMO's PHEMlight5, plan by plan, and what they cost.

SUMO drives each plan once a seed with PHEMlight5 devices; from the same trips the `fitted` model prices
km, stops and idle seconds. Both are scaled to the same fleet. Target: CO2 of every plan within 4 %,
rank correlation over plans at least 0.95 for CO2 and soot. Plans whose figures by the device lie closer
together than the seeds scatter have no order to find, so that a second correlation leaves such plans out.
The plans are others than those of the fit. `--fit` drives the plans of the fit and prints the stop
equivalents that all trips of the scenarios together give (emissions/data/stop_equivalents.toml).

    python -m benchmarks.emissions [SCENARIO ...] [--plans 6] [--seeds 2] [--window 300] [--fit] [--json]
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
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
FIT_PLANS_SEED, CHECK_PLANS_SEED = 5, 6
CLEAR = 2.0
"""Standard errors of a difference of two plans by which they must lie apart to have an order."""


@dataclass(frozen=True, slots=True)
class Row:
    """One plan: by seed CO2 in g and soot in mg per vehicle-km by the device and by the coefficients."""

    plan: str
    delay_s: float
    co2_device: tuple[float, ...]
    co2_fitted: tuple[float, ...]
    soot_device: tuple[float, ...]
    soot_fitted: tuple[float, ...]

    def mean(self, name: str) -> float:
        """Mean over the seeds of `co2_device` and the like."""
        return float(np.mean(getattr(self, name)))

    def error(self, pollutant: str) -> float:
        """Relative error of the coefficients, `co2` or `soot`."""
        return self.mean(f"{pollutant}_fitted") / self.mean(f"{pollutant}_device") - 1


@dataclass(frozen=True, slots=True)
class Agreement:
    """All plans of a scenario. cost: wall seconds of a run by emission model."""

    scenario: str
    rows: tuple[Row, ...]
    cost: dict[str, float]

    @property
    def largest_co2_error(self) -> float:
        """Largest relative error of CO2 over the plans."""
        return max(abs(row.error("co2")) for row in self.rows)

    def rank_correlation(self, pollutant: str, *, clear: bool = False) -> float | None:
        """Spearman's rank correlation over the plans, `co2` or `soot`; None with fewer than three.

        clear: only over plans that lie further apart than the seeds scatter.
        """
        rows = self.clear_rows(pollutant) if clear else self.rows
        if len(rows) < 3:
            return None
        device = [row.mean(f"{pollutant}_device") for row in rows]
        fitted = [row.mean(f"{pollutant}_fitted") for row in rows]
        return float(spearmanr(device, fitted).statistic)

    def noise(self, pollutant: str) -> float | None:
        """Standard error of the difference of two plans by the device; None with one seed.

        From what plan and seed do not explain together (two-way layout): plans see the same seeds.
        """
        values = np.array([getattr(row, f"{pollutant}_device") for row in self.rows])
        plans, seeds = values.shape
        if seeds < 2 or plans < 2:
            return None
        rest = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
        variance = (rest**2).sum() / ((plans - 1) * (seeds - 1))
        return float(np.sqrt(2 * variance / seeds))

    def clear_rows(self, pollutant: str) -> tuple[Row, ...]:
        """Plans from low to high, each further from the one before than CLEAR times the noise."""
        noise = self.noise(pollutant)
        if noise is None:
            return ()
        name, kept = f"{pollutant}_device", list[Row]()
        for row in sorted(self.rows, key=lambda r: r.mean(name)):
            if not kept or row.mean(name) - kept[-1].mean(name) > CLEAR * noise:
                kept.append(row)
        return tuple(kept)


def short_case(case: Case, window_s: int, warmup_s: int = 300) -> Case:
    """The case with at most `window_s` of its window and `warmup_s` of its warm-up."""
    return replace(
        case,
        end_s=min(case.end_s, case.begin_s + window_s),
        depart_begin_s=max(case.depart_begin_s, case.begin_s - warmup_s),
    )


def plans_of(case: Case, count: int, seed: int) -> list[Plan]:
    """Today's plan, Webster's, plans near that and, for a check, a third of random ones."""
    webster = webster_start(case)
    made = plan_set(case, webster, 2 * count, seed=seed).plans
    near = [p for p in made if p.name.startswith("near")][1:]
    far = [p for p in made if p.name.startswith("random")]
    mixed = itertools.chain.from_iterable(zip(near[::2], near[1::2], far, strict=False))
    others = near if seed == FIT_PLANS_SEED else list(mixed)
    return [case.today, webster, *others][:count]


def row_of(case: Case, result: SimulationResult) -> Row:
    """Both figures of one plan from its PHEMlight5 runs."""
    co2, soot = result.values("co2_g"), result.values("soot_mg")
    return Row(
        result.plan, result.mean("delay_s"), tuple(co2.values()), _fitted(case, result, "co2_g"),
        tuple(soot.values()), _fitted(case, result, "soot_mg"),
    )  # fmt: skip


def _fitted(case: Case, result: SimulationResult, pollutant: str) -> tuple[float, ...]:
    fleet, temperature_c = emission_setting(case)
    index, found = POLLUTANTS.index(pollutant), []
    for run in result.runs:
        total, km = 0.0, 0.0
        for e in run.emitted:
            own = fleet_for(fleet, e.kind)
            central, _ = class_coefficients(own, e.kind.kinematic_class, temperature_c)
            total += float(central[index] @ e.activity.terms(entry=True))
            km += e.activity.km
        found.append(total / km)
    return tuple(found)


def agreement(
    case: Case, plans: Sequence[Plan], seeds: Sequence[int], trips: dict[str, Trips]
) -> Agreement:
    """Run the plans; the trips by class are added to `trips`."""
    rows = []
    schedule = read_schedule(case)
    for plan in plans:
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
        co2, soot = (f"{r.mean(f'{name}_device'):.4g}" for name in ("co2", "soot"))
        table.add_row(
            r.plan, f"{r.delay_s:.1f}", co2, f"{r.mean('co2_fitted'):.4g}",
            f"{100 * r.error('co2'):+.1f} %", soot, f"{r.mean('soot_fitted'):.4g}",
            f"{100 * r.error('soot'):+.1f} %",
        )  # fmt: skip
    console.print(table)
    met = "met" if found.largest_co2_error <= LARGEST_CO2_ERROR else "missed"
    console.print(
        f"largest CO2 error {100 * found.largest_co2_error:.1f} %"
        f" (target {100 * LARGEST_CO2_ERROR:.0f} %: {met})"
    )
    for name in ("co2", "soot"):
        console.print(f"rank correlation {name}: {_ranks(found, name)}")
    base = found.cost[FITTED]
    shown = ", ".join(f"{name} {s:.1f} s ({s / base:.2f})" for name, s in found.cost.items())
    console.print(f"one run: {shown}")


def _ranks(found: Agreement, name: str) -> str:
    noise, clear = found.noise(name), found.clear_rows(name)
    text = f"{_number(found.rank_correlation(name))} over {len(found.rows)} plans"
    if noise is None:
        return f"{text}; one seed: how much the seeds scatter is not known"
    percent = 100 * noise / found.rows[0].mean(f"{name}_device")
    return (
        f"{text}; {_number(found.rank_correlation(name, clear=True))} over the {len(clear)} that lie"
        f" more than {CLEAR:g} standard errors of the seeds ({percent:.1f} %) apart"
        f" (target {LEAST_RANK_CORRELATION})"
    )


def _number(value: float | None) -> str:
    return "none (fewer than 3)" if value is None else f"{value:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", default=["smoke", "mangilik_el_midday"])
    parser.add_argument("--plans", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument(
        "--window", type=int, default=300, help="seconds of the window (not smoke's)"
    )
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    console, found = Console(), []
    trips: dict[str, Trips] = {}
    for name in options.scenarios:
        case = build_case(load_scenario(name))
        if name != "smoke":
            case = short_case(case, options.window)
        plans = plans_of(case, options.plans, FIT_PLANS_SEED if options.fit else CHECK_PLANS_SEED)
        found.append(agreement(case, plans, range(1, options.seeds + 1), trips))
        if not options.json:
            show(found[-1], console)
    fits = {kind: asdict(fit(kind, own)) for kind, own in trips.items()} if options.fit else {}
    if options.json:
        rows = [
            {
                "scenario": a.scenario, "largest_co2_error": a.largest_co2_error,
                "rank_co2": a.rank_correlation("co2"), "rank_soot": a.rank_correlation("soot"),
                "rank_co2_clear": a.rank_correlation("co2", clear=True),
                "rank_soot_clear": a.rank_correlation("soot", clear=True),
                "noise_co2": a.noise("co2"), "noise_soot": a.noise("soot"),
                "rows": [asdict(r) for r in a.rows], "cost_s": a.cost,
            }
            for a in found
        ]  # fmt: skip
        print(json.dumps({"agreement": rows, "fit": fits}, indent=1))
    elif fits:
        console.print(fits)


if __name__ == "__main__":
    main()
