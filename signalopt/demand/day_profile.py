"""How traffic rises and falls over the day: levels by hour for each day type, estimated and marked so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from signalopt.errors import InputError, Problem
from signalopt.files import read_text
from signalopt.timing.day_calendar import CalendarRule

HOUR_S, DAY_S = 3600, 86400
BUILT_IN = "day_profiles.toml"


@dataclass(frozen=True)
class DayProfile:
    """One day type's traffic over the day.

    levels: 24 values, the level in the middle of each hour as a share of a common reference (the working
    day's morning peak). scenarios: endings of names of scenarios that show this day's traffic at their
    hour; like: the day type from which the rest of the day is taken. Levels are estimates; `source` says from
    what.
    """

    name: str
    levels: tuple[float, ...]
    scenarios: tuple[str, ...] = ()
    calendar: tuple[CalendarRule, ...] = ()
    like: str = ""
    title: str = ""
    source: str = ""

    def level_at(self, second: float) -> float:
        """The level at a second of the day, straight between the middles of hours, round the clock."""
        hours = (second / HOUR_S - 0.5) % 24
        first = int(hours) % 24
        share = hours - int(hours)
        return self.levels[first] * (1 - share) + self.levels[(first + 1) % 24] * share


@dataclass(frozen=True)
class _Written:
    """A day type as the file has it."""

    name: str
    source: str
    title: str = ""
    like: str = ""
    levels: tuple[float, ...] = ()
    scenarios: tuple[str, ...] = ()
    calendar: tuple[CalendarRule, ...] = ()


_ADAPTER = TypeAdapter(_Written)


def built_in_profiles() -> tuple[DayProfile, ...]:
    """The day types that come with the program, in the order in which their calendars are asked."""
    text = resources.files("signalopt.demand.data").joinpath(BUILT_IN).read_text(encoding="utf-8")
    return _profiles(tomllib.loads(text), BUILT_IN)


def read_profiles(path: Path) -> tuple[DayProfile, ...]:
    """Day types from a TOML file of the same form as the built-in one. Raises InputError."""
    try:
        content = tomllib.loads(read_text(path, "day profiles (TOML)"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(Problem(str(path), str(error), "day profiles in TOML")) from None
    return _profiles(content, str(path))


def _profiles(content: Mapping[str, Any], where: str) -> tuple[DayProfile, ...]:
    entries = content.get("day_type")
    if not isinstance(entries, list) or set(content) != {"day_type"}:
        found = ", ".join(sorted(content)) or "nothing"
        raise InputError(Problem(where, found, "only tables [[day_type]], at least one"))
    problems: list[Problem] = []
    written: list[_Written] = []
    for number, entry in enumerate(entries):
        try:
            written.append(_ADAPTER.validate_python(entry, extra="forbid"))
        except ValidationError as error:
            for detail in error.errors():
                path = "".join(f".{part}" for part in detail["loc"])
                found = "nothing" if detail["type"] == "missing" else repr(detail["input"])[:80]
                problems.append(Problem(f"{where}: day_type[{number}]{path}", found, detail["msg"]))
    own = {entry.name: entry for entry in written}
    for entry in written:
        problems += _complaints(entry, own, where)
    if len(own) < len(written):
        problems.append(Problem(where, "day types of the same name", "each name once"))
    if problems:
        raise InputError(*problems)
    return tuple(
        DayProfile(
            e.name,
            e.levels or own[e.like].levels,
            e.scenarios,
            e.calendar,
            e.like,
            e.title,
            e.source,
        )
        for e in written
    )


def _complaints(entry: _Written, own: Mapping[str, _Written], where: str) -> Sequence[Problem]:
    here, found = f"{where}: day_type `{entry.name}`", []
    if bool(entry.levels) == bool(entry.like):
        found.append(Problem(here, "levels and like" if entry.levels else "neither levels nor like",
                             "either `levels` or `like`, the name of a day type with levels"))  # fmt: skip
    if entry.like and not (entry.like in own and own[entry.like].levels):
        found.append(Problem(f"{here}: like", f"`{entry.like}`", "a day type with levels"))
    if entry.levels and (len(entry.levels) != 24 or not all(0 < v < 10 for v in entry.levels)):
        text = f"{len(entry.levels)} levels from {min(entry.levels):g} to {max(entry.levels):g}"
        found.append(Problem(f"{here}: levels", text, "24 levels above 0 and below 10"))
    for rule in entry.calendar:
        found += [Problem(f"{here}: calendar.{f}", what, e) for f, what, e in rule.complaints()]
    return found
