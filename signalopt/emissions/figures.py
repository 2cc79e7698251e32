"""An emission result as measures of `signalopt.measures`, each with its band."""

from __future__ import annotations

from signalopt.emissions.band import Band
from signalopt.emissions.estimate import POLLUTANTS, EmissionResult

_TOTALS = {
    "fuel_g": ("fuel_total_kg", 1e-3),
    "co2_g": ("co2_total_kg", 1e-3),
    "co2e_g": ("co2e_total_kg", 1e-3),
    "nox_mg": ("nox_total_g", 1e-3),
    "pm_mg": ("pm_total_g", 1e-3),
    "soot_mg": ("soot_total_g", 1e-3),
    "nonexhaust_pm10_mg": ("nonexhaust_pm10_total_g", 1e-3),
    "electricity_kwh": ("electricity_total_kwh", 1.0),
}
_DRIVEN = {"fuel_g": "fuel_driven_g", "co2_g": "co2_driven_g", "nox_mg": "nox_driven_mg"}


def measures(result: EmissionResult) -> dict[str, Band]:
    """Measures by name: totals and, if anything was driven, per vehicle-km."""
    found = {
        name: result.total[pollutant].scaled(factor)
        for pollutant, (name, factor) in _TOTALS.items()
    }
    if result.km > 0:
        found |= {name: result.per_km(name) for name in POLLUTANTS}
        for pollutant, name in _DRIVEN.items():
            found[name] = result.driven[pollutant].scaled(1 / result.km)
    return found
