"""Engine power and emission rates of a PHEMlight5 vehicle, evaluated here as SUMO evaluates them.

Formulas as in the public PHEMlight5 code of SUMO 1.28 (Institute of Thermodynamics and Sustainable
Propulsion Systems, TU Graz): power from the resistances, tables over normalised power, nothing at all
while the engine is motored by the vehicle. Kept beside SUMO so that an error of a file or of the
loader shows as a difference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from signalopt.emissions.phemlight_vehicle import POLLUTANTS, PhemVehicle

GRAVITY_MPS2 = 9.81
AIR_KGPM3 = 1.182
DRIVE_TRAIN_EFFICIENCY = 0.9
"""For all classes but city buses named CB_; SUMO keeps one value for the whole process."""
IDLE_SPEED_MPS = 0.5
DRIVE_SPEED_MPS, DRIVE_ACCEL_MPS2 = 70 / 3.6, 0.45
"""The state whose power normalises the pollutants of light vehicles."""
COASTING_SPEED_MPS = 10 / 3.6
"""Below it the limit of coasting shrinks in proportion to speed."""
FUEL_CUT = -0.15
"""P / rated below which a motored engine gets no fuel."""
LIGHT_CUT, HEAVY_CUT = -0.75, -0.12
"""Normalised power below which light and heavy vehicles emit no pollutants."""
MAX_SHARE, MIN_SHARE = 1.0, -0.2
"""Range of the fuel table: power is cut to it."""

CARBON = {"G": (0.865, 0.866), "D": (0.863, 0.866), "CNG": (0.693, 0.803), "LPG": (0.825, 0.825)}
"""Carbon per kg of fuel and of hydrocarbons, as in the public PHEMlight5 code."""
CARBON_OF_CO, CARBON_OF_CO2 = 0.429, 0.273


@dataclass(frozen=True, slots=True)
class Rates:
    """Emission per second: fuel and CO2 in g, NOx and PM in mg."""

    fuel_gps: float
    co2_gps: float
    nox_mgps: float
    pm_mgps: float


def power_kw(v: PhemVehicle, speed_mps: float, accel_mps2: float) -> float:
    """Engine power on a level road, kW (negative when the vehicle drives the engine)."""
    mass = v.mass_kg + v.load_kg
    rolling = v.rolling[0] + v.rolling[1] * speed_mps
    watts = (
        mass * GRAVITY_MPS2 * rolling * speed_mps
        + v.front_m2 * v.drag_coefficient * AIR_KGPM3 / 2 * speed_mps**3
        + _inertia_kg(v, speed_mps) * accel_mps2 * speed_mps
    )
    return watts / 1000 / DRIVE_TRAIN_EFFICIENCY + v.auxiliaries_share * v.rated_kw


def drive_power_kw(v: PhemVehicle) -> float:
    """Power at 70 km/h and 0.45 m/s2, which normalises the pollutants of light vehicles, kW."""
    return power_kw(v, DRIVE_SPEED_MPS, DRIVE_ACCEL_MPS2)


def fuel_gph(v: PhemVehicle, power: float) -> float:
    """Fuel in g/h under `power` kW: the Willans line, nothing while motored."""
    if power <= FUEL_CUT * v.rated_kw:
        return 0.0
    return max(0.0, v.offset_gph + v.slope_gpkwh * power)


def pollutant_gph(v: PhemVehicle, name: str, share: float) -> float:
    """A pollutant at normalised power, in the unit of its table (g/h, heavy: g/h per kW rated)."""
    if share <= (LIGHT_CUT if v.mass_type == "LV" else HEAVY_CUT):
        return 0.0
    return max(0.0, float(np.polynomial.polynomial.polyval(share, v.pollutants[name].power)))


def coasting_mps2(v: PhemVehicle, speed_mps: float) -> float:
    """Deceleration (negative) of the vehicle in gear without fuel, m/s2."""
    if speed_mps < COASTING_SPEED_MPS:
        return speed_mps / COASTING_SPEED_MPS * coasting_mps2(v, COASTING_SPEED_MPS)
    kph = 3.6 * speed_mps
    gear = float(np.interp(kph, v.speed_kph, v.ratio)) * v.axle_ratio
    rpm = 60 * speed_mps * gear / (np.pi * v.wheel_diameter_m)
    share = float(
        np.interp((rpm - v.idle_rpm) / (v.rated_rpm - v.idle_rpm), v.drag_n, v.drag_share)
    )
    motor_n = -share * v.rated_kw * 1000 / speed_mps / DRIVE_TRAIN_EFFICIENCY
    mass = v.mass_kg + v.load_kg
    rolling_n = (v.rolling[0] + v.rolling[1] * speed_mps) * mass * GRAVITY_MPS2
    air_n = v.drag_coefficient * v.front_m2 * AIR_KGPM3 / 2 * speed_mps**2
    return -(motor_n + rolling_n + air_n) / _inertia_kg(v, speed_mps)


def rates(v: PhemVehicle, speed_mps: float, accel_mps2: float) -> Rates:
    """Emission per second at this speed and acceleration, from the tables as they are written."""
    if speed_mps <= IDLE_SPEED_MPS:
        fuel = v.idle_gph
        grams = {name: v.pollutants[name].idle * _per(v) for name in POLLUTANTS}
    elif accel_mps2 < coasting_mps2(v, speed_mps):
        return Rates(0.0, 0.0, 0.0, 0.0)
    else:
        power = min(power_kw(v, speed_mps, _possible(v, speed_mps, accel_mps2)), v.rated_kw)
        fuel = _fuel_of_table(v, max(power / v.rated_kw, MIN_SHARE))
        norm = drive_power_kw(v) if v.mass_type == "LV" else v.rated_kw
        grams = {name: _of_table(v, name, power / norm) * _per(v) for name in POLLUTANTS}
    of_fuel, of_hc = CARBON[v.fuel_type]
    carbon = of_fuel * fuel - CARBON_OF_CO * grams["CO"] - of_hc * grams["HC"]
    co2 = max(0.0, carbon / CARBON_OF_CO2)
    return Rates(fuel / 3600, co2 / 3600, grams["NOx"] * 1000 / 3600, grams["PM"] * 1000 / 3600)


def _per(v: PhemVehicle) -> float:
    return 1.0 if v.mass_type == "LV" else v.rated_kw


def _possible(v: PhemVehicle, speed_mps: float, accel_mps2: float) -> float:
    """The acceleration that SUMO allows by the full-load line, m/s2.

    SUMO spends the power that cruising leaves without the losses of the drive train, so that the engine
    may show a little more than its full load.
    """
    v0, p0, v1, p1 = v.full_load
    limit_kw = float(np.interp(3.6 * speed_mps, (v0, v1), (p0, p1))) * v.rated_kw
    spare_w = 1000 * (limit_kw - power_kw(v, speed_mps, 0.0))
    return min(accel_mps2, spare_w / (_inertia_kg(v, speed_mps) * speed_mps))


def _inertia_kg(v: PhemVehicle, speed_mps: float) -> float:
    rotating = float(np.interp(3.6 * speed_mps, v.speed_kph, v.rotating_mass))
    return v.mass_kg * rotating + v.wheels_kg + v.load_kg


def _fuel_of_table(v: PhemVehicle, share: float) -> float:
    low = np.floor(round(share * 10, 9)) / 10
    return _between(share, low, 0.1, lambda p: fuel_gph(v, p * v.rated_kw), MAX_SHARE)


def _of_table(v: PhemVehicle, name: str, share: float) -> float:
    step, top = (0.25, 6.0) if v.mass_type == "LV" else (0.1, 1.0)
    low = np.floor(round(share / step, 9)) * step
    return _between(share, low, step, lambda p: pollutant_gph(v, name, p), top)


def _between(
    share: float, low: float, step: float, value: Callable[[float], float], top: float
) -> float:
    """Linear between the rows of a table, its end value beyond."""
    if share >= top:
        return float(value(top))
    part = (share - low) / step
    low, high = round(float(low), 9), round(float(low + step), 9)
    return float((1 - part) * value(low) + part * value(high))
