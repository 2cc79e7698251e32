"""Mode maps: ends of intervals, weeks of the year, and limits."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from signalopt.export.cis.modes import DailyMap, clock_of, mode_maps, shown_days
from signalopt.export.timetable import timetable
from signalopt.timing.day_calendar import CalendarRule
from signalopt.timing.schedule import DAY_S, DayType, Period, Schedule
from tests.export.areas import longer, week
from tests.export.export_sample import sample_plan

PLAN = sample_plan()
PEAK = longer(PLAN, "peak")


def scheduled(*days: DayType) -> Schedule:
    return Schedule("s", PLAN.network, (PLAN, PEAK), days)


def all_day(name: str, plan: str, *rules: CalendarRule) -> DayType:
    return DayType(name, (Period(0, DAY_S, plan),), rules)


def test_times_are_ends_and_a_wrap_over_midnight_is_cut():
    """Plan 1 from 10:00 over midnight to 7:00, plan 2 from 7:00 to 10:00."""
    maps, problems, _ = mode_maps(week(PLAN, PEAK))
    assert maps is not None and problems == ()
    assert maps.daily[0] == DailyMap("workday", ((1, 420), (2, 600), (1, 1440)))
    assert maps.daily[1] == DailyMap("weekend", ((1, 1440),))
    assert maps.weekly == ((1, 1, 1, 1, 1, 2, 2),)
    assert [clock_of(minute) for _, minute in maps.daily[0].rows] == ["07:00", "10:00", "24:00"]


def test_the_year_has_its_weeks_and_no_thirtieth_of_february():
    """Summer (June to August) and the holiday of 16 December have weeks of their own."""
    schedule = scheduled(
        all_day("holiday", PLAN.name, CalendarRule(dates=("12-16",))),
        all_day("summer", PLAN.name, CalendarRule(first_day="06-01", last_day="08-31")),
        all_day("usual", "peak", CalendarRule()),
    )
    maps, _, lost = mode_maps(schedule)
    assert maps is not None and lost == ()
    usual, summer, holiday = (3,) * 7, (2,) * 7, (1,) * 7
    number = {week: index for index, week in enumerate(maps.weekly, start=1)}
    assert set(number) == {usual, summer, holiday}
    assert maps.annual[5][0] == number[summer] and maps.annual[4][30] == number[usual]
    assert maps.annual[11][15] == number[holiday] and maps.annual[11][14] == number[usual]
    assert maps.annual[1][28] == number[usual] and maps.annual[1][29] == 0
    assert maps.annual[3][30] == 0
    assert shown_days(maps) == timetable(schedule).shown_days


def test_dates_of_one_year_and_days_without_dates_are_told_as_lost():
    schedule = scheduled(
        all_day("snow", PLAN.name),
        all_day("once", PLAN.name, CalendarRule(dates=("2026-11-25",))),
        all_day("usual", "peak", CalendarRule()),
    )
    maps, _, lost = mode_maps(schedule)
    assert maps is not None
    assert len(maps.daily) == 3 and maps.weekly == ((3,) * 7,)
    assert any("`snow`" in text for text in lost) and any("`once`" in text for text in lost)


def test_what_a_controller_cannot_hold():
    usual = all_day("usual", "peak", CalendarRule())
    odd = replace(usual, periods=(Period(0, 25230, "peak"), Period(25230, DAY_S, PLAN.name)))
    edges = [*range(0, 13 * 3600, 3600), DAY_S]
    many = tuple(
        Period(a, b, ("peak", PLAN.name)[i % 2]) for i, (a, b) in enumerate(pairwise(edges))
    )
    busy = replace(usual, name="busy", periods=many)
    _, problems, _ = mode_maps(scheduled(odd, busy))
    assert ["25230" in problems[0].found, "13 intervals" in problems[1].found] == [True, True]
    kinds = tuple(
        all_day(f"d{i}", "peak", CalendarRule(dates=(f"01-{i:02}",))) for i in range(1, 13)
    )
    _, problems, _ = mode_maps(scheduled(*kinds, usual))
    assert "13 day types" in problems[0].found
