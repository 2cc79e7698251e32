"""Flows that a set of vehicles asks of each turn and each signal link, vehicles an hour.

Counted by departure in the window, not by passage: it is the demand, whatever the signals do to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

from signalopt.demand.pedestrians import crossing_flows
from signalopt.demand.routes import RouteFlow
from signalopt.files import read_xml
from signalopt.network.model import Intersection, Network, Turn

PCU = {"truck": 2.0, "trailer": 2.0, "bus": 2.0, "coach": 2.0, "articulated": 2.5, "lcv": 1.2}
"""Passenger car units by prefix of the vehicle type; others are 1. Heavy vehicles: 2.0 (HCM 2000,
chapter 16); articulated buses and light vans estimated by length."""

MovementFlows = dict[tuple[str, str], float]


def pcu_of(vehicle_type: str) -> float:
    """Passenger car units of a vehicle type id."""
    return next((pcu for name, pcu in PCU.items() if vehicle_type.startswith(name)), 1.0)


def movement_flows(
    route_files: Iterable[Path], begin_s: float, end_s: float, *, pcu: bool = False
) -> MovementFlows:
    """Flow in veh/h (pcu/h) over each pair of consecutive edges, from expanded vehicles.

    Reads `vehicle` elements whose `depart` lies in [begin_s, end_s).
    """
    factor = 3600 / (end_s - begin_s)
    flows: MovementFlows = {}
    for path in route_files:
        root = read_xml(path, "a SUMO route file").getroot()
        named = {r.get("id"): r.get("edges", "") for r in root.iterfind("route")}
        for vehicle in root.iterfind("vehicle"):
            if not begin_s <= float(vehicle.get("depart", "0")) < end_s:
                continue
            own = vehicle.find("route")
            text = own.get("edges", "") if own is not None else named.get(vehicle.get("route"), "")
            weight = factor * (pcu_of(vehicle.get("type", "")) if pcu else 1.0)
            edges = text.split()
            for pair in pairwise(edges):
                flows[pair] = flows.get(pair, 0.0) + weight
    return flows


def flows_of_routes(routes: Iterable[RouteFlow]) -> MovementFlows:
    """Flow in veh/h over each pair of consecutive edges, from route volumes."""
    flows: MovementFlows = {}
    for route in routes:
        for pair in pairwise(route.route):
            flows[pair] = flows.get(pair, 0.0) + route.flow_vph
    return flows


def link_flows(
    network: Network, route_files: Iterable[Path], begin_s: float, end_s: float, *,
    pcu: bool = False,
) -> dict[str, dict[int, float]]:  # fmt: skip
    """Flow of each signal link in veh/h (pcu/h), by intersection id and link index.

    Links of pedestrian crossings carry pedestrians an hour.
    """
    files = tuple(route_files)
    flows = spread_over_links(network, movement_flows(files, begin_s, end_s, pcu=pcu))
    for name, walkers in crossing_flows(network, files, begin_s, end_s).items():
        flows[name] = {**flows.get(name, {}), **walkers}
    return flows


def spread_over_links(
    network: Network, flows: Mapping[tuple[str, str], float]
) -> dict[str, dict[int, float]]:
    """Share the flow of each movement over its lanes so that lanes of an approach fill evenly."""
    return {place.id: _spread(place, flows) for place in network.intersections}


def _spread(place: Intersection, flows: Mapping[tuple[str, str], float]) -> dict[int, float]:
    links: dict[tuple[str, str], list[tuple[str, int]]] = {}
    link_of: dict[tuple[tuple[str, str], tuple[str, int]], list[int]] = {}
    for movement in place.movements:
        if movement.turn is Turn.CROSSING:
            continue
        pair, lane = (
            (movement.from_edge, movement.to_edge),
            (movement.from_edge, movement.from_lane),
        )
        lanes = links.setdefault(pair, [])
        if lane not in lanes:
            lanes.append(lane)
        link_of.setdefault((pair, lane), []).append(movement.link)
    parts: dict[tuple[tuple[str, str], tuple[str, int]], float] = {
        (pair, lane): flows.get(pair, 0.0) / len(lanes)
        for pair, lanes in links.items()
        for lane in lanes
    }
    for _ in range(20):  # each movement in turn fills up its emptier lanes; settles in a few rounds
        for pair, lanes in links.items():
            others = [
                sum(v for (p, lane), v in parts.items() if lane == mine and p != pair)
                for mine in lanes
            ]
            for lane, share in zip(lanes, _fill(flows.get(pair, 0.0), others), strict=True):
                parts[pair, lane] = share
    result: dict[int, float] = {}
    for key, value in parts.items():
        for link in link_of[key]:
            result[link] = result.get(link, 0.0) + value / len(link_of[key])
    return dict(sorted(result.items()))


def _fill(flow: float, levels: list[float]) -> list[float]:
    """Pour `flow` over vessels filled to `levels` so that the lowest rise to one level."""
    order = sorted(range(len(levels)), key=lambda i: levels[i])
    total, level = flow, 0.0
    for count, index in enumerate(order, 1):
        total += levels[index]
        level = total / count
        if count == len(order) or level <= levels[order[count]]:
            break
    return [max(0.0, level - own) for own in levels]
