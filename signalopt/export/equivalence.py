"""Do exported files show, second by second over a full day, what the plans show?

Both sides become lamps by signal group and second of the day; what a format cannot carry (flashing green in
most of them) is first made the same on both sides by the format's `Carries`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from signalopt.export.lamps import Lamp, Span, cycle_length_s, group_spans
from signalopt.export.shown import DAY_S, Shown, ShownDay, ShownProgram
from signalopt.export.timetable import Timetable
from signalopt.network.model import Network
from signalopt.timing.signals import GroupKind

_LAMPS = tuple(Lamp)
_NUMBER = {lamp: index for index, lamp in enumerate(_LAMPS)}
_MOST_TOLD = 20
Column = NDArray[np.uint8]


@dataclass(frozen=True)
class Carries:
    """What of the lamps a format carries.

    vehicle, pedestrian: the lamp that the format shows for one that it does not know; None: the groups
    are not carried at all. days: whether it says when plans run. groups: whether it holds lamps at all,
    or only cycle, offset and times.
    """

    vehicle: Mapping[Lamp, Lamp] = field(default_factory=dict)
    pedestrian: Mapping[Lamp, Lamp] | None = field(default_factory=dict)
    days: bool = True
    groups: bool = True


PLAIN = {Lamp.FLASHING: Lamp.GREEN}
"""Formats without flashing: the green that it ends."""
PHASES = {Lamp.FLASHING: Lamp.GREEN, Lamp.RED_AMBER: Lamp.RED}
"""Phases on rings know neither flashing green nor red-amber."""
WALK = {Lamp.FLASHING: Lamp.RED}
"""A walk is the steady green; what follows it is clearance."""


def expected(table: Timetable, network: Network) -> Shown:
    """What the plans themselves show."""
    programs = {}
    for number, plan in enumerate(table.plans, start=1):
        for program in plan.intersections:
            layout = network.layouts[program.intersection]
            programs[number, program.intersection] = ShownProgram(
                cycle_length_s(layout, program), program.offset_s, group_spans(layout, program)
            )
    return Shown(programs, table.shown_days)


def differences(
    found: Shown,
    table: Timetable,
    network: Network,
    carries: Carries,
    leave_out: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Where file and plans differ over a full day, in words; empty if they show the same.

    leave_out: intersections that the writer refused and has told.
    """
    wanted = expected(table, network)
    names = {n: plan.name for n, plan in enumerate(table.plans, start=1)}
    told = [
        f"{place}: plan `{names.get(number, number)}` only in the {side}"
        for number, place in sorted(wanted.programs.keys() ^ found.programs.keys())
        if place not in leave_out
        for side in ["file" if (number, place) in found.programs else "plan"]
    ]
    told += _day_differences(wanted, found, carries)
    for number, place in sorted(wanted.programs.keys() & found.programs.keys()):
        kinds = {group.id: group.kind for group in network.layouts[place].groups}
        where = f"{place}: plan `{names[number]}`"
        told += _program_differences(
            wanted.programs[number, place], found.programs[number, place], kinds, carries, where
        )
    return tuple(told[:_MOST_TOLD])


def day_column(spans: tuple[Span, ...], cycle_s: float, offset_s: float) -> Column:
    """The lamp (its place in `Lamp`) in each second of the day."""
    codes = np.array([_NUMBER[span.lamp] for span in spans], dtype=np.uint8)
    if all(value == int(value) for value in (cycle_s, offset_s, *(s.end_s for s in spans))):
        turn: Column = np.repeat(codes, [int(span.end_s - span.start_s) for span in spans])
        turns = np.tile(turn, DAY_S // len(turn) + 2)
        begin = int(-offset_s) % len(turn)
        whole: Column = turns[begin : begin + DAY_S]
        return whole
    seconds = np.round((np.arange(DAY_S) - offset_s) % cycle_s, 6)
    seconds[seconds >= cycle_s] = 0.0
    ends = np.array([span.end_s for span in spans])
    at = np.searchsorted(ends, seconds, side="right")
    column: Column = codes[np.minimum(at, len(codes) - 1)]
    return column


def _day_differences(wanted: Shown, found: Shown, carries: Carries) -> list[str]:
    """The plan in force in each second of each weekday."""
    if not carries.days or wanted.days is None:
        return []
    told = []
    for weekday in range(7):
        mine = _plans_of(wanted.days, weekday)
        other = _plans_of(found.days or (), weekday)
        if mine is None or np.array_equal(mine, other if other is not None else -mine):
            continue
        at = 0 if other is None else int(np.flatnonzero(mine != other)[0])
        says = "no plan" if other is None or other[at] == 0 else f"plan {other[at]}"
        told.append(f"weekday {weekday + 1}, second {at}: {says} in the file, plan {mine[at]}")
    return told


def _plans_of(days: tuple[ShownDay, ...], weekday: int) -> NDArray[np.int64] | None:
    day = next((d for d in days if weekday in d.weekdays), None)
    if day is None:
        return None
    plans = np.zeros(DAY_S, dtype=np.int64)
    for begin_s, number in day.entries:
        plans[begin_s:] = number
    return plans


def _program_differences(
    wanted: ShownProgram,
    found: ShownProgram,
    kinds: Mapping[str, GroupKind],
    carries: Carries,
    where: str,
) -> list[str]:
    if not carries.groups:
        same = (found.cycle_s, found.offset_s) == (wanted.cycle_s, wanted.offset_s % wanted.cycle_s)
        if same:
            return []
        return [f"{where}: cycle {found.cycle_s:g} s, offset {found.offset_s:g} s in the file"]
    told = []
    for group, kind in kinds.items():
        rule = carries.vehicle if kind is GroupKind.VEHICLE else carries.pedestrian
        if rule is None:
            continue
        if group not in found.lamps:
            told.append(f"{where}: group `{group}` is not in the file")
            continue
        mine = _reduced(day_column(wanted.lamps[group], wanted.cycle_s, wanted.offset_s), rule)
        other = _reduced(day_column(found.lamps[group], found.cycle_s, found.offset_s), rule)
        wrong = np.flatnonzero(mine != other)
        if len(wrong):
            at = int(wrong[0])
            told.append(
                f"{where}: group `{group}` shows {_LAMPS[other[at]]} at second {at} of the day in the "
                f"file, {_LAMPS[mine[at]]} in the plan ({len(wrong)} seconds differ)"
            )
    return told


def _reduced(column: Column, rule: Mapping[Lamp, Lamp]) -> Column:
    table = np.arange(len(_LAMPS), dtype=np.uint8)
    for lamp, shown in rule.items():
        table[_NUMBER[lamp]] = _NUMBER[shown]
    reduced: Column = table[column]
    return reduced
