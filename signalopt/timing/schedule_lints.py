"""What is allowed in a schedule and yet deserves a second look by the engineer who signs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from signalopt.timing.day_calendar import clock_changes, days_of_all_years
from signalopt.timing.plan import AnyProgram, IntersectionPlan, Plan
from signalopt.timing.schedule import DAY_S, DayType, PlanSwitch, Schedule, SwitchPoint
from signalopt.timing.schedule_checks import clock_text
from signalopt.timing.signals import SignalLayout
from signalopt.timing.switch_lamps import cycle_lamps, position_s

ALMOST_EQUAL_S = 4
"""Cycles that differ by up to this are almost equal: the switch costs more than the difference gives."""
LEAST_CYCLES = 10
"""A plan that runs for fewer cycles after its switch has settled was hardly worth it."""


class LintKind(StrEnum):
    """What a lint is about."""

    CYCLES = "almost equal cycles"
    SHORT = "short period"
    INTERSTAGE = "switch inside an interstage"
    CLOCK = "clock change"
    MIDNIGHT = "midnight"
    UNUSED = "not used"


@dataclass(frozen=True, slots=True)
class Lint:
    """One remark: what it is about, where (day type, time, intersection) and what was seen."""

    kind: LintKind
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}: {self.text}"


def schedule_lints(
    schedule: Schedule, layouts: Mapping[str, SignalLayout], year: int
) -> tuple[Lint, ...]:
    """All remarks on a schedule; clock changes are those of `year`. Expects a schedule that holds."""
    return tuple(
        dict.fromkeys(
            (
                *(
                    lint
                    for day in schedule.day_types
                    for lint in _day_lints(schedule, day, layouts)
                ),
                *_midnight_lints(schedule, layouts),
                *_clock_lints(schedule, year),
                *_unused(schedule),
            )
        )
    )


def _day_lints(
    schedule: Schedule, day: DayType, layouts: Mapping[str, SignalLayout]
) -> Iterator[Lint]:
    ends = [period.end_s for period in day.timeline[1:]]
    for change, end_s in zip(day.changes, ends, strict=True):
        switch = day.known(change)
        old, new = schedule.plan[switch.before], schedule.plan[switch.after]
        where = f"{day.name} {clock_text(switch.at_s)}"
        close = sorted(_almost_equal(old, new))
        if close:
            text = f"`{old.name}` and `{new.name}` differ by up to {ALMOST_EQUAL_S} s at "
            yield Lint(LintKind.CYCLES, where, text + ", ".join(close))
        settled_s = max((p.settled_s for p in switch.points), default=switch.at_s)
        cycle_s = max(_cycles(new).values(), default=0)
        if cycle_s and (end_s - settled_s) < LEAST_CYCLES * cycle_s:
            text = (
                f"`{new.name}` runs for {end_s - settled_s} s after all intersections have gone over: "
                f"{(end_s - settled_s) // cycle_s} cycles of {cycle_s} s"
            )
            yield Lint(LintKind.SHORT, where, text)
        yield from _point_lints(schedule, switch, where, layouts, 0)


def _almost_equal(old: Plan, new: Plan) -> Iterator[str]:
    before = _cycles(old)
    for name, cycle_s in _cycles(new).items():
        if name in before and 0 < abs(before[name] - cycle_s) <= ALMOST_EQUAL_S:
            yield f"{name} ({before[name]} and {cycle_s} s)"


def _cycles(plan: Plan) -> dict[str, int]:
    return {
        p.intersection: p.cycle_s for p in plan.intersections if isinstance(p, IntersectionPlan)
    }


def _point_lints(
    schedule: Schedule,
    switch: PlanSwitch,
    where: str,
    layouts: Mapping[str, SignalLayout],
    old_clock_s: int,
) -> Iterator[Lint]:
    for point in switch.points:
        old = schedule.plan[switch.before].by_id[point.intersection]
        new = schedule.plan[switch.after].by_id[point.intersection]
        layout = layouts[point.intersection]
        for plan, program, clock_s in (
            (switch.before, old, point.leave_s + old_clock_s),
            (switch.after, new, point.join_s + point.ahead_s),
            *_holds(switch.after, new, point),
        ):
            lamps = cycle_lamps(layout, program)
            if lamps is None:
                continue
            at_s = position_s(program, lamps.cycle_s, clock_s)
            if lamps.stages[at_s] is None:
                text = f"second {at_s} of `{plan}`'s cycle lies between two stages"
                yield Lint(LintKind.INTERSTAGE, f"{where} {point.intersection}", text)


def _holds(
    plan: str, program: AnyProgram, point: SwitchPoint
) -> Iterator[tuple[str, AnyProgram, int]]:
    ahead_s = point.ahead_s
    for hold in point.later:
        yield plan, program, hold.begin_s + ahead_s
        ahead_s -= hold.end_s - hold.begin_s


def _midnight_lints(schedule: Schedule, layouts: Mapping[str, SignalLayout]) -> Iterator[Lint]:
    for switch in schedule.midnight:
        where = f"midnight, `{switch.before}` to `{switch.after}`"
        if switch.before == switch.after:
            cycles = sorted({c for c in _cycles(schedule.plan[switch.after]).values() if DAY_S % c})
            text = (
                f"cycles of {', '.join(map(str, cycles))} s do not divide a day: the lamps go over to the "
                "new day's clock; 60, 72, 75, 80, 90, 96, 100, 108 and 120 s do divide it"
            )
            yield Lint(LintKind.MIDNIGHT, where, text)
        yield from _point_lints(schedule, switch, where, layouts, DAY_S)


def _clock_lints(schedule: Schedule, year: int) -> Iterator[Lint]:
    for change in clock_changes(schedule.time_zone, year):
        where = change.day.isoformat()
        jump = f"local time jumps from {clock_text(change.from_s)} to {clock_text(change.to_s)}"
        text = f"{jump}; the controller must find the clock again, these switch seconds do not hold"
        yield Lint(LintKind.CLOCK, where, text)
        low, high = sorted((change.from_s, change.to_s))
        day = schedule.day_type_on(change.day)
        for switch in day.changes:
            if low <= switch.at_s < high:
                what = "does not come" if change.from_s < change.to_s else "comes twice"
                text = f"{jump}; the switch to `{switch.after}` at {clock_text(switch.at_s)} {what}"
                yield Lint(LintKind.CLOCK, f"{where} {day.name}", text)


def _unused(schedule: Schedule) -> Iterator[Lint]:
    used = {period.plan for day in schedule.day_types for period in day.periods}
    for plan in schedule.plans:
        if plan.name not in used:
            yield Lint(LintKind.UNUSED, f"plan `{plan.name}`", "no day type runs it")
    chosen: set[str] = set()
    for day in days_of_all_years():
        chosen.add(schedule.day_type_on(day).name)
    for day_type in schedule.day_types:
        if day_type.calendar and day_type.name not in chosen and not _dated(day_type):
            text = "day types before it take all its dates"
            yield Lint(LintKind.UNUSED, f"day type `{day_type.name}`", text)


def _dated(day_type: DayType) -> bool:
    """Whether a rule names a single date of a single year, which may lie outside of the years looked at."""
    return any(len(text) > len("12-31") for rule in day_type.calendar for text in rule.dates)
