"""Schedules on the four-arm intersection that the schedule tests share."""

from __future__ import annotations

from hypothesis import strategies as st

from signalopt.timing.bounds import least_greens_s, stage_timings
from signalopt.timing.day_calendar import CalendarRule
from signalopt.timing.plan import IntersectionPlan, Plan, StageTiming
from signalopt.timing.program import cycle_of
from signalopt.timing.schedule import DAY_S, DayType, Period, Schedule
from signalopt.timing.signals import SignalLayout
from tests.layouts import four_arms

H = 3600
WORK = (1, 2, 3, 4, 5)


def program(
    layout: SignalLayout, cycle_s: int, offset_s: int, first_extra: int = 10**6
) -> IntersectionPlan:
    """Least greens; up to `first_extra` spare seconds to the first stage, the rest to the second."""
    sequence = stage_timings(layout.stages)
    greens = list(least_greens_s(layout, sequence))
    bare = tuple(StageTiming(t.stage, t.groups, g) for t, g in zip(sequence, greens, strict=True))
    spare = cycle_s - cycle_of(layout, IntersectionPlan(layout.intersection, cycle_s, 0, bare))
    assert spare >= 0
    greens[0] += min(spare, first_extra)
    greens[1] += spare - min(spare, first_extra)
    stages = tuple(StageTiming(t.stage, t.groups, g) for t, g in zip(sequence, greens, strict=True))
    return IntersectionPlan(layout.intersection, cycle_s, offset_s % cycle_s, stages)


def plan(name: str, cycle_s: int, offset_s: int, first_extra: int = 10**6) -> Plan:
    return Plan(name, "net-1", (program(four_arms(), cycle_s, offset_s, first_extra),))


def day(
    name: str, *pieces: tuple[float, str], calendar: tuple[CalendarRule, ...] = (CalendarRule(),)
) -> DayType:
    """A day type from (hour at which a plan begins, plan); the first begins at 0."""
    ends = [*(hour for hour, _ in pieces[1:]), 24]
    periods = tuple(
        Period(int(b * H), int(e * H), p) for (b, p), e in zip(pieces, ends, strict=True)
    )
    return DayType(name, periods, calendar)


def schedule(plans: tuple[Plan, ...], *days: DayType) -> Schedule:
    return Schedule("test", "net-1", plans, days)


@st.composite
def plan_pairs(draw: st.DrawFn) -> tuple[Plan, Plan]:
    """Two plans with cycles, offsets and splits of all kinds within the layout's limits."""
    found = []
    for name in ("old", "new"):
        cycle_s = draw(st.integers(70, 100))
        offset_s = draw(st.integers(0, cycle_s - 1))
        found.append(plan(name, cycle_s, offset_s, draw(st.integers(0, 20))))
    return found[0], found[1]


__all__ = ["DAY_S", "WORK", "H", "day", "plan", "plan_pairs", "program", "schedule"]
