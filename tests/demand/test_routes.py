from itertools import pairwise

import pytest

from signalopt.demand.graph import RoadGraph
from signalopt.demand.routes import assign, best_routes, edge_costs, ends_of, shortest_routes


def connected(graph: RoadGraph, route: tuple[str, ...]) -> bool:
    pairs = pairwise(route)
    return all(b in dict(graph.turns[a]) for a, b in pairs)


def test_a_through_trip_goes_straight(graph: RoadGraph) -> None:
    route = best_routes(graph, (("left1", "right1"),), edge_costs(graph, {}))["left1", "right1"]
    assert route == ("left1A1", "A1B1", "B1C1", "C1right1")


def test_all_routes_are_connected_and_costs_grow(graph: RoadGraph) -> None:
    found = shortest_routes(graph, ends_of(graph, "left0", origin=True), edge_costs(graph, {}))
    assert len(found) > 30
    for cost, route in found.values():
        assert connected(graph, route)
        assert len(route) == 1 or found[route[-2]][0] < cost


def test_assignment_keeps_volumes_and_spreads_heavy_ones(graph: RoadGraph) -> None:
    light = assign(graph, {("left0", "right2"): 50.0})
    heavy = assign(graph, {("left0", "right2"): 6000.0})
    assert sum(f.flow_vph for f in heavy) == pytest.approx(6000)
    assert len({f.route for f in heavy}) > len({f.route for f in light})
    assert all(connected(graph, f.route) for f in heavy)


def test_closed_edges_are_avoided(graph: RoadGraph) -> None:
    closed = graph.without(frozenset({"A1B1"}))
    route = best_routes(closed, (("left1", "right1"),), edge_costs(closed, {}))["left1", "right1"]
    assert "A1B1" not in route
    assert connected(graph, route)


def test_more_traffic_costs_more_time(graph: RoadGraph) -> None:
    assert edge_costs(graph, {"A1B1": 2000})["A1B1"] > 1.15 * edge_costs(graph, {})["A1B1"]
