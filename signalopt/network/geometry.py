"""Plane geometry of paths over a junction: lengths, headings, and where two paths come close."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Path2D = Sequence[Point]
Array = NDArray[np.float64]
Sampled = tuple[Array, Array]

SAMPLE_M = 0.5


def length_m(path: Path2D) -> float:
    """Length of a polyline in metres."""
    return sum(math.dist(a, b) for a, b in pairwise(path))


def heading_deg(path: Path2D, *, at_end: bool) -> float:
    """Compass heading (0 = north, 90 = east) of the first or last 15 m of a polyline.

    The chord over 15 m, not the last segment: netconvert bends the last metres of many lanes.
    """
    points = list(reversed(path)) if at_end else list(path)
    here = points[0]
    far = next((p for p in points[1:] if math.dist(p, here) >= 15.0), points[-1])
    dx, dy = (
        (here[0] - far[0], here[1] - far[1]) if at_end else (far[0] - here[0], far[1] - here[1])
    )
    return math.degrees(math.atan2(dx, dy)) % 360.0


def turn_angle_deg(first: float, second: float) -> float:
    """Smallest angle between two headings, 0 to 180 degrees."""
    return abs((second - first + 180.0) % 360.0 - 180.0)


def sample(path: Path2D, step_m: float = SAMPLE_M) -> Sampled:
    """Points along a polyline (n x 2) not further apart than `step_m`, and their distances (n)."""
    points = np.asarray(path, dtype=np.float64).reshape(-1, 2)
    if len(points) < 2:
        return points, np.zeros(len(points))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    count = max(2, math.ceil(float(along[-1]) / step_m) + 1)
    where = np.linspace(0.0, float(along[-1]), count)
    xy = np.column_stack([np.interp(where, along, points[:, axis]) for axis in (0, 1)])
    return xy, where


def close_pairs_m(first: Sampled, second: Sampled, within_m: float) -> tuple[Array, Array]:
    """Distances along two sampled paths of all pairs of points not further apart than `within_m`.

    Paths that never come that close give their closest pair; a path without points counts as the
    stop line.
    """
    (points_a, along_a), (points_b, along_b) = first, second
    if not len(points_a) or not len(points_b):
        return np.zeros(1), np.zeros(1)
    east, north = (np.subtract.outer(points_a[:, axis], points_b[:, axis]) for axis in (0, 1))
    squares: Array = east**2 + north**2
    close = np.argwhere(squares <= max(within_m**2, float(squares.min())))
    rows, columns = close[:, 0], close[:, 1]
    return along_a[rows], along_b[columns]
