"""A `.net.xml` as it stands: lanes, connections, right of way and programs, nothing interpreted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.files import read_xml

Shape = tuple[tuple[float, float], ...]
WHAT = "a SUMO network (.net.xml, made by netconvert or netedit)"
NOT_A_STREET = frozenset({"internal", "crossing", "walkingarea", "connector"})
RAIL = frozenset({"rail_signal", "rail_crossing"})
DEFAULT_SPEED_MPS = 13.89


@dataclass(frozen=True, slots=True)
class RawLane:
    """One lane.

    `for_cars` is False for sidewalks, bus, cycle and rail lanes, `for_walkers` True for sidewalks only.
    """

    id: str
    edge: str
    index: int
    length_m: float
    speed_mps: float
    shape: Shape
    for_cars: bool
    for_walkers: bool


@dataclass(frozen=True, slots=True)
class RawEdge:
    """One edge. function: empty for streets, else `internal`, `crossing`, `walkingarea`."""

    id: str
    function: str
    from_node: str
    to_node: str
    name: str
    lanes: tuple[RawLane, ...]
    crosses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawConnection:
    """One connection; `tl` and `link` are set where a signal controls it.

    `direction` is SUMO's letter: s l r t L R.
    """

    from_edge: str
    to_edge: str
    from_lane: int
    to_lane: int
    via: str
    tl: str
    link: int
    direction: str


@dataclass(frozen=True, slots=True)
class RawJunction:
    """One junction with its right-of-way table; `foes[i]` and `yields[i]` hold request indices."""

    id: str
    kind: str
    x_m: float
    y_m: float
    in_lanes: tuple[str, ...]
    internal_lanes: tuple[str, ...]
    foes: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class RawPhase:
    """One phase of a program, seconds as written; `next` tells that it names its successors."""

    duration_s: float
    state: str
    jumps: bool


@dataclass(frozen=True, slots=True)
class RawProgram:
    """One `tlLogic`. offset_s is None where it counts from the begin of the simulation."""

    id: str
    kind: str
    program_id: str
    offset_s: float | None
    phases: tuple[RawPhase, ...]
    line: int


@dataclass(frozen=True)
class RawNet:
    """A whole net file."""

    file: Path
    edges: dict[str, RawEdge]
    connections: tuple[RawConnection, ...]
    junctions: dict[str, RawJunction]
    programs: dict[str, RawProgram]
    projection: str
    net_offset: tuple[float, float]
    lefthand: bool
    several_programs: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def lane(self) -> dict[str, RawLane]:
        """Lanes by id."""
        return {lane.id: lane for edge in self.edges.values() for lane in edge.lanes}

    def first_lane(self, connection: RawConnection) -> RawLane | None:
        """Lane that a connection starts from, None if the file lacks it."""
        return self.lane.get(f"{connection.from_edge}_{connection.from_lane}")


def read_raw_net(net_file: Path) -> RawNet:
    """Read a net file, plain or gzipped. Raises InputError with every broken element's line."""
    root = read_xml(net_file, WHAT).getroot()
    if root.tag != "net":
        raise InputError(Problem(f"{net_file}:{root.sourceline}", f"<{root.tag}>", WHAT))
    reader = _Reader(net_file, [])
    edges = {e.id: e for e in map(reader.edge, root.iter("edge"))}
    connections = tuple(reader.connection(item) for item in root.iter("connection"))
    junctions = {j.id: j for j in map(reader.junction, root.iter("junction"))}
    programs: dict[str, RawProgram] = {}
    several = set()
    for item in root.iter("tlLogic"):
        program = reader.program(item)
        if program.id in programs:
            several.add(program.id)
        programs[program.id] = program  # SUMO runs the one that was loaded last
    if reader.problems:
        raise InputError(*reader.problems)
    location = root.find("location")
    offset_text = "0,0" if location is None else location.get("netOffset", "0,0")
    offset = (*_numbers(str(offset_text)), 0.0, 0.0)
    return RawNet(
        file=net_file,
        edges=edges,
        connections=connections,
        junctions=junctions,
        programs=programs,
        projection=str("!" if location is None else location.get("projParameter", "!")),
        net_offset=(offset[0], offset[1]),
        lefthand=root.get("lefthand", "false") in ("true", "1"),
        several_programs=frozenset(several),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns elements into records; what cannot be read becomes a problem with its line."""

    file: Path
    problems: list[Problem]

    def number(self, item: etree._Element, key: str, default: float | None = None) -> float:
        """Read a number; a missing one without default or a wrong one is a problem."""
        text = item.get(key)
        if text is None and default is not None:
            return default
        try:
            return float(text or "")
        except ValueError:
            self.complain(item, f"{key}={text!r}", f"a number in `{key}` of <{item.tag}>")
            return 0.0

    def complain(self, item: etree._Element, found: str, expected: str) -> None:
        """Note a problem at the line of an element."""
        self.problems.append(Problem(f"{self.file}:{item.sourceline}", found, expected))

    def shape(self, item: etree._Element) -> Shape:
        """Read a `shape`; heights are dropped."""
        points = []
        for part in (item.get("shape") or "").split():
            try:
                values = _numbers(part)
                points.append((values[0], values[1]))
            except (ValueError, IndexError):
                self.complain(item, f"shape point {part!r}", "x,y in metres")
        return tuple(points)

    def edge(self, item: etree._Element) -> RawEdge:
        """Read an <edge> and its lanes."""
        edge_id = item.get("id") or ""
        lanes = []
        for lane in item.findall("lane"):
            lane_id = lane.get("id") or ""
            lanes.append(
                RawLane(
                    id=lane_id,
                    edge=edge_id,
                    index=int(self.number(lane, "index")),
                    length_m=self.number(lane, "length"),
                    speed_mps=self.number(lane, "speed", DEFAULT_SPEED_MPS),
                    shape=self.shape(lane),
                    for_cars=_allows_cars(lane),
                    for_walkers=lane.get("allow") == "pedestrian",
                )
            )
        return RawEdge(
            id=edge_id,
            function="" if item.get("function") == "normal" else item.get("function") or "",
            from_node=item.get("from") or "",
            to_node=item.get("to") or "",
            name=item.get("name") or "",
            lanes=tuple(lanes),
            crosses=tuple((item.get("crossingEdges") or "").split()),
        )

    def connection(self, item: etree._Element) -> RawConnection:
        """Read a <connection>."""
        tl = item.get("tl") or ""
        return RawConnection(
            from_edge=item.get("from") or "",
            to_edge=item.get("to") or "",
            from_lane=int(self.number(item, "fromLane")),
            to_lane=int(self.number(item, "toLane")),
            via=item.get("via") or "",
            tl=tl,
            link=int(self.number(item, "linkIndex", None if tl else -1)),
            direction=item.get("dir") or "",
        )

    def junction(self, item: etree._Element) -> RawJunction:
        """Read a <junction> with its <request> rows."""
        requests = item.findall("request")
        rows: list[frozenset[int]] = [frozenset()] * len(requests)
        for request in requests:
            index = int(self.number(request, "index"))
            bits = request.get("foes") or ""
            if not 0 <= index < len(rows) or set(bits) - {"0", "1"}:
                self.complain(request, f"index {index}, foes {bits!r}", "a row of 0 and 1")
                continue
            rows[index] = frozenset(i for i, bit in enumerate(reversed(bits)) if bit == "1")
        return RawJunction(
            id=item.get("id") or "",
            kind=item.get("type") or "",
            x_m=self.number(item, "x", 0.0),
            y_m=self.number(item, "y", 0.0),
            in_lanes=tuple((item.get("incLanes") or "").split()),
            internal_lanes=tuple((item.get("intLanes") or "").split()),
            foes=tuple(rows),
        )

    def program(self, item: etree._Element) -> RawProgram:
        """Read a <tlLogic>; its states must have one length and known letters."""
        phases: list[RawPhase] = []
        for phase in item.findall("phase"):
            state = phase.get("state") or ""
            if not state or set(state) - set("GgyurOos"):
                self.complain(phase, f"state={state!r}", "letters of G g y u r s o O")
            elif phases and len(state) != len(phases[0].state):
                found = f"a state of {len(state)} letters after one of {len(phases[0].state)}"
                self.complain(phase, found, "states of one length in a program")
            jumps = bool(phase.get("next"))
            phases.append(RawPhase(self.number(phase, "duration"), state, jumps))
        if not phases:
            self.complain(item, f"<tlLogic id={item.get('id')!r}> without phases", "phases")
        return RawProgram(
            id=item.get("id") or "",
            kind=item.get("type") or "static",
            program_id=item.get("programID") or "0",
            offset_s=None if item.get("offset") == "begin" else self.number(item, "offset", 0.0),
            phases=tuple(phases),
            line=line_of(item),
        )


def _allows_cars(lane: etree._Element) -> bool:
    allow, disallow = lane.get("allow"), lane.get("disallow")
    if allow is not None:
        return bool({"passenger", "all"} & set(allow.split()))
    if disallow is not None:
        return not {"passenger", "all"} & set(disallow.split())
    return True


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def line_of(item: etree._Element) -> int:
    """Line of an element in its file (0 if it has none)."""
    return int(str(item.sourceline or 0))


def streets(edges: Iterable[RawEdge]) -> tuple[RawEdge, ...]:
    """Edges between junctions: no internal edges, crossings, walking areas."""
    return tuple(edge for edge in edges if edge.function not in NOT_A_STREET)
