"""Volumes made into vehicles, once: every one with its type, departure second and route.

Numbers per route and quarter of an hour are rounded at random up or down (mean kept); departures are
uniform within the quarter. All draws come from one seed, so the same scenario gives the same file.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from signalopt.demand.routes import Route, RouteFlow
from signalopt.files import atomic_path

SLICE_S = 900


@dataclass(frozen=True, slots=True)
class StopTime:
    """A halt of a bus at a stop of the additional file, `dwell_s` seconds."""

    stop: str
    dwell_s: float
    bay: bool = False


@dataclass(frozen=True, slots=True)
class Trip:
    """One vehicle: departs at second `depart_s` of the day on a route of edges."""

    id: str
    vehicle_type: str
    depart_s: int
    route: Route
    stops: tuple[StopTime, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds of the day: demand runs from depart_begin_s to end_s, the profile from begin_s on."""

    depart_begin_s: int
    begin_s: int
    end_s: int

    def slices(self, profile: Sequence[float]) -> Iterable[tuple[int, int, float]]:
        """Pieces (start_s, end_s, factor of the hourly volume) of constant demand."""
        if self.depart_begin_s < self.begin_s:
            yield self.depart_begin_s, self.begin_s, profile[0] if profile else 1.0
        for number, start in enumerate(range(self.begin_s, self.end_s, SLICE_S)):
            factor = profile[min(number, len(profile) - 1)] if profile else 1.0
            yield start, min(start + SLICE_S, self.end_s), factor


def draw_trips(
    flows: Iterable[RouteFlow], span: Span, type_shares: Sequence[tuple[str, float]], seed: int,
    *, scale: float = 1.0, profile: Sequence[float] = (), prefix: str = "v",
) -> list[Trip]:  # fmt: skip
    """Draw the vehicles of route volumes, sorted by departure and numbered in that order.

    type_shares: vehicle type ids and their shares, adding up to 1. Equal for equal seeds.
    """
    dice = random.Random(f"trips {seed}")
    types = [name for name, _ in type_shares]
    weights = [share for _, share in type_shares]
    drawn: list[tuple[int, int, str, Route]] = []
    for flow in flows:
        for start, end, factor in span.slices(profile):
            expected = flow.flow_vph * scale * factor * (end - start) / 3600
            count = int(expected) + (dice.random() < expected % 1)
            for _ in range(count):
                depart = dice.randrange(start, end)
                vehicle_type = dice.choices(types, weights)[0]
                drawn.append((depart, len(drawn), vehicle_type, flow.route))
    drawn.sort()
    return [
        Trip(f"{prefix}{number}", vehicle_type, depart, route)
        for number, (depart, _, vehicle_type, route) in enumerate(drawn)
    ]


def write_trips(path: Path, trips: Iterable[Trip]) -> None:
    """Write a SUMO route file sorted by departure. Raises OutputError."""
    root = etree.Element("routes")
    for trip in sorted(trips, key=lambda t: (t.depart_s, t.id)):
        vehicle = etree.SubElement(
            root, "vehicle", id=trip.id, type=trip.vehicle_type, depart=str(trip.depart_s),
            departLane="best", departSpeed="max",
        )  # fmt: skip
        etree.SubElement(vehicle, "route", edges=" ".join(trip.route))
        for stop in trip.stops:
            halt = etree.SubElement(
                vehicle, "stop", busStop=stop.stop, duration=f"{stop.dwell_s:g}"
            )
            if stop.bay:
                halt.set("parking", "true")
    write_xml(path, root)


def write_xml(path: Path, root: etree._Element) -> None:
    """Write an XML file. Raises OutputError."""
    with atomic_path(path) as temporary:
        text = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
        temporary.write_bytes(text)
