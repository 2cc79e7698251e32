"""Builds the passport of an intersection: directions, phases, conflicts, programmes."""

from __future__ import annotations

import re

from signalopt.errors import InputError, Problem
from signalopt.export.cis.model import Direction, Kind, Passport, Programme
from signalopt.export.cis.programme import PhaseNumbers, programme_of
from signalopt.export.cis.words import CisWords
from signalopt.export.timetable import Timetable
from signalopt.network.model import Intersection, Turn
from signalopt.timing.clearance import pedestrian_min_green_s
from signalopt.timing.signals import GroupKind, SignalGroup, SignalLayout

_VEHICLES = re.compile(r"(?P<moves>[a-z+]+) from (?P<arm>[NESW])(?: \((?P<street>.*)\))?")
_WALKERS = re.compile(r"pedestrians over arm (?P<arm>[NESW])")
_LOCAL_NAME = re.compile(r".*\((?P<local>.*)\)")


def passport_of(table: Timetable, place: Intersection, words: CisWords) -> Passport:
    """The passport of one intersection with all programmes of the timetable.

    Raises InputError with every programme that the sheets cannot hold.
    """
    numbers = PhaseNumbers(place.layout)
    programmes: list[Programme] = []
    problems: list[Problem] = []
    for number, plan in enumerate(table.plans, start=1):
        program = plan.by_id.get(place.id)
        if program is None:
            continue
        switch = table.switch_second(plan, place.id)
        try:
            programmes.append(
                programme_of(number, plan.name, place.layout, program, numbers, switch)
            )
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    directions = tuple(
        _direction(number, group, place, programmes, words)
        for number, group in enumerate(place.layout.groups, start=1)
    )
    return Passport(
        place.id,
        place.name or place.id,
        directions,
        numbers.names,
        conflicts_of(place.layout),
        tuple(programmes),
    )


def needed_green_s(direction: Direction) -> int | None:
    """Least green of walkers from the length of their crossing; None for vehicles."""
    if direction.crossing_m is None:
        return None
    return pedestrian_min_green_s(direction.crossing_m)


def _direction(
    number: int,
    group: SignalGroup,
    place: Intersection,
    programmes: list[Programme],
    words: CisWords,
) -> Direction:
    turns = {m.turn for m in place.movements if m.link in group.links}
    kind = Kind.TRANSPORT
    if group.kind is GroupKind.PEDESTRIAN:
        kind = Kind.PEDESTRIAN
    elif not any(number in row.directions for p in programmes for row in p.phases):
        kind = Kind.ALWAYS_RED
    elif turns and Turn.THROUGH not in turns:
        kind = Kind.TURN
    return Direction(
        number,
        group.id,
        kind,
        _text(group.name, words),
        group.min_green_s,
        group.flashing_green_s,
        group.amber_s,
        group.red_amber_s,
        group.crossing_m,
    )


def _text(name: str, words: CisWords) -> str:
    """What a direction serves, in the sheet's language where its name has the form that we give."""
    if walkers := _WALKERS.fullmatch(name):
        return words.approach(walkers["arm"], crossed=True)
    if vehicles := _VEHICLES.fullmatch(name):
        moves = ", ".join(words.move(turn) for turn in vehicles["moves"].split("+"))
        street = vehicles["street"] or ""
        local = _LOCAL_NAME.fullmatch(street)
        told = f"{moves} {words.approach(vehicles['arm'])}"
        return f"{told} ({local['local'] if local else street})" if street else told
    return name


def conflicts_of(layout: SignalLayout) -> dict[tuple[int, int], int | None]:
    """Least intergreen by (ending, starting) direction; None for conflicts without one."""
    found: dict[tuple[int, int], int | None] = {}
    for ending, first in enumerate(layout.groups, start=1):
        for starting, second in enumerate(layout.groups, start=1):
            seconds = layout.intergreen_s.get((first.id, second.id))
            if seconds is not None or layout.groups_conflict(first.id, second.id):
                found[ending, starting] = seconds
    return found
