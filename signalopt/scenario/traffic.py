"""The traffic of a scenario made concrete: vehicles, buses and pedestrians as files that SUMO reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from signalopt.demand.buses import BusStop, Line, line_route, line_trips, write_stops
from signalopt.demand.counts import read_counts, sample_routes
from signalopt.demand.given import check_route_files, detour_routes, expand_routes, tidy_routes
from signalopt.demand.graph import ANY_CLASS, RoadGraph, read_graph
from signalopt.demand.od import gate_od, read_gates, read_od
from signalopt.demand.pedestrians import crossings, write_walks
from signalopt.demand.routes import ODPair, assign
from signalopt.demand.trips import Span, Trip, draw_trips, write_trips
from signalopt.demand.turning import read_entries, read_shares, turning_routes
from signalopt.errors import InputError, Problem
from signalopt.network.model import Network
from signalopt.scenario.schema import BusLine, Closure, Scenario, Shares


@dataclass(frozen=True, slots=True)
class Traffic:
    """Files of the traffic, in SUMO's order of reading, and how many move in them."""

    route_files: tuple[Path, ...]
    additional_files: tuple[Path, ...]
    vehicles: int
    buses: int
    pedestrians: int


def span_of(scenario: Scenario) -> Span:
    """Seconds of the day between which vehicles depart."""
    window = scenario.window
    return Span(max(0, window.begin - window.warmup_s), window.begin, window.end)


def type_shares(shares: Shares) -> tuple[tuple[str, float], ...]:
    """Vehicle type ids with their shares; cars are what is left."""
    rest = 1.0 - shares.lcv - shares.truck - shares.bus
    parts = (("car", rest), ("lcv", shares.lcv), ("truck", shares.truck), ("bus", shares.bus))
    return tuple((name, share) for name, share in parts if share > 0)


def make_traffic(scenario: Scenario, network: Network, folder: Path, types_file: Path) -> Traffic:
    """Write the vehicles, buses and pedestrians of a scenario into `folder`.

    Raises InputError with every problem found in the demand.
    """
    closed_lanes = frozenset((c.edge, lane) for c in scenario.closures for lane in c.lanes)
    graph = read_graph(network.net_file, closed_lanes=closed_lanes)
    span = span_of(scenario)
    lines = bus_lines(scenario)
    bus_trips = _bus_trips(scenario, network, lines, span)
    vehicles_file = folder / "vehicles.rou.xml"
    if scenario.demand.gates is not None or scenario.demand.od is not None:
        trips = _drawn_trips(scenario, graph, span)
        write_trips(vehicles_file, [*trips, *bus_trips])
        count = len(trips)
        routes: list[Path] = [vehicles_file]
    else:
        count = _made_by_tools(scenario, graph, network, span, types_file, vehicles_file)
        routes = [vehicles_file]
        if bus_trips:
            routes.append(folder / "buses.rou.xml")
            write_trips(routes[-1], bus_trips)
    additional: list[Path] = []
    if any(line.stops for line in lines):
        additional.append(folder / "stops.add.xml")
        write_stops(additional[-1], read_graph(network.net_file, "bus"), lines)
    walkers = 0
    foot = scenario.pedestrians
    if foot.per_crossing_pph > 0 or any((foot.by_intersection or {}).values()):
        routes.append(folder / "walks.rou.xml")
        walkers = write_walks(
            routes[-1], crossings(network), foot.by_intersection or {}, foot.per_crossing_pph, span,
            scenario.seed,
        )  # fmt: skip
    return Traffic(tuple(routes), tuple(additional), count, len(bus_trips), walkers)


def od_volumes(scenario: Scenario, graph: RoadGraph) -> dict[ODPair, float]:
    """OD volumes (veh/h, unscaled) of a scenario with gates or an OD table. Raises InputError."""
    gates = scenario.demand.gates
    if gates is not None:
        return gate_od(graph, read_gates(gates.file, gates.period, graph))
    assert scenario.demand.od is not None
    return read_od(scenario.demand.od, graph)


def _drawn_trips(scenario: Scenario, graph: RoadGraph, span: Span) -> list[Trip]:
    volumes = od_volumes(scenario, graph)
    demand = scenario.demand
    chosen: list[Trip] = []
    for begin, end, closed in _closed_spans(scenario.closures, span):
        flows = assign(graph.without(closed), {p: v * demand.scale for p, v in volumes.items()})
        served = {(flow.origin, flow.destination) for flow in flows}
        cut_off = sorted(p for p, vph in volumes.items() if vph > 0 and p not in served)
        if cut_off:
            names = ", ".join(f"{a} to {b}" for a, b in cut_off[:5])
            hint = f"{len(cut_off)} pairs are cut off; close less or take their demand away"
            where = f"{scenario.file}: closures"
            raise InputError(Problem(where, f"no way left from {names}", "ways round", hint))
        trips = draw_trips(
            flows, span, type_shares(demand.shares), scenario.seed, profile=demand.profile
        )
        chosen += [trip for trip in trips if begin <= trip.depart_s < end]
    return chosen


def _closed_spans(
    closures: tuple[Closure, ...], span: Span
) -> list[tuple[int, int, frozenset[str]]]:
    """Pieces of the span with the edges closed in each."""
    whole = [c for c in closures if not c.lanes]
    times = {span.depart_begin_s, span.end_s}
    for closure in whole:
        times |= {t for t in (closure.begin, closure.end) if t is not None}
    ordered = sorted(t for t in times if span.depart_begin_s <= t <= span.end_s)
    pieces = []
    for begin, end in pairwise(ordered):
        closed = frozenset(
            c.edge for c in whole
            if (c.begin is None or c.begin <= begin) and (c.end is None or c.end >= end)
        )  # fmt: skip
        pieces.append((begin, end, closed))
    return pieces


def _made_by_tools(
    scenario: Scenario, graph: RoadGraph, network: Network, span: Span, types_file: Path,
    target: Path,
) -> int:  # fmt: skip
    demand, scale = scenario.demand, scenario.demand.scale
    types_drawn = () if demand.routes is not None else type_shares(demand.shares)
    if demand.routes is not None:
        check_route_files(demand.routes, read_graph(network.net_file, ANY_CLASS))
        types = [types_file, *scenario.additional]
        expand_routes(
            network.net_file, demand.routes, types, target, scenario.seed, span.depart_begin_s,
            span.end_s,
        )  # fmt: skip
    elif demand.turns is not None:
        entries = read_entries(demand.turns.entries, graph)
        shares = read_shares(demand.turns.shares, graph)
        turning_routes(
            network.net_file, graph, entries, shares, span, "car", types_file, target,
            scenario.seed, scale=scale, profile=demand.profile,
        )  # fmt: skip
        scale = 1.0
    else:
        assert demand.counts is not None
        counts = read_counts(demand.counts, network, graph, span.begin_s, span.end_s)
        sample_routes(graph, counts, target, scenario.seed)
    found = tidy_routes(target, span.depart_begin_s, span.end_s, scale, scenario.seed, types_drawn)
    if not found:
        window = f"{span.depart_begin_s} to {span.end_s} s"
        where = f"{scenario.file}: window"
        expected = "at least one vehicle departing in the window"
        raise InputError(Problem(where, f"nobody departs from {window}", expected))
    _lead_round_closures(scenario, graph, span, target)
    return found


def _lead_round_closures(scenario: Scenario, graph: RoadGraph, span: Span, target: Path) -> None:
    if not scenario.closures:
        return
    lost: list[str] = []
    for begin, end, closed in _closed_spans(scenario.closures, span):
        lost += detour_routes(target, graph.without(closed), begin, end)
    if lost:
        where = f"{scenario.file}: closures"
        found = f"no way left for {len(lost)} vehicles, {lost[0]} among them"
        raise InputError(Problem(where, found, "ways round for everybody"))


def bus_lines(scenario: Scenario) -> tuple[Line, ...]:
    """The scenario's lines as the demand room knows them."""
    return tuple(_line(line) for line in scenario.buses)


def _line(line: BusLine) -> Line:
    stops = tuple(BusStop(s.edge, s.from_end_m, s.dwell_s, s.bay) for s in line.stops)
    kind = "articulated_bus" if line.articulated else "bus"
    return Line(line.line, line.route, line.headway_s, kind, stops)


def _bus_trips(
    scenario: Scenario, network: Network, lines: tuple[Line, ...], span: Span
) -> list[Trip]:
    if not lines:
        return []
    closed = frozenset(c.edge for c in scenario.closures if not c.lanes)
    graph = read_graph(network.net_file, "bus").without(closed)
    problems: list[Problem] = []
    trips: list[Trip] = []
    for number, line in enumerate(lines):
        route, wrong = line_route(graph, line, f"{scenario.file}: buses[{number}]")
        problems += wrong
        if not wrong:
            trips += line_trips(line, route, span, scenario.seed)
    if problems:
        raise InputError(*problems)
    return trips


def movement_bus_flows(scenario: Scenario, network: Network) -> Mapping[tuple[str, str], float]:
    """Buses an hour over each pair of consecutive edges."""
    flows: dict[tuple[str, str], float] = {}
    lines = bus_lines(scenario)
    if not lines:
        return flows
    graph = read_graph(network.net_file, "bus")
    for line in lines:
        route, wrong = line_route(graph, line, f"{scenario.file}: buses {line.id}")
        if wrong:
            raise InputError(*wrong)
        for pair in pairwise(route):
            flows[pair] = flows.get(pair, 0.0) + 3600 / line.headway_s
    return flows
