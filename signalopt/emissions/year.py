"""From simulated hours to a year: t CO2 and kg soot, with the band and all assumptions.

The hours of the year are declared in `data/year.toml`: each stands for a simulated scenario hour
(`am`, `pm`, `midday`) in a season, with a scale of traffic. Emissions scale with traffic here, which
overstates quiet hours (no queues) and is one of the assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from signalopt.emissions.band import Band
from signalopt.emissions.estimate import POLLUTANTS, EmissionResult
from signalopt.emissions.evidence import read_toml
from signalopt.emissions.factors import DRAWS, Draw, Factor, Floats
from signalopt.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class YearHours:
    """Hours of a year that one simulated hour stands for, and the traffic in them against it."""

    name: str
    scenario: str
    season: str
    hours: float
    scale: float
    evidence: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class YearTotal:
    """A year: amounts by pollutant in the units of POLLUTANTS, and what was assumed.

    draws: amounts over (draws, pollutants), the same draws for every year, for differences.
    """

    hours: float
    amounts: Mapping[str, Band]
    assumptions: tuple[str, ...]
    draws: Floats = field(repr=False)

    @property
    def co2_t(self) -> Band:
        """Tailpipe CO2 in tonnes a year."""
        return self.amounts["co2_g"].scaled(1e-6)

    @property
    def soot_kg(self) -> Band:
        """Exhaust soot in kg a year."""
        return self.amounts["soot_mg"].scaled(1e-6)


@dataclass(frozen=True, slots=True)
class YearChange:
    """What another plan changes in a year: amounts (after - before), and percent of before."""

    amounts: Mapping[str, Band]
    percent: Mapping[str, Band]


def hour_names() -> tuple[str, ...]:
    """The simulated hours that a year needs: am, pm, midday."""
    return tuple(dict.fromkeys(row["scenario"] for row in read_toml("year")["hours"]))


def season_names() -> tuple[str, ...]:
    """The seasons of a year."""
    return tuple(read_toml("year")["season"])


def year_hours() -> tuple[YearHours, ...]:
    """The declared hours of a year: every kind of hour in every season."""
    table = read_toml("year")
    return tuple(
        YearHours(
            row["name"],
            row["scenario"],
            season,
            days["days"] * row["day_share"] * row["hours_a_day"],
            row["scale"],
            row["evidence"],
            row["source"],
        )
        for season, days in table["season"].items()
        for row in table["hours"]
    )


def season_temperature_c(season: str) -> float:
    """Mean air temperature that the year gives a season, °C."""
    return float(read_toml("year")["season"][season]["temperature_c"])


def extrapolate(simulated: Mapping[tuple[str, str], tuple[EmissionResult, float]]) -> YearTotal:
    """Emissions of a year from {(scenario hour, season): (result, simulated hours)}.

    Raises InputError with every (scenario hour, season) that is missing or not longer than 0 h.
    """
    rows = year_hours()
    _check({(row.scenario, row.season) for row in rows}, simulated)
    central = np.zeros(len(POLLUTANTS))
    draws: Floats = np.zeros((DRAWS, len(POLLUTANTS)))
    for row in rows:
        result, hours = simulated[(row.scenario, row.season)]
        times = row.hours * row.scale / hours
        central += times * np.array([result.total[name].central for name in POLLUTANTS])
        draws = draws + times * result.draws
    spread = Factor(name="year", **read_toml("year")["factor"])
    draws = draws * spread.at(Draw(DRAWS).z("year"))[:, None]
    amounts = {n: Band.of(float(central[i]), draws[:, i]) for i, n in enumerate(POLLUTANTS)}
    assumptions = [
        f"{r.season}, {r.name}: {r.hours:.0f} h a year as `{r.scenario}` x {r.scale:g}"
        f" ({r.evidence}: {r.source})"
        for r in rows
    ]
    assumptions.append("emissions proportional to traffic where an hour stands for a quieter one")
    assumptions.append(f"times {spread.low:g} to {spread.high:g}: {spread.source}")
    return YearTotal(sum(row.hours for row in rows), amounts, tuple(assumptions), draws)


def year_change(before: YearTotal, after: YearTotal) -> YearChange:
    """After minus before, draw by draw, so that what both share (fleet, level, hours) cancels."""
    change = after.draws - before.draws
    amounts, percent = {}, {}
    for i, name in enumerate(POLLUTANTS):
        level = before.amounts[name].central
        step = after.amounts[name].central - level
        amounts[name] = Band.of(step, change[:, i])
        if level > 0:
            percent[name] = Band.of(100 * step / level, 100 * change[:, i] / before.draws[:, i])
    return YearChange(amounts, percent)


def _check(
    needed: set[tuple[str, str]],
    simulated: Mapping[tuple[str, str], tuple[EmissionResult, float]],
) -> None:
    problems = [
        Problem("year", f"no hour `{scenario}` in {season}", "one simulated for each")
        for scenario, season in sorted(needed - set(simulated))
    ]
    problems += [
        Problem(f"year: {' '.join(key)}", f"{hours:g} simulated hours", "more than 0")
        for key, (_, hours) in simulated.items()
        if not hours > 0
    ]
    if problems:
        raise InputError(*problems)
