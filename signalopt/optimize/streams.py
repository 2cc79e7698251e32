"""Streams: vehicles that pass one signalled movement after another, counted from expanded routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.files import read_xml
from signalopt.network.model import Movement, Network, Turn

EXPECTED_WAIT_S = 30.0
"""Mean wait at a signal that run times are reckoned with (estimated)."""


class MovementKey(NamedTuple):
    """From one edge to another at one signalled intersection, all lanes together."""

    intersection: str
    from_edge: str
    to_edge: str


@dataclass(frozen=True, slots=True)
class Stream:
    """Vehicles that come to `downstream` from `upstream` (None: from a gate or a driveway).

    distance_m and free_s (at the speed limits) run from stop line to stop line; 0 for None.
    """

    upstream: MovementKey | None
    downstream: MovementKey
    flow_vph: float
    distance_m: float
    free_s: float


def movement_links(network: Network) -> dict[MovementKey, tuple[Movement, ...]]:
    """The signalled vehicle movements of a network with their links."""
    found: dict[MovementKey, list[Movement]] = {}
    for place in network.intersections:
        for movement in place.movements:
            if movement.turn is not Turn.CROSSING:
                key = MovementKey(place.id, movement.from_edge, movement.to_edge)
                found.setdefault(key, []).append(movement)
    return {key: tuple(links) for key, links in found.items()}


def read_streams(
    network: Network, route_files: Sequence[Path], begin_s: float, end_s: float
) -> tuple[Stream, ...]:
    """Count streams over the vehicles that depart in [begin_s, end_s).

    Raises InputError for a vehicle without a readable route or departure.
    """
    links = movement_links(network)
    at = {(key.from_edge, key.to_edge): key for key in links}
    counts: dict[tuple[MovementKey | None, MovementKey], tuple[int, float, float]] = {}
    for depart, edges in vehicle_routes(route_files):
        if not begin_s <= depart < end_s:
            continue
        previous: MovementKey | None = None
        distance = free = 0.0
        for here, there in pairwise(edges):
            edge = network.edge.get(here)
            if edge is not None and previous is not None:
                distance += edge.length_m
                free += edge.length_m / edge.speed_mps
            key = at.get((here, there))
            if key is None:
                continue
            known = counts.get((previous, key), (0, 0.0, 0.0))
            counts[previous, key] = (known[0] + 1, distance, free)
            path = links[key][0]
            previous, distance = key, path.length_m
            free = path.length_m / max(path.speed_mps, 1.0)
    hours = (end_s - begin_s) / 3600
    return tuple(
        Stream(up, down, count / hours, distance, free)
        for (up, down), (count, distance, free) in sorted(
            counts.items(), key=lambda item: (item[0][0] or ("", "", ""), item[0][1])
        )
    )


def vehicle_routes(route_files: Sequence[Path]) -> Iterator[tuple[float, tuple[str, ...]]]:
    """Departure second and edges of every vehicle in SUMO route files.

    A vehicle holds its route, names one that stands before it, or is a route distribution's last choice.
    """
    routes: dict[str, tuple[str, ...]] = {}
    for file in route_files:
        for element in read_xml(file, "SUMO routes").getroot():
            if element.tag == "route":
                routes[element.get("id", "")] = tuple(element.get("edges", "").split())
            if element.tag != "vehicle":
                continue
            yield route_of(element, routes, file)


def route_of(
    element: etree._Element, routes: Mapping[str, tuple[str, ...]], file: Path
) -> tuple[float, tuple[str, ...]]:
    """Departure second and edges of a <vehicle>; `routes`: those named so far, by id."""
    own = element.findall("route")
    if not own:
        own = element.findall("routeDistribution/route")
    edges = tuple(own[-1].get("edges", "").split()) if own else routes.get(element.get("route", ""))
    where = f"{file}:{element.sourceline}"
    try:
        depart = float(element.get("depart", ""))
    except ValueError:
        found = f"depart `{element.get('depart')}`"
        raise InputError(Problem(where, found, "a second of the day")) from None
    if edges is None:
        found = f"vehicle `{element.get('id')}` without a route"
        raise InputError(Problem(where, found, "a <route> in it or its id"))
    return depart, edges


def trip_times_s(network: Network, route_files: Sequence[Path]) -> list[float]:
    """Expected seconds in the network of every vehicle: free flow and a wait at each signal."""
    signals = {(key.from_edge, key.to_edge) for key in movement_links(network)}
    edges = network.edge
    times = []
    for _, route in vehicle_routes(route_files):
        free = sum(edges[e].length_m / edges[e].speed_mps for e in route if e in edges)
        stops = sum(pair in signals for pair in pairwise(route))
        times.append(free + EXPECTED_WAIT_S * stops)
    return times
