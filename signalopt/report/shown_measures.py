"""How measures are written: unit, digits, and which of them lead the page."""

from __future__ import annotations

UNITS = {
    "delay_s": ("s_veh", 1),
    "person_delay_s": ("s_person", 1),
    "pedestrian_delay_s": ("s_ped", 1),
    "stops": ("stops_veh", 2),
    "travel_time_s": ("s_veh", 1),
    "speed_kph": ("km_h", 1),
    "fuel_g": ("g_km", 1),
    "co2_g": ("g_km", 1),
    "co2e_g": ("g_km", 1),
    "nox_mg": ("mg_km", 0),
    "pm_mg": ("mg_km", 2),
    "soot_mg": ("mg_km", 2),
    "nonexhaust_pm10_mg": ("mg_km", 1),
    "co2_total_kg": ("kg", 0),
    "soot_total_g": ("g", 1),
    "throughput": ("veh", 0),
    "unfinished": ("veh", 0),
    "collisions": ("count", 1),
    "money_eur": ("eur", 0),
}
"""Measure to unit (a word's key below `unit.`) and digits after the point."""

LEADING = ("delay_s", "stops", "co2_g", "soot_mg")
"""Measures with a card of their own."""

EMISSIONS = frozenset(
    {
        "fuel_g", "co2_g", "co2e_g", "nox_mg", "pm_mg", "soot_mg", "nonexhaust_pm10_mg",
        "co2_total_kg", "soot_total_g", "money_eur",
    }
)  # fmt: skip
"""Measures that rest on the emission model: estimated, whatever the traffic."""

COUNTS = ("throughput", "unfinished", "collisions")
"""Measures whose change in percent says little."""


def unit_of(measure: str) -> tuple[str, int]:
    """Key of the unit and digits of a measure. Raises KeyError."""
    unit, digits = UNITS[measure]
    return f"unit.{unit}", digits
