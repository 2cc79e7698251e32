"""Time-space diagrams: greens and bands of an avenue, and what vehicles really did between them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from signalopt.export.facts import Avenue
from signalopt.export.lamps import Window, cycle_length_s
from signalopt.export.progression import Band, Progression, progression
from signalopt.export.time_space_svg import short_names
from signalopt.network.model import Network
from signalopt.report.alongside import Line, along, avenue_line
from signalopt.report.data_area import Diagram, DiagramSide
from signalopt.report.streets import Street
from signalopt.report.tracks import Track
from signalopt.timing.plan import Plan

Point = tuple[float, float]
BESIDE_M = 22.0
"""Vehicles further from the avenue's line are on other streets."""
PARALLEL = 0.8
"""Cosine of the angle to the avenue above which a vehicle drives along it."""
STRAY_M = 5.0
"""A drawn trajectory leaves the simulated one by no more than this."""


def diagram(
    avenue: Avenue,
    network: Network,
    streets: Sequence[Street],
    sides: Sequence[tuple[Plan, Sequence[Track]]],
    begin_s: int,
    length_s: int,
) -> Diagram | None:
    """The diagram of one or two plans; None where fewer than two signals of the avenue are known."""
    drawn = [progression(avenue, network, plan) for plan, _ in sides]
    stops = drawn[0].stops
    if len(stops) < 2 or any(
        [s.intersection for s in p.stops] != [s.intersection for s in stops] for p in drawn
    ):
        return None
    places = [network.intersection[stop.intersection] for stop in stops]
    line = avenue_line(network, streets, places, [stop.position_m for stop in stops])
    made = [
        _side(p, network, plan, line, tracks, begin_s, length_s)
        for p, (plan, tracks) in zip(drawn, sides, strict=True)
    ]
    names = short_names([stop.name for stop in stops])
    return Diagram(
        avenue=avenue.name,
        begin_s=begin_s,
        length_s=length_s,
        period_s=drawn[-1].period_s,
        speed_kph=round(avenue.design_speed_mps * 3.6, 1),
        stops=tuple((n, round(s.position_m, 1)) for n, s in zip(names, stops, strict=True)),
        before=made[0],
        after=made[1] if len(made) > 1 else None,
    )


def trajectories(
    line: Line, tracks: Sequence[Track], begin_s: int
) -> Iterator[tuple[bool, tuple[Point, ...]]]:
    """Stretches along the avenue: forward?, and points (seconds from begin_s, metres), thinned."""
    for track in tracks:
        seconds = np.array([p[0] for p in track.points], dtype=float) - begin_s
        places = np.array([(p[1], p[2]) for p in track.points])
        heading = np.radians([p[3] for p in track.points])
        at, away, direction = along(line, places)
        ahead = np.sin(heading) * direction[:, 0] + np.cos(heading) * direction[:, 1]
        way = np.where(ahead > PARALLEL, 1, np.where(ahead < -PARALLEL, -1, 0))
        way[(away > BESIDE_M) | (at <= line.at_m[0]) | (at >= line.at_m[-1])] = 0
        cuts = [0, *(np.flatnonzero(np.diff(way) != 0) + 1), len(way)]
        for first, last in pairwise(cuts):
            if way[first] == 0 or last - first < 3:
                continue
            piece = [(float(seconds[i]), float(at[i])) for i in range(first, last)]
            yield (
                bool(way[first] > 0),
                tuple((round(s), round(m, 1)) for s, m in thinned(piece, STRAY_M)),
            )


def thinned(points: Sequence[Point], stray_m: float) -> list[Point]:
    """Fewest of the points, by halving (Douglas and Peucker 1973), strayed from by stray_m at a moment."""
    keep = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        (t0, m0), (t1, m1) = points[first], points[last]
        slope = (m1 - m0) / (t1 - t0) if t1 != t0 else 0.0
        strays = [abs(m - m0 - slope * (t - t0)) for t, m in points[first + 1 : last]]
        worst = max(range(len(strays)), key=strays.__getitem__)
        if strays[worst] > stray_m:
            middle = first + 1 + worst
            keep.add(middle)
            spans += [(first, middle), (middle, last)]
    return [points[i] for i in sorted(keep)]


def _side(
    drawn: Progression,
    network: Network,
    plan: Plan,
    line: Line,
    tracks: Sequence[Track],
    begin_s: int,
    length_s: int,
) -> DiagramSide:
    forward, backward = [], []
    for stop in drawn.stops:
        place = network.intersection[stop.intersection]
        turn_s = drawn.period_s or cycle_length_s(place.layout, plan.by_id[place.id])
        forward.append(tuple(_greens(stop.forward or (), turn_s, begin_s, length_s)))
        backward.append(tuple(_greens(stop.backward or (), turn_s, begin_s, length_s)))
    bands = []
    for is_forward, through, links in (
        (True, drawn.forward, drawn.forward_links),
        (False, drawn.backward, drawn.backward_links),
    ):
        for is_through, found in ((False, links), (True, through)):
            for band in found:
                bands += [
                    (is_forward, is_through, corners)
                    for corners in _stripes(drawn, band, begin_s, length_s)
                ]
    widths = [max((b.width_s for b in way), default=0.0) for way in (drawn.forward, drawn.backward)]
    return DiagramSide(
        tuple(forward), tuple(backward), tuple(bands), (widths[0], widths[1]),
        tuple(trajectories(line, tracks, begin_s)),
    )  # fmt: skip


def _greens(
    windows: Sequence[Window], turn_s: float, begin_s: int, length_s: int
) -> Iterator[tuple[float, float]]:
    """Greens within the diagram, cut at its edges."""
    first = math.floor(begin_s / turn_s) - 1
    for turn in range(first, math.ceil((begin_s + length_s) / turn_s) + 1):
        for window in windows:
            start = window.start_s + turn * turn_s - begin_s
            end = min(start + window.length_s, length_s)
            if end > max(start, 0.0):
                yield round(max(start, 0.0), 1), round(end, 1)


def _stripes(
    drawn: Progression, band: Band, begin_s: int, length_s: int
) -> Iterator[tuple[Point, ...]]:
    """Corners of a band for every turn that the diagram shows."""
    first, last = drawn.stops[band.first], drawn.stops[band.last]
    travel_s = abs(last.position_m - first.position_m) / drawn.avenue.design_speed_mps
    turn = math.floor((begin_s - travel_s - band.width_s - band.start_s) / drawn.period_s)
    while (start := band.start_s + turn * drawn.period_s - begin_s) < length_s:
        if start + band.width_s + travel_s > 0:
            yield tuple(
                (round(second, 1), round(position, 1))
                for second, position in (
                    (start, first.position_m),
                    (start + band.width_s, first.position_m),
                    (start + band.width_s + travel_s, last.position_m),
                    (start + travel_s, last.position_m),
                )
            )
        turn += 1
