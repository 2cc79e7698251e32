"""A street network as the rest of the program sees it: edges, intersections, movements, layouts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from signalopt.timing.plan import AnyProgram, Plan
from signalopt.timing.signals import SignalLayout


class Confidence(StrEnum):
    """How far a figure can be trusted; carried from the source into every report."""

    MEASURED = "measured"
    PRESS = "press"
    ESTIMATED = "estimated"


class Turn(StrEnum):
    """Direction of a movement seen by its driver; CROSSING is a pedestrian crossing."""

    LEFT = "left"
    THROUGH = "through"
    RIGHT = "right"
    UTURN = "uturn"
    CROSSING = "crossing"


@dataclass(frozen=True, slots=True)
class Edge:
    """A street section between two junctions, one direction. `shape` in network metres (x, y).

    lanes: lanes usable by cars (sidewalks and bus lanes not counted).
    """

    id: str
    from_node: str
    to_node: str
    length_m: float
    lanes: int
    speed_mps: float
    shape: tuple[tuple[float, float], ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """One controlled link: from one lane to another, or a pedestrian crossing.

    For a crossing `from_edge` and `to_edge` are the walking areas, `crosses` the crossed edges.
    `shape` is the path over the junction in network metres. `undivided_m` of a crossing is its longest
    stretch without a refuge island, None where it has no island.
    """

    link: int
    turn: Turn
    from_edge: str
    to_edge: str
    from_lane: int
    to_lane: int
    junction: str
    length_m: float
    speed_mps: float
    shape: tuple[tuple[float, float], ...]
    crosses: tuple[str, ...] = ()
    undivided_m: float | None = None


@dataclass(frozen=True)
class Intersection:
    """What one `tlLogic` controls.

    x_m, y_m: network metres; lat, lon: degrees, None where the net has no projection.
    program: the program found in the net (None where it is not a static one); `tunable` is False for
    actuated or unreadable programs and single-stage ones, `remarks` then says why.
    """

    id: str
    name: str
    junctions: tuple[str, ...]
    x_m: float
    y_m: float
    lat: float | None
    lon: float | None
    movements: tuple[Movement, ...]
    layout: SignalLayout
    program: AnyProgram | None
    tunable: bool = True
    remarks: tuple[str, ...] = ()

    @cached_property
    def incoming_edges(self) -> tuple[str, ...]:
        """Edges with a signalised vehicle movement, in order of first link."""
        edges = dict.fromkeys(m.from_edge for m in self.movements if m.turn is not Turn.CROSSING)
        return tuple(edges)


@dataclass(frozen=True)
class Network:
    """A built network. `fingerprint` changes when signals, links or geometry change."""

    net_file: Path
    fingerprint: str
    edges: tuple[Edge, ...]
    intersections: tuple[Intersection, ...]
    projection: str = ""

    @cached_property
    def edge(self) -> dict[str, Edge]:
        """Edges by id (normal edges only)."""
        return {edge.id: edge for edge in self.edges}

    @cached_property
    def intersection(self) -> dict[str, Intersection]:
        """Intersections by id."""
        return {place.id: place for place in self.intersections}

    @cached_property
    def layouts(self) -> dict[str, SignalLayout]:
        """Signal layouts by intersection id."""
        return {place.id: place.layout for place in self.intersections}

    def found_plan(self, name: str = "as found") -> Plan:
        """The programs that the net itself brings, as a plan."""
        programs = tuple(p.program for p in self.intersections if p.program is not None)
        return Plan(name, self.fingerprint, programs)
