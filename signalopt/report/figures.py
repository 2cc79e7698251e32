"""Figures of the headline from the summaries of two simulations, as `SimulationResult.summary` has them.

The same data stands in the result files of `optimize --json`, so both ways lead through here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from signalopt.measures import MEASURES
from signalopt.microsim.statistics import Estimate, estimate, paired_change
from signalopt.report.data import EmissionBand, Figure, Interval

SHOWN = (
    "delay_s", "person_delay_s", "pedestrian_delay_s", "stops", "travel_time_s", "speed_kph",
    "fuel_g", "co2_g", "nox_mg", "pm_mg", "soot_mg", "nonexhaust_pm10_mg", "co2_total_kg",
    "soot_total_g", "throughput", "unfinished", "collisions",
)  # fmt: skip
BANDED = ("co2_g", "nox_mg", "pm_mg", "soot_mg", "nonexhaust_pm10_mg")
Summary = Mapping[str, Any]


def figures_of(before: Summary, after: Summary | None) -> tuple[Figure, ...]:
    """Measures of both sides over the seeds that both finished; changes are paired."""
    runs = _by_seed(before)
    others = _by_seed(after) if after is not None else None
    seeds = [seed for seed in runs if others is None or seed in others]
    found = []
    for name in SHOWN:
        own = [s for s in seeds if name in runs[s] and (others is None or name in others[s])]
        if not own:
            continue
        first = [runs[s][name] for s in own]
        if others is None:
            found.append(Figure(name, MEASURES[name].better, interval(estimate(first))))
            continue
        second = [others[s][name] for s in own]
        change = paired_change(first, second)
        found.append(
            Figure(
                name,
                MEASURES[name].better,
                interval(estimate(first)),
                interval(estimate(second)),
                interval(change.difference),
                interval(change.relative) if change.relative is not None else None,
                change.significant,
            )
        )
    return tuple(found)


def bands_of(
    before: Summary, after: Summary | None, comparison: Summary | None
) -> tuple[EmissionBand, ...]:
    """Bands per vehicle-km and of the change, where the emission model gives any."""
    first = _per_km(before)
    second = _per_km(after) if after is not None else None
    percent = ((comparison or {}).get("emission_change") or {}).get("percent", {})
    return tuple(
        EmissionBand(
            name,
            _band(first[name]),
            _band(second[name]) if second and name in second else None,
            _band(percent[name]) if name in percent else None,
        )
        for name in BANDED
        if name in first
    )


def common_seeds(before: Summary, after: Summary | None) -> tuple[int, ...]:
    """Seeds that both sides finished."""
    others = None if after is None else _by_seed(after)
    return tuple(seed for seed in _by_seed(before) if others is None or seed in others)


def interval(found: Estimate) -> Interval:
    """An estimate as the report keeps it."""
    return Interval(found.mean, found.low, found.high)


def _by_seed(summary: Summary) -> dict[int, Mapping[str, float]]:
    runs: Sequence[Summary] = summary["runs"]
    return {int(run["seed"]): run["measures"] for run in runs}


def _per_km(summary: Summary) -> Mapping[str, Mapping[str, float]]:
    detail = summary.get("emission_detail") or {}
    found: Mapping[str, Mapping[str, float]] = detail.get("per_km") or {}
    return found


def _band(band: Mapping[str, float]) -> Interval:
    return Interval(band["central"], band["low"], band["high"])
