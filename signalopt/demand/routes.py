"""Route search and assignment: which ways trips take through an area.

Cost of an edge: travel time by the BPR function t0 (1 + 0.15 (v/c)^4) (Bureau of Public Roads, 1964)
plus the waiting that its turn asks for, which grows in the same way where a left turn fills up.
Assignment is incremental: slices of the demand are loaded one after the other on the cheapest routes at
the costs so far (Sheffi 1985, ch. 5), which spreads trips over parallel streets and is deterministic.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from signalopt.demand.graph import RoadEdge, RoadGraph

Route = tuple[str, ...]
ODPair = tuple[str, str]

TURN_COST_S = {"s": 12.0, "l": 30.0, "L": 30.0, "r": 12.0, "R": 12.0, "t": 90.0}
"""Mean waiting that route choice expects of a turn at a signal, seconds (estimated)."""
_FREE_TURN_COST_S = 2.0
LEFT_CAPACITY_VPH = 200.0
"""Left turns an hour that a signal passes from one bay in a short stage of 7-10 s (estimated)."""
_GREEN_SHARE = 0.45
_SATURATION_VPH = 1800.0


@dataclass(frozen=True, slots=True)
class RouteFlow:
    """`flow_vph` vehicles an hour between two ends along one route."""

    origin: str
    destination: str
    route: Route
    flow_vph: float


def edge_costs(graph: RoadGraph, flow_vph: Mapping[str, float]) -> dict[str, float]:
    """Travel time of each edge in seconds at the given flows (BPR)."""
    return {key: _edge_cost(edge, flow_vph.get(key, 0.0)) for key, edge in graph.edges.items()}


def _edge_cost(edge: RoadEdge, flow_vph: float) -> float:
    green = _GREEN_SHARE if edge.signal else 1.0
    capacity_vph = _SATURATION_VPH * green * len(edge.lanes)
    return edge.length_m / edge.speed_mps * (1 + 0.15 * (flow_vph / capacity_vph) ** 4)


def shortest_routes(
    graph: RoadGraph,
    starts: tuple[str, ...],
    costs: Mapping[str, float],
    turn_vph: Mapping[tuple[str, str], float] = MappingProxyType({}),
) -> dict[str, tuple[float, Route]]:
    """Cheapest route from any of the start edges to every edge, with its cost in seconds.

    costs: seconds by edge; turn_vph: flows by (edge, following edge), which make left turns slower.
    """
    queue: list[tuple[float, str, str]] = [(costs[s], s, "") for s in starts if s in graph.edges]
    heapq.heapify(queue)
    before: dict[str, tuple[float, str]] = {}
    while queue:
        cost, edge, previous = heapq.heappop(queue)
        if edge in before:
            continue
        before[edge] = (cost, previous)
        signal = graph.edges[edge].signal
        for target, direction in graph.turns[edge]:
            if target not in before:
                turn = _turn_cost(direction, signal, turn_vph.get((edge, target), 0.0))
                heapq.heappush(queue, (cost + turn + costs[target], target, edge))
    found: dict[str, tuple[float, Route]] = {}
    for edge, (cost, previous) in before.items():  # in order of cost: predecessors come first
        route = (*found[previous][1], edge) if previous else (edge,)
        found[edge] = (cost, route)
    return found


def _turn_cost(direction: str, signal: bool, flow_vph: float) -> float:
    if direction == "t":
        return TURN_COST_S["t"]
    if not signal:
        return _FREE_TURN_COST_S
    cost = TURN_COST_S.get(direction, TURN_COST_S["s"])
    return cost * (1 + (flow_vph / LEFT_CAPACITY_VPH) ** 4) if direction in "lL" else cost


def ends_of(graph: RoadGraph, end: str, *, origin: bool) -> tuple[str, ...]:
    """Edges where trips of a gate (node) or an edge begin or end."""
    if end in graph.edges:
        return (end,)
    return (graph.leaving if origin else graph.reaching).get(end, ())


def best_routes(
    graph: RoadGraph,
    pairs: tuple[ODPair, ...],
    costs: Mapping[str, float],
    turn_vph: Mapping[tuple[str, str], float] = MappingProxyType({}),
) -> dict[ODPair, Route]:
    """Cheapest route of each OD pair; pairs without any are absent."""
    trees: dict[str, dict[str, tuple[float, Route]]] = {}
    result: dict[ODPair, Route] = {}
    for origin, destination in pairs:
        if origin not in trees:
            starts = ends_of(graph, origin, origin=True)
            trees[origin] = shortest_routes(graph, starts, costs, turn_vph)
        found = trees[origin]
        reached = [
            found[edge] for edge in ends_of(graph, destination, origin=False) if edge in found
        ]
        if reached:
            result[origin, destination] = min(reached)[1]
    return result


def assign(
    graph: RoadGraph, od_vph: Mapping[ODPair, float], increments: int = 10
) -> tuple[RouteFlow, ...]:
    """Spread OD volumes over routes by incremental assignment; pairs without a route are left out."""
    pairs = tuple(sorted(pair for pair, vph in od_vph.items() if vph > 0))
    loaded: dict[str, float] = {}
    turning: dict[tuple[str, str], float] = {}
    shares: dict[tuple[ODPair, Route], float] = {}
    for _ in range(increments):
        routes = best_routes(graph, pairs, edge_costs(graph, loaded), turning)
        for pair, route in routes.items():
            part = od_vph[pair] / increments
            shares[pair, route] = shares.get((pair, route), 0.0) + part
            for edge in route:
                loaded[edge] = loaded.get(edge, 0.0) + part
            for turn in pairwise(route):
                turning[turn] = turning.get(turn, 0.0) + part
    return tuple(RouteFlow(o, d, route, vph) for ((o, d), route), vph in sorted(shares.items()))
