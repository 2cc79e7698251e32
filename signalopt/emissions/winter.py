"""What cold does to emissions: hot engine in winter, cold start, diesel NOx, heating.

Factor on a term of the response = h (1 + b (r - 1)), h what the warm engine needs more in the cold,
b share of the trip with a cold engine, r ratio of the cold phase to the winter-hot engine. Heavy
vehicles are warm all day: b = 0. Not counted: fuel-fired heaters (they run by time, not by signal),
cold start of petrol NOx (no figure found), idling before departure (see `warm_up_co2_g`).
Formulas and constants with their sources: `data/winter.toml`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from signalopt.emissions.evidence import constant, read_toml
from signalopt.emissions.factors import Draw, Floats
from signalopt.emissions.response import IDLE, KM, TERMS
from signalopt.emissions.technology import Technology

_PETROL_LIKE = ("petrol", "lpg", "cng")


def valid_temperature(temperature_c: float) -> tuple[float, tuple[str, ...]]:
    """The temperature that the model uses, and a note if it had to be clamped to its range."""
    limits = read_toml("winter")["limits"]
    low, high = float(limits["low_c"]), float(limits["high_c"])
    used = min(max(temperature_c, low), high)
    if used == temperature_c:
        return used, ()
    note = f"temperature {temperature_c:g} °C is outside {low:g} to {high:g} °C: {used:g} °C used"
    return used, (note,)


def cold_share(temperature_c: float, trip_km: float) -> float:
    """Share of a trip of `trip_km` with a cold engine, 0..1 (COPERT)."""
    c = read_toml("winter")["cold_share"]
    share = c["b0"] + c["b_l"] * trip_km + (c["b_t"] + c["b_lt"] * trip_km) * temperature_c
    return float(min(max(share, 0.0), 1.0))


def cold_ratio(name: str, temperature_c: float) -> float:
    """Cold to hot ratio of the cold phase (COPERT), never below 1; `name` as in winter.toml."""
    row = read_toml("winter")["cold_ratio"][name]
    return float(max(1.0, row["a"] + row["b"] * max(temperature_c, row["low_c"])))


def petrol_pm_ratio(temperature_c: float) -> float:
    """Cold to hot ratio of petrol PM and soot: exp(k (20 - T)), capped, 1 above 20 °C."""
    row = read_toml("winter")["cold_pm_petrol"]
    return float(min(math.exp(row["k"] * max(0.0, 20 - temperature_c)), row["cap"]))


def diesel_nox_hot(kinematic_class: str, euro: str, temperature_c: float) -> float:
    """Factor on the NOx of warm diesel cars and vans: 1 at 18 °C, linear to 0 °C, constant below."""
    row = read_toml("winter")["diesel_nox"]
    highest = float(row.get(kinematic_class, {}).get(euro, 1.0))
    span = (row["high_c"] - temperature_c) / (row["high_c"] - row["low_c"])
    return float(1 + (highest - 1) * min(max(span, 0.0), 1.0))


def winter_factors(
    technology: Technology, pollutant: str, temperature_c: float, trip_km: float, draw: Draw
) -> Floats:
    """Factors of a technology's hot coefficients at a temperature: array (draws, terms).

    pollutant: `co2_g` (also fuel and CO2e), `nox_mg` or `pm_mg` (also soot).
    """
    light = technology.kinematic_class in ("car", "lcv")
    share = cold_share(temperature_c, trip_km) if light else 0.0
    if pollutant == "co2_g":
        return _fuel(technology, temperature_c, share, draw, light=light)
    if pollutant == "nox_mg":
        found = _nox(technology, temperature_c, share, draw)
    else:
        found = _pm(technology, temperature_c, share, draw)
    return np.repeat(found[:, None], len(TERMS), axis=1)


def _fuel(
    technology: Technology, temperature_c: float, share: float, draw: Draw, *, light: bool
) -> Floats:
    row: Any = read_toml("winter")["hot"]["light" if light else "heavy"]
    cold = max(0.0, 20 - temperature_c)
    cruise = 1 + row["cruise_per_c"] * cold * draw.factor("winter_cruise")
    idle = 1 + row["idle_per_c"] * cold * draw.factor("winter_idle")
    stop = 1 + row["stop_per_c"] * cold * draw.factor("winter_cruise")
    found = np.stack([stop] * len(TERMS), axis=-1)
    found[:, KM], found[:, IDLE] = cruise, idle
    if share == 0:
        return found
    petrol = technology.fuel in _PETROL_LIKE
    name = "petrol_fuel" if petrol else "diesel_fuel"
    ratio = max(1.0, cold_ratio(name, temperature_c) / (1 + row["cruise_per_c"] * cold))
    ratios = np.full(len(TERMS), ratio)
    if petrol:  # fast idle: from the ratio of driving at 20 °C to its own at -20 °C
        mild = cold_ratio(name, 20.0)
        fast = float(read_toml("winter")["cold_idle"]["ratio_at_minus_20"])
        ratios[IDLE] = mild + (fast - mild) * cold / 40 if cold else ratio
    return np.asarray(found * (1 + share * (ratios - 1) * draw.factor("cold_fuel")[:, None]))


def _nox(technology: Technology, temperature_c: float, share: float, draw: Draw) -> Floats:
    if technology.fuel != "diesel" or share == 0:
        return np.ones(len(draw))
    hot = diesel_nox_hot(technology.kinematic_class, technology.euro, temperature_c)
    cold = cold_ratio("diesel_nox", temperature_c)
    warm = 1 + (hot - 1) * draw.factor("winter_nox_diesel")
    return np.asarray(warm * (1 + share * (cold - 1) * draw.factor("winter_nox_diesel")))


def _pm(technology: Technology, temperature_c: float, share: float, draw: Draw) -> Floats:
    if technology.soot_group == "petrol":
        excess = (petrol_pm_ratio(temperature_c) - 1) * draw.factor("cold_pm_petrol")
    elif technology.soot_group == "diesel":
        excess = (cold_ratio("diesel_pm", temperature_c) - 1) * draw.factor("cold_pm_diesel")
    else:
        excess = np.zeros(len(draw))
    return np.asarray(1 + share * excess)


def heating_kw(kinematic_class: str, temperature_c: float) -> float:
    """Heating power of a battery vehicle, kW; 0 above 18 °C and for classes without a figure."""
    table = read_toml("winter")["heating"]
    row = table.get(kinematic_class, {"kw_per_c": 0.0})
    return float(row["kw_per_c"] * max(0.0, table["below_c"] - temperature_c))


def winter_notes(temperature_c: float) -> tuple[str, ...]:
    """What a reader of winter figures must know: what happens before the trip is not in them."""
    if temperature_c >= 0:
        return ()
    co2_kg = warm_up_co2_g() / 1000
    return (
        f"idling before departure is not counted: about {co2_kg:.2f} kg CO2 a remote start",
        "not counted either: fuel-fired heaters, studded tyres and sand on the road",
    )


def warm_up_co2_g() -> float:
    """CO2 of one remote start before the trip, g: told beside the results, never in a plan's effect."""
    row = read_toml("winter")["warm_up"]
    litres = row["minutes"] / 60 * row["litres_per_h"]
    return float(litres * row["petrol_g_per_l"] * constant("co2_per_fuel", "petrol"))
