"""A schedule as numbered plans and a table for each kind of day of an ordinary week.

Most formats know weekdays only: of stretches of the year (school, winter) each weekday gets the day type
that rules most of its dates, and the others are told as lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from signalopt.export.shown import ShownDay
from signalopt.timing.plan import Plan
from signalopt.timing.schedule import DayType, Schedule

_YEAR = 2027  # any year that is no leap year


@dataclass(frozen=True, slots=True)
class DayTable:
    """One kind of day: its weekdays (0 = Monday) and (second of the day, plan number), first at 0."""

    name: str
    weekdays: tuple[int, ...]
    entries: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Timetable:
    """Numbered plans (from 1) and the days of an ordinary week. `lost`: what a week cannot say."""

    schedule: Schedule
    days: tuple[DayTable, ...]
    lost: tuple[str, ...]

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Plans in the order of their numbers."""
        return self.schedule.plans

    @cached_property
    def number(self) -> Mapping[str, int]:
        """Numbers of the plans by name."""
        return {plan.name: index for index, plan in enumerate(self.plans, start=1)}

    @property
    def shown_days(self) -> tuple[ShownDay, ...]:
        """The week in the common form of readers."""
        return tuple(ShownDay(day.weekdays, day.entries) for day in self.days)

    def switch_second(self, plan: Plan, place: str) -> int | None:
        """A second of the plan's cycle, from its offset, at which it may be left; None if unknown."""
        for day in self.schedule.day_types:
            for switch in day.switches:
                point = switch.by_id.get(place)
                program = plan.by_id.get(place)
                if switch.before != plan.name or point is None or program is None:
                    continue
                cycle = getattr(program, "cycle_s", 0)
                if cycle:
                    return int(point.leave_s - program.offset_s) % cycle
        return None


def timetable(schedule: Schedule) -> Timetable:
    """The schedule's ordinary week."""
    number = {plan.name: index for index, plan in enumerate(schedule.plans, start=1)}
    chosen = _ordinary(schedule)
    days = []
    for day_type in schedule.day_types:
        weekdays = tuple(w for w in range(7) if chosen.get(w) == day_type.name)
        if weekdays:
            entries = tuple((p.begin_s, number[p.plan]) for p in day_type.timeline)
            days.append(DayTable(day_type.name, weekdays, entries))
    return Timetable(schedule, tuple(days), _lost(schedule, chosen))


def _ordinary(schedule: Schedule) -> dict[int, str]:
    """The day type that rules most dates of each weekday (0 = Monday)."""
    counts: dict[int, Counter[str]] = {w: Counter() for w in range(7)}
    for number in range(365):
        day = date(_YEAR, 1, 1) + timedelta(days=number)
        try:
            counts[day.weekday()][schedule.day_type_on(day).name] += 1
        except KeyError:
            continue
    return {w: found.most_common(1)[0][0] for w, found in counts.items() if found}


def _lost(schedule: Schedule, chosen: Mapping[int, str]) -> tuple[str, ...]:
    lost = []
    for day_type in schedule.day_types:
        if not day_type.calendar:
            lost.append(f"day type `{day_type.name}`: has no dates, an operator calls it")
        elif day_type.name not in chosen.values():
            lost.append(f"day type `{day_type.name}`: holds on dates that a week cannot name")
        elif _has_stretches(day_type):
            lost.append(f"day type `{day_type.name}`: its part of the year; written for all year")
    return tuple(lost)


def _has_stretches(day_type: DayType) -> bool:
    return any(
        rule.dates or (rule.first_day, rule.last_day) != ("01-01", "12-31")
        for rule in day_type.calendar
    )
