from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.timing.day_calendar import (
    CalendarRule,
    ClockChange,
    clock_changes,
    days_of_all_years,
    time_zone,
)

MONDAY = date(2026, 11, 23)


def test_weekdays_count_from_monday():
    rule = CalendarRule((1, 2, 3, 4, 5))
    week = [MONDAY + timedelta(days=n) for n in range(7)]
    assert [rule.holds_on(day) for day in week] == [True] * 5 + [False] * 2


def test_a_stretch_of_the_year_holds_both_ends_and_runs_over_new_year():
    winter = CalendarRule(first_day="11-15", last_day="03-20")
    assert winter.holds_on(date(2026, 11, 15))
    assert winter.holds_on(date(2027, 1, 1))
    assert winter.holds_on(date(2027, 3, 20))
    assert not winter.holds_on(date(2027, 3, 21))


def test_dates_of_one_year_and_of_every_year():
    rule = CalendarRule(dates=("2026-05-27", "12-16"))
    assert rule.holds_on(date(2026, 5, 27))
    assert not rule.holds_on(date(2027, 5, 27))
    assert rule.holds_on(date(2031, 12, 16))


def test_every_field_of_a_bad_rule_is_told():
    rule = CalendarRule((0, 8), "9-1", "02-30", ("2026-13-01", "01-01"))
    assert [field for field, _, _ in rule.complaints()] == [
        "weekdays", "first_day", "last_day", "dates",
    ]  # fmt: skip
    assert not CalendarRule(dates=("02-29",)).complaints()


def test_all_days_on_all_weekdays_are_looked_at():
    seen = {(d.month, d.day, d.isoweekday()) for d in days_of_all_years()}
    assert len(seen) == 366 * 7


def test_kazakhstan_has_no_clock_changes():
    assert clock_changes("UTC+05:00", 2026) == ()


def test_clock_changes_of_berlin():
    pytest.importorskip(
        "tzdata", reason="needs the time zone database"
    ) if not _has_zones() else None
    assert clock_changes("Europe/Berlin", 2026) == (
        ClockChange(date(2026, 3, 29), 7200, 10800),
        ClockChange(date(2026, 10, 25), 10800, 7200),
    )


def _has_zones() -> bool:
    try:
        time_zone("Europe/Berlin")
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", ["UTC+5", "Astana", "", "../etc/passwd", "UTC+05:61"])
def test_unknown_zones_are_refused(name):
    with pytest.raises(ValueError, match="time zone"):
        time_zone(name)


@given(st.integers(-14, 14), st.integers(0, 59))
def test_fixed_zones(hours, minutes):
    name = f"UTC{'+' if hours >= 0 else '-'}{abs(hours):02}:{minutes:02}"
    assert clock_changes(name, 2026) == ()
