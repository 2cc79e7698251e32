"""Gives a schedule its switch points and judges every transition: within days and at midnight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from signalopt.timing.findings import Finding, Rule
from signalopt.timing.safety import judge_plan
from signalopt.timing.schedule import DAY_S, DayType, PlanSwitch, Schedule, SwitchPoint, changed
from signalopt.timing.schedule_checks import clock_text
from signalopt.timing.signals import SignalLayout
from signalopt.timing.switching import Change, find_points, transition_findings


@dataclass(frozen=True, slots=True)
class JudgedSwitch:
    """One change of plans with what the judge found in it. `day_type` is empty for midnight."""

    day_type: str
    switch: PlanSwitch
    findings: tuple[Finding, ...]

    @property
    def most_held_s(self) -> int:
        """The most seconds for which a green is held at any intersection, all holds together."""
        return max((p.held_s for p in self.switch.points), default=0)

    @property
    def last_s(self) -> int:
        """Second of the day at which the last intersection runs the new plan on its clock."""
        return max((p.settled_s for p in self.switch.points), default=self.switch.at_s)


def with_switch_points(schedule: Schedule, layouts: Mapping[str, SignalLayout]) -> Schedule:
    """Return the schedule with safe switch points for every change of plans and every midnight.

    Intersections for which no safe second exists within the time allowed stay without a point:
    `judge_schedule` names them, `lamps_of_day` refuses them.
    """
    days = tuple(_day_with_points(schedule, day, layouts) for day in schedule.day_types)
    midnight = tuple(
        replace(switch, points=tuple(_midnight_points(schedule, switch, end_s, layouts)))
        for switch, end_s in midnights(schedule)
    )
    return replace(schedule, day_types=days, midnight=midnight)


def midnights(schedule: Schedule) -> tuple[tuple[PlanSwitch, int], ...]:
    """The different switches at midnight that the day types can bring, with the end of the new period.

    Any day type may follow any other: calendars change, and some days are called by an operator.
    """
    found: dict[tuple[str, str], tuple[PlanSwitch, int]] = {}
    for previous in schedule.day_types:
        for day in schedule.day_types:
            switch = schedule.switch_into(day.name, previous.name)
            if switch is None:
                continue
            key, end_s = (switch.before, switch.after), day.timeline[0].end_s
            known = found.get(key)
            found[key] = (switch, end_s if known is None else min(end_s, known[1]))
    return tuple(found.values())


def judge_schedule(
    schedule: Schedule, layouts: Mapping[str, SignalLayout]
) -> tuple[JudgedSwitch, ...]:
    """Judge every transition of a schedule from its lamps. Plans by themselves: `judge_plan`."""
    judged = []
    for day in schedule.day_types:
        ends = [period.end_s for period in day.timeline[1:]]
        for change, end_s in zip(day.changes, ends, strict=True):
            switch = day.known(change)
            found = _judged(schedule, switch, end_s, layouts)
            judged.append(JudgedSwitch(day.name, switch, tuple(found)))
    for switch, end_s in midnights(schedule):
        judged.append(JudgedSwitch("", switch, tuple(_judged(schedule, switch, end_s, layouts))))
    return tuple(judged)


def schedule_findings(
    schedule: Schedule, layouts: Mapping[str, SignalLayout]
) -> tuple[Finding, ...]:
    """Everything that the judge holds against a schedule: each plan by itself, then each transition."""
    plans = (finding for plan in schedule.plans for finding in judge_plan(layouts, plan))
    switches = (f for judged in judge_schedule(schedule, layouts) for f in judged.findings)
    return tuple(dict.fromkeys((*plans, *switches)))


def _day_with_points(
    schedule: Schedule, day: DayType, layouts: Mapping[str, SignalLayout]
) -> DayType:
    points: dict[int, list[SwitchPoint]] = {change.at_s: [] for change in day.changes}
    for name in schedule.intersections:
        own = list(_changes_at(schedule, day, name))
        for point, change in zip(find_points(layouts[name], own), own, strict=True):
            if point is not None:
                points[change.at_s].append(point)
    switches = (replace(c, points=tuple(points[c.at_s])) for c in day.changes)
    return replace(day, switches=tuple(switches))


def _changes_at(schedule: Schedule, day: DayType, intersection: str) -> Iterator[Change]:
    """The changes of a day that concern one intersection."""
    ends = [period.end_s for period in day.timeline[1:]]
    for change, end_s in zip(day.changes, ends, strict=True):
        old, new = schedule.plan[change.before], schedule.plan[change.after]
        if intersection in changed(old, new):
            yield Change(old.by_id[intersection], new.by_id[intersection], change.at_s, end_s)


def _midnight_points(
    schedule: Schedule, switch: PlanSwitch, end_s: int, layouts: Mapping[str, SignalLayout]
) -> Iterable[SwitchPoint]:
    for name, change in _switch_changes(schedule, switch, end_s):
        (point,) = find_points(layouts[name], [change])
        if point is not None:
            yield point


def _switch_changes(
    schedule: Schedule, switch: PlanSwitch, end_s: int
) -> Iterator[tuple[str, Change]]:
    midnight = switch.at_s == 0
    old, new = schedule.plan[switch.before], schedule.plan[switch.after]
    clock_s = DAY_S if midnight else 0
    for name in changed(old, new, over_midnight=midnight):
        yield name, Change(old.by_id[name], new.by_id[name], switch.at_s, end_s, clock_s)


def _judged(
    schedule: Schedule, switch: PlanSwitch, end_s: int, layouts: Mapping[str, SignalLayout]
) -> Iterator[Finding]:
    for name, change in _switch_changes(schedule, switch, end_s):
        point = switch.by_id.get(name)
        if point is None:
            what = f"`{switch.before}` to `{switch.after}` at {clock_text(switch.at_s)}"
            text = f"no switch second from {what}"
            yield Finding(name, Rule.SWITCH, (switch.before, switch.after), text)
        else:
            yield from transition_findings(layouts[name], change, point)
