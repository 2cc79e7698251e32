"""Mean speeds along an avenue, and the demand that gives a measured one.

The only measurements of Astana's traffic that are published for single avenues are mean speeds from
Sergek cameras; how the mean is taken is not published. Cameras read plates at intersections, so it is
taken here as the time mean: the arithmetic mean, over all vehicles and all sections from one stop line to
the next, of section length / passage time. The space mean (distance / time) is lower and given beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from signalopt.demand.graph import RoadGraph
from signalopt.files import read_xml


@dataclass(frozen=True, slots=True)
class MeasuredSpeed:
    """A published mean speed of an avenue, km/h, both directions, with its source."""

    area: str
    street: str
    speed_kph: float
    source: str


MEASURED_SPEEDS = (
    MeasuredSpeed("mangilik_el", "MangilikEl", 32.0, "Sergek, September 2022, peak 07:50-09:10"),
    MeasuredSpeed("leftbank_core", "Kabanbay", 32.7, "Sergek, September 2022, peak 08:10-09:10"),
)


@dataclass(frozen=True, slots=True)
class AvenueSpeed:
    """Speeds of `passages` section passages, km/h; both 0 without any."""

    time_mean_kph: float
    space_mean_kph: float
    passages: int


def avenue_speed(
    vehicle_routes: Path, graph: RoadGraph, intersections: Sequence[str], begin_s: int, end_s: int
) -> AvenueSpeed:
    """Speed between consecutive intersections of an avenue, both directions.

    vehicle_routes: SUMO's vehroute output with exit times. A passage counts when the vehicle leaves
    the section in [begin_s, end_s); its first section on the avenue is left out (it starts within).
    """
    both = [*pairwise(intersections), *pairwise(tuple(reversed(intersections)))]
    sections = {f"{one}--{other}" for one, other in both}
    speeds: list[float] = []
    distance_m = time_s = 0.0
    for route in read_xml(vehicle_routes, "SUMO vehicle routes").getroot().iter("route"):
        edges = route.get("edges", "").split()
        exits = [float(text) for text in route.get("exitTimes", "").split()]
        if len(edges) != len(exits):
            continue  # still under way
        for index, edge in enumerate(edges):
            bay = edge.endswith(".bay")
            if edge.removesuffix(".bay") not in sections or graph.edges[edge].signal is False:
                continue
            first = index - 1 if bay else index
            if first < 1 or not begin_s <= exits[index] < end_s or exits[first - 1] < 0:
                continue
            length_m = _length_m(graph, edges[first - 1 : index + 1])
            seconds = exits[index] - exits[first - 1]
            if seconds > 0:
                speeds.append(length_m / seconds)
                distance_m += length_m
                time_s += seconds
    if not speeds:
        return AvenueSpeed(0.0, 0.0, 0)
    return AvenueSpeed(3.6 * sum(speeds) / len(speeds), 3.6 * distance_m / time_s, len(speeds))


def _length_m(graph: RoadGraph, edges: Sequence[str]) -> float:
    """Length from the end of the first edge to the end of the last, junctions straight."""
    total = 0.0
    for before, edge in pairwise(edges):
        total += math.dist(graph.edges[before].end, graph.edges[edge].start)
        total += graph.edges[edge].length_m
    return total


@dataclass(frozen=True, slots=True)
class Step:
    """One trial of a calibration: the factor on the demand and the speed that came out."""

    scale: float
    speed_kph: float


@dataclass(frozen=True)
class SpeedCalibration:
    """Trials in order; the last is the one nearest to the target."""

    target_kph: float
    steps: tuple[Step, ...]

    @property
    def best(self) -> Step:
        """The trial nearest to the target."""
        return min(self.steps, key=lambda step: abs(step.speed_kph - self.target_kph))


def calibrate_scale(
    speed_at: Callable[[float], float], target_kph: float, low: float, high: float, *,
    tolerance_kph: float = 0.7, rounds: int = 6,
) -> SpeedCalibration:  # fmt: skip
    """Find the factor on the demand between `low` and `high` at which traffic has the target speed.

    Bisection: speed falls with demand. It stops within `tolerance_kph`, which is about what one
    random seed changes, or after `rounds` trials.
    """
    steps: list[Step] = []
    for _ in range(rounds):
        scale = (low + high) / 2
        speed = speed_at(scale)
        steps.append(Step(scale, speed))
        if abs(speed - target_kph) <= tolerance_kph:
            break
        low, high = (scale, high) if speed > target_kph else (low, scale)
    return SpeedCalibration(target_kph, tuple(steps))
