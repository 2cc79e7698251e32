"""What a case's emissions are counted with: its fleet and the temperature of the air.

Neither changes how vehicles drive, so a built case may be counted with another fleet or at another
temperature without being built again (`with_emissions`).
"""

from __future__ import annotations

from dataclasses import replace

from signalopt.demand.vehicles import season_named
from signalopt.emissions.fleet import Fleet, load_fleet
from signalopt.scenario.case import Case

DEFAULT_FLEET = "astana_2025"


def emission_setting(case: Case) -> tuple[Fleet, float]:
    """Fleet and air temperature (degrees Celsius) of a case.

    The fleet is the scenario's, else `DEFAULT_FLEET`; the temperature is the scenario's, else that of
    its season (`demand/data/seasons.toml`, estimated). Raises InputError for a fleet that cannot be
    used.
    """
    return load_fleet(case.fleet or DEFAULT_FLEET), temperature_of(case)


def temperature_of(case: Case) -> float:
    """Air temperature of a case in degrees Celsius."""
    if case.temperature_c is not None:
        return case.temperature_c
    return season_named(case.season).temperature_c


def with_emissions(
    case: Case, fleet: str | None = None, temperature_c: float | None = None
) -> Case:
    """The same case counted with another fleet or at another temperature (None: as it is)."""
    return replace(
        case,
        fleet=case.fleet if fleet is None else fleet,
        temperature_c=case.temperature_c if temperature_c is None else temperature_c,
    )
