"""The traffic of whole days, made from scenarios of single hours and the levels of a day profile.

A scenario is an anchor: it shows directions and volumes at the middle of its window. Between two anchors
the pattern goes over from one to the other, and the total follows the profile's level. So the flows at an
anchor's hour are its own, and all others are estimates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from signalopt.demand.day_profile import DAY_S, DayProfile
from signalopt.errors import InputError, Problem
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.streams import MovementKey, Stream
from signalopt.scenario.case import Case
from signalopt.scenario.schema import Scenario
from signalopt.timing.day_calendar import CalendarRule, days_of_all_years

SAME_HOUR_S = 5400
"""A scenario within this time of another one shows the same hour of a different kind of day."""
USUAL = "weekday"
CALLED_WEIGHT = 0.03
"""Least weight of a day type, also of those that an operator calls (about ten days a year)."""


@dataclass(frozen=True, eq=False)
class Anchor:
    """One scenario with its case and flows; `label` is the ending of its name that told its day type."""

    scenario: Scenario
    case: Case
    flows: CaseFlows
    label: str = ""

    @property
    def middle_s(self) -> int:
        """Middle of the measured window, second of the day."""
        return (self.case.begin_s + self.case.end_s) // 2

    @cached_property
    def total_vph(self) -> float:
        """Flow of vehicles (pcu/h) over all signals together."""
        return sum(self.flows.movement_vph.values())


@dataclass(frozen=True)
class DayDemand:
    """Traffic of one day type. anchors: (anchor, factor on its volumes) by time of day.

    own: the anchor that gives season and saturation flows. weight: share of the year's days.
    """

    profile: DayProfile
    anchors: tuple[tuple[Anchor, float], ...]
    own: Anchor
    calendar: tuple[CalendarRule, ...]
    weight: float

    @property
    def name(self) -> str:
        """The day type's name."""
        return self.profile.name

    def like_day(self, other: DayDemand) -> bool:
        """Whether another day type has the same traffic all day."""
        mine, its = ((d.profile.levels, d.anchors, d.own) for d in (self, other))
        return mine == its

    def weights_at(self, second: float) -> tuple[tuple[Anchor, float], ...]:
        """Anchors with the factors on their volumes that add up to the traffic at a second of the day."""
        middles = [anchor.middle_s for anchor, _ in self.anchors]
        after = next((n for n, middle in enumerate(middles) if middle > second), 0)
        before = after - 1
        gap = (middles[after] - middles[before]) % DAY_S or DAY_S
        share = (second - middles[before]) % DAY_S / gap
        if len(self.anchors) == 1:
            share = 0.0
        pair = ((before, 1 - share), (after, share))
        level = sum(part * self.profile.level_at(middles[n]) for n, part in pair)
        scale = self.profile.level_at(second) / level
        found: dict[int, float] = {}
        for n, part in pair:
            number = n % len(self.anchors)
            found[number] = found.get(number, 0.0) + part * scale * self.anchors[number][1]
        return tuple((self.anchors[n][0], factor) for n, factor in found.items() if factor > 0)

    def total_vph(self, second: float) -> float:
        """Flow of vehicles (pcu/h) over all signals together at a second of the day."""
        return sum(factor * anchor.total_vph for anchor, factor in self.weights_at(second))

    def movements_at(self, second: float) -> dict[MovementKey, float]:
        """Flow of every movement (pcu/h) at a second of the day, in a fixed order."""
        found = dict.fromkeys(self.own.flows.movement_vph, 0.0)
        for anchor, factor in self.weights_at(second):
            for key, vph in anchor.flows.movement_vph.items():
                found[key] = found.get(key, 0.0) + factor * vph
        return found

    def flows_at(self, second: float) -> CaseFlows:
        """What the signals are asked for at a second of the day, with the season's saturation flows."""
        parts = self.weights_at(second)
        demand = {
            name: replace(
                own, flow_vph=_mixed([(a.flows.demand[name].flow_vph, f) for a, f in parts])
            )
            for name, own in self.own.flows.demand.items()
        }
        streams: dict[tuple[MovementKey | None, MovementKey], Stream] = {}
        for anchor, factor in parts:
            for stream in anchor.flows.streams:
                key = (stream.upstream, stream.downstream)
                known = streams.get(key)
                more = factor * stream.flow_vph + (known.flow_vph if known else 0.0)
                streams[key] = replace(known or stream, flow_vph=more)
        return CaseFlows(
            demand, self.movements_at(second), self.own.flows.links, tuple(streams.values())
        )


def _mixed(parts: Sequence[tuple[Mapping[int, float], float]]) -> dict[int, float]:
    found: dict[int, float] = {}
    for flows, factor in parts:
        for link, vph in flows.items():
            found[link] = found.get(link, 0.0) + factor * vph
    return found


@dataclass(frozen=True)
class Given:
    """A scenario named by the user; `day_type` is empty where its name is to tell."""

    scenario: Scenario
    case: Case
    day_type: str = ""


def day_demands(given: Sequence[Given], profiles: Sequence[DayProfile]) -> tuple[DayDemand, ...]:
    """Day types with their traffic, in the order in which their calendars are asked.

    A day type comes about if a scenario of its own is given, or if it is wholly like one that comes about.
    The rest of its day is taken from the day type that it is like, scaled as its own hour is to that there.
    Raises InputError for scenarios of different networks or of demand that cannot be spread over a day.
    """
    _check(given)
    own = _anchors(given, profiles)
    known = {profile.name: profile for profile in profiles}
    usual = known.get(USUAL, profiles[-1])
    chosen = [
        *profiles,
        *(replace(usual, name=n, like=usual.name, calendar=()) for n in own if n not in known),
    ]
    days = [day for profile in chosen if (day := _day(profile, own)) is not None]
    return _with_every_date(days)


def _check(given: Sequence[Given]) -> None:
    problems = []
    first = given[0].case
    for entry in given:
        where = entry.scenario.name
        if entry.case.network.fingerprint != first.network.fingerprint:
            found = f"network {entry.case.network.fingerprint}"
            expected = f"network {first.network.fingerprint} of `{first.name}`"
            problems.append(Problem(where, found, expected, "one schedule is for one network"))
        demand = entry.scenario.demand
        if demand.gates is None and demand.od is None and demand.turns is None:
            found = "vehicles that are given one by one, or counts"
            hint = "give gates, an OD table or turning shares"
            problems.append(Problem(where, found, "volumes that can be spread over a day", hint))
    problems += named_twice([entry.scenario.name for entry in given])
    if problems:
        raise InputError(*problems)


def named_twice(names: Sequence[str]) -> list[Problem]:
    """A problem for each scenario that is named more than once."""
    return [
        Problem(name, "named twice", "each scenario once")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]


def _anchors(given: Sequence[Given], profiles: Sequence[DayProfile]) -> dict[str, list[Anchor]]:
    """Anchors by day type; the longest ending of a scenario's name decides, else it is a usual day."""
    endings = sorted({e for p in profiles for e in p.scenarios}, key=len, reverse=True)
    found: dict[str, list[Anchor]] = {}
    for entry in given:
        name = entry.scenario.name
        label = next((e for e in endings if name == e or name.endswith(f"_{e}")), "")
        types = [p.name for p in profiles if label and label in p.scenarios]
        anchor = Anchor(entry.scenario, entry.case, case_flows(entry.case), label)
        for day_type in [entry.day_type] if entry.day_type else types or [USUAL]:
            found.setdefault(day_type, []).append(anchor)
    return found


def _day(profile: DayProfile, own: Mapping[str, list[Anchor]]) -> DayDemand | None:
    mine = own.get(profile.name, [])
    borrowed = own.get(profile.like, []) if profile.like else []
    if not mine and (profile.scenarios or not borrowed):
        return None
    factor, kept = 1.0, []
    for other in borrowed:
        twin = next((a for a in mine if abs(a.middle_s - other.middle_s) <= SAME_HOUR_S), None)
        if twin is None:
            kept.append(other)
        elif other.total_vph > 0:
            factor = twin.total_vph / other.total_vph
    anchors = [*((a, 1.0) for a in mine), *((a, factor) for a in kept)]
    anchors.sort(key=lambda entry: entry[0].middle_s)
    return DayDemand(profile, tuple(anchors), (mine or kept)[0], profile.calendar, 0.0)


def _with_every_date(days: Sequence[DayDemand]) -> tuple[DayDemand, ...]:
    """Let the usual day (else the last one) take all dates that no other has; weigh days by their dates."""
    usual = next((n for n, day in enumerate(days) if day.name == USUAL), len(days) - 1)
    ordered = [
        *days[:usual],
        *days[usual + 1 :],
        replace(days[usual], calendar=(*days[usual].calendar, CalendarRule())),
    ]
    dates = days_of_all_years()
    counts = dict.fromkeys((day.name for day in ordered), 0)
    for date in dates:
        for day in ordered:
            if any(rule.holds_on(date) for rule in day.calendar):
                counts[day.name] += 1
                break
    return tuple(
        replace(day, weight=max(CALLED_WEIGHT, counts[day.name] / len(dates))) for day in ordered
    )
