"""What every lamp shows in every second of a day under a schedule: arrays for checkers and exporters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from signalopt.errors import InputError, Problem
from signalopt.timing.plan import AnyProgram
from signalopt.timing.program import phases
from signalopt.timing.schedule import DAY_S, PlanSwitch, Schedule, SwitchPoint, changed
from signalopt.timing.schedule_checks import clock_text
from signalopt.timing.signals import SignalLayout

Lamps = NDArray[np.uint8]
"""Letters of states (ASCII codes), shape (seconds, links)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A program runs from `begin_s` to before `end_s`; `clock_s` is added to the second of the day.

    held: the program stands still in the state that it has at `end_s` by its clock. plan: name of the
    plan that the program is from.
    """

    begin_s: int
    end_s: int
    program: AnyProgram
    clock_s: int = 0
    held: bool = False
    plan: str = ""


def day_stretches(
    schedule: Schedule, day_type: str, intersection: str, previous: str | None = None
) -> tuple[Stretch, ...]:
    """What runs at one intersection over a day, in order, from 0 to 86400 s.

    previous: the day type of the day before; without it the day begins in its first plan. Raises
    InputError with every switch that has no point for the intersection, KeyError for unknown names.
    """
    day = schedule.day_type[day_type]
    name = day.timeline[0].plan
    first = schedule.plan[name].by_id[intersection]
    stretches = [Stretch(0, DAY_S, first, plan=name)]
    missing: list[PlanSwitch] = []
    switches = [day.known(change) for change in day.changes]
    if previous is not None and (midnight := schedule.switch_into(day_type, previous)) is not None:
        old = schedule.plan[midnight.before].by_id[intersection]
        if _concerns(schedule, midnight, intersection):
            stretches = [Stretch(0, DAY_S, old, DAY_S, plan=midnight.before)]
            switches.insert(0, midnight)
    for switch in switches:
        if not _concerns(schedule, switch, intersection):
            continue
        point = switch.by_id.get(intersection)
        if point is None:
            missing.append(switch)
            continue
        program = schedule.plan[switch.after].by_id[intersection]
        stretches[-1] = replace(stretches[-1], end_s=point.leave_s)
        stretches += after_leaving(point, program, DAY_S, switch.after)
    if missing:
        raise InputError(*(_without_point(schedule, s, intersection) for s in missing))
    return tuple(stretches)


def lamps_of_day(
    schedule: Schedule,
    layouts: Mapping[str, SignalLayout],
    day_type: str,
    previous: str | None = None,
    begin_s: int = 0,
    end_s: int = DAY_S,
) -> dict[str, Lamps]:
    """Letters shown in each second of [begin_s, end_s) of a day, by intersection.

    Raises InputError with every switch point that the schedule lacks, KeyError for unknown names.
    """
    found: dict[str, Lamps] = {}
    problems: list[Problem] = []
    for name in schedule.intersections:
        try:
            stretches = day_stretches(schedule, day_type, name, previous)
        except InputError as error:
            problems += error.problems
            continue
        found[name] = lamps_of_stretches(layouts[name], stretches, begin_s, end_s)
    if problems:
        raise InputError(*problems)
    return found


def lamps_between(layout: SignalLayout, program: AnyProgram, begin_s: int, end_s: int) -> Lamps:
    """Letters of one program for each second of [begin_s, end_s) of the common clock.

    Fixed programs with fractional seconds show what holds at the begin of each second.
    """
    lines = phases(layout, program)
    letters = np.array([list(phase.state.encode()) for phase in lines], dtype=np.uint8)
    ends_s = np.cumsum([phase.duration_s for phase in lines])
    positions = (np.arange(begin_s, end_s) - program.offset_s) % ends_s[-1]
    found: Lamps = letters[np.searchsorted(ends_s, positions, side="right")]
    return found


def states_of(lamps: Lamps) -> tuple[str, ...]:
    """Lamps as texts of letters, one a second, as the safety judge reads them."""
    return tuple(bytes(line).decode() for line in lamps)


def lamps_of_stretches(
    layout: SignalLayout, stretches: Sequence[Stretch], begin_s: int, end_s: int
) -> Lamps:
    """Letters for each second of [begin_s, end_s), which the stretches must cover."""
    parts = []
    for stretch in stretches:
        first, last = max(begin_s, stretch.begin_s), min(end_s, stretch.end_s)
        if first >= last:
            continue
        if stretch.held:
            joined = stretch.end_s + stretch.clock_s
            one = lamps_between(layout, stretch.program, joined, joined + 1)
            parts.append(np.repeat(one, last - first, axis=0))
        else:
            clock = stretch.clock_s
            parts.append(lamps_between(layout, stretch.program, first + clock, last + clock))
    return np.concatenate(parts)


def after_leaving(
    point: SwitchPoint, program: AnyProgram, end_s: int, plan: str = ""
) -> list[Stretch]:
    """What runs from the second of leaving to before `end_s`: the new program with all its holds."""
    found, ahead_s, now_s = [], point.ahead_s, point.join_s
    if point.join_s > point.leave_s:
        found.append(Stretch(point.leave_s, point.join_s, program, ahead_s, held=True, plan=plan))
    for hold in point.later:
        found.append(Stretch(now_s, hold.begin_s, program, ahead_s, plan=plan))
        ahead_s -= hold.end_s - hold.begin_s
        found.append(Stretch(hold.begin_s, hold.end_s, program, ahead_s, held=True, plan=plan))
        now_s = hold.end_s
    found.append(Stretch(now_s, end_s, program, plan=plan))
    return found


def _concerns(schedule: Schedule, switch: PlanSwitch, intersection: str) -> bool:
    old, new = schedule.plan[switch.before], schedule.plan[switch.after]
    return intersection in changed(old, new, over_midnight=switch.at_s == 0)


def _without_point(schedule: Schedule, switch: PlanSwitch, intersection: str) -> Problem:
    what = f"`{switch.before}` to `{switch.after}` at {clock_text(switch.at_s)}"
    hint = "`signalopt schedule` finds the seconds"
    where = f"schedule `{schedule.name}`: {intersection}"
    return Problem(where, f"no switch second for {what}", "a point that both plans share", hint)
