"""What map, diagrams, bars, tables and replay of a report show, as frozen data.

Sides as in `data`: `before`, and `after`, which is None in a report of one plan. Lengths in network
metres, x east and y north.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Point = tuple[float, float]
Span = tuple[str, float, float]
"""Lamp (name of export.lamps.Lamp), start and end in seconds of the cycle."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a street or intersection shows on one side; None where nobody passed.

    delay_s: mean per vehicle; queue_m: exceeded 5 % of the time (95th percentile; of an intersection
    its worst approach); co2_kg, soot_g: per hour, of a street per hour and km.
    """

    delay_s: float | None
    queue_m: float | None
    co2_kg: float | None
    soot_g: float | None


@dataclass(frozen=True, slots=True)
class StreetShown:
    """One direction of a street between two junctions, with the names of its ends."""

    id: str
    name: str
    start: str
    end: str
    lanes: int
    shape: tuple[Point, ...]
    before: Values
    after: Values | None


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """An intersection; lon and lat in degrees, None without a projection."""

    id: str
    name: str
    x_m: float
    y_m: float
    lon: float | None
    lat: float | None
    before: Values
    after: Values | None


@dataclass(frozen=True, slots=True)
class MeridianLine:
    """A line of the map's grid: `degrees` east (or north, if `parallel`) between two points."""

    degrees: float
    parallel: bool
    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class MovementShown:
    """A movement: compass point that it comes from, turn, street, vehicles, delay per vehicle."""

    intersection: str
    origin: str
    street: str
    turn: str
    vehicles: int
    before_s: float | None
    after_s: float | None


@dataclass(frozen=True, slots=True)
class StageShown:
    """A stage in the cycle: steady green from start_s on, then the interstage."""

    name: str
    start_s: float
    green_s: float
    then_s: float


@dataclass(frozen=True, slots=True)
class ProgramShown:
    """The program of one intersection: stages and the lamps of every group over one cycle."""

    cycle_s: float
    offset_s: float
    stages: tuple[StageShown, ...]
    lamps: Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class SignalShown:
    """Programs of one intersection; groups: id, name and whether it is pedestrian."""

    intersection: str
    groups: tuple[tuple[str, str, bool], ...]
    before: ProgramShown
    after: ProgramShown | None


@dataclass(frozen=True, slots=True)
class DiagramSide:
    """What one plan shows and what vehicles do under it; seconds from the diagram's begin, metres.

    forward, backward: greens (start, end) by stop; bands: forward?, through all stops?, four corners;
    band_widths_s: of the through bands forward and backward, 0 without; paths: forward?, points.
    """

    forward: tuple[tuple[tuple[float, float], ...], ...]
    backward: tuple[tuple[tuple[float, float], ...], ...]
    bands: tuple[tuple[bool, bool, tuple[Point, ...]], ...]
    band_widths_s: tuple[float, float]
    paths: tuple[tuple[bool, tuple[Point, ...]], ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """A time-space diagram over `length_s` seconds from `begin_s` of the day."""

    avenue: str
    begin_s: int
    length_s: int
    period_s: float
    speed_kph: float
    stops: tuple[tuple[str, float], ...]
    before: DiagramSide
    after: DiagramSide | None


@dataclass(frozen=True, slots=True)
class FilmVehicle:
    """One vehicle of the replay: kind, first second, heading there, path as tracks.encode_path has it."""

    kind: str
    first_s: int
    heading_deg: int
    path: str


@dataclass(frozen=True, slots=True)
class FilmSignal:
    """A stop line: its middle, the unit vector of travel, the lamp letters of each second of the cycle."""

    x_m: float
    y_m: float
    dx: float
    dy: float
    offset_s: int
    letters: str


@dataclass(frozen=True, slots=True)
class FilmSide:
    """Vehicles and stop lines of one plan."""

    vehicles: tuple[FilmVehicle, ...]
    signals: tuple[FilmSignal, ...]


@dataclass(frozen=True, slots=True)
class FilmSurface:
    """A piece of ground: `lane` or `crossing` (a line of some width) or `junction` (an area)."""

    kind: str
    width_m: float
    shape: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Film:
    """The replay, from a second of the day on. views: name, x, y, radius; the first is shown first."""

    title: str
    begin_s: int
    length_s: int
    origin: Point
    ground: tuple[FilmSurface, ...]
    views: tuple[tuple[str, float, float, float], ...]
    before: FilmSide
    after: FilmSide | None


@dataclass(frozen=True, slots=True)
class AreaShown:
    """What the map, the diagrams, the tables and the replay show; of one run of each plan."""

    seed: int
    streets: tuple[StreetShown, ...]
    places: tuple[PlaceShown, ...]
    grid: tuple[MeridianLine, ...]
    movements: tuple[MovementShown, ...]
    signals: tuple[SignalShown, ...]
    diagrams: tuple[Diagram, ...]
    film: Film | None
