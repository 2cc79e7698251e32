"""A picture of a built network as SVG text: lanes, bays, bus lanes, crossings, links; north is up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.files import read_xml

Shape = tuple[tuple[float, float], ...]
COLOURS = {
    "junction": "#5b5f66", "lane": "#7b8088", "bus": "#b0703c", "sidewalk": "#d8d3c4",
    "walkingarea": "#d8d3c4", "crossing": "#ffffff", "link": "#ffd34d", "mark": "#f4f4f4",
    "ground": "#eef1ea", "text": "#1d2733", "signal": "#c62f2f",
}  # fmt: skip
DEFAULT_WIDTH_M = 3.2
LABEL_FROM_M = 900.0


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A polyline to paint: kind is a key of COLOURS, width in metres."""

    kind: str
    shape: Shape
    width_m: float


@dataclass(frozen=True, slots=True)
class _View:
    """The window in network metres and its scale in pixels a metre."""

    left: float
    bottom: float
    right: float
    top: float
    scale: float

    def points(self, shape: Shape) -> str:
        return " ".join(
            f"{(x - self.left) * self.scale:.1f},{(self.top - y) * self.scale:.1f}"
            for x, y in shape
        )

    def sees(self, shape: Shape) -> bool:
        xs, ys = [x for x, _ in shape], [y for _, y in shape]
        return (
            max(xs) >= self.left and min(xs) <= self.right
            and max(ys) >= self.bottom and min(ys) <= self.top
        )  # fmt: skip


def network_svg(
    net_file: Path,
    *,
    width_px: int = 1400,
    focus: str | None = None,
    radius_m: float = 60.0,
    credit: str = "",
) -> str:
    """SVG text of a `.net.xml`; with `focus` only the surroundings of that junction.

    radius_m: half the side of the window around `focus`. credit: line of attribution to print.
    Raises InputError if the file cannot be read or has no junction `focus`.
    """
    root = read_xml(net_file, "a SUMO network (.net.xml)").getroot()
    junctions = {
        j.get("id", ""): j for j in root.iterfind("junction") if j.get("type") not in {"internal"}
    }
    view = _view(net_file, junctions, width_px, focus, radius_m)
    height_px = round((view.top - view.bottom) * view.scale)
    size = f'width="{width_px}" height="{height_px}" viewBox="0 0 {width_px} {height_px}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">',
        f'<rect width="100%" height="100%" fill="{COLOURS["ground"]}"/>',
    ]
    strokes = list(_strokes(root))
    by_kind = ("sidewalk", "lane", "bus")
    parts += _paint(view, (s for s in strokes if s.kind in by_kind))
    for junction in junctions.values():
        shape = _shape(junction)
        if len(shape) > 2 and view.sees(shape):
            parts.append(f'<polygon points="{view.points(shape)}" fill="{COLOURS["junction"]}"/>')
    parts += [
        f'<polygon points="{view.points(s.shape)}" fill="{COLOURS["walkingarea"]}"/>'
        for s in strokes
        if s.kind == "walkingarea" and len(s.shape) > 2 and view.sees(s.shape)
    ]
    parts += _paint(view, (s for s in strokes if s.kind == "crossing"))
    if focus:
        parts += _paint(view, (s for s in strokes if s.kind in {"mark", "link"}))
    parts += _labels(view, junctions, height_px, credit)
    return "\n".join([*parts, "</svg>", ""])


def _view(
    net_file: Path,
    junctions: dict[str, etree._Element],
    width_px: int,
    focus: str | None,
    radius_m: float,
) -> _View:
    if focus is not None:
        if focus not in junctions:
            some = ", ".join(
                sorted(j for j, e in junctions.items() if e.get("type") == "traffic_light")
            )
            raise InputError(
                Problem(str(net_file), f"no junction {focus}", some or "a junction id")
            )
        x, y = (float(junctions[focus].get(axis, "0")) for axis in "xy")
        window = (x - radius_m, y - radius_m, x + radius_m, y + radius_m)
    else:
        points = [(float(j.get("x", "0")), float(j.get("y", "0"))) for j in junctions.values()]
        if not points:
            raise InputError(Problem(str(net_file), "no junction", "a network with junctions"))
        margin = 60.0
        window = (
            min(x for x, _ in points) - margin, min(y for _, y in points) - margin,
            max(x for x, _ in points) + margin, max(y for _, y in points) + margin,
        )  # fmt: skip
    return _View(*window, scale=width_px / (window[2] - window[0]))


def _shape(element: etree._Element) -> Shape:
    pairs = (point.split(",") for point in (element.get("shape") or "").split())
    return tuple((float(pair[0]), float(pair[1])) for pair in pairs)


def _strokes(root: etree._Element) -> Iterator[_Stroke]:
    for edge in root.iterfind("edge"):
        function = edge.get("function", "normal")
        lanes = edge.findall("lane")
        for number, lane in enumerate(lanes):
            width = float(lane.get("width", DEFAULT_WIDTH_M))
            shape = _shape(lane)
            if function in {"walkingarea", "crossing"}:
                yield _Stroke(function, shape, width)
            elif function == "internal":
                yield _Stroke("link", shape, 0.35)
            elif function == "normal":
                allow = (lane.get("allow") or "").split()
                kind = (
                    "sidewalk" if allow == ["pedestrian"] else "bus" if "bus" in allow else "lane"
                )
                yield _Stroke(kind, shape, width)
                if number and kind != "sidewalk" and number < len(lanes) - 1:
                    yield _Stroke("mark", _left_edge(shape, width), 0.15)


def _left_edge(shape: Shape, width_m: float) -> Shape:
    """The line between a lane and its left neighbour, bends ignored (marks are thin)."""
    moved = []
    for position, (x, y) in enumerate(shape):
        a, b = shape[max(position - 1, 0)], shape[min(position + 1, len(shape) - 1)]
        dx, dy = b[0] - a[0], b[1] - a[1]
        norm = (dx * dx + dy * dy) ** 0.5 or 1.0
        moved.append((x - dy / norm * width_m / 2, y + dx / norm * width_m / 2))
    return tuple(moved)


def _paint(view: _View, strokes: Iterable[_Stroke]) -> Iterator[str]:
    for stroke in strokes:
        if not stroke.shape or not view.sees(stroke.shape):
            continue
        width = max(stroke.width_m * view.scale, 0.6)
        dashes = ""
        if stroke.kind == "crossing":
            dashes = f' stroke-dasharray="{0.6 * view.scale:.1f} {0.6 * view.scale:.1f}"'
        elif stroke.kind == "mark":
            dashes = f' stroke-dasharray="{3 * view.scale:.1f} {3 * view.scale:.1f}"'
        yield (
            f'<polyline points="{view.points(stroke.shape)}" fill="none" '
            f'stroke="{COLOURS[stroke.kind]}" stroke-width="{width:.1f}"{dashes}/>'
        )


def _labels(
    view: _View, junctions: dict[str, etree._Element], height_px: int, credit: str
) -> Iterator[str]:
    size = 11 if view.right - view.left > LABEL_FROM_M else 14
    for name, junction in junctions.items():
        at = ((float(junction.get("x", "0")), float(junction.get("y", "0"))),)
        if junction.get("type") != "traffic_light" or not view.sees(at):
            continue
        x, y = (float(v) for v in view.points(at).split(","))
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOURS["signal"]}"/>'
        yield (
            f'<text x="{x + 7:.1f}" y="{y - 7:.1f}" font-size="{size}" fill="{COLOURS["text"]}" '
            f'stroke="#fff" stroke-width="3" paint-order="stroke">{escape(name)}</text>'
        )
    metres = 100 if view.right - view.left > LABEL_FROM_M else 20
    bar = metres * view.scale
    base = height_px - 14
    ends = f'x1="12" y1="{base}" x2="{12 + bar:.1f}" y2="{base}"'
    yield f'<line {ends} stroke="#000" stroke-width="3"/>'
    yield f'<text x="12" y="{height_px - 20}" font-size="12">{metres} m</text>'
    if credit:
        yield f'<text x="{24 + bar:.1f}" y="{height_px - 10}" font-size="12">{escape(credit)}</text>'
