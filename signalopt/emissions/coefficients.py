"""Coefficients of a fleet: expectation over its technologies, with season, soot and uncertainty.

Everything that a figure can be is linear in what vehicles did, so that an optimiser needs only a dot
product: `coefficients(fleet, t).central[class, pollutant] @ activity.terms(entry=True)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from signalopt.emissions.evidence import constant
from signalopt.emissions.factors import DRAWS, Draw, Floats
from signalopt.emissions.mix import DECLARED, Fleet, Share
from signalopt.emissions.response import (
    PARTIAL,
    REFERENCE_CRUISE_KPH,
    STOP,
    TERMS,
    hot,
    load_responses,
    shape_of_electricity,
    stop_speed_factor,
)
from signalopt.emissions.soot import soot
from signalopt.emissions.technology import Technology, load_technologies
from signalopt.emissions.wear import non_exhaust
from signalopt.emissions.winter import heating_kw, valid_temperature, winter_factors

POLLUTANTS = (
    "fuel_g",
    "co2_g",
    "co2e_g",
    "nox_mg",
    "pm_mg",
    "soot_mg",
    "nonexhaust_pm10_mg",
    "electricity_kwh",
)
FUEL, CO2, CO2E, NOX, PM, SOOT, WEAR, ELECTRICITY = range(len(POLLUTANTS))


@dataclass(frozen=True, slots=True, eq=False)
class Coefficients:
    """Linear coefficients, read-only: `central` (classes, pollutants, terms), `draws` (draws, ...).

    Units: that of the pollutant's name per km, stop, slowing and second at rest.
    """

    classes: tuple[str, ...]
    pollutants: tuple[str, ...]
    terms: tuple[str, ...]
    central: Floats
    draws: Floats

    def of(self, kinematic_class: str, pollutant: str) -> Floats:
        """Central coefficients over TERMS of one class and pollutant."""
        row = self.classes.index(kinematic_class), self.pollutants.index(pollutant)
        return np.asarray(self.central[row])


def coefficients(
    fleet: Fleet,
    temperature_c: float,
    *,
    trip_km: float = 0.0,
    cruise_kph: float = REFERENCE_CRUISE_KPH,
    warm: bool = False,
) -> Coefficients:
    """Coefficients of all classes of a fleet at a temperature (clamped to its valid range).

    trip_km: length of a whole trip, for the cold start; the fleet's own if that is longer.
    cruise_kph: speed that full stops start from. warm: hot engine at 20 °C, as SUMO counts.
    """
    classes = fleet.kinematic_classes
    both = [class_coefficients(fleet, c, temperature_c, trip_km, cruise_kph, warm) for c in classes]
    central = np.stack([c for c, _ in both])
    draws = np.stack([d for _, d in both], axis=1)
    central.flags.writeable = draws.flags.writeable = False
    return Coefficients(classes, POLLUTANTS, TERMS, central, draws)


def class_coefficients(
    fleet: Fleet,
    kinematic_class: str,
    temperature_c: float,
    trip_km: float = 0.0,
    cruise_kph: float = REFERENCE_CRUISE_KPH,
    warm: bool = False,
) -> tuple[Floats, Floats]:
    """Central coefficients (pollutants, terms) and draws (draws, pollutants, terms) of one class."""
    used, _ = valid_temperature(temperature_c)
    setting = Setting(used, max(trip_km, fleet.trip_km), cruise_kph, warm)
    return _computed(fleet.of_class(kinematic_class), setting)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the coefficients are for: valid temperature, length of trips, speed, warm engine or not."""

    temperature_c: float
    trip_km: float
    cruise_kph: float
    warm: bool


@lru_cache(maxsize=256)
def _computed(shares: tuple[Share, ...], setting: Setting) -> tuple[Floats, Floats]:
    central = class_expectation(shares, setting, Draw())[0]
    draws = class_expectation(shares, setting, Draw(DRAWS))
    central.flags.writeable = draws.flags.writeable = False
    return central, draws


def class_expectation(shares: tuple[Share, ...], setting: Setting, draw: Draw) -> Floats:
    """Expectation over the technologies of one class: array (draws, pollutants, terms)."""
    weights = np.stack(
        [
            s.share
            * draw.spread("share " + " ".join(s.key), constant("share_spread", s.confidence))
            for s in shares
        ]
    )
    free = np.array([s.confidence != DECLARED for s in shares])
    if free.any():
        weights[free] *= (1 - weights[~free].sum(axis=0)) / weights[free].sum(axis=0)
    found = np.zeros((len(draw), len(POLLUTANTS), len(TERMS)))
    for share, weight in zip(shares, weights, strict=True):
        technology = load_technologies()[share.key]
        found += weight[:, None, None] * technology_coefficients(technology, setting, draw)
    return found


def technology_coefficients(technology: Technology, setting: Setting, draw: Draw) -> Floats:
    """Coefficients of one technology: array (draws, pollutants, terms)."""
    found = np.zeros((len(draw), len(POLLUTANTS), len(TERMS)))
    for index, name in ((CO2, "co2_g"), (NOX, "nox_mg"), (PM, "pm_mg")):
        found[:, index] = hot(technology, name, draw) * _level(technology, name, draw)[:, None]
        if not setting.warm:
            found[:, index] *= winter_factors(
                technology, name, setting.temperature_c, setting.trip_km, draw
            )
    if technology.fuel == "electric":
        found[:, ELECTRICITY] = _electricity(technology, setting, draw)
    else:
        found[:, FUEL] = found[:, CO2] / constant("co2_per_fuel", technology.fuel)
        # CH4 follows the fuel: its level per km over the level of CO2 per km
        ch4_per_co2 = technology.ch4_gpkm / technology.level["co2_g"][0]
        found[:, CO2E] = found[:, CO2] * (1 + ch4_per_co2 * draw.factor("gwp_ch4"))[:, None]
        found[:, SOOT] = soot(technology, found[:, PM], draw)
    found[:, WEAR] = non_exhaust(technology, draw)
    response = load_responses()[technology.base]
    found[:, :, STOP : PARTIAL + 1] *= stop_speed_factor(response, setting.cruise_kph)
    return found


def _level(technology: Technology, pollutant: str, draw: Draw) -> Floats:
    """Uncertainty of the hot level: array (draws)."""
    weight = "light" if technology.kinematic_class in ("car", "lcv") else "heavy"
    if pollutant != "pm_mg":
        return draw.factor(f"level_{pollutant.split('_', maxsplit=1)[0]}_{weight}")
    if technology.soot_group == "none":
        return np.ones(len(draw))
    level = draw.factor(f"level_pm_{technology.soot_group}")
    gas_car = technology.soot_group == "petrol" and technology.fuel in ("lpg", "cng")
    return level * draw.factor("level_pm_lpg") if gas_car else level


def _electricity(technology: Technology, setting: Setting, draw: Draw) -> Floats:
    """KWh per term of a battery vehicle, heating included by the time that each term takes."""
    response = load_responses()[technology.base]
    seconds = np.array([3600 / response.cruise_kph, response.lost_time_s, 0.0, 1.0])
    heating = heating_kw(technology.kinematic_class, setting.temperature_c)
    power_kw = 0.0 if setting.warm else heating
    kwh = shape_of_electricity(response, draw) * draw.factor("level_electricity")[:, None]
    heat = power_kw * draw.factor("heating_electric")[:, None] * seconds / 3600
    return np.asarray(kwh + heat)
