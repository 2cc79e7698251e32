"""Hand-made streets: intersections in a row, an avenue both ways and a side street at each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from signalopt.network.model import Edge, Intersection, Movement, Network, Turn
from signalopt.optimize.flows import CaseFlows, arrange_flows
from signalopt.optimize.streams import MovementKey, Stream
from signalopt.optimize.tables import OffsetProblem, PairCost
from signalopt.timing.signals import Clearance, GroupKind, SignalGroup, SignalLayout, Stage

SPEED_MPS = 15.0


def layout_of(name: str) -> SignalLayout:
    """Links 0 eastbound, 1 westbound (stage avenue), 2 side street (stage side)."""
    groups = (
        SignalGroup("EW", GroupKind.VEHICLE, (0, 1), 7),
        SignalGroup("S", GroupKind.VEHICLE, (2,), 7),
    )
    pairs = {(0, 2), (1, 2)}
    return SignalLayout(
        name, 3, groups, (Stage("avenue", ("EW",)), Stage("side", ("S",))),
        frozenset(pairs | {(b, a) for a, b in pairs}), frozenset(),
        (Clearance("EW", "S", 5), Clearance("S", "EW", 5)),
    )  # fmt: skip


def avenue(lengths_m: Sequence[float]) -> Network:
    """len(lengths) + 1 intersections I0, I1, ... from west to east, `lengths_m` apart."""
    names = [f"I{i}" for i in range(len(lengths_m) + 1)]
    points = ["west", *names, "east"]
    gaps = [300.0, *lengths_m, 300.0]
    edges = []
    for a, b, length in zip(points, points[1:], gaps, strict=False):
        for start, end in ((a, b), (b, a)):
            edges.append(Edge(f"{start}>{end}", start, end, length, 1, SPEED_MPS, ()))
    places = []
    for i, name in enumerate(names):
        west, east, side = points[i], points[i + 2], f"side{i}"
        edges.append(Edge(f"{side}>{name}", side, name, 200, 1, SPEED_MPS, ()))
        edges.append(Edge(f"{name}>out{i}", name, f"out{i}", 200, 1, SPEED_MPS, ()))
        ways = (
            (f"{west}>{name}", f"{name}>{east}"),
            (f"{east}>{name}", f"{name}>{west}"),
            (f"{side}>{name}", f"{name}>out{i}"),
        )
        movements = tuple(
            Movement(link, Turn.THROUGH, a, b, 0, 0, name, 0.0, SPEED_MPS, ())
            for link, (a, b) in enumerate(ways)
        )
        places.append(
            Intersection(name, name, (name,), 0, 0, None, None, movements, layout_of(name), None)
        )
    return Network(Path("avenue.net.xml"), "avenue", tuple(edges), tuple(places))


def flows_of(network: Network, east_vph: float, west_vph: float, side_vph: float) -> CaseFlows:
    """Steady flows along the whole avenue and on each side street."""
    flow = {p.id: {0: east_vph, 1: west_vph, 2: side_vph} for p in network.intersections}
    saturation = {p.id: dict.fromkeys(range(3), 1800.0) for p in network.intersections}
    streams = []
    for place in network.intersections:
        for movement in place.movements:
            down = MovementKey(place.id, movement.from_edge, movement.to_edge)
            edge = network.edge[movement.from_edge]
            up = None
            if edge.from_node in network.intersection:
                origin = network.intersection[edge.from_node].movements[movement.link]
                up = MovementKey(edge.from_node, origin.from_edge, origin.to_edge)
            value = flow[place.id][movement.link]
            length = edge.length_m if up else 0.0
            streams.append(Stream(up, down, value, length, length / SPEED_MPS))
    return arrange_flows(network, flow, saturation, streams)


def random_problem(
    edges: Sequence[tuple[int, int]], count: int, cycle_s: int, seed: int, settings: int = 1
) -> OffsetProblem:
    """Random cost tables on a given graph of neighbours."""
    dice = np.random.default_rng(seed)
    pairs = tuple(
        PairCost(i, j, dice.integers(0, 1000, (settings, settings, cycle_s))) for i, j in edges
    )
    local = tuple(dice.integers(0, 300, settings) for _ in range(count))
    return OffsetProblem(cycle_s, tuple(f"n{i}" for i in range(count)), local, pairs, {})


def grid_edges(wide: int, high: int) -> list[tuple[int, int]]:
    """Neighbours in a grid, numbered row by row."""
    right = [(y * wide + x, y * wide + x + 1) for y in range(high) for x in range(wide - 1)]
    up = [(y * wide + x, (y + 1) * wide + x) for y in range(high - 1) for x in range(wide)]
    return sorted(right + up)
