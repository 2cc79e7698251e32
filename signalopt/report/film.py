"""The replay: ground, lamps and vehicles around the intersections of one avenue, second by second."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from signalopt.export.junction_svg import lane_ends
from signalopt.export.time_space_svg import short_names
from signalopt.files import read_xml
from signalopt.network.model import Intersection, Network, Turn
from signalopt.report.alongside import Line, along
from signalopt.report.data_area import Film, FilmSide, FilmSignal, FilmSurface, FilmVehicle
from signalopt.report.tracks import Track, encode_path, pieces_inside
from signalopt.timing.plan import Plan
from signalopt.timing.program import cycle_states

AROUND_M = 140.0
"""Shown around every intersection of the film."""
BESIDE_M = 40.0
"""Shown beside the avenue between them."""
VIEW_M = 80.0
MOST_POSITIONS = 300_000
"""Positions of both plans together: about 1 MB of page."""
LEAST_S = 60
DEFAULT_WIDTH_M = 3.2
KINDS = ("articulated_bus", "bus", "truck", "lcv", "car")
_LETTERS = "GgyYuosrO"
"""What a stop line shows if its lane has several signals: the first of these."""

Inside = Callable[[float, float], bool]


def film(
    title: str,
    network: Network,
    places: Sequence[Intersection],
    line: Line | None,
    sides: Sequence[tuple[Plan, Sequence[Track]]],
    begin_s: int,
    length_s: int,
) -> Film | None:
    """The film of one or two plans; shortened where there are too many vehicles; None without any.

    places: the first is shown first. line: of the avenue, None where only the intersections count.
    """
    inside = _area(places, line)
    pieces = [
        [(track, piece) for track in tracks for piece in pieces_inside(track, inside)]
        for _, tracks in sides
    ]
    positions = sum(len(piece) for side in pieces for _, piece in side)
    if not positions:
        return None
    length_s = max(LEAST_S, min(length_s, int(length_s * MOST_POSITIONS / positions)))
    origin = (float(math.floor(places[0].x_m)), float(math.floor(places[0].y_m)))
    made = []
    for (plan, _), side in zip(sides, pieces, strict=True):
        vehicles = [
            FilmVehicle(
                _kind(track.type_id), cut[0][0] - begin_s, round(cut[0][3]),
                encode_path([(x, y) for _, x, y, _ in cut], origin),
            )
            for track, piece in side
            if len(cut := [p for p in piece if p[0] < begin_s + length_s]) > 1
        ]  # fmt: skip
        signals = [signal for place in places for signal in _stop_lines(place, plan)]
        made.append(FilmSide(tuple(vehicles), tuple(signals)))
    names = short_names([place.name or place.id for place in places])
    views = [
        (name, round(p.x_m, 1), round(p.y_m, 1), VIEW_M)
        for name, p in zip(names, places, strict=True)
    ]
    return Film(
        title, begin_s, length_s, origin, tuple(_ground(network, inside)), tuple(views),
        made[0], made[1] if len(made) > 1 else None,
    )  # fmt: skip


def _area(places: Sequence[Intersection], line: Line | None) -> Inside:
    centres = [(place.x_m, place.y_m) for place in places]

    def inside(x_m: float, y_m: float) -> bool:
        if any(math.dist((x_m, y_m), centre) <= AROUND_M for centre in centres):
            return True
        if line is None:
            return False
        _, away, _ = along(line, np.array([(x_m, y_m)]))
        return bool(away[0] <= BESIDE_M)

    return _remembered(inside)


def _remembered(inside: Inside) -> Inside:
    """Asks once for every square of 4 m: vehicles of a street pass the same places again and again."""
    known: dict[tuple[int, int], bool] = {}

    def asked(x_m: float, y_m: float) -> bool:
        square = (int(x_m // 4), int(y_m // 4))
        if square not in known:
            known[square] = inside(square[0] * 4 + 2.0, square[1] * 4 + 2.0)
        return known[square]

    return asked


def _kind(type_id: str) -> str:
    return next((kind for kind in KINDS if type_id.startswith(kind)), "car")


def _stop_lines(place: Intersection, plan: Plan) -> list[FilmSignal]:
    """Stop lines of a place with what they show; none for programs without whole seconds."""
    program = plan.by_id.get(place.id)
    vehicles = [m for m in place.movements if m.turn is not Turn.CROSSING and len(m.shape) > 1]
    if program is None:
        return []
    try:
        states = cycle_states(place.layout, program)
    except ValueError:
        return []
    ends, _ = lane_ends(vehicles)
    found = []
    for (edge, lane), end in sorted(ends.items()):
        links = [m.link for m in vehicles if (m.from_edge, m.from_lane) == (edge, lane)]
        letters = "".join(
            min((state[link] for link in links), key=_LETTERS.index) for state in states
        )
        found.append(
            FilmSignal(
                round(end.x_m, 1), round(end.y_m, 1), round(end.dx, 3), round(end.dy, 3),
                round(program.offset_s), letters,
            )
        )  # fmt: skip
    return found


def _ground(network: Network, inside: Inside) -> list[FilmSurface]:
    """Lanes for vehicles, crossings and junction areas that lie in the film."""
    root = read_xml(network.net_file, "a SUMO network (.net.xml)").getroot()
    found = []
    for junction in root.iterfind("junction"):
        shape = _shape(junction.get("shape"))
        if junction.get("type") != "internal" and len(shape) > 2 and _seen(shape, inside):
            found.append(FilmSurface("junction", 0.0, shape))
    crossings = []
    for edge in root.iterfind("edge"):
        function = edge.get("function", "normal")
        if function == "walkingarea":
            continue
        for lane in edge.iterfind("lane"):
            shape = _shape(lane.get("shape"))
            if lane.get("allow") == "pedestrian" and function != "crossing":
                continue
            if len(shape) < 2 or not _seen(shape, inside):
                continue
            width = float(lane.get("width", DEFAULT_WIDTH_M))
            if function == "crossing":
                crossings.append(FilmSurface("crossing", width, shape))
            else:
                found.append(FilmSurface("lane", width, shape))
    return [*found, *crossings]


def _shape(text: str | None) -> tuple[tuple[float, float], ...]:
    pairs = (point.split(",") for point in (text or "").split())
    return tuple((round(float(pair[0]), 1), round(float(pair[1]), 1)) for pair in pairs)


def _seen(shape: Sequence[tuple[float, float]], inside: Inside) -> bool:
    return any(inside(x, y) for x, y in shape)
