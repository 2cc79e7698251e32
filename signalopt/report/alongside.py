"""The line of an avenue, and where points lie along and beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from signalopt.network.model import Intersection, Network
from signalopt.report.streets import Street

Floats = NDArray[np.float64]
Point = tuple[float, float]
END_M = 160.0
"""How far an avenue goes on, straight, beyond its first and last signal."""


@dataclass(frozen=True)
class Line:
    """A line of straight pieces. at_m: position of each corner along the avenue."""

    corners: tuple[Point, ...]
    at_m: tuple[float, ...]


def avenue_line(
    network: Network,
    streets: Sequence[Street],
    places: Sequence[Intersection],
    positions_m: Sequence[float],
) -> Line:
    """The avenue through its intersections, along the streets where one joins two neighbours.

    places: two or more; positions_m: theirs; corners between them are placed by their share of the way.
    """
    corners: list[Point] = []
    at_m: list[float] = []
    for (a, b), (start_m, end_m) in zip(pairwise(places), pairwise(positions_m), strict=True):
        way = [(a.x_m, a.y_m), *_street_between(network, streets, a, b), (b.x_m, b.y_m)]
        reached = [0.0]
        for first, second in pairwise(way):
            reached.append(reached[-1] + math.dist(first, second))
        scale = (end_m - start_m) / reached[-1] if reached[-1] > 0 else 0.0
        corners += way[:-1]
        at_m += [start_m + r * scale for r in reached[:-1]]
    corners.append((places[-1].x_m, places[-1].y_m))
    at_m.append(positions_m[-1])
    # on from the neighbouring signal: the pieces next to a junction lie askew of the street
    centres = [(place.x_m, place.y_m) for place in places]
    first, last = _beyond(centres[1], centres[0]), _beyond(centres[-2], centres[-1])
    return Line((first, *corners, last), (at_m[0] - END_M, *at_m, at_m[-1] + END_M))


def along(line: Line, points: Floats) -> tuple[Floats, Floats, Floats]:
    """Position along the line (m), distance from it (m) and unit direction there, of points (n, 2)."""
    start = np.array(line.corners[:-1])
    step = np.array(line.corners[1:]) - start
    at = np.array(line.at_m)
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)
    share = ((points[:, None, :] - start[None]) * step[None]).sum(axis=2) / length**2
    share = np.clip(share, 0.0, 1.0)
    nearest = start[None] + share[..., None] * step[None]
    away = np.hypot(*(points[:, None, :] - nearest).transpose(2, 0, 1))
    best = away.argmin(axis=1)
    rows = np.arange(len(points))
    position = at[best] + share[rows, best] * (at[best + 1] - at[best])
    return position, away[rows, best], (step / length[:, None])[best]


def _street_between(
    network: Network, streets: Sequence[Street], a: Intersection, b: Intersection
) -> list[Point]:
    for first, last, turn in ((a, b, False), (b, a, True)):
        for street in streets:
            begins = network.edge[street.edges[0]].from_node in first.junctions
            if begins and network.edge[street.edges[-1]].to_node in last.junctions:
                return list(street.shape[::-1] if turn else street.shape)
    return []


def _beyond(before: Point, end: Point) -> Point:
    distance = math.dist(before, end) or 1.0
    return (
        end[0] + (end[0] - before[0]) / distance * END_M,
        end[1] + (end[1] - before[1]) / distance * END_M,
    )
