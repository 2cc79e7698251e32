"""The mode maps (карта режимов): daily, weekly and annual, as CIS controllers keep them.

A daily map lists programmes with the END of their interval; a weekly map names a daily map for each weekday;
the annual map names a weekly map for each date. So stretches of the year (school, winter) are carried;
dates of one single year are not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

from signalopt.errors import Problem
from signalopt.export.shown import ShownDay
from signalopt.timing.day_calendar import CalendarRule
from signalopt.timing.schedule import DAY_S, DayType, Schedule

MOST_MAPS = 12
MOST_ROWS = 12
MONTHS, DAYS = 12, 31
_MINUTE_S = 60
_EXAMPLE_YEAR = 2027  # the year by which `export.timetable` finds the ordinary week
_YEAR_LENGTH = 4


@dataclass(frozen=True, slots=True)
class DailyMap:
    """Rows (programme, end of its interval in minutes of the day) in order; the last ends at 1440."""

    name: str
    rows: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ModeMaps:
    """All maps; numbers of maps count from 1. annual: 12 months of 31 days, 0 where there is no such day."""

    daily: tuple[DailyMap, ...]
    weekly: tuple[tuple[int, ...], ...]
    annual: tuple[tuple[int, ...], ...]


def mode_maps(schedule: Schedule) -> tuple[ModeMaps | None, tuple[Problem, ...], tuple[str, ...]]:
    """The maps of a schedule, or why there are none; and what of its calendar they do not hold."""
    number = {plan.name: index for index, plan in enumerate(schedule.plans, start=1)}
    problems = _size_problems(schedule)
    if problems:
        return None, problems, ()
    daily = tuple(
        DailyMap(day.name, tuple((number[p.plan], p.end_s // _MINUTE_S) for p in day.timeline))
        for day in schedule.day_types
    )
    every_year = replace(schedule, day_types=tuple(map(_without_years, schedule.day_types)))
    weeks: dict[tuple[int, ...], int] = {}
    annual = []
    for month in range(1, MONTHS + 1):
        line = []
        for day in range(1, DAYS + 1):
            week = _week_on(every_year, month, day)
            line.append(weeks.setdefault(week, len(weeks) + 1) if week is not None else 0)
        annual.append(tuple(line))
    lost = tuple(_lost(schedule))
    if len(weeks) > MOST_MAPS:
        found, expected = f"{len(weeks)} different weeks in a year", f"{MOST_MAPS} or fewer"
        return None, (Problem("schedule", found, f"{expected} (weekly maps)"),), lost
    return ModeMaps(daily, tuple(weeks), tuple(annual)), (), lost


def shown_days(maps: ModeMaps) -> tuple[ShownDay, ...]:
    """The ordinary week that the maps tell: of each weekday the daily map that rules most dates."""
    counts: dict[int, Counter[int]] = {weekday: Counter() for weekday in range(7)}
    for number in range(365):
        day = date(_EXAMPLE_YEAR, 1, 1) + timedelta(days=number)
        week = maps.annual[day.month - 1][day.day - 1]
        if week:
            counts[day.weekday()][maps.weekly[week - 1][day.weekday()]] += 1
    chosen = {w: found.most_common(1)[0][0] for w, found in counts.items() if found}
    days = []
    for index, daily in enumerate(maps.daily, start=1):
        weekdays = tuple(w for w, number in chosen.items() if number == index)
        begins = [0, *(end * _MINUTE_S for _, end in daily.rows[:-1])]
        entries = tuple((b, row[0]) for b, row in zip(begins, daily.rows, strict=True))
        if weekdays:
            days.append(ShownDay(weekdays, entries))
    return tuple(days)


def _size_problems(schedule: Schedule) -> tuple[Problem, ...]:
    found = []
    if len(schedule.plans) > MOST_MAPS:
        text = f"{len(schedule.plans)} plans"
        found.append(
            Problem("schedule", text, f"{MOST_MAPS} or fewer (programmes of a controller)")
        )
    if len(schedule.day_types) > MOST_MAPS:
        text = f"{len(schedule.day_types)} day types"
        found.append(Problem("schedule", text, f"{MOST_MAPS} or fewer (daily maps)"))
    for day in schedule.day_types:
        where = f"day type `{day.name}`"
        if len(day.timeline) > MOST_ROWS:
            text = f"{len(day.timeline)} intervals"
            found.append(Problem(where, text, f"{MOST_ROWS} or fewer (rows of a daily map)"))
        odd = [p.end_s for p in day.timeline if p.end_s % _MINUTE_S]
        if odd:
            text = f"an interval that ends at second {odd[0]} of the day"
            found.append(Problem(where, text, "whole minutes (daily maps hold hours and minutes)"))
    return tuple(found)


def _without_years(day: DayType) -> DayType:
    """The day type without dates of single years; a rule of nothing else is left out."""
    rules: list[CalendarRule] = []
    for rule in day.calendar:
        kept = tuple(text for text in rule.dates if len(text) <= len("MM-DD"))
        if kept or not rule.dates:
            rules.append(replace(rule, dates=kept))
    return replace(day, calendar=tuple(rules))


def _week_on(schedule: Schedule, month: int, day: int) -> tuple[int, ...] | None:
    """Daily maps from Monday to Sunday if this date falls on them; None where there is no such date."""
    number = {d.name: index for index, d in enumerate(schedule.day_types, start=1)}
    found: dict[int, int] = {}
    for year in range(2000, 2000 + 7 * _YEAR_LENGTH):
        try:
            when = date(year, month, day)
        except ValueError:
            continue
        if when.weekday() not in found:
            found[when.weekday()] = number[schedule.day_type_on(when).name]
    return tuple(found[w] for w in range(7)) if found else None


def _lost(schedule: Schedule) -> list[str]:
    found = []
    for day in schedule.day_types:
        if not day.calendar:
            found.append(f"day type `{day.name}`: has no dates; its daily map is for the operator")
        elif any(len(text) > len("MM-DD") for rule in day.calendar for text in rule.dates):
            found.append(f"day type `{day.name}`: dates of a single year")
    if any(day.switches for day in schedule.day_types) or schedule.midnight:
        found.append(
            "transitions between plans: only the second of the cycle for leaving a programme"
        )
    return found


def clock_of(minute: int) -> str:
    """Minutes of the day as HH:MM; the end of the day is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


LAST_MINUTE = DAY_S // _MINUTE_S
