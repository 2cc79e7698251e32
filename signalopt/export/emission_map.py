"""A map of streets coloured by what is emitted there, as SVG."""

from __future__ import annotations

from collections.abc import Mapping

from signalopt.export.markup import Markup, tag
from signalopt.export.style import INK, PAPER, SOFT
from signalopt.network.model import Network

_WIDTH, _MARGIN, _TALLEST = 720.0, 30.0, 1400.0
_SCALE = ("#2c7fb8", "#7fcdbb", "#fed976", "#fd8d3c", "#bd0026")
"""From little to much, readable in print and for the colour-blind."""


def emission_map_svg(
    network: Network,
    per_km: Mapping[str, float],
    places: Mapping[str, float],
    title: str,
    unit: str,
) -> Markup:
    """Streets coloured by an amount per hour and km, intersections as discs of an amount per hour.

    The five colours split the streets that have any into equal numbers. `unit`: of the amounts.
    """
    points = [p for edge in network.edges for p in edge.shape]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    scale = min((_WIDTH - 2 * _MARGIN) / wide, _TALLEST / high)
    height = high * scale + 2 * _MARGIN + 46

    def at(x_m: float, y_m: float) -> tuple[float, float]:
        x = (_WIDTH - wide * scale) / 2 + (x_m - min(xs)) * scale
        return x, high * scale + _MARGIN + 46 - (y_m - min(ys)) * scale

    limits = _limits([per_km[e.id] for e in network.edges if per_km.get(e.id, 0.0) > 0])
    streets = [
        tag(
            "path",
            tag("title", f"{edge.name or edge.id}: {per_km.get(edge.id, 0.0):.3g} {unit}/h/km"),
            d="M" + "L".join("{:.1f} {:.1f}".format(*at(*p)) for p in edge.shape),
            stroke=_colour(per_km.get(edge.id, 0.0), limits),
            stroke_width=1.6 + 0.7 * edge.lanes,
        )
        for edge in sorted(network.edges, key=lambda e: per_km.get(e.id, 0.0))
        if len(edge.shape) > 1
    ]
    most = max(places.values(), default=0.0) or 1.0
    discs = []
    for name, amount in places.items():
        known = network.intersection[name]
        x, y = at(known.x_m, known.y_m)
        label = tag("title", f"{known.name or name}: {amount:.3g} {unit}/h")
        radius = 2.5 + 9 * (amount / most) ** 0.5
        discs.append(
            tag("circle", label, cx=x, cy=y, r=radius, fill=INK, fill_opacity=0.35, stroke=PAPER)
        )
    return tag(
        "svg",
        tag("title", title),
        tag("rect", width=_WIDTH, height=height, fill=PAPER),
        tag("text", title, x=_MARGIN, y=20, font_size=13, fill=INK, font_family="sans-serif"),
        _legend(limits, f"{unit}/h/km"),
        tag("g", streets, fill="none", stroke_linecap="round"),
        discs,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH:g} {height:.0f}",
        role="img",
    )


def _limits(values: list[float]) -> tuple[float, ...]:
    """Bounds that split the values into as many equal parts as there are colours."""
    ordered = sorted(values)
    if not ordered:
        return ()
    parts = len(_SCALE)
    return tuple(ordered[min(len(ordered) - 1, len(ordered) * k // parts)] for k in range(1, parts))


def _colour(value: float, limits: tuple[float, ...]) -> str:
    if value <= 0 or not limits:
        return "#d9dde3"
    return _SCALE[sum(value >= limit for limit in limits)]


def _legend(limits: tuple[float, ...], unit: str) -> Markup:
    parts = []
    for i, colour in enumerate(_SCALE if limits else ()):
        x = _MARGIN + i * 62
        low = f"{limits[i - 1]:.2g}" if i else "0"
        parts.append(tag("rect", x=x, y=28, width=60, height=7, fill=colour))
        parts.append(tag("text", low, x=x, y=46, font_size=9, fill=SOFT, font_family="sans-serif"))
    end = _MARGIN + len(_SCALE) * 62 + 4
    parts.append(tag("text", unit, x=end, y=35, font_size=9, fill=SOFT, font_family="sans-serif"))
    return tag("g", parts)
