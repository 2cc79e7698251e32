"""Where an avenue's greens lie in space and time, and the bands that pass them at the design speed.

A band is a stretch of departure seconds from whose every second a vehicle at design speed meets only
green; it is computed exactly on the circle of the common cycle.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from signalopt.export.facts import Avenue
from signalopt.export.lamps import Window, cycle_length_s, exact_s, green_windows, group_spans
from signalopt.network.model import Intersection, Movement, Network, Turn
from signalopt.timing.plan import AnyProgram, Plan

LONGEST_CYCLE_S = 360
"""Cycles whose least common multiple is longer than this have no bands that a driver could use."""

LEAST_BAND_S = 1.0
"""Narrower bands let no vehicle through."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One intersection on the diagram. Windows are greens on the common clock, in [0, period).

    None where the direction has no signalised movement here (one-way streets).
    """

    intersection: str
    name: str
    position_m: float
    forward: tuple[Window, ...] | None
    backward: tuple[Window, ...] | None


@dataclass(frozen=True, slots=True)
class Band:
    """Green for `width_s` from clock second `start_s` at stop `first` to stop `last` (list positions)."""

    first: int
    last: int
    start_s: float
    width_s: float


@dataclass(frozen=True)
class Progression:
    """An avenue ready to be drawn. period_s is 0 where the cycles have no usable common multiple."""

    avenue: Avenue
    period_s: float
    stops: tuple[Stop, ...]
    forward: tuple[Band, ...]
    backward: tuple[Band, ...]
    forward_links: tuple[Band, ...]
    backward_links: tuple[Band, ...]


def progression(avenue: Avenue, network: Network, plan: Plan) -> Progression:
    """Greens and bands of an avenue. Intersections missing in the plan or network are left out."""
    places = [
        network.intersection[name]
        for name in avenue.intersections
        if name in network.intersection and name in plan.by_id
    ]
    ways = [_path(network, a, b) for a, b in pairwise(places)]
    backs = [_path(network, b, a) for a, b in pairwise(places)]
    positions = [0.0]
    for (a, b), way, back in zip(pairwise(places), ways, backs, strict=True):
        positions.append(positions[-1] + _distance_m(network, (a, b), way, back))
    cycles = [cycle_length_s(place.layout, plan.by_id[place.id]) for place in places]
    period = common_period_s(cycles)
    stops = []
    for index, place in enumerate(places):
        entry = ways[index - 1] if index else None
        leave = ways[index] if index < len(ways) else None
        back_entry = backs[index] if index < len(backs) else None
        back_leave = backs[index - 1] if index else None
        program = plan.by_id[place.id]
        stops.append(
            Stop(
                place.id,
                place.name or place.id,
                positions[index],
                _clock_greens(place, program, _through(place, entry, leave), period),
                _clock_greens(place, program, _through(place, back_entry, back_leave), period),
            )
        )
    return Progression(avenue, period, tuple(stops), *_all_bands(stops, avenue, period))


def common_period_s(cycles: Sequence[float]) -> float:
    """Least common multiple of whole cycles, 0 if one is fractional or the multiple is too long."""
    if not cycles or any(cycle != int(cycle) for cycle in cycles):
        return 0.0
    period = math.lcm(*(int(cycle) for cycle in cycles))
    return float(period) if period <= LONGEST_CYCLE_S else 0.0


def overlap(
    first: Sequence[Window], second: Sequence[Window], period_s: float
) -> tuple[Window, ...]:
    """Stretches that lie in both sets of circular windows."""
    found = []
    for a in first:
        for b in second:
            for turn in (-period_s, 0.0, period_s):
                start = max(a.start_s, b.start_s + turn)
                end = min(a.end_s, b.end_s + turn)
                if end - start > 1e-9:
                    found.append((start, end))
    return tuple(
        Window(exact_s(start % period_s), exact_s(end - start)) for start, end in sorted(set(found))
    )


def bands(
    windows: Sequence[Sequence[Window] | None],
    positions_m: Sequence[float],
    speed_mps: float,
    period_s: float,
) -> tuple[Window, ...]:
    """Departure windows at the first stop that meet green at every stop, in the order given."""
    if period_s <= 0 or any(greens is None for greens in windows):
        return ()
    common: tuple[Window, ...] = (Window(0.0, period_s),)
    for greens, position in zip(windows, positions_m, strict=True):
        travel = abs(position - positions_m[0]) / speed_mps
        moved = [Window((w.start_s - travel) % period_s, w.length_s) for w in greens or ()]
        common = overlap(common, moved, period_s)
    return _joined(common, period_s)


def _joined(windows: Sequence[Window], period_s: float) -> tuple[Window, ...]:
    """Join pieces of one band that touch, over the end of the period too."""
    pieces: list[Window] = []
    for window in sorted(windows, key=lambda w: w.start_s):
        if pieces and math.isclose(pieces[-1].end_s, window.start_s, abs_tol=1e-6):
            pieces[-1] = Window(pieces[-1].start_s, exact_s(pieces[-1].length_s + window.length_s))
        else:
            pieces.append(window)
    if len(pieces) > 1 and pieces[0].start_s == 0 and math.isclose(pieces[-1].end_s, period_s):
        first = pieces.pop(0)
        pieces[-1] = Window(pieces[-1].start_s, exact_s(pieces[-1].length_s + first.length_s))
    return tuple(pieces)


def _all_bands(
    stops: Sequence[Stop], avenue: Avenue, period_s: float
) -> tuple[tuple[Band, ...], tuple[Band, ...], tuple[Band, ...], tuple[Band, ...]]:
    """Through bands and bands between neighbours, forward and backward, of LEAST_BAND_S or more."""

    def between(first: int, last: int) -> tuple[Band, ...]:
        step = 1 if last > first else -1
        chosen = [stops[i] for i in range(first, last + step, step)]
        windows = [stop.forward if step > 0 else stop.backward for stop in chosen]
        positions = [stop.position_m for stop in chosen]
        found = bands(windows, positions, avenue.design_speed_mps, period_s)
        return tuple(
            Band(first, last, w.start_s, w.length_s) for w in found if w.length_s >= LEAST_BAND_S
        )

    count = len(stops)
    if count < 2:
        return (), (), (), ()
    links = [between(i, i + 1) for i in range(count - 1)]
    back_links = [between(i + 1, i) for i in range(count - 1)]
    return (
        between(0, count - 1),
        between(count - 1, 0),
        tuple(band for found in links for band in found),
        tuple(band for found in back_links for band in found),
    )


def _path(network: Network, start: Intersection, end: Intersection) -> tuple[str, ...] | None:
    """Edges of the shortest way from one intersection to the next, through no other; None if none."""
    others = {
        junction
        for place in network.intersections
        if place.id not in (start.id, end.id)
        for junction in place.junctions
    }
    leaving: dict[str, list[str]] = {}
    for edge in network.edges:
        leaving.setdefault(edge.from_node, []).append(edge.id)
    queue: list[tuple[float, str, tuple[str, ...]]] = [(0.0, node, ()) for node in start.junctions]
    seen: set[str] = set()
    goals = set(end.junctions)
    while queue:
        length, node, way = heapq.heappop(queue)
        if node in goals:
            return way
        if node in seen or node in others:
            continue
        seen.add(node)
        for name in leaving.get(node, ()):
            edge = network.edge[name]
            heapq.heappush(queue, (length + edge.length_m, edge.to_node, (*way, name)))
    return None


def _distance_m(
    network: Network,
    pair: tuple[Intersection, Intersection],
    way: Sequence[str] | None,
    back: Sequence[str] | None,
) -> float:
    """Stop line to stop line along the street; the straight distance where there is no way."""
    a, b = pair
    for start, path in ((a, way), (b, back)):
        if path:
            inside = [m for m in start.movements if m.to_edge == path[0]]
            ahead = [m for m in inside if m.turn is Turn.THROUGH]
            over = min((m.length_m for m in ahead or inside), default=0.0)
            return over + sum(network.edge[name].length_m for name in path)
    return math.dist((a.x_m, a.y_m), (b.x_m, b.y_m))


def _through(
    place: Intersection, entry: Sequence[str] | None, leave: Sequence[str] | None
) -> tuple[Movement, ...]:
    """Movements that carry the avenue's traffic over an intersection in one direction."""
    vehicles = [m for m in place.movements if m.turn is not Turn.CROSSING]
    if entry and leave:
        return tuple(m for m in vehicles if m.from_edge == entry[-1] and m.to_edge == leave[0])
    at_end = [
        m
        for m in vehicles
        if (entry and m.from_edge == entry[-1]) or (leave and m.to_edge == leave[0])
    ]
    straight = tuple(m for m in at_end if m.turn is Turn.THROUGH)
    return straight or tuple(at_end)


def _clock_greens(
    place: Intersection, program: AnyProgram, movements: Sequence[Movement], period_s: float
) -> tuple[Window, ...] | None:
    """Greens of the movements' group on the common clock; of several groups the one of most lanes."""
    groups = [place.layout.group_of_link.get(m.link) for m in movements]
    named = [group for group in groups if group is not None]
    if not named:
        return None
    group = max(sorted(set(named)), key=named.count)
    cycle = cycle_length_s(place.layout, program)
    windows = green_windows(group_spans(place.layout, program)[group])
    turn_s = period_s or cycle
    if any(w.length_s >= cycle for w in windows):
        return (Window(0.0, turn_s),)
    return tuple(
        Window(exact_s((program.offset_s + w.start_s + turn * cycle) % turn_s), w.length_s)
        for turn in range(max(1, round(period_s / cycle)))
        for w in windows
    )
