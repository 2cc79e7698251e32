"""Points in the plane of the network (metres, y north) and how they become SVG paths."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from signalopt.export.markup import Markup, tag

Point = tuple[float, float]


def polyline(points: Sequence[Point], **attributes: str | float | None) -> Markup:
    """A polyline through network points as an SVG path."""
    return tag("path", d=path_data(points), **attributes)


def path_data(points: Sequence[Point]) -> str:
    """SVG path data; the y axis of SVG points down, that of the network up."""
    return "M" + "L".join(f"{x:.2f} {-y:.2f}" for x, y in points)


def unit(start: Point, end: Point) -> Point:
    """Unit vector from one point to another; north where they are the same."""
    length = math.dist(start, end)
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length) if length else (0.0, 1.0)


def moved(point: Point, heading: Point, by_m: float) -> Point:
    """A point moved along a unit vector."""
    return (point[0] + heading[0] * by_m, point[1] + heading[1] * by_m)


def point_at(shape: Sequence[Point], along_m: float) -> Point:
    """The first point of a path at least `along_m` from its start."""
    return next((p for p in shape if math.dist(shape[0], p) >= along_m), shape[-1])


def hull(points: Iterable[Point]) -> list[Point]:
    """Convex hull, anticlockwise (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered

    def half(sequence: Iterable[Point]) -> list[Point]:
        chain: list[Point] = []
        for point in sequence:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        return chain[:-1]

    return half(ordered) + half(reversed(ordered))


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
