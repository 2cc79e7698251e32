"""The road graph of a SUMO network as route search needs it: edges, lengths, allowed turns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.files import read_xml

ANY_CLASS = "ignoring"
"""SUMO's vehicle class that may use every lane of the road."""


@dataclass(frozen=True, slots=True)
class RoadEdge:
    """One direction of a street section; `lanes` are the indices that the graph's class may use.

    signal: whether it ends at a traffic light. `start` and `end` in network metres.
    """

    id: str
    from_node: str
    to_node: str
    length_m: float
    speed_mps: float
    lanes: tuple[int, ...]
    signal: bool
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class RoadGraph:
    """Edges open to a vehicle class and the turns between them.

    turns: for each edge the following edges with SUMO's direction letter (`s` straight, `l`/`L`
    left, `r`/`R` right, `t` turn around). all_edges: every normal edge, open to the class or not.
    """

    net_file: Path
    edges: dict[str, RoadEdge]
    turns: dict[str, tuple[tuple[str, str], ...]]
    all_edges: frozenset[str]
    nodes: frozenset[str]

    @cached_property
    def leaving(self) -> dict[str, tuple[str, ...]]:
        """Edges that begin at each node."""
        return _group((edge.from_node, edge.id) for edge in self.edges.values())

    @cached_property
    def reaching(self) -> dict[str, tuple[str, ...]]:
        """Edges that end at each node."""
        return _group((edge.to_node, edge.id) for edge in self.edges.values())

    def without(self, closed: frozenset[str]) -> RoadGraph:
        """The graph with some edges closed."""
        return RoadGraph(
            self.net_file,
            {key: edge for key, edge in self.edges.items() if key not in closed},
            {
                key: tuple(turn for turn in turns if turn[0] not in closed)
                for key, turns in self.turns.items()
                if key not in closed
            },
            self.all_edges,
            self.nodes,
        )


def read_graph(
    net_file: Path, vehicle_class: str = "passenger",
    closed_lanes: frozenset[tuple[str, int]] = frozenset(),
) -> RoadGraph:  # fmt: skip
    """Read the edges that `vehicle_class` (a SUMO vClass) may use, less turns from or to closed lanes.

    Raises InputError if the file is no SUMO network or has no edge for the class.
    """
    root = read_xml(net_file, "a SUMO network").getroot()
    if root.tag != "net":
        raise InputError(Problem(f"{net_file}:1", f"<{root.tag}>", "a SUMO network (<net>)"))
    normal = [e for e in root.iterfind("edge") if e.get("function", "normal") == "normal"]
    signals = {
        j.get("id", "")
        for j in root.iterfind("junction")
        if j.get("type", "").startswith("traffic")
    }
    edges: dict[str, RoadEdge] = {}
    for element in normal:
        edge = _edge(element, vehicle_class, signals)
        if edge is not None:
            edges[edge.id] = edge
    if not edges:
        raise InputError(
            Problem(str(net_file), f"no edge open to {vehicle_class}", "a network with streets")
        )
    turns: dict[str, dict[str, str]] = {key: {} for key in edges}
    for link in root.iterfind("connection"):
        source, target = link.get("from", ""), link.get("to", "")
        if source not in edges or target not in edges:
            continue
        lanes = int(link.get("fromLane", "0")), int(link.get("toLane", "0"))
        if lanes[0] not in edges[source].lanes or lanes[1] not in edges[target].lanes:
            continue
        if (source, lanes[0]) in closed_lanes or (target, lanes[1]) in closed_lanes:
            continue
        turns[source].setdefault(target, link.get("dir", "s"))
    nodes = {j.get("id", "") for j in root.iterfind("junction") if j.get("type") != "internal"}
    return RoadGraph(
        net_file,
        edges,
        {key: tuple(found.items()) for key, found in turns.items()},
        frozenset(e.get("id", "") for e in normal),
        frozenset(nodes),
    )


def allows(lane: etree._Element, vehicle_class: str) -> bool:
    """Whether a lane element is open to a SUMO vehicle class."""
    allow, disallow = lane.get("allow"), lane.get("disallow")
    if allow is not None:
        return allow == "all" or vehicle_class in allow.split()
    if disallow is not None:
        return disallow != "all" and vehicle_class not in disallow.split()
    return True


def _edge(element: etree._Element, vehicle_class: str, signals: set[str]) -> RoadEdge | None:
    lanes = [lane for lane in element.iterfind("lane") if allows(lane, vehicle_class)]
    if not lanes:
        return None
    shape = [point.split(",") for point in lanes[-1].get("shape", "0,0").split()]
    to_node = element.get("to", "")
    return RoadEdge(
        id=element.get("id", ""),
        from_node=element.get("from", ""),
        to_node=to_node,
        length_m=float(lanes[0].get("length", "0")),
        speed_mps=float(lanes[0].get("speed", "13.89")),
        lanes=tuple(int(lane.get("index", "0")) for lane in lanes),
        signal=to_node in signals,
        start=(float(shape[0][0]), float(shape[0][1])),
        end=(float(shape[-1][0]), float(shape[-1][1])),
    )


def _group(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
