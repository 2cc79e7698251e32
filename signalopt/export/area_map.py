"""A small map of the network for the overview: streets, and the intersections of the plan by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from signalopt.export.markup import Markup, tag
from signalopt.export.style import ACCENT, PAPER, SOFT
from signalopt.network.model import Intersection, Network

_SIZE, _MARGIN = 360.0, 22.0
_TALLEST = 2.0


def area_map_svg(
    network: Network, places: Sequence[Intersection], links: Mapping[str, str], title: str
) -> Markup:
    """Return the map as an `svg` element 360 units wide; `links` gives the page of each intersection."""
    points = [p for edge in network.edges for p in edge.shape] + [(p.x_m, p.y_m) for p in places]
    xs, ys = [p[0] for p in points] or [0.0], [p[1] for p in points] or [0.0]
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    inner = _SIZE - 2 * _MARGIN
    scale = min(inner / wide, inner * _TALLEST / high)
    height = high * scale + 2 * _MARGIN
    shift = (_SIZE - wide * scale) / 2

    def at(x_m: float, y_m: float) -> tuple[float, float]:
        return shift + (x_m - min(xs)) * scale, height - _MARGIN - (y_m - min(ys)) * scale

    streets = [
        tag(
            "path",
            d="M" + "L".join("{:.1f} {:.1f}".format(*at(*p)) for p in edge.shape),
            stroke_width=1.1 + 0.5 * edge.lanes,
        )
        for edge in network.edges
        if len(edge.shape) > 1
    ]
    dots = []
    for number, place in enumerate(places, start=1):
        x, y = at(place.x_m, place.y_m)
        spot = tag(
            "g",
            tag("title", place.name or place.id),
            tag("circle", cx=x, cy=y, r=7.2, fill=ACCENT, stroke=PAPER, stroke_width=1.4),
            tag(
                "text",
                str(number),
                x=x,
                y=y + 2.9,
                font_size=8,
                font_weight=700,
                text_anchor="middle",
                style=f"fill:{PAPER}",
            ),
        )
        dots.append(tag("a", spot, href=links[place.id]) if place.id in links else spot)
    bar = _scale_bar(scale, height)
    return tag(
        "svg",
        tag("title", title),
        tag("g", streets, fill="none", stroke="#c3cad3", stroke_linecap="round"),
        dots,
        bar,
        viewBox=f"0 0 {_SIZE:g} {height:.0f}",
        role="img",
    )


def _scale_bar(scale: float, height: float) -> Markup:
    """A bar of a round number of metres, about a fifth of the width."""
    length = next(m for m in (50, 100, 200, 500, 1000, 2000, 5000, 10**5) if m * scale >= 45)
    x0, x1, y = 8.0, 8.0 + length * scale, height - 8
    text = f"{length} m" if length < 1000 else f"{length // 1000} km"
    return tag(
        "g",
        tag("path", d=f"M{x0} {y - 2.5}V{y}H{x1:.1f}V{y - 2.5}", fill="none", stroke=SOFT),
        tag("text", text, x=x0, y=y - 5, font_size=7.5, style=f"fill:{SOFT}"),
    )
