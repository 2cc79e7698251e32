"""Vehicles of a case as arrays: type, departure and route of everyone, from the expanded route files."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from signalopt.errors import InputError, Problem
from signalopt.files import read_xml
from signalopt.mesosim.records import Records
from signalopt.mesosim.routes import RouteBook
from signalopt.mesosim.streets import Floats, Ints, StreetIndex
from signalopt.mesosim.vehicle_types import DrivingType, TypeBook
from signalopt.network.routes import parse_seconds
from signalopt.scenario.case import Case

_SHOWN = 20


class Fleet(NamedTuple):
    """Arrays over vehicles, sorted by departure. depart_s counts from the model's begin."""

    depart_s: Floats
    type_of: Ints
    first_step: Ints
    measured: NDArray[np.bool_]


@dataclass(frozen=True)
class FleetIndex:
    """Names and types behind the arrays."""

    ids: tuple[str, ...]
    types: tuple[DrivingType, ...]


def read_fleet(
    case: Case, index: StreetIndex, book: TypeBook, routes: RouteBook
) -> tuple[Fleet, FleetIndex, Records]:
    """Read every vehicle that departs in [depart_begin_s, end_s).

    Raises InputError with all problems: unknown vehicle types, edges outside the net, vehicles without
    route or departure.
    """
    halts = _halts(case)
    named: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    rows: list[tuple[float, int, str, int, int]] = []
    types: dict[str, int] = {}
    used: list[DrivingType] = []
    for file in case.route_files:
        for element in read_xml(file, "SUMO routes").getroot():
            if element.tag == "route":
                named[element.get("id", "")] = tuple(element.get("edges", "").split())
            if element.tag != "vehicle":
                continue
            where = f"{file}:{element.sourceline}: vehicle {element.get('id')}"
            try:
                depart = parse_seconds(element.get("depart", ""))
            except ValueError:
                found = f"depart `{element.get('depart')}`"
                problems.append(Problem(where, found, "a second of the day"))
                continue
            if not case.depart_begin_s <= depart < max(case.end_s, case.depart_begin_s + 1):
                continue
            edges = _edges(element, named)
            lost = [e for e in edges if e not in index.edge_of]
            if not edges or lost:
                found = f"edge `{lost[0]}`" if lost else "no route"
                problems.append(Problem(where, found, "a route over streets of the net"))
                continue
            chosen = _type_of(element, book)
            if chosen is None:
                found = f"vehicle type `{element.get('type')}`"
                problems.append(Problem(where, found, "one of: " + ", ".join(sorted(book.types))))
                continue
            if chosen.id not in types:
                types[chosen.id] = len(used)
                used.append(chosen)
            step = routes.first_step(edges, chosen.v_class, _stops(element, edges, halts))
            rows.append((depart, len(rows), element.get("id", ""), types[chosen.id], step))
    if problems:
        more = [Problem("and so on", f"{len(problems) - _SHOWN} more", "none")]
        raise InputError(*problems[:_SHOWN], *(more if len(problems) > _SHOWN else ()))
    rows.sort(key=lambda row: row[:2])
    depart_s = np.array([row[0] for row in rows], np.float64)
    fleet = Fleet(
        depart_s=depart_s - case.depart_begin_s,
        type_of=np.array([row[3] for row in rows], np.int32),
        first_step=np.array([row[4] for row in rows], np.int32),
        measured=(depart_s >= case.begin_s) & (depart_s < case.end_s),
    )
    return fleet, FleetIndex(tuple(row[2] for row in rows), tuple(used)), routes.steps()


def _edges(element: etree._Element, named: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    own = element.findall("route") or element.findall("routeDistribution/route")
    if own:
        return tuple(own[-1].get("edges", "").split())
    return named.get(element.get("route", ""), ())


def _type_of(element: etree._Element, book: TypeBook) -> DrivingType | None:
    name = element.get("type", "DEFAULT_VEHTYPE")
    if name in book.distributions:
        names, weights = book.distributions[name]
        draw = zlib.crc32(element.get("id", "").encode()) / 2**32 * sum(weights)
        for option, weight in zip(names, weights, strict=True):
            draw -= weight
            if draw < 0:
                return book.types.get(option)
    return book.types.get(name)


def _halts(case: Case) -> dict[str, str]:
    """Edge of each bus stop of the additional files."""
    found = {}
    for file in case.additional_files:
        for element in read_xml(file, "a SUMO additional file").getroot().iter("busStop"):
            found[element.get("id", "")] = element.get("lane", "").rsplit("_", 1)[0]
    return found


def _stops(
    element: etree._Element, edges: tuple[str, ...], halts: dict[str, str]
) -> dict[int, tuple[float, bool]]:
    """Dwell and bay by position in the route; stops that the route does not meet are left out."""
    found: dict[int, tuple[float, bool]] = {}
    position = 0
    for stop in element.iter("stop"):
        lane = stop.get("lane", "")
        edge = halts.get(stop.get("busStop", "")) or stop.get("edge") or lane.rsplit("_", 1)[0]
        if edge not in edges[position:]:
            continue
        position = edges.index(edge, position)
        dwell, bay = found.get(position, (0.0, True))
        seconds = parse_seconds(stop.get("duration", "0"))
        found[position] = (dwell + seconds, bay and stop.get("parking") in ("true", "1"))
    return found
