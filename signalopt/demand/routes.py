"""Route search and assignment: which ways trips take through an area.

Cost of an edge: travel time by the BPR function t0 (1 + 0.15 (v/c)^4) (Bureau of Public Roads, 1964)
plus the waiting that its turn asks for. Assignment is incremental: slices of the demand are loaded
one after the other on the cheapest routes at the costs so far (Sheffi 1985, ch. 5), which spreads
trips over parallel streets and is deterministic.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

from signalopt.demand.graph import RoadEdge, RoadGraph

Route = tuple[str, ...]
ODPair = tuple[str, str]

TURN_COST_S = {"s": 12.0, "l": 30.0, "L": 30.0, "r": 12.0, "R": 12.0, "t": 90.0}
"""Mean waiting that route choice expects of a turn at a signal, seconds (estimated)."""
_FREE_TURN_COST_S = 2.0
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
    graph: RoadGraph, starts: tuple[str, ...], costs: Mapping[str, float]
) -> dict[str, tuple[float, Route]]:
    """Cheapest route from any of the start edges to every edge, with its cost in seconds."""
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
                turn = TURN_COST_S.get(direction, 12.0) if signal else _FREE_TURN_COST_S
                if direction == "t":
                    turn = TURN_COST_S["t"]
                heapq.heappush(queue, (cost + turn + costs[target], target, edge))
    found: dict[str, tuple[float, Route]] = {}
    for edge, (cost, previous) in before.items():  # in order of cost: predecessors come first
        route = (*found[previous][1], edge) if previous else (edge,)
        found[edge] = (cost, route)
    return found


def ends_of(graph: RoadGraph, end: str, *, origin: bool) -> tuple[str, ...]:
    """Edges where trips of a gate (node) or an edge begin or end."""
    if end in graph.edges:
        return (end,)
    return (graph.leaving if origin else graph.reaching).get(end, ())


def best_routes(
    graph: RoadGraph, pairs: tuple[ODPair, ...], costs: Mapping[str, float]
) -> dict[ODPair, Route]:
    """Cheapest route of each OD pair; pairs without any are absent."""
    trees: dict[str, dict[str, tuple[float, Route]]] = {}
    result: dict[ODPair, Route] = {}
    for origin, destination in pairs:
        if origin not in trees:
            trees[origin] = shortest_routes(graph, ends_of(graph, origin, origin=True), costs)
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
    shares: dict[tuple[ODPair, Route], float] = {}
    for _ in range(increments):
        routes = best_routes(graph, pairs, edge_costs(graph, loaded))
        for pair, route in routes.items():
            part = od_vph[pair] / increments
            shares[pair, route] = shares.get((pair, route), 0.0) + part
            for edge in route:
                loaded[edge] = loaded.get(edge, 0.0) + part
    return tuple(RouteFlow(o, d, route, vph) for ((o, d), route), vph in sorted(shares.items()))
