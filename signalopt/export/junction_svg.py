"""Draws one stage of an intersection to scale: lanes, arrows of the green movements, crossings.

Everything comes from the paths of the movements (network metres): their ends are the ends of the lanes
at the stop lines and exits, so the drawing is as true as the network, and works for any SUMO net.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from signalopt.export.markup import Markup, tag
from signalopt.export.plane import Point, hull, moved, path_data, point_at, polyline, unit
from signalopt.export.style import (
    GREEN,
    INK,
    LANE_MARK,
    PAPER,
    RED,
    ROAD,
    ROAD_EDGE,
    SOFT,
    WALKING,
    YIELDING,
)
from signalopt.export.words import Words
from signalopt.network.model import Intersection, Movement, Turn

LANE_WIDTH_M = 3.2
"""SUMO's default lane width; the network model keeps none of its own."""
CROSSING_WIDTH_M = 4.0
_ARM_M = 80.0
_MARGIN_M = 15.0
_STEP_BACK_M = 2.0
_EXIT_M = 5.0


@dataclass(frozen=True, slots=True)
class StageView:
    """What one picture shows: the letter of every link, and which group a link belongs to."""

    state: str
    group_of_link: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class LaneEnd:
    """Where a lane meets the junction; (dx, dy) is the unit vector of travel."""

    edge: str
    lane: int
    x_m: float
    y_m: float
    dx: float
    dy: float

    def at(self, along_m: float, aside_m: float = 0.0) -> Point:
        """A point `along_m` further in travel direction and `aside_m` to the right."""
        return (
            self.x_m + along_m * self.dx + aside_m * self.dy,
            self.y_m + along_m * self.dy - aside_m * self.dx,
        )


def stage_svg(place: Intersection, view: StageView, title: str, words: Words) -> Markup:
    """Return the picture of one stage as an `svg` element; y points north."""
    vehicles = [m for m in place.movements if m.turn is not Turn.CROSSING and len(m.shape) > 1]
    crossings = [m for m in place.movements if m.turn is Turn.CROSSING and len(m.shape) > 1]
    ins, outs = lane_ends(vehicles)
    left, bottom, size = _viewport([*vehicles, *crossings], place)
    green = {link for link, letter in enumerate(view.state) if letter in "Gg"}
    parts = [
        _roads(ins, outs, vehicles),
        _lane_marks(ins, outs),
        [_crossing(m, m.link in green) for m in crossings],
        _stop_lines(ins, vehicles, green),
        [_arrow(m, view.state[m.link]) for m in _drawn_last(vehicles, view.state)],
        _group_labels(vehicles, view, ins, size),
        _north_and_scale(left, bottom, size, words),
    ]
    return tag(
        "svg",
        tag("title", title),
        parts,
        viewBox=f"{left:.2f} {-(bottom + size):.2f} {size:.2f} {size:.2f}",
        role="img",
    )


def lane_ends(
    movements: Iterable[Movement],
) -> tuple[dict[tuple[str, int], LaneEnd], dict[tuple[str, int], LaneEnd]]:
    """Ends of incoming lanes and starts of outgoing ones, by edge and lane."""
    ins: dict[tuple[str, int], LaneEnd] = {}
    outs: dict[tuple[str, int], LaneEnd] = {}
    for m in movements:
        first, last = m.shape[0], m.shape[-1]
        dx, dy = unit(first, point_at(m.shape, 1.0))
        ins.setdefault(
            (m.from_edge, m.from_lane), LaneEnd(m.from_edge, m.from_lane, *first, dx, dy)
        )
        dx, dy = unit(point_at(m.shape[::-1], 1.0), last)
        outs.setdefault((m.to_edge, m.to_lane), LaneEnd(m.to_edge, m.to_lane, *last, dx, dy))
    return ins, outs


def _viewport(movements: Sequence[Movement], place: Intersection) -> tuple[float, float, float]:
    """Left, bottom and side of a square that holds the junction with a margin."""
    points = [p for m in movements for p in m.shape] or [(place.x_m, place.y_m)]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    size = max(max(xs) - min(xs), max(ys) - min(ys)) + 2 * _MARGIN_M
    return (min(xs) + max(xs) - size) / 2, (min(ys) + max(ys) - size) / 2, size


def _roads(
    ins: Mapping[tuple[str, int], LaneEnd],
    outs: Mapping[tuple[str, int], LaneEnd],
    vehicles: Sequence[Movement],
) -> list[Markup]:
    """Road surface: the lanes outside the junction and the area between their ends."""
    half = LANE_WIDTH_M / 2
    stubs = [(end.at(-_ARM_M), end.at(1.0)) for end in ins.values()]
    stubs += [(end.at(-1.0), end.at(_ARM_M)) for end in outs.values()]
    corners = [end.at(0, side) for end in (*ins.values(), *outs.values()) for side in (-half, half)]
    area = hull(corners)
    layers = []
    for colour, extra in ((ROAD_EDGE, 0.7), (ROAD, 0.0)):
        width = LANE_WIDTH_M + 0.3 + extra
        lines = [polyline(stub, stroke=colour, stroke_width=width) for stub in stubs]
        paths = [polyline(m.shape, stroke=colour, stroke_width=width) for m in vehicles]
        layers.append(tag("g", lines, paths, fill="none", stroke_linejoin="round"))
        if len(area) > 2:
            surface = tag(
                "path",
                d=path_data(area) + "Z",
                fill=colour,
                stroke=colour,
                stroke_width=extra,
                stroke_linejoin="round",
            )
            layers.append(surface)
    return layers


def _lane_marks(
    ins: Mapping[tuple[str, int], LaneEnd], outs: Mapping[tuple[str, int], LaneEnd]
) -> Markup:
    """Broken lines between neighbouring lanes of one edge."""
    marks = []
    for ends, sense in ((ins, -1.0), (outs, 1.0)):
        for (edge, lane), end in sorted(ends.items()):
            if (edge, lane + 1) in ends:
                points = (
                    end.at(sense * 0.5, -LANE_WIDTH_M / 2),
                    end.at(sense * _ARM_M, -LANE_WIDTH_M / 2),
                )
                marks.append(polyline(points, stroke_dasharray="3 3"))
    return tag("g", marks, fill="none", stroke=LANE_MARK, stroke_width=0.35)


def _stop_lines(
    ins: Mapping[tuple[str, int], LaneEnd], vehicles: Sequence[Movement], green: set[int]
) -> Markup:
    """A bar across every lane: red where no movement of the lane is green."""
    going = {(m.from_edge, m.from_lane) for m in vehicles if m.link in green}
    half = LANE_WIDTH_M / 2 - 0.15
    bars = [
        polyline(
            (end.at(-0.4, -half), end.at(-0.4, half)),
            stroke=PAPER if key in going else RED,
            stroke_width=0.5 if key in going else 1.0,
        )
        for key, end in sorted(ins.items())
    ]
    return tag("g", bars, fill="none")


def _crossing(movement: Movement, is_green: bool) -> Markup:
    """Zebra stripes along the walking path; green ones with an arrow both ways."""
    colour = WALKING if is_green else LANE_MARK
    stripes = polyline(
        movement.shape,
        stroke=colour,
        stroke_width=CROSSING_WIDTH_M * 0.8,
        stroke_dasharray="0.8 0.7",
        stroke_opacity=None if is_green else 0.95,
    )
    if not is_green:
        return tag("g", stripes, fill="none")
    line = polyline(movement.shape, stroke=PAPER, stroke_width=1.5)
    core = polyline(movement.shape, stroke=WALKING, stroke_width=0.7)
    heads = [
        _head(point_at(path, 0.0), unit(point_at(path, 2.0), path[0]), 1.5, WALKING, filled=True)
        for path in (movement.shape, movement.shape[::-1])
    ]
    return tag("g", stripes, line, core, heads, fill="none")


def _drawn_last(vehicles: Sequence[Movement], state: str) -> list[Movement]:
    """Green movements, those with priority on top of those that must yield."""
    return [m for m in vehicles if state[m.link] == "g"] + [
        m for m in vehicles if state[m.link] == "G"
    ]


def _arrow(movement: Movement, letter: str) -> Markup:
    yielding = letter == "g"
    colour = YIELDING if yielding else GREEN
    before = unit(movement.shape[0], point_at(movement.shape, 1.0))
    after = unit(point_at(movement.shape[::-1], 1.0), movement.shape[-1])
    start = moved(movement.shape[0], before, -_STEP_BACK_M)
    tip = moved(movement.shape[-1], after, _EXIT_M)
    neck = moved(tip, after, -2.2)
    line = polyline(
        (start, *movement.shape, neck),
        stroke=colour,
        stroke_width=0.8,
        stroke_dasharray="1.9 1.1" if yielding else None,
        stroke_linejoin="round",
    )
    halo = polyline(
        (start, *movement.shape, neck), stroke=ROAD, stroke_width=1.5, stroke_linejoin="round"
    )
    return tag("g", halo, line, _head(tip, after, 2.6, colour, filled=not yielding), fill="none")


def _head(tip: Point, heading: Point, size: float, colour: str, *, filled: bool) -> Markup:
    """An arrow head; hollow for movements that must yield."""
    base = moved(tip, heading, -size)
    wing = size * 0.46
    left = (base[0] - heading[1] * wing, base[1] + heading[0] * wing)
    right = (base[0] + heading[1] * wing, base[1] - heading[0] * wing)
    return tag(
        "path",
        d=path_data((left, tip, right)) + "Z",
        fill=colour if filled else PAPER,
        stroke=colour,
        stroke_width=0.3 if filled else 0.5,
        stroke_linejoin="round",
    )


def _group_labels(
    vehicles: Sequence[Movement],
    view: StageView,
    ins: Mapping[tuple[str, int], LaneEnd],
    size: float,
) -> list[Markup]:
    """Names of the green groups, one at each approach, before the stop line."""
    lanes: dict[tuple[str, str], list[LaneEnd]] = {}
    for m in vehicles:
        group = view.group_of_link.get(m.link)
        if group is not None and view.state[m.link] in "Gg":
            lanes.setdefault((m.from_edge, group), []).append(ins[m.from_edge, m.from_lane])
    back_m: dict[str, float] = {}
    labels = []
    for (edge, group), ends in sorted(lanes.items()):
        behind = back_m.get(edge, 8.5)
        # The next label of this approach goes behind this one: further where the street lies level.
        back_m[edge] = behind + size * (0.055 + 0.026 * len(group) * abs(ends[0].dx))
        spots = [end.at(-behind) for end in ends]
        x = sum(p[0] for p in spots) / len(spots)
        y = sum(p[1] for p in spots) / len(spots)
        labels.append(_label(x, y, group, size * 0.042, INK))
    return labels


def _label(x: float, y: float, text: str, size: float, colour: str) -> Markup:
    return tag(
        "text",
        text,
        x=x,
        y=-y,
        font_size=size,
        font_weight=700,
        text_anchor="middle",
        dominant_baseline="central",
        stroke=PAPER,
        stroke_width=size * 0.28,
        stroke_linejoin="round",
        paint_order="stroke",
        style=f"fill:{colour}",
    )


def _north_and_scale(left: float, bottom: float, size: float, words: Words) -> Markup:
    """A north arrow and a bar of 20 m in the lower left corner."""
    x, y, unit = left + size * 0.045, bottom + size * 0.045, size / 100
    bar = polyline(((x, y), (x + 20, y)), stroke=SOFT, stroke_width=0.5 * unit, fill="none")
    ends = [
        polyline(
            ((x + d, y - unit), (x + d, y + unit)),
            stroke=SOFT,
            stroke_width=0.5 * unit,
            fill="none",
        )
        for d in (0.0, 20.0)
    ]
    text = _label(x + 10, y + 2.6 * unit, "20 m", 3.1 * unit, SOFT)
    top = (left + size * 0.955, bottom + size * 0.965)
    arrow = tag(
        "path",
        d=path_data(
            (
                top,
                (top[0] - 1.6 * unit, top[1] - 5 * unit),
                (top[0], top[1] - 3.8 * unit),
                (top[0] + 1.6 * unit, top[1] - 5 * unit),
            )
        )
        + "Z",
        fill=SOFT,
    )
    return tag(
        "g",
        bar,
        ends,
        text,
        arrow,
        _label(top[0], top[1] - 7.4 * unit, words.north, 3.6 * unit, SOFT),
    )
