"""Clearances of an intersection: for each ordered pair of conflicting groups, from the geometry.

The conflict of two paths is not one point: every pair of places where they come closer than a
vehicle's width is tried and the one that asks for the longest intergreen decides. So crossing
paths, merging paths and walkers' crossings follow one rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from signalopt.network.conflicts import Relations
from signalopt.network.geometry import Sampled, close_pairs_m, sample
from signalopt.network.model import Movement, Turn
from signalopt.timing.clearance import (
    ALL_RED_S,
    CLEARING_THROUGH_MPS,
    CLEARING_TURNING_MPS,
    ENTERING_MPS,
    VEHICLE_M,
    full_clearance_s,
    pedestrian_intergreen_s,
    vehicle_intergreen_s,
    vehicle_to_pedestrian_intergreen_s,
)
from signalopt.timing.signals import Clearance, GroupKind, SignalGroup

VEHICLE_WIDTH_M = 2.0
"""Paths closer than this are in conflict: half a car's width on either side."""
LONG_CROSSING_M = 20.0
"""Crossings longer than this without a refuge are named in the sheets (about six lanes)."""
HALF_CROSSING_M = 2.0
"""Half the width of a crossing (4 m, SUMO's default)."""


@dataclass(frozen=True, slots=True)
class _Path:
    """A movement with its path in points."""

    movement: Movement
    points: Sampled


def clearances(
    groups: Sequence[SignalGroup],
    movements: Sequence[Movement],
    related: Relations,
    all_red_s: int = ALL_RED_S,
) -> tuple[Clearance, ...]:
    """One row for each ordered pair of groups with a pair of links in conflict."""
    group_of = {link: group for group in groups for link in group.links}
    rows: dict[tuple[str, str], Clearance] = {}
    paths = [_Path(movement, sample(movement.shape)) for movement in movements]
    for a, b in sorted(related.conflicts):
        for ending, starting in ((paths[a], paths[b]), (paths[b], paths[a])):
            old, new = group_of.get(ending.movement.link), group_of.get(starting.movement.link)
            if old is None or new is None or old.id == new.id:
                continue  # a link that is never green, or a conflict inside an imported group
            row = _clearance(old, new, ending, starting, all_red_s)
            known = rows.get((old.id, new.id))
            if known is None or row.intergreen_s > known.intergreen_s:
                rows[old.id, new.id] = row
    order = {group.id: i for i, group in enumerate(groups)}
    return tuple(sorted(rows.values(), key=lambda c: (order[c.ending], order[c.starting])))


def long_crossings_note(groups: Sequence[SignalGroup]) -> str:
    """What an engineer must know of long crossings without a refuge, empty where there are none.

    CIS practice clears a quarter of the walk (docs/decisions/0003-pedestrian-times.md): on a wide street
    without an island that relies on drivers who let walkers finish.
    """
    long = [
        f"{g.id} {g.crossing_m:.0f} m: {full_clearance_s(g.crossing_m):.0f} s, has "
        f"{pedestrian_intergreen_s(g.crossing_m) + g.flashing_green_s} s"
        for g in groups
        if g.crossing_m is not None and g.undivided_m is None and g.crossing_m > LONG_CROSSING_M
    ]
    if not long:
        return ""
    return (
        "long crossings without a refuge, time that a walker needs who steps off just before the "
        f"flashing: {'; '.join(long)}; an island would help"
    )


def clearing_speed_mps(movement: Movement) -> float:
    """Clearing speed: 10 m/s ahead, 7 m/s turning (RiLSA 2015), the allowed speed if lower."""
    usual = CLEARING_THROUGH_MPS if movement.turn is Turn.THROUGH else CLEARING_TURNING_MPS
    return min(usual, movement.speed_mps) if movement.speed_mps > 0 else usual


def _clearance(
    old: SignalGroup, new: SignalGroup, ending: _Path, starting: _Path, all_red_s: int
) -> Clearance:
    if old.kind is GroupKind.PEDESTRIAN:
        seconds = pedestrian_intergreen_s(old.crossing_m or 0.0, old.undivided_m)
        rule = "walkers clear" if old.undivided_m is None else "walkers reach refuge or kerb"
        return Clearance(old.id, new.id, seconds, old.crossing_m, None, rule)
    speed = clearing_speed_mps(ending.movement)
    if new.kind is GroupKind.PEDESTRIAN:
        along, _ = close_pairs_m(ending.points, starting.points, HALF_CROSSING_M)
        clear = float(along.max())
        seconds = vehicle_to_pedestrian_intergreen_s(
            clear, clear_mps=speed, amber_s=old.amber_s, all_red_s=all_red_s
        )
        rule = f"{ending.movement.turn} clears the crossing"
        return Clearance(old.id, new.id, seconds, round(clear, 1), 0.0, rule)
    along, ahead = close_pairs_m(ending.points, starting.points, VEHICLE_WIDTH_M)
    worst = int(np.argmax((along + VEHICLE_M) / speed - ahead / ENTERING_MPS))
    clear, enter = float(along[worst]), float(ahead[worst])
    seconds = vehicle_intergreen_s(
        clear, enter, clear_mps=speed, amber_s=old.amber_s, all_red_s=all_red_s
    )
    rule = f"{ending.movement.turn} clears, {starting.movement.turn} enters"
    return Clearance(old.id, new.id, seconds, round(clear, 1), round(enter, 1), rule)
