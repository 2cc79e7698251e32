"""Centre lines of streets: projection, cutting, offsetting. Plane coordinates in metres (x, y)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pyproj import Transformer

Point = tuple[float, float]
Polyline = tuple[Point, ...]

LONGEST_MITRE = 2.0


@dataclass(frozen=True)
class Projection:
    """UTM coordinates shifted by (offset_x_m, offset_y_m), as SUMO's `<location>` states them."""

    epsg: int
    offset_x_m: float
    offset_y_m: float

    @property
    def proj4(self) -> str:
        """PROJ text of the UTM zone; epsg must be 32601-32660 (north) or 32701-32760 (south)."""
        south = " +south" if self.epsg // 100 == 327 else ""
        zone = self.epsg % 100
        return f"+proj=utm +zone={zone}{south} +ellps=WGS84 +datum=WGS84 +units=m +no_defs"

    def to_plane(self, points: Sequence[tuple[float, float]]) -> Polyline:
        """Network metres of (lat, lon) points."""
        transformer = Transformer.from_crs("EPSG:4326", f"EPSG:{self.epsg}", always_xy=True)
        raw = [transformer.transform(lon, lat) for lat, lon in points]
        return tuple((x + self.offset_x_m, y + self.offset_y_m) for x, y in raw)


def projection_around(
    epsg: int, points: Sequence[tuple[float, float]], margin_m: float
) -> Projection:
    """The projection whose origin lies `margin_m` south-west of all (lat, lon) points, whole 100 m."""
    plane = Projection(epsg, 0.0, 0.0).to_plane(points)
    west, south = min(x for x, _ in plane), min(y for _, y in plane)
    return Projection(
        epsg,
        -100.0 * math.floor((west - margin_m) / 100.0),
        -100.0 * math.floor((south - margin_m) / 100.0),
    )


def length_of(line: Polyline) -> float:
    """Length in metres."""
    return sum(math.dist(a, b) for a, b in pairwise(line))


def bearing_deg(start: Point, end: Point) -> float:
    """Compass bearing from start to end: 0 north, 90 east."""
    return math.degrees(math.atan2(end[0] - start[0], end[1] - start[1])) % 360.0


def cut(line: Polyline, from_m: float, to_m: float) -> Polyline:
    """The part of `line` between two distances along it (0 <= from_m < to_m <= length)."""
    result, walked = [_at(line, from_m)], 0.0
    for a, b in pairwise(line):
        walked += math.dist(a, b)
        if from_m < walked - 1e-6 and walked < to_m - 1e-6:
            result.append(b)
    result.append(_at(line, to_m))
    return tuple(result)


def _at(line: Polyline, along_m: float) -> Point:
    left = along_m
    for a, b in pairwise(line):
        piece = math.dist(a, b)
        if left <= piece:
            share = left / piece if piece else 0.0
            return (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
        left -= piece
    return line[-1]


def to_the_right(line: Polyline, offset_m: float) -> Polyline:
    """The line moved `offset_m` to the right of its direction, corners mitred."""
    normals = []
    for a, b in pairwise(line):
        piece = math.dist(a, b)
        normals.append(((b[1] - a[1]) / piece, (a[0] - b[0]) / piece))
    moved = []
    for position, (x, y) in enumerate(line):
        before, after = normals[max(position - 1, 0)], normals[min(position, len(normals) - 1)]
        nx, ny = before[0] + after[0], before[1] + after[1]
        squared = nx * nx + ny * ny
        # the mitre of a bend by angle t is offset / cos(t / 2); sharp bends are capped
        scale = min(2.0 / squared, LONGEST_MITRE) if squared > 1e-9 else 1.0
        moved.append((x + nx * scale * offset_m, y + ny * scale * offset_m))
    return tuple(moved)


def xml_shape(line: Polyline) -> str:
    """`x,y x,y ...` in centimetres' precision, as SUMO writes shapes."""
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in line)
