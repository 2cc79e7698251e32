import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.timing.day_calendar import CalendarRule
from signalopt.timing.schedule import (
    DAY_S,
    DayType,
    Period,
    PlanSwitch,
    Schedule,
    SwitchPoint,
    changed,
)
from signalopt.timing.schedule_checks import schedule_problems
from tests.timing.schedules import WORK, H, day, plan, schedule

AM, NIGHT = plan("am", 90, 10), plan("night", 72, 0)
DAY = day("weekday", (0, "night"), (7, "am"), (22, "night"))


def texts(found: Schedule) -> list[str]:
    return [str(problem) for problem in schedule_problems(found, "s.json")]


def test_a_plan_is_a_schedule_of_one_entry():
    one = Schedule.of_plan(AM)
    assert not texts(one)
    assert one.plan_at("every day", 0) is one.plan_at("every day", DAY_S - 1) is AM
    assert one.day_type_on(date(2026, 11, 22)).next_switch(0) is None
    assert one.switch_into("every day", "every day") is None  # 90 s divide the day


def test_an_interval_holds_its_begin_and_not_its_end():
    assert DAY.plan_name_at(7 * H - 1) == "night"
    assert DAY.plan_name_at(7 * H) == "am"
    assert DAY.plan_name_at(22 * H) == "night"
    for outside in (-1, DAY_S):
        with pytest.raises(KeyError):
            DAY.plan_name_at(outside)


def test_next_switch_counts_the_second_itself():
    assert DAY.next_switch(7 * H) == PlanSwitch("night", "am", 7 * H)
    assert DAY.next_switch(7 * H + 1) == PlanSwitch("am", "night", 22 * H)
    assert DAY.next_switch(22 * H + 1) is None


def test_a_period_over_midnight_is_the_same_as_two():
    wrapped = DayType("w", (Period(22 * H, 7 * H, "night"), Period(7 * H, 22 * H, "am")))
    assert wrapped.timeline == DAY.timeline


@given(
    st.lists(st.integers(1, DAY_S - 1), min_size=1, max_size=6, unique=True),
    st.integers(0, DAY_S - 1),
)
def test_every_second_has_the_plan_of_its_period(breaks, second):
    edges = [0, *sorted(breaks), DAY_S]
    periods = tuple(Period(a, b, f"p{n}") for n, (a, b) in enumerate(itertools.pairwise(edges)))
    found = DayType("d", tuple(reversed(periods)))
    at = next(n for n, p in enumerate(periods) if p.begin_s <= second < p.end_s)
    assert found.plan_name_at(second) == f"p{at}"


def test_the_first_day_type_that_names_a_date_rules_it():
    holiday = day("holiday", (0, "night"), calendar=(CalendarRule(dates=("12-16",)),))
    snow = day("snow", (0, "am"), calendar=())
    found = schedule((AM, NIGHT), snow, holiday, DAY)
    assert not texts(found)
    assert found.day_type_on(date(2026, 12, 16)).name == "holiday"
    assert found.day_type_on(date(2026, 12, 17)).name == "weekday"


def test_gaps_overlaps_and_unknown_plans_are_told_all_at_once():
    bad = DayType(
        "weekday",
        (Period(20 * H, 6 * H, "nigth"), Period(7 * H, 21 * H, "am"), Period(5 * H, 5 * H, "am")),
        (CalendarRule(),),
    )
    found = "\n".join(texts(schedule((AM, NIGHT), bad)))
    assert "plan `nigth`" in found
    assert "did you mean `night`?" in found
    assert "no plan from 06:00:00 to 07:00:00" in found
    assert "both from 20:00:00 to 21:00:00" in found
    assert "begin and end both 05:00:00" in found


def test_dates_without_a_day_type_are_told():
    found = texts(schedule((AM, NIGHT), replace(DAY, calendar=(CalendarRule(WORK),))))
    assert len(found) == 1
    assert "no day type on Sat 01-01" in found[0]


def test_plans_must_be_of_one_network_and_name_every_intersection():
    other = replace(NIGHT, network="net-2", intersections=())
    found = "\n".join(texts(schedule((AM, other), DAY)))
    assert "network net-2" in found
    assert "no program for C" in found


def test_switches_must_be_those_of_the_day_with_points_in_order():
    far = PlanSwitch("night", "am", 8 * H)
    late = PlanSwitch("night", "am", 7 * H, (SwitchPoint("C", 7 * H + 50, 7 * H + 40, "avenue"),))
    alien = PlanSwitch("am", "night", 22 * H, (SwitchPoint("D", 22 * H, 22 * H, "avenue"),))
    found = "\n".join(texts(schedule((AM, NIGHT), replace(DAY, switches=(far, late, alien)))))
    assert "`night` to `am` at 08:00:00; expected a switch of the day" in found
    assert "ascending seconds" in found
    assert "a point of `D`" in found


def test_bad_zone_repeated_names_and_no_days():
    found = "\n".join(texts(Schedule("s", "net-1", (AM, AM), (), time_zone="Mars")))
    assert "no time zone `Mars`" in found
    assert "plan `am` 2 times" in found
    assert "at least one day type" in found


def test_midnight_needs_a_switch_where_the_clock_would_jump():
    dividing, jumping = plan("even", 90, 30), plan("odd", 85, 30)
    assert DAY_S % 85
    assert not changed(dividing, dividing, over_midnight=True)
    assert changed(jumping, jumping, over_midnight=True) == ("C",)
    assert not changed(jumping, jumping)
    one = Schedule.of_plan(jumping)
    assert one.switch_into("every day", "every day") == PlanSwitch("odd", "odd", 0)
