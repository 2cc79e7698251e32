"""Simulated hours of one plan as a year of emissions: the seasons by temperature, the seeds apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from signalopt.emissions.estimate import POLLUTANTS, EmissionResult
from signalopt.emissions.year import (
    YearChange,
    YearTotal,
    extrapolate,
    hour_names,
    season_names,
    season_temperature_c,
    year_change,
)
from signalopt.errors import InputError, Problem
from signalopt.microsim.emission_detail import detail_of
from signalopt.microsim.result import SeedRun, SimulationResult
from signalopt.microsim.statistics import Estimate, estimate, paired_change
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting

MIDDAY_FROM_S, EVENING_FROM_S = 10 * 3600, 16 * 3600
"""A window whose middle lies before the first is a morning, from the second on an evening."""
UNITS = {
    "fuel_g": ("fuel", "t", 1e-6),
    "co2_g": ("CO2", "t", 1e-6),
    "nox_mg": ("NOx", "kg", 1e-6),
    "pm_mg": ("exhaust PM", "kg", 1e-6),
    "soot_mg": ("soot", "kg", 1e-6),
}
"""What a year is told in: label, unit and factor from the unit of POLLUTANTS."""

HourSeason = tuple[str, str]
"""Hour (am, pm, midday) and season (summer, winter)."""


@dataclass(frozen=True, slots=True)
class SimulatedHour:
    """A plan on the case that stands for an hour of the year."""

    case: Case
    result: SimulationResult

    @property
    def hours(self) -> float:
        """Hours that the measured window holds."""
        return (self.case.end_s - self.case.begin_s) / 3600


@dataclass(frozen=True, slots=True)
class PlanYear:
    """A year under a plan. by_seed: the year from each seed's runs alone, amounts by pollutant.

    complete: in every run everyone arrived; else the year is too low.
    """

    plan: str
    total: YearTotal
    by_seed: Mapping[int, Mapping[str, float]]
    complete: bool
    assumptions: tuple[str, ...]

    def over_seeds(self, pollutant: str) -> Estimate:
        """Mean year over the seeds with its 95 % interval, in the unit of UNITS."""
        factor = UNITS[pollutant][2]
        return estimate([factor * amounts[pollutant] for amounts in self.by_seed.values()])


def hour_of(case: Case) -> str:
    """Which hour of the year the window of a case is: am, midday or pm."""
    middle = (case.begin_s + case.end_s) / 2
    if middle < MIDDAY_FROM_S:
        return "am"
    return "midday" if middle < EVENING_FROM_S else "pm"


def placed(named: Mapping[str, str], cases: Mapping[str, Case]) -> dict[HourSeason, str]:
    """Which scenario stands for which hour and season.

    named: scenario name -> `HOUR`, `HOUR@SEASON`, several of them with commas, or empty (the hour of its
    window, all seasons). A scenario for one season goes before one for all. Raises InputError for
    unknown hours and seasons, hours given twice and hours that nobody stands for.
    """
    problems: list[Problem] = []
    found: dict[HourSeason, str] = {}
    exact: set[HourSeason] = set()
    for scenario, text in named.items():
        for part in (text or hour_of(cases[scenario])).split(","):
            hour, _, season = part.strip().partition("@")
            if hour not in hour_names() or (season and season not in season_names()):
                problems.append(
                    Problem(f"{scenario}", repr(part), f"HOUR or HOUR@SEASON; hours"
                            f" {', '.join(hour_names())}, seasons {', '.join(season_names())}")
                )  # fmt: skip
                continue
            for key in [(hour, season)] if season else [(hour, s) for s in season_names()]:
                if key in found and (key in exact) == bool(season):
                    problems.append(
                        Problem(scenario, f"{hour} in {key[1]} again (first {found[key]})",
                                "one scenario an hour and season")
                    )  # fmt: skip
                elif key not in exact:
                    found[key] = scenario
                    exact |= {key} if season else set()
    missing = [(h, s) for h in hour_names() for s in season_names() if (h, s) not in found]
    problems += [
        Problem("year", f"no scenario for `{hour}` in {season}", "one for each hour and season",
                f"`{hour}=SCENARIO` lets a scenario stand for it")
        for hour, season in missing
    ]  # fmt: skip
    if problems:
        raise InputError(*problems)
    return found


def year_of(plan: str, simulated: Mapping[HourSeason, SimulatedHour]) -> PlanYear:
    """The year of a plan from its simulated hours, each counted at the temperature of the season.

    Raises InputError for hours that are missing, without vehicles or without a seed in common.
    """
    _check(simulated)
    common = set.intersection(*({run.seed for run in h.result.runs} for h in simulated.values()))
    total = extrapolate(
        {key: (_emitted(h, h.result.runs, key[1]), h.hours) for key, h in simulated.items()}
    )
    by_seed = {}
    for seed in sorted(common):
        year = extrapolate(
            {
                key: (_emitted(h, [r for r in h.result.runs if r.seed == seed], key[1]), h.hours)
                for key, h in simulated.items()
            }
        )
        by_seed[seed] = {name: year.amounts[name].central for name in POLLUTANTS}
    return PlanYear(
        plan, total, by_seed, all(h.result.complete for h in simulated.values()),
        (*_told(simulated), *total.assumptions),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearComparison:
    """Two plans over a year: change with the band of the factors, and paired over the seeds."""

    before: PlanYear
    after: PlanYear
    change: YearChange

    def over_seeds(self, pollutant: str) -> Estimate:
        """After - before over the common seeds, with its 95 % interval, in the unit of UNITS."""
        seeds = [seed for seed in self.before.by_seed if seed in self.after.by_seed]
        factor = UNITS[pollutant][2]
        one = [factor * self.before.by_seed[seed][pollutant] for seed in seeds]
        two = [factor * self.after.by_seed[seed][pollutant] for seed in seeds]
        return paired_change(one, two).difference


def compare_years(before: PlanYear, after: PlanYear) -> YearComparison:
    """What the second plan changes over a year."""
    return YearComparison(before, after, year_change(before.total, after.total))


def _emitted(hour: SimulatedHour, runs: Sequence[SeedRun], season: str) -> EmissionResult:
    """Emissions of the mean run at the season's temperature, by the coefficients of the fleet."""
    fleet, _ = emission_setting(hour.case)
    bare = [[replace(e, amounts={}) for e in run.emitted] for run in runs]
    detail = detail_of(bare, "fitted", fleet, season_temperature_c(season))
    if detail is None:
        raise InputError(Problem(hour.case.name, "no vehicle with an engine", "traffic"))
    return detail.result


def _check(simulated: Mapping[HourSeason, SimulatedHour]) -> None:
    problems = [
        Problem(f"{h.case.name}, {' '.join(key)}", "no finished run", "at least one seed")
        for key, h in simulated.items()
        if not h.result.runs
    ]
    if not problems and not set.intersection(
        *({run.seed for run in h.result.runs} for h in simulated.values())
    ):
        problems.append(Problem("year", "no seed that all hours finished", "common seeds"))
    if problems:
        raise InputError(*problems)


def _told(simulated: Mapping[HourSeason, SimulatedHour]) -> list[str]:
    """What stands for what, and what a season does not change."""
    lines = []
    for (hour, season), h in simulated.items():
        begin, end = (
            f"{s // 3600:02d}:{s % 3600 // 60:02d}" for s in (h.case.begin_s, h.case.end_s)
        )
        lines.append(
            f"`{hour}` in {season}: {h.case.name}, {begin}-{end}, driven as in {h.case.season},"
            f" emissions at {season_temperature_c(season):g} \N{DEGREE SIGN}C"
        )
    return lines
