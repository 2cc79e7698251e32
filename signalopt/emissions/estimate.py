"""Emissions of traffic from what it did, per class and in total, each with its band.

A band holds what is uncertain about factors, fleet and winter. What changes from seed to seed or
with the demand is not in it: that is told by intervals over simulation runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from signalopt.emissions.activity import Activity, check_activities
from signalopt.emissions.band import Band, bands
from signalopt.emissions.coefficients import (
    POLLUTANTS,
    Coefficients,
    class_coefficients,
    coefficients,
)
from signalopt.emissions.factors import DRAWS, Floats
from signalopt.emissions.mix import Fleet
from signalopt.emissions.response import DrivingState, load_responses
from signalopt.emissions.technology import load_technologies
from signalopt.emissions.winter import valid_temperature, winter_notes

__all__ = [
    "POLLUTANTS",
    "Activity",
    "Band",
    "Coefficients",
    "EmissionDifference",
    "EmissionResult",
    "coefficients",
    "difference",
    "emissions",
    "per_km_at",
]


@dataclass(frozen=True, slots=True, eq=False)
class EmissionResult:
    """Amounts in g, mg and kWh as the names of POLLUTANTS say.

    by_class, total: waiting to enter counted as idling. driven: total without that.
    temperature_c: what was used, after clamping; `notes` say what a reader must know.
    draws: total over (draws, pollutants), the same draws for every result.
    """

    fleet: str
    temperature_c: float
    vehicles: float
    km: float
    by_class: Mapping[str, Mapping[str, Band]]
    total: Mapping[str, Band]
    driven: Mapping[str, Band]
    notes: tuple[str, ...]
    draws: Floats = field(repr=False)
    class_draws: Mapping[str, Floats] = field(repr=False)

    def per_km(self, pollutant: str) -> Band:
        """Total per vehicle-km, waiting to enter counted. Raises ValueError if nothing was driven."""
        if self.km <= 0:
            raise ValueError("no vehicle-km were driven")
        return self.total[pollutant].scaled(1 / self.km)

    def as_json(self) -> dict[str, object]:
        """Everything but the draws, for files and `--json`."""
        return {
            "fleet": self.fleet,
            "temperature_c": self.temperature_c,
            "vehicles": self.vehicles,
            "km": self.km,
            "total": {name: band.as_json() for name, band in self.total.items()},
            "driven": {name: band.as_json() for name, band in self.driven.items()},
            "by_class": {
                c: {name: band.as_json() for name, band in row.items()}
                for c, row in self.by_class.items()
            },
            "notes": list(self.notes),
        }


def emissions(
    activities: Sequence[Activity], fleet: Fleet, temperature_c: float, *, warm: bool = False
) -> EmissionResult:
    """Emissions of a fleet that did `activities` at an air temperature in °C.

    Several activities of one class add up. Mean of runs: give the mean activity, the model is linear.
    warm: hot engines at 20 °C, as SUMO counts; for comparisons with it.
    Raises InputError for unknown classes, classes that the fleet lacks and impossible figures.
    """
    check_activities(activities)
    used, notes = valid_temperature(temperature_c)
    size = len(POLLUTANTS)
    central: dict[str, Floats] = {}
    drawn: dict[str, Floats] = {}
    entry, entry_draws = np.zeros(size), np.zeros((DRAWS, size))
    for a in activities:
        one, many = class_coefficients(
            fleet, a.kinematic_class, used, a.mean_trip_km, a.cruise_kph, warm
        )
        all_terms, inside = a.terms(entry=True), a.terms(entry=False)
        name = a.kinematic_class
        central[name] = central.get(name, np.zeros(size)) + one @ all_terms
        drawn[name] = drawn.get(name, np.zeros((DRAWS, size))) + many @ all_terms
        entry += one @ (all_terms - inside)
        entry_draws += many @ (all_terms - inside)
    total = np.sum(list(central.values()), axis=0) if central else np.zeros(size)
    draws = np.sum(list(drawn.values()), axis=0) if drawn else np.zeros((DRAWS, size))
    return EmissionResult(
        fleet=fleet.name,
        temperature_c=used,
        vehicles=sum(a.vehicles for a in activities),
        km=sum(a.km for a in activities),
        by_class={c: bands(POLLUTANTS, central[c], drawn[c]) for c in central},
        total=bands(POLLUTANTS, total, draws),
        driven=bands(POLLUTANTS, total - entry, draws - entry_draws),
        notes=(*notes, *winter_notes(used)),
        draws=draws,
        class_draws=drawn,
    )


def per_km_at(
    fleet: Fleet, kinematic_class: str, temperature_c: float, state: DrivingState
) -> Mapping[str, Band]:
    """What a mean vehicle of a class emits per km in a driving state (see `closure_states`)."""
    first = fleet.of_class(kinematic_class)[0]
    response = load_responses()[load_technologies()[first.key].base]
    idle_s = state.idle_s_per_km(response)
    one_km = Activity(kinematic_class, 1, 1.0, state.stops_per_km, idle_s)
    return emissions((one_km,), fleet, temperature_c).total


@dataclass(frozen=True, slots=True)
class EmissionDifference:
    """After minus before: amounts, and percent of before where before is not zero."""

    total: Mapping[str, Band]
    percent: Mapping[str, Band]
    by_class: Mapping[str, Mapping[str, Band]]


def difference(before: EmissionResult, after: EmissionResult) -> EmissionDifference:
    """What changes between two results, the same factors on both sides.

    What both plans share (level, fleet, soot share) cancels as far as it acts alike, so that the
    band of a difference is much narrower than the bands of the two levels suggest.
    """
    change = after.draws - before.draws
    total, percent = {}, {}
    for i, name in enumerate(POLLUTANTS):
        level = before.total[name].central
        step = after.total[name].central - level
        total[name] = Band.of(step, change[:, i])
        if level > 0:
            percent[name] = Band.of(100 * step / level, 100 * change[:, i] / before.draws[:, i])
    nothing = np.zeros_like(change)
    by_class = {}
    for c in dict.fromkeys((*before.by_class, *after.by_class)):
        drawn = after.class_draws.get(c, nothing) - before.class_draws.get(c, nothing)
        steps = [_central(after, c, name) - _central(before, c, name) for name in POLLUTANTS]
        by_class[c] = bands(POLLUTANTS, np.array(steps), drawn)
    return EmissionDifference(total, percent, by_class)


def _central(result: EmissionResult, kinematic_class: str, pollutant: str) -> float:
    row = result.by_class.get(kinematic_class)
    return row[pollutant].central if row else 0.0
