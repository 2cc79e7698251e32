"""Which day type a date has: weekdays, stretches of the year, single dates; and clock changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
ASTANA_TIME = "UTC+05:00"
"""Kazakhstan has had one time, UTC+5 without daylight saving, since 1 March 2024."""

_FIXED = re.compile(r"UTC([+-])(\d{2}):([0-5]\d)")
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")
_LEAP_YEAR = 2024


@dataclass(frozen=True, slots=True)
class CalendarRule:
    """Dates on which a day type holds: everything that is given must fit.

    weekdays: 1 Monday to 7 Sunday. first_day, last_day: month and day (`09-01`), both included, each
    year; a first day after the last one runs over New Year. dates: single dates, `2026-12-16` or each
    year `12-16`; if any are given, only these.
    """

    weekdays: tuple[int, ...] = EVERY_DAY
    first_day: str = "01-01"
    last_day: str = "12-31"
    dates: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether the rule names this date."""
        if day.isoweekday() not in self.weekdays:
            return False
        name = day.strftime("%m-%d")
        if self.dates and not {name, day.isoformat()} & set(self.dates):
            return False
        if self.first_day <= self.last_day:
            return self.first_day <= name <= self.last_day
        return name >= self.first_day or name <= self.last_day

    def complaints(self) -> tuple[tuple[str, str, str], ...]:
        """What is wrong with the rule: (field, found, expected) each."""
        wrong = []
        if not self.weekdays or set(self.weekdays) - set(EVERY_DAY):
            expected = "numbers from 1 (Monday) to 7 (Sunday), at least one"
            wrong.append(("weekdays", str(list(self.weekdays)), expected))
        for field, text in (("first_day", self.first_day), ("last_day", self.last_day)):
            if not _is_month_day(text):
                wrong.append((field, f"`{text}`", "a day of the year as MM-DD"))
        wrong += [
            ("dates", f"`{text}`", "dates as YYYY-MM-DD, or MM-DD for each year")
            for text in self.dates
            if not _is_month_day(text) and not _is_date(text)
        ]
        return tuple(wrong)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A date on which the local clock jumps: from `from_s` to `to_s`, seconds of the local day."""

    day: date
    from_s: int
    to_s: int


def time_zone(name: str) -> tzinfo:
    """A zone by `UTC+05:00` or by its name in the time zone database (`Europe/Berlin`).

    Raises ValueError if there is none of that name.
    """
    fixed = _FIXED.fullmatch(name)
    if fixed is not None:
        sign = -1 if fixed[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(fixed[2]), minutes=int(fixed[3])))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone `{name}`") from error


def clock_changes(name: str, year: int) -> tuple[ClockChange, ...]:
    """Dates of a year on which the local clock jumps. Raises ValueError for an unknown zone."""
    zone, found = time_zone(name), []
    utc = UTC
    for number in range(366):
        day = date(year, 1, 1) + timedelta(days=number)
        if day.year != year:
            break
        before = _offset(zone, day)
        after = _offset(zone, day + timedelta(days=1))
        if before == after:
            continue
        # The jump lies between the two midnights: find its second by halving.
        low = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(utc)
        high = low + timedelta(days=1) - (after - before)
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
            if middle.astimezone(zone).utcoffset() == before:
                low = middle
            else:
                high = middle
        local = high.astimezone(zone)
        to_s = local.hour * 3600 + local.minute * 60 + local.second
        found.append(ClockChange(day, to_s - round((after - before).total_seconds()), to_s))
    return tuple(found)


def days_of_all_years() -> tuple[date, ...]:
    """Dates that show every day of the year on every weekday."""
    return tuple(
        date(2000, 1, 1) + timedelta(days=number)
        for number in range((date(2028, 1, 1) - date(2000, 1, 1)).days)
    )


def _offset(zone: tzinfo, day: date) -> timedelta:
    found = datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset()
    return found if found is not None else timedelta(0)


def _is_month_day(text: str) -> bool:
    found = _MONTH_DAY.fullmatch(text)
    return found is not None and _is_date(f"{_LEAP_YEAR}-{text}")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
