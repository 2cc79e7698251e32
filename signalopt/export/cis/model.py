"""The passport of a signalised intersection and its programmes, as CIS sheets hold them.

A phase is a main tact, in which every direction is steadily green or red, and the intermediate tact after
it. In the intermediate tact a direction goes through five parts in this order, each of 0 s or more:

    Тзд additional green · Тзм flashing green · Тж amber · Тк red · Ткж red with amber

Directions without an entry stay as they are: green if both phases have them, red if neither has.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from signalopt.export.lamps import Lamp, Span
from signalopt.export.shown import painted

PARTS = (Lamp.GREEN, Lamp.FLASHING, Lamp.AMBER, Lamp.RED, Lamp.RED_AMBER)
"""Lamps of the parts of an intermediate tact, in order."""


class Kind(StrEnum):
    """Types of directions."""

    TRANSPORT = "transport"
    TURN = "turn"
    PEDESTRIAN = "pedestrian"
    ALWAYS_RED = "always red"


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction, which is one signal group. `text`: what it serves, in the sheet's language.

    crossing_m: walking distance of pedestrians; least_green_s: least green, flashing included.
    """

    number: int
    group: str
    kind: Kind
    text: str
    least_green_s: int
    flashing_s: int
    amber_s: int
    red_amber_s: int
    crossing_m: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a direction shows in an intermediate tact: seconds of the five parts; they sum up to it."""

    direction: int
    parts_s: tuple[int, ...]

    @property
    def red_s(self) -> int:
        """Тк."""
        return self.parts_s[3]

    @property
    def extra_green_s(self) -> int:
        """Тзд."""
        return self.parts_s[0]

    @property
    def ends(self) -> bool:
        """Whether a green ends here (else one only begins)."""
        return any(self.parts_s[:3])


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One phase of a programme. start_s: from the start of the first phase, in which the cycle begins.

    main_s, between_s: main and intermediate tact; least_s: least main tact, None where nobody knows.
    """

    number: int
    directions: tuple[int, ...]
    start_s: int
    main_s: int
    between_s: int
    least_s: int | None = None
    changes: tuple[Change, ...] = ()

    @property
    def end_s(self) -> int:
        """End of the intermediate tact, from the start of the first phase."""
        return self.start_s + self.main_s + self.between_s


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme (ПК). shift_s: second of the common clock, modulo the cycle, of the first phase's start.

    switch_s: second of the cycle at which the programme may be left, None where it is not known.
    """

    number: int
    name: str
    cycle_s: int
    shift_s: int
    phases: tuple[PhaseRow, ...]
    switch_s: int | None = None


@dataclass(frozen=True)
class Passport:
    """Everything about one intersection. phase_names: our stage by phase number (from 1)."""

    intersection: str
    title: str
    directions: tuple[Direction, ...]
    phase_names: tuple[str, ...]
    conflicts: dict[tuple[int, int], int | None]
    programmes: tuple[Programme, ...]

    @property
    def phases_used(self) -> tuple[int, ...]:
        """Numbers of the phases that any programme has."""
        return tuple(sorted({row.number for p in self.programmes for row in p.phases}))

    def phases_of(self, direction: int) -> tuple[int, ...]:
        """Numbers of the phases that a direction is green in, in any programme."""
        rows = (row for programme in self.programmes for row in programme.phases)
        return tuple(sorted({row.number for row in rows if direction in row.directions}))


def lamps_of(programme: Programme, directions: int) -> dict[int, tuple[Span, ...]]:
    """Lamps of directions 1 to `directions` over the cycle, from the start of the first phase."""
    strokes: dict[int, list[tuple[Lamp, float, float]]] = {n: [] for n in range(1, directions + 1)}
    for position, row in enumerate(programme.phases):
        following = programme.phases[(position + 1) % len(programme.phases)]
        tact = row.start_s + row.main_s
        changing = {change.direction: change for change in row.changes}
        for number, found in strokes.items():
            if number in row.directions:
                found.append((Lamp.GREEN, row.start_s, tact))
            if number in changing:
                now = tact
                for lamp, seconds in zip(PARTS, changing[number].parts_s, strict=True):
                    found.append((lamp, now, now + seconds))
                    now += seconds
            elif number in row.directions and number in following.directions:
                found.append((Lamp.GREEN, tact, row.end_s))
    return {number: painted(programme.cycle_s, found) for number, found in strokes.items()}
