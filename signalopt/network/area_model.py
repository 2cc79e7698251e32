"""An area as data: intersections, sections, gates, approaches, turns; each figure with its mark.

All numbers come from the CSV files of `networks/<area>/` (columns: `networks/README.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from signalopt.network.model import Confidence, Turn
from signalopt.network.rules import LeftPolicy

ARMS = ("N", "E", "S", "W")


@dataclass(frozen=True, slots=True)
class AreaIntersection:
    """A signalised crossing of two streets, dual carriageways included, as one point.

    lat, lon: degrees WGS 84. all_red_s: seconds that every approach shows red (police rule 4 s).
    left_policy: see `signalopt.network.rules.LeftPolicy`.
    """

    id: str
    name: str
    lat: float
    lon: float
    location_conf: Confidence
    signal: bool
    signal_conf: Confidence
    signal_source: str
    all_red_s: int
    all_red_conf: Confidence
    left_policy: LeftPolicy
    left_policy_conf: Confidence
    note: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A street between two intersections, or between an intersection and a gate.

    Lanes are counted on the open road, bus lane included, turn bays not; forward is start to end.
    A bus lane is the rightmost lane. median_m separates the two carriageways (0: none).
    via: points (lat, lon) between the ends where the street bends.
    """

    street: str
    start: str
    end: str
    start_arm: str
    end_arm: str
    lanes_forward: int
    lanes_backward: int
    lanes_conf: Confidence
    bus_forward: bool
    bus_backward: bool
    bus_conf: Confidence
    median_m: float
    median_conf: Confidence
    speed_kph: float
    speed_conf: Confidence
    via: tuple[tuple[float, float], ...]
    note: str
    line: int = 0

    @property
    def oneway(self) -> bool:
        """Whether vehicles may drive in one direction only."""
        return self.lanes_forward == 0 or self.lanes_backward == 0


@dataclass(frozen=True, slots=True)
class Gate:
    """Where vehicles enter or leave the area: the far end of a section that has no intersection.

    `section` runs from the intersection (start) to the gate (end).
    exists_conf: how far it is known that the street goes on here.
    """

    id: str
    intersection: str
    arm: str
    lat: float
    lon: float
    exists_conf: Confidence
    section: Section
    line: int = 0

    @property
    def has_entry(self) -> bool:
        """Whether vehicles can come in here."""
        return self.section.lanes_backward > 0

    @property
    def has_exit(self) -> bool:
        """Whether vehicles can leave here."""
        return self.section.lanes_forward > 0

    @property
    def lanes(self) -> tuple[int, int]:
        """Lanes in and out, bus lanes included."""
        return self.section.lanes_backward, self.section.lanes_forward


@dataclass(frozen=True, slots=True)
class Approach:
    """What an arm has at its stop line beyond the open road.

    left_bays, right_bays: added turn lanes; left_only: lanes of the open road marked left-only;
    bay_m: length of the piece with added lanes (on a bus lane: the piece that right-turners may use);
    crossing: whether a signalised pedestrian crossing spans this arm.
    """

    intersection: str
    arm: str
    left_bays: int
    left_only: int
    right_bays: int
    bay_m: float
    bay_conf: Confidence
    crossing: bool
    crossing_conf: Confidence
    note: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class BannedTurn:
    """A turn that is not allowed although both streets exist: the exceptions of `turns.csv`."""

    intersection: str
    arm: str
    turn: Turn
    conf: Confidence
    source: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Arm:
    """A section seen from one of its intersections: `letter` is the side of the intersection."""

    intersection: str
    letter: str
    section: Section
    at_start: bool

    @property
    def neighbour(self) -> str:
        """Intersection or gate at the other end."""
        return self.section.end if self.at_start else self.section.start

    @property
    def lanes_in(self) -> int:
        """Open-road lanes towards the intersection."""
        return self.section.lanes_backward if self.at_start else self.section.lanes_forward

    @property
    def lanes_out(self) -> int:
        """Open-road lanes away from the intersection."""
        return self.section.lanes_forward if self.at_start else self.section.lanes_backward

    @property
    def bus_in(self) -> bool:
        """Whether the rightmost incoming lane is a bus lane."""
        return self.section.bus_backward if self.at_start else self.section.bus_forward

    @property
    def bus_out(self) -> bool:
        """Whether the rightmost outgoing lane is a bus lane."""
        return self.section.bus_forward if self.at_start else self.section.bus_backward

    @property
    def edge_in(self) -> str:
        """Id of the edge that comes from the neighbour (its first piece where it has two)."""
        return f"{self.neighbour}--{self.intersection}"

    @property
    def edge_out(self) -> str:
        """Id of the edge to the neighbour."""
        return f"{self.intersection}--{self.neighbour}"


@dataclass(frozen=True, slots=True)
class Avenue:
    """A street of the area with its intersections in order (south to north or west to east)."""

    street: str
    name: str
    intersections: tuple[str, ...]


@dataclass(frozen=True)
class Area:
    """An area as its sources describe it. Widths in metres; `streets` maps short to full names."""

    id: str
    folder: Path
    title: str
    description: str
    invented: bool
    epsg: int
    lane_width_m: float
    sidewalk_width_m: float
    crossing_width_m: float
    corner_radius_m: float
    streets: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    attribution: str
    licence: str
    intersections: tuple[AreaIntersection, ...]
    sections: tuple[Section, ...]
    gates: tuple[Gate, ...]
    approaches: tuple[Approach, ...]
    banned_turns: tuple[BannedTurn, ...]
    avenues: tuple[Avenue, ...]

    @cached_property
    def intersection(self) -> dict[str, AreaIntersection]:
        """Intersections by id."""
        return {place.id: place for place in self.intersections}

    @cached_property
    def gate(self) -> dict[str, Gate]:
        """Gates by id."""
        return {gate.id: gate for gate in self.gates}

    @cached_property
    def approach(self) -> dict[tuple[str, str], Approach]:
        """Approaches by (intersection, arm)."""
        return {(a.intersection, a.arm): a for a in self.approaches}

    @cached_property
    def street_name(self) -> dict[str, str]:
        """Full street names by short name."""
        return dict(self.streets)

    @property
    def all_sections(self) -> tuple[Section, ...]:
        """Sections between intersections, then those to the gates."""
        return self.sections + tuple(gate.section for gate in self.gates)

    @cached_property
    def arms(self) -> dict[str, dict[str, Arm]]:
        """Arms of each intersection by letter."""
        result: dict[str, dict[str, Arm]] = {place.id: {} for place in self.intersections}
        for section in self.all_sections:
            if section.start in result:
                letter = section.start_arm
                result[section.start][letter] = Arm(section.start, letter, section, True)
            if section.end in result:
                letter = section.end_arm
                result[section.end][letter] = Arm(section.end, letter, section, False)
        return result

    def target_arm(self, intersection: str, arm: str, turn: Turn) -> Arm | None:
        """The arm that `turn` leads to from `arm`, None where no vehicle may go there."""
        steps = {Turn.LEFT: 1, Turn.THROUGH: 2, Turn.RIGHT: 3}
        target = self.arms[intersection].get(ARMS[(ARMS.index(arm) + steps[turn]) % 4])
        if target is None or target.lanes_out == 0:
            return None
        banned = {(b.intersection, b.arm, b.turn) for b in self.banned_turns}
        return None if (intersection, arm, turn) in banned else target
