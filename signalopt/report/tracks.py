"""Where vehicles were second by second, from SUMO's floating-car data, and how a page stores it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from signalopt.errors import SimulationError
from signalopt.microsim.stream import required, stream

Point = tuple[float, float]
GRAIN_M = 0.2
"""Positions in the page are multiples of this: a fifth of a pixel where a vehicle is ten pixels long."""


@dataclass
class Track:
    """One vehicle: its type, and (second of the day, x, y in network metres, heading in degrees)."""

    vehicle: str
    type_id: str
    points: list[tuple[int, float, float, float]] = field(default_factory=list)


def read_tracks(path: Path, begin_s: int, end_s: int) -> list[Track]:
    """Read `--fcd-output` over [begin_s, end_s), whole seconds; persons are left out.

    Reading ends with the window, however long the file goes on. Raises SimulationError.
    """
    tracks: dict[str, Track] = {}
    try:
        for moment in stream(path, ("timestep",)):
            second = float(required(moment, "time"))
            if second >= end_s:
                break
            if second < begin_s or second != int(second):
                continue
            for vehicle in moment.iterfind("vehicle"):
                name = required(vehicle, "id")
                track = tracks.get(name)
                if track is None:
                    track = tracks[name] = Track(name, vehicle.get("type", ""))
                track.points.append((
                    int(second), float(required(vehicle, "x")), float(required(vehicle, "y")),
                    float(required(vehicle, "angle")),
                ))  # fmt: skip
    except (OSError, EOFError, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise SimulationError(f"SUMO's trajectories cannot be read: {error!r}") from error
    return list(tracks.values())


def pieces_inside(
    track: Track, inside: Callable[[float, float], bool]
) -> Iterable[list[tuple[int, float, float, float]]]:
    """The stretches of consecutive seconds that a vehicle spends inside an area, two points or more."""
    piece: list[tuple[int, float, float, float]] = []
    for point in track.points:
        follows = piece and point[0] == piece[-1][0] + 1
        if inside(point[1], point[2]) and (follows or not piece):
            piece.append(point)
            continue
        if len(piece) > 1:
            yield piece
        piece = [point] if inside(point[1], point[2]) else []
    if len(piece) > 1:
        yield piece


def encode_path(points: Sequence[Point], origin: Point) -> str:
    """Positions as base64 of variable-length integers: the first from `origin`, then each from the last.

    Zigzag and base-128 as in Protocol Buffers' `sint32`, units of GRAIN_M, x and y in turn.
    """
    out = bytearray()
    last_x = last_y = 0
    for x_m, y_m in points:
        x, y = round((x_m - origin[0]) / GRAIN_M), round((y_m - origin[1]) / GRAIN_M)
        for value in (x - last_x, y - last_y):
            rest = (value << 1) ^ (value >> 63)
            while rest > 127:
                out.append(rest & 127 | 128)
                rest >>= 7
            out.append(rest)
        last_x, last_y = x, y
    return base64.b64encode(bytes(out)).decode("ascii").rstrip("=")


def decode_path(text: str, origin: Point) -> list[Point]:
    """What `encode_path` stored. Raises ValueError for anything else."""
    values, value, shift = [], 0, 0
    for byte in base64.b64decode(text + "=" * (-len(text) % 4), validate=True):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append((value >> 1) ^ -(value & 1))
            value = shift = 0
    if shift or len(values) % 2:
        raise ValueError("a path that ends in the middle of a position")
    points, x, y = [], 0, 0
    for dx, dy in zip(values[::2], values[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((origin[0] + x * GRAIN_M, origin[1] + y * GRAIN_M))
    return points
