"""Delay by street and by movement, from the exit times of SUMO's vehicle routes.

The time between leaving one edge and leaving the next is that on the edge and on the junction behind it.
Less what it takes at the driver's own wished speed (limit times speed factor), it is the delay there. The
delay of a passage of a signal is all of it since the signal before, or since the wished departure: HCM's
control delay (Highway Capacity Manual, 6th edition, chapter 19: deceleration, queue, stop and
acceleration), waiting to enter included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from lxml import etree

from signalopt.errors import SimulationError
from signalopt.microsim.stream import required, stream
from signalopt.network.model import Network, Turn


@dataclass(slots=True)
class Lost:
    """Seconds lost by `vehicles` vehicles."""

    vehicles: int = 0
    delay_s: float = 0.0

    def add(self, delay_s: float) -> None:
        """One vehicle more."""
        self.vehicles += 1
        self.delay_s += delay_s

    @property
    def mean_s(self) -> float | None:
        """Mean delay; None without a vehicle. Driving a little above the wished speed is no gain."""
        return max(0.0, self.delay_s / self.vehicles) if self.vehicles else None


@dataclass(frozen=True)
class Passages:
    """by_edge: delay on an edge and its junction; by_movement: of passages of a signal.

    Keys of movements: intersection, edge before, edge behind. Vehicles of the window without stops.
    """

    by_edge: dict[str, Lost] = field(default_factory=dict)
    by_movement: dict[tuple[str, str, str], Lost] = field(default_factory=dict)

    def of_intersection(self, intersection: str) -> Lost:
        """All movements of an intersection together."""
        found = Lost()
        for (name, _, _), lost in self.by_movement.items():
            if name == intersection:
                found.vehicles += lost.vehicles
                found.delay_s += lost.delay_s
        return found


def read_passages(path: Path, network: Network, begin_s: float, end_s: float) -> Passages:
    """Read `--vehroute-output` with exit times and intended departures.

    Counts vehicles due in [begin_s, end_s) without planned stops (a bus at its stop is not delayed).
    Raises SimulationError if the file is missing, cut off or something else.
    """
    found = Passages()
    geometry = _geometry(network)
    try:
        for element in stream(path, ("vehicle",)):
            due_s = float(required(element, "depart"))
            if not begin_s <= due_s < end_s or element.find("stop") is not None:
                continue
            route = element.find("route")
            if route is None:
                route = element.find("routeDistribution/route[last()]")
            if route is not None:
                factor = float(element.get("speedFactor", "1"))
                _count(found, geometry, due_s, factor, _visits(route))
    except (OSError, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise SimulationError(f"SUMO's vehicle routes cannot be read: {error!r}") from error
    return found


@dataclass(frozen=True)
class _Geometry:
    """Metres at a limit (m/s): of edges, and of the paths over junctions that signals control."""

    edges: Mapping[str, tuple[float, float]]
    over: Mapping[tuple[str, str], tuple[str, float, float]]


def _geometry(network: Network) -> _Geometry:
    over = {
        (m.from_edge, m.to_edge): (place.id, m.length_m, m.speed_mps)
        for place in network.intersections
        for m in place.movements
        if m.turn is not Turn.CROSSING
    }
    return _Geometry({e.id: (e.length_m, e.speed_mps) for e in network.edges}, over)


def _visits(route: etree._Element) -> list[tuple[str, float]]:
    edges = required(route, "edges").split()
    times = [float(time) for time in route.get("exitTimes", "").split()]
    passed = []
    for edge, time in zip(edges, times, strict=False):
        if time < 0:  # not reached by the end of the run
            break
        passed.append((edge, time))
    return passed


def _count(
    found: Passages,
    geometry: _Geometry,
    due_s: float,
    factor: float,
    visits: list[tuple[str, float]],
) -> None:
    before_s, since_signal = due_s, 0.0
    for edge, delay_s, signal in _delays(geometry, before_s, factor, visits):
        found.by_edge.setdefault(edge, Lost()).add(delay_s)
        since_signal += delay_s
        if signal is not None:
            found.by_movement.setdefault(signal, Lost()).add(since_signal)
            since_signal = 0.0


def _delays(
    geometry: _Geometry, begin_s: float, factor: float, visits: list[tuple[str, float]]
) -> Iterator[tuple[str, float, tuple[str, str, str] | None]]:
    """Edge, seconds lost there, and the signal passed at its end.

    The last edge is not counted: where on it a trip ends is nobody's delay.
    """
    for (edge, left_s), (onward, _) in pairwise(visits):
        length_m, speed_mps = geometry.edges.get(edge, (0.0, 1.0))
        place, over_m, over_mps = geometry.over.get((edge, onward), ("", 0.0, 1.0))
        free_s = length_m / (speed_mps * factor) + over_m / (over_mps * factor)
        signal = (place, edge, onward) if place else None
        yield edge, left_s - begin_s - free_s, signal
        begin_s = left_s
