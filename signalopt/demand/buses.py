"""Bus lines: routes through named places, stops and regular departures."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lxml import etree

from signalopt.demand.graph import RoadGraph
from signalopt.demand.routes import Route, edge_costs, ends_of, shortest_routes
from signalopt.demand.trips import Span, StopTime, Trip, write_xml
from signalopt.errors import Problem

STOP_LENGTH_M = 26.0
"""Room for two 12 m buses."""


@dataclass(frozen=True, slots=True)
class BusStop:
    """A stop on an edge; its end lies `from_end_m` before the end of the edge."""

    edge: str
    from_end_m: float
    dwell_s: float
    bay: bool

    @property
    def id(self) -> str:
        """Id in the additional file: lines that halt at the same place share the stop."""
        return f"stop.{self.edge}.{self.from_end_m:g}"


@dataclass(frozen=True, slots=True)
class Line:
    """A bus line. `places`: nodes or edges in the order in which it passes them."""

    id: str
    places: tuple[str, ...]
    headway_s: float
    vehicle_type: str
    stops: tuple[BusStop, ...]


def line_route(graph: RoadGraph, line: Line, where: str) -> tuple[Route, list[Problem]]:
    """Cheapest route through the places of a line; what is wrong as problems."""
    problems = [
        Problem(f"{where}.route", f"`{place}`", "a gate, an intersection or an edge for buses")
        for place in line.places
        if place not in graph.nodes and place not in graph.edges
    ]
    if len(line.places) < 2:
        problems.append(Problem(f"{where}.route", f"{len(line.places)} places", "at least two"))
    if problems:
        return (), problems
    costs = edge_costs(graph, {})
    route: Route = ()
    starts = ends_of(graph, line.places[0], origin=True)
    for previous, place in pairwise(line.places):
        # going on from the last edge keeps turns legal; its own cost is the same for all choices
        found = shortest_routes(graph, route[-1:] or starts, costs)
        reached = [found[e] for e in ends_of(graph, place, origin=False) if e in found]
        if not reached:
            text = f"no way for buses from {previous} to {place}"
            return (), [Problem(f"{where}.route", text, "places joined by streets")]
        part = min(reached)[1]
        route = (*route[:-1], *part)
    for number, stop in enumerate(line.stops):
        if stop.edge not in route:
            expected = "an edge on the line's route: " + " ".join(route)
            problems.append(Problem(f"{where}.stops[{number}].edge", f"`{stop.edge}`", expected))
        elif graph.edges[stop.edge].length_m < stop.from_end_m + STOP_LENGTH_M:
            length = graph.edges[stop.edge].length_m
            found_text = f"{stop.from_end_m:g} m on an edge of {length:.0f} m"
            expected = f"at most {max(0.0, length - STOP_LENGTH_M):.0f} m"
            where_stop = f"{where}.stops[{number}].from_end_m"
            problems.append(Problem(where_stop, found_text, expected))
    return route, problems


def line_trips(line: Line, route: Route, span: Span, seed: int) -> list[Trip]:
    """Departures of a line: regular headway, first one at a random second within it."""
    dice = random.Random(f"bus {line.id} {seed}")
    first = span.depart_begin_s + dice.random() * line.headway_s
    stops = sorted(line.stops, key=lambda stop: (route.index(stop.edge), -stop.from_end_m))
    halts = tuple(StopTime(stop.id, stop.dwell_s, stop.bay) for stop in stops)
    trips, number = [], 0
    while (depart := int(first + number * line.headway_s)) < span.end_s:
        name = f"bus.{line.id}.{number}"
        trips.append(Trip(name, line.vehicle_type, depart, route, halts))
        number += 1
    return trips


def write_stops(path: Path, graph: RoadGraph, lines: Sequence[Line]) -> None:
    """Write the stops of all lines as a SUMO additional file. Raises OutputError."""
    root = etree.Element("additional")
    written: set[str] = set()
    for line in lines:
        for stop in line.stops:
            if stop.id in written:
                continue
            written.add(stop.id)
            edge = graph.edges[stop.edge]
            end = edge.length_m - stop.from_end_m
            etree.SubElement(
                root, "busStop", id=stop.id, lane=f"{edge.id}_{edge.lanes[0]}",
                startPos=f"{end - STOP_LENGTH_M:.1f}", endPos=f"{end:.1f}",
            )  # fmt: skip
    write_xml(path, root)
