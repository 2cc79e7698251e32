"""From what vehicles did to what they emitted, by one of three models.

`fitted` prices km, stops and idle seconds with the coefficients of the emission model: no device in
SUMO, the fastest and the default. `phemlight5` lets SUMO's PHEMlight5 device drive one base vehicle per
kinematic class and scales it to the fleet, its level and its winter by the ratio of the coefficients.
`sumo-default` is SUMO's device as it is: no fleet, no winter, no soot; not to be optimised.
The wait to enter is idling in all three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Protocol

from signalopt.emissions.activity import Activity
from signalopt.emissions.coefficients import POLLUTANTS, class_coefficients
from signalopt.emissions.fleet import Fleet
from signalopt.emissions.mix import with_fuel
from signalopt.errors import InputError, Problem
from signalopt.microsim.activities import activity_of, base_amounts
from signalopt.microsim.idling import idle_rates
from signalopt.microsim.kinematics import Kind, kind_of
from signalopt.microsim.schedule import Schedule
from signalopt.microsim.sums import Sums

FITTED, PHEMLIGHT5, SUMO_DEFAULT = "fitted", "phemlight5", "sumo-default"
EMISSION_MODELS = (FITTED, PHEMLIGHT5, SUMO_DEFAULT)
ELECTRIC_FUEL = "electric"

Amounts = dict[str, float]
"""Amounts by pollutant of signalopt.emissions (fuel_g, co2_g, nox_mg, pm_mg, soot_mg, ...)."""


@dataclass(frozen=True, slots=True)
class Priced:
    """What vehicles emitted: `total` with the wait to enter, `driven` without it."""

    total: Mapping[str, float]
    driven: Mapping[str, float]


class Pricing(Protocol):
    """How one run's sums by vehicle type become emissions."""

    def price(self, type_id: str, sums: Sums) -> Priced:
        """What the vehicles of a type emitted. Raises KeyError for a type that no file defines."""


@dataclass(frozen=True)
class CoefficientPricing:
    """`fitted` and `phemlight5`: coefficients of a fleet at a temperature (degrees Celsius).

    device: whether SUMO's device has counted a base vehicle, whose figures then replace the response
    of the coefficients while their ratio keeps level, fleet and winter.
    """

    schedule: Schedule
    fleet: Fleet
    temperature_c: float
    device: bool

    def price(self, type_id: str, sums: Sums) -> Priced:
        """See Pricing."""
        kind = kind_of(type_id, self.schedule.type_of(type_id))
        if kind is None:
            return Priced({}, {})
        activity = activity_of(kind.kinematic_class, sums)
        central, _ = class_coefficients(
            fleet_for(self.fleet, kind), kind.kinematic_class, self.temperature_c
        )
        inside = central @ activity.terms(entry=False)
        waiting = central @ activity.terms(entry=True) - inside
        driven = {name: float(inside[i]) for i, name in enumerate(POLLUTANTS)}
        if self.device and not kind.electric:
            for name, factor in device_factors(activity, sums).items():
                driven[name] *= factor
        total = {name: driven[name] + float(waiting[i]) for i, name in enumerate(POLLUTANTS)}
        return Priced(_without_no_power(total), _without_no_power(driven))


@dataclass(frozen=True)
class DevicePricing:
    """`sumo-default`: what SUMO's own device counted; the wait to enter at its own idle rate."""

    schedule: Schedule

    def price(self, type_id: str, sums: Sums) -> Priced:
        """See Pricing. Raises SimulationError if SUMO does not know an emission class."""
        driven = {
            "fuel_g": sums.device_fuel_mg / 1000,
            "co2_g": sums.device_co2_mg / 1000,
            "nox_mg": sums.device_nox_mg,
        }
        total = dict(driven)
        if sums.depart_delay_s > 0:
            rates = idle_rates(self.schedule.type_of(type_id))
            total["fuel_g"] += sums.depart_delay_s * rates.fuel_mgps / 1000
            total["co2_g"] += sums.depart_delay_s * rates.co2_mgps / 1000
            total["nox_mg"] += sums.depart_delay_s * rates.nox_mgps
        return Priced(total, driven)


def device_factors(activity: Activity, sums: Sums) -> dict[str, float]:
    """SUMO's device / response of the same base vehicle to the same activity, by pollutant.

    Pollutants that SUMO does not know follow what they are made of: soot the PM, CO2e and
    electricity the fuel. Empty where nothing was driven.
    """
    expected = base_amounts(activity)
    counted = {
        "co2_g": sums.device_co2_mg / 1000, "nox_mg": sums.device_nox_mg, "pm_mg": sums.device_pm_mg,
    }  # fmt: skip
    factors = {
        name: counted[name] / expected[name] for name in counted if expected.get(name, 0.0) > 0
    }
    if "co2_g" in factors:
        factors["fuel_g"] = factors["co2e_g"] = factors["co2_g"]
    if "pm_mg" in factors:
        factors["soot_mg"] = factors["pm_mg"]
    return factors


def _without_no_power(amounts: Amounts) -> Amounts:
    """Leave electricity out where no battery vehicle drives."""
    return {name: x for name, x in amounts.items() if x != 0 or name != "electricity_kwh"}


@lru_cache(maxsize=32)
def fleet_for(fleet: Fleet, kind: Kind) -> Fleet:
    """The fleet that a kind belongs to: types declared electric are, whatever the fleet says."""
    if not kind.electric:
        return fleet
    return with_fuel(fleet, kind.kinematic_class, ELECTRIC_FUEL, 1.0, "none")


def summed(parts: Iterable[Priced]) -> Priced:
    """Add up what several types emitted."""
    total: Amounts = {}
    driven: Amounts = {}
    for part in parts:
        for into, amounts in ((total, part.total), (driven, part.driven)):
            for name, amount in amounts.items():
                into[name] = into.get(name, 0.0) + amount
    return Priced(total, driven)


_DRIVEN = {"fuel_g": "fuel_driven_g", "co2_g": "co2_driven_g", "nox_mg": "nox_driven_mg"}
_TOTAL_UNITS = {"g": ("kg", 1000.0), "mg": ("g", 1000.0), "kwh": ("kwh", 1.0)}


def emission_measures(priced: Priced, distance_m: float) -> dict[str, float]:
    """Measures of emissions by name; those per km are left out where nothing was driven."""
    found = {}
    for name, amount in priced.total.items():
        stem, unit = name.rsplit("_", 1)
        total_unit, divisor = _TOTAL_UNITS[unit]
        found[f"{stem}_total_{total_unit}"] = amount / divisor
        if distance_m > 0:
            found[name] = amount / (distance_m / 1000)
    if distance_m > 0:
        found |= {
            measure: priced.driven[name] / (distance_m / 1000)
            for name, measure in _DRIVEN.items()
            if name in priced.driven
        }
    return found


def pricing_of(model: str, schedule: Schedule, fleet: Fleet, temperature_c: float) -> Pricing:
    """The pricing of a model. Raises InputError for an unknown one, naming the nearest."""
    if model not in EMISSION_MODELS:
        near = get_close_matches(model, EMISSION_MODELS, n=1)
        hint = f"did you mean {near[0]}?" if near else ""
        raise InputError(Problem("emission model", repr(model), ", ".join(EMISSION_MODELS), hint))
    if model == SUMO_DEFAULT:
        return DevicePricing(schedule)
    return CoefficientPricing(schedule, fleet, temperature_c, device=model == PHEMLIGHT5)
