"""The schedule: which plan runs when. Day types, plans by time of day, and how lamps go from plan to plan.

The clock is local time in seconds since midnight; every day's plans run on that day's clock (see
timing.plan for the offset). An interval is [begin_s, end_s); the nominal second of a switch is the begin of
the new interval. At an intersection the lamps go over a little later, at a second that both plans share:

    leave_s   the old plan is shown before this second; in it both plans are in the same steady green
    join_s    the new plan is shown from this second on; between the two the common green is held

Most points have leave_s = join_s: nothing is held, nothing is cut and both offsets are kept. Where the
two plans lie so badly that a single hold would leave others red for too long, the new plan first runs ahead
of its clock, and the seconds are taken back by short holds of the same green in later cycles (`later`).
At midnight the clock starts again from 0. A plan that goes on over midnight jumps unless its cycle divides
86400 s; such a jump is a switch like any other and belongs to `Schedule.midnight`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from signalopt.timing.day_calendar import ASTANA_TIME, CalendarRule
from signalopt.timing.plan import IntersectionPlan, Plan

DAY_S = 86400
EVERY_DAY = "every day"


@dataclass(frozen=True, slots=True)
class Period:
    """A plan runs from `begin_s` to before `end_s` of each day of the type.

    An end at or before the begin means that the period runs over midnight: until 24:00, and from 0:00 to
    `end_s`, both on days of this type.
    """

    begin_s: int
    end_s: int
    plan: str

    @property
    def pieces(self) -> tuple[tuple[int, int], ...]:
        """The parts of one day that the period covers, empty ones left out."""
        if self.begin_s < self.end_s:
            return ((self.begin_s, self.end_s),)
        return tuple(p for p in ((0, self.end_s), (self.begin_s, DAY_S)) if p[0] < p[1])


@dataclass(frozen=True, slots=True)
class Hold:
    """The lamps stand still in a steady green from `begin_s` to before `end_s`."""

    begin_s: int
    end_s: int


@dataclass(frozen=True, slots=True)
class SwitchPoint:
    """Where one intersection goes over from one plan to the next (see the module's text).

    Seconds of the day on which the new plan starts. `stage`: the stage whose steady green both share.
    """

    intersection: str
    leave_s: int
    join_s: int
    stage: str
    later: tuple[Hold, ...] = ()

    @property
    def settled_s(self) -> int:
        """Second from which on the new plan runs on its clock."""
        return self.later[-1].end_s if self.later else self.join_s

    @property
    def ahead_s(self) -> int:
        """Seconds by which the new plan is ahead of its clock when it is joined."""
        return sum(hold.end_s - hold.begin_s for hold in self.later)

    @property
    def held_s(self) -> int:
        """Seconds of all holds together."""
        return self.join_s - self.leave_s + self.ahead_s


@dataclass(frozen=True)
class PlanSwitch:
    """A change of plans at nominal second `at_s`; an intersection without a point goes on unchanged."""

    before: str
    after: str
    at_s: int
    points: tuple[SwitchPoint, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, SwitchPoint]:
        """Points by intersection."""
        return {point.intersection: point for point in self.points}


@dataclass(frozen=True)
class DayType:
    """A kind of day. Without calendar rules it never comes by itself: an operator calls it (snow)."""

    name: str
    periods: tuple[Period, ...]
    calendar: tuple[CalendarRule, ...] = ()
    switches: tuple[PlanSwitch, ...] = ()

    @cached_property
    def timeline(self) -> tuple[Period, ...]:
        """The day from 0 to 86400 s in order: no wraps, neighbours of the same plan joined."""
        pieces = sorted((*piece, p.plan) for p in self.periods for piece in p.pieces)
        joined: list[Period] = []
        for begin_s, end_s, plan in pieces:
            if joined and joined[-1].plan == plan and joined[-1].end_s == begin_s:
                joined[-1] = Period(joined[-1].begin_s, end_s, plan)
            else:
                joined.append(Period(begin_s, end_s, plan))
        return tuple(joined)

    @property
    def changes(self) -> tuple[PlanSwitch, ...]:
        """The changes of plans within the day that the timeline asks for, without points."""
        pairs = pairwise(self.timeline)
        return tuple(PlanSwitch(old.plan, new.plan, new.begin_s) for old, new in pairs)

    def plan_name_at(self, second: int) -> str:
        """Name of the plan nominally in force at a second of the day. Raises KeyError outside of it."""
        for period in self.timeline:
            if period.begin_s <= second < period.end_s:
                return period.plan
        raise KeyError(f"{self.name}: no plan at second {second}")

    def next_switch(self, second: int) -> PlanSwitch | None:
        """The first change of plans (with its points, if known) at or after a second of the day."""
        return next((self.known(c) for c in self.changes if c.at_s >= second), None)

    def known(self, change: PlanSwitch) -> PlanSwitch:
        """The switch of this day with the points that are stored for it."""
        return _stored(self.switches, change)


@dataclass(frozen=True)
class Schedule:
    """Plans of one network by day type and time of day.

    day_types: the first one whose calendar names a date rules it. midnight: switches at second 0 from the
    last plan of one day to the first of the next, the old one still on the old day's clock.
    time_zone: `UTC+05:00` or a name of the time zone database; it decides on which dates clocks jump.
    """

    name: str
    network: str
    plans: tuple[Plan, ...]
    day_types: tuple[DayType, ...]
    midnight: tuple[PlanSwitch, ...] = ()
    time_zone: str = ASTANA_TIME
    provenance: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_plan(cls, plan: Plan) -> Schedule:
        """A schedule that runs one plan all day, every day."""
        whole = DayType(EVERY_DAY, (Period(0, DAY_S, plan.name),), (CalendarRule(),))
        return cls(plan.name, plan.network, (plan,), (whole,), provenance=plan.provenance)

    @cached_property
    def plan(self) -> Mapping[str, Plan]:
        """Plans by name."""
        return {plan.name: plan for plan in self.plans}

    @cached_property
    def day_type(self) -> Mapping[str, DayType]:
        """Day types by name."""
        return {day.name: day for day in self.day_types}

    @cached_property
    def intersections(self) -> tuple[str, ...]:
        """Ids of all intersections that any plan names, in the order in which they first appear."""
        return tuple(
            dict.fromkeys(p.intersection for plan in self.plans for p in plan.intersections)
        )

    def day_type_on(self, day: date) -> DayType:
        """The day type of a date. Raises KeyError if the calendar has none for it."""
        for day_type in self.day_types:
            if any(rule.holds_on(day) for rule in day_type.calendar):
                return day_type
        raise KeyError(f"{self.name}: no day type on {day.isoformat()}")

    def plan_at(self, day_type: str, second: int) -> Plan:
        """The plan nominally in force. Raises KeyError for an unknown day type or second."""
        return self.plan[self.day_type[day_type].plan_name_at(second)]

    def switch_into(self, day_type: str, previous: str) -> PlanSwitch | None:
        """The switch at midnight into a day of `day_type` after a day of type `previous`.

        None if every intersection just goes on: same program, cycle that divides 86400 s. Points are given
        if they are stored.
        """
        before = self.day_type[previous].timeline[-1].plan
        after = self.day_type[day_type].timeline[0].plan
        if not changed(self.plan[before], self.plan[after], over_midnight=True):
            return None
        return _stored(self.midnight, PlanSwitch(before, after, 0))


def changed(old: Plan, new: Plan, *, over_midnight: bool = False) -> tuple[str, ...]:
    """Intersections whose lamps need a switch point between two plans.

    Over midnight also those that go on with the same cycle where it does not divide the day. Equal fixed
    programs need none: they are not ours, and their own controller's clock is not known.
    """
    found = []
    for program in new.intersections:
        before = old.by_id.get(program.intersection)
        jumps = (
            over_midnight and isinstance(program, IntersectionPlan) and DAY_S % program.cycle_s != 0
        )
        if before != program or jumps:
            found.append(program.intersection)
    return tuple(found)


def _stored(switches: tuple[PlanSwitch, ...], change: PlanSwitch) -> PlanSwitch:
    key = (change.before, change.after, change.at_s)
    return next((s for s in switches if (s.before, s.after, s.at_s) == key), change)
