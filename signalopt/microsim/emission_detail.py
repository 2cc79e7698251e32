"""Emissions of a batch of runs with the band of what is uncertain about factors, fleet and winter.

The band is that of the emission model for the mean activity of the runs (the model is linear); what
SUMO's PHEMlight5 device counted moves it as a whole. Seeds are told by the intervals of the measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from signalopt.emissions.activity import Activity
from signalopt.emissions.band import Band, bands
from signalopt.emissions.coefficients import POLLUTANTS
from signalopt.emissions.estimate import EmissionResult, emissions
from signalopt.emissions.factors import Floats
from signalopt.emissions.fleet import Fleet
from signalopt.microsim.kinematics import Kind
from signalopt.microsim.pricing import fleet_for

_PER_KM = ("fuel_g", "co2_g", "co2e_g", "nox_mg", "pm_mg", "soot_mg", "nonexhaust_pm10_mg")


@dataclass(frozen=True, slots=True)
class Emitted:
    """What one kind of vehicle did in a run and what it emitted (amounts by pollutant)."""

    kind: Kind
    activity: Activity
    amounts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class EmissionDetail:
    """Emissions of the mean run. model: how they were counted; fleet: its name.

    result: bands by kinematic class and in total, waiting to enter counted; `result.draws` are common
    to all results, so that differences keep only what two plans do not share.
    """

    model: str
    fleet: str
    temperature_c: float
    result: EmissionResult

    def per_km(self) -> dict[str, Band]:
        """Bands per vehicle-km; empty if nothing was driven."""
        if self.result.km <= 0:
            return {}
        return {name: self.result.per_km(name) for name in _PER_KM}

    def summary(self) -> dict[str, object]:
        """As plain data: totals of the mean run in g, mg and kWh, bands low / central / high."""
        return {
            "model": self.model,
            "band": "2.5 to 97.5 % of factors, fleet and winter; seeds are not in it",
            "per_km": {name: band.as_json() for name, band in self.per_km().items()},
            **self.result.as_json(),
        }


def detail_of(
    runs: Sequence[Sequence[Emitted]], model: str, fleet: Fleet, temperature_c: float
) -> EmissionDetail | None:
    """Detail of the mean of several runs; None without runs or without vehicles that have an engine.

    Raises InputError for a fleet that lacks a class.
    """
    if not any(runs):
        return None
    parts, factors = [], {}
    for kind in sorted(
        {e.kind for run in runs for e in run}, key=lambda k: (k.kinematic_class, k.electric)
    ):
        own = [e for run in runs for e in run if e.kind == kind]
        activity = _mean([e.activity for e in own], len(runs))
        part = emissions([activity], fleet_for(fleet, kind), temperature_c)
        name = kind.kinematic_class
        for pollutant, band in part.by_class[name].items():
            counted = sum(e.amounts.get(pollutant, 0.0) for e in own) / len(runs)
            known = all(pollutant in e.amounts for e in own)
            factors[kind, pollutant] = counted / band.central if known and band.central > 0 else 1.0
        parts.append((kind, part))
    return EmissionDetail(model, fleet.name, temperature_c, _joined(parts, factors, fleet.name))


def _mean(activities: Sequence[Activity], runs: int) -> Activity:
    names = [
        f.name
        for f in fields(Activity)
        if f.name not in ("kinematic_class", "cruise_kph", "mean_trip_km")
    ]
    sums = {name: sum(getattr(a, name) for a in activities) / runs for name in names}
    return replace(activities[0], mean_trip_km=0.0, **sums)


def _joined(
    parts: Sequence[tuple[Kind, EmissionResult]],
    factors: Mapping[tuple[Kind, str], float],
    fleet: str,
) -> EmissionResult:
    """One result of several kinds, each pollutant of a kind moved by its factor."""
    by_class, class_draws = {}, {}
    total, driven = np.zeros(len(POLLUTANTS)), np.zeros(len(POLLUTANTS))
    draws = np.zeros_like(parts[0][1].draws)
    for kind, part in parts:
        scale = np.array([factors[kind, name] for name in POLLUTANTS])
        name = kind.kinematic_class + (", electric" if kind.electric else "")
        central = scale * [part.total[p].central for p in POLLUTANTS]
        class_draws[name] = part.draws * scale
        by_class[name] = bands(POLLUTANTS, central, class_draws[name])
        total += central
        driven += scale * [part.driven[p].central for p in POLLUTANTS]
        draws += class_draws[name]
    first = parts[0][1]
    return EmissionResult(
        fleet=fleet,
        temperature_c=first.temperature_c,
        vehicles=sum(part.vehicles for _, part in parts),
        km=sum(part.km for _, part in parts),
        by_class=by_class,
        total=bands(POLLUTANTS, total, draws),
        driven=_driven(total, driven, draws),
        notes=tuple(dict.fromkeys(note for _, part in parts for note in part.notes)),
        draws=draws,
        class_draws=class_draws,
    )


def _driven(total: Floats, driven: Floats, draws: Floats) -> Mapping[str, Band]:
    """Bands without the wait to enter: as wide, relative to the figure, as those with it."""
    share = np.divide(driven, total, out=np.ones_like(total), where=total > 0)
    return bands(POLLUTANTS, driven, draws * share)
