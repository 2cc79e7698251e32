"""What must hold of a schedule before anybody looks into its lamps: all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from signalopt.errors import InputError, Problem
from signalopt.timing.day_calendar import days_of_all_years, time_zone
from signalopt.timing.schedule import DAY_S, DayType, Period, PlanSwitch, Schedule

_SHOWN_DATES = 3


def checked(schedule: Schedule, where: str = "schedule") -> Schedule:
    """Return the schedule. Raises InputError with everything that is wrong with it."""
    problems = schedule_problems(schedule, where)
    if problems:
        raise InputError(*problems)
    return schedule


def schedule_problems(schedule: Schedule, where: str = "schedule") -> tuple[Problem, ...]:
    """Gaps, overlaps, unknown plans, dates without day type, switches that no day has: all of it."""
    problems = [
        *_plan_problems(schedule, where),
        *_repeated((d.name for d in schedule.day_types), f"{where}: day_types", "day type"),
    ]
    if not schedule.day_types:
        problems.append(Problem(f"{where}: day_types", "none", "at least one day type"))
    for number, day in enumerate(schedule.day_types):
        place = f"{where}: day_types[{number}] `{day.name}`"
        found = list(_period_problems(day, schedule, place))
        if not found:  # a timeline exists only where there are neither gaps nor overlaps
            found += _switch_problems(day, schedule, place)
        problems += [*found, *_rule_problems(day, place)]
    try:
        time_zone(schedule.time_zone)
    except ValueError as error:
        expected = "`UTC+05:00` or a name such as `Asia/Almaty`"
        problems.append(Problem(f"{where}: time_zone", str(error), expected))
    if not problems:
        problems += [*_calendar_problems(schedule, where), *_midnight_problems(schedule, where)]
    return tuple(problems)


def clock_text(second: int) -> str:
    """A second of the day as HH:MM:SS."""
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _plan_problems(schedule: Schedule, where: str) -> Iterable[Problem]:
    if not schedule.plans:
        yield Problem(f"{where}: plans", "none", "at least one plan")
    yield from _repeated((plan.name for plan in schedule.plans), f"{where}: plans", "plan")
    everywhere = set(schedule.intersections)
    for plan in schedule.plans:
        place = f"{where}: plan `{plan.name}`"
        if plan.network != schedule.network:
            yield Problem(place, f"network {plan.network}", f"network {schedule.network}")
        lost = sorted(everywhere - set(plan.by_id))
        if lost:
            hint = "every plan must say what each signal shows"
            yield Problem(place, f"no program for {_some(lost)}", "all intersections", hint)


def _repeated(names: Iterable[str], where: str, what: str) -> Iterable[Problem]:
    listed = list(names)
    for name in dict.fromkeys(listed):
        if listed.count(name) > 1:
            yield Problem(where, f"{what} `{name}` {listed.count(name)} times", "each name once")
    if "" in listed:
        yield Problem(where, f"a {what} without a name", "a name")


def _period_problems(day: DayType, schedule: Schedule, place: str) -> Iterable[Problem]:
    for number, period in enumerate(day.periods):
        here = f"{place}: periods[{number}]"
        if period.plan not in schedule.plan:
            near = get_close_matches(period.plan, schedule.plan, 1)
            hint = f"did you mean `{near[0]}`?" if near else ""
            known = ", ".join(f"`{name}`" for name in schedule.plan)
            yield Problem(here, f"plan `{period.plan}`", f"one of {known}", hint)
        if not 0 <= period.begin_s < DAY_S or not 0 < period.end_s <= DAY_S:
            found = f"{period.begin_s} to {period.end_s} s"
            yield Problem(here, found, f"a begin in [0, {DAY_S}) s and an end in (0, {DAY_S}] s")
        elif period.begin_s == period.end_s:
            found = f"begin and end both {clock_text(period.begin_s)}"
            yield Problem(here, found, "two different times; a whole day is 00:00:00 to 24:00:00")
    pieces = sorted((*piece, p) for p in day.periods for piece in p.pieces if _sane(p))
    if not pieces:
        if not day.periods:
            yield Problem(f"{place}: periods", "none", "periods that cover the day")
        return
    yield from _gaps_and_overlaps(pieces, place)


def _sane(period: Period) -> bool:
    """Whether the times of a period lie in the day and apart."""
    inside = 0 <= period.begin_s < DAY_S and 0 < period.end_s <= DAY_S
    return inside and period.begin_s != period.end_s


def _gaps_and_overlaps(pieces: Sequence[tuple[int, int, Period]], place: str) -> Iterable[Problem]:
    covered_s, last = 0, ""
    for begin_s, end_s, period in pieces:
        if begin_s > covered_s:
            yield _gap(place, covered_s, begin_s)
        if begin_s < covered_s:
            until = clock_text(min(covered_s, end_s))
            found = f"`{last}` and `{period.plan}` both from {clock_text(begin_s)} to {until}"
            yield Problem(f"{place}: periods", found, "one plan at a time")
        if end_s > covered_s:
            covered_s, last = end_s, period.plan
    if covered_s < DAY_S:
        yield _gap(place, covered_s, DAY_S)


def _gap(place: str, begin_s: int, end_s: int) -> Problem:
    found = f"no plan from {clock_text(begin_s)} to {clock_text(end_s)}"
    return Problem(f"{place}: periods", found, "a plan at every second of the day")


def _rule_problems(day: DayType, place: str) -> Iterable[Problem]:
    for number, rule in enumerate(day.calendar):
        for field, found, expected in rule.complaints():
            yield Problem(f"{place}: calendar[{number}].{field}", found, expected)


def _calendar_problems(schedule: Schedule, where: str) -> Iterable[Problem]:
    rules = [rule for day in schedule.day_types for rule in day.calendar]
    without = [d for d in days_of_all_years() if not any(rule.holds_on(d) for rule in rules)]
    if without:
        kinds = dict.fromkeys(d.strftime("%a %m-%d") for d in without)
        found = f"no day type on {_some(list(kinds))}"
        hint = "add a day type with a rule for all weekdays as the last one"
        yield Problem(f"{where}: calendar", found, "a day type for every date", hint)


def _switch_problems(day: DayType, schedule: Schedule, place: str) -> Iterable[Problem]:
    asked = {(c.before, c.after, c.at_s): c for c in day.changes}
    end_of = dict(zip(asked, [period.end_s for period in day.timeline[1:]], strict=True))
    keys = [(s.before, s.after, s.at_s) for s in day.switches]
    for number, (key, switch) in enumerate(zip(keys, day.switches, strict=True)):
        here = f"{place}: switches[{number}]"
        if keys.count(key) > 1:
            yield Problem(here, f"{_told(switch)} again", "each switch once")
        if key not in asked:
            known = "; ".join(_told(c) for c in asked.values()) or "no switches"
            yield Problem(here, _told(switch), f"a switch of the day: {known}")
        else:
            yield from _point_problems(switch, end_of[key], schedule, here)


def _midnight_problems(schedule: Schedule, where: str) -> Iterable[Problem]:
    pairs = {
        (old.timeline[-1].plan, new.timeline[0].plan): new
        for old in schedule.day_types
        for new in schedule.day_types
    }
    keys = [(s.before, s.after) for s in schedule.midnight]
    for number, (key, switch) in enumerate(zip(keys, schedule.midnight, strict=True)):
        here = f"{where}: midnight[{number}]"
        if keys.count(key) > 1:
            yield Problem(here, f"{_told(switch)} again", "each switch once")
        if switch.at_s != 0 or key not in pairs:
            expected = "a switch at 00:00:00 from the last plan of a day to the first of a day"
            yield Problem(here, _told(switch), expected)
        else:
            end_s = min(d.timeline[0].end_s for d in schedule.day_types if _starts(d, key[1]))
            yield from _point_problems(switch, end_s, schedule, here)


def _starts(day: DayType, plan: str) -> bool:
    return day.timeline[0].plan == plan


def _point_problems(
    switch: PlanSwitch, end_s: int, schedule: Schedule, here: str
) -> Iterable[Problem]:
    names = [point.intersection for point in switch.points]
    yield from _repeated(names, f"{here}: points", "intersection")
    for point in switch.points:
        if point.intersection not in schedule.intersections:
            near = get_close_matches(point.intersection, schedule.intersections, 1)
            hint = f"did you mean `{near[0]}`?" if near else ""
            found = f"a point of `{point.intersection}`"
            yield Problem(here, found, "an intersection of the plans", hint)
        holds = [second for hold in point.later for second in (hold.begin_s, hold.end_s)]
        times = [switch.at_s, point.leave_s, point.join_s, *holds]
        if times != sorted(times) or times[-1] >= end_s:
            found = f"`{point.intersection}` with seconds {', '.join(map(str, times[1:]))}"
            expected = f"ascending seconds in [{switch.at_s}, {end_s})"
            yield Problem(here, found, expected, "before the next switch of the day")


def _told(switch: PlanSwitch) -> str:
    return f"`{switch.before}` to `{switch.after}` at {clock_text(switch.at_s)}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN_DATES} more" if len(names) > _SHOWN_DATES else ""
    return ", ".join(names[:_SHOWN_DATES]) + more
