"""The map: streets and intersections as SVG on network metres; the script colours it and fills its tables."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from signalopt.export.markup import Child, Markup, Value, tag
from signalopt.report.controls import choice
from signalopt.report.data_area import AreaShown, StreetShown, Values
from signalopt.report.told import Key, Num, Told
from signalopt.report.words import MINUS

MEASURES = ("delay", "queue", "co2", "soot")
UNITS = {
    "delay": ("unit.s_veh", "unit.s_veh", 1),
    "queue": ("unit.m", "unit.m", 0),
    "co2": ("unit.kg_h_km", "unit.kg_h", 1),
    "soot": ("unit.g_h_km", "unit.g_h", 2),
}
"""Figure to units of streets and of intersections, and digits."""
BREAKS = {"delay": (10.0, 20.0, 35.0, 55.0, 80.0), "queue": (10.0, 25.0, 50.0, 100.0, 200.0)}
"""Bounds of colours: HCM's delay thresholds; lengths of queues."""
_COLOURS = 6
_WIDE, _MARGIN, _TALLEST = 1000.0, 46.0, 1.4
_NARROWEST = 560.0
_SHIFT = 3.2


def map_section(area: AreaShown, told: Told, *, two: bool) -> Markup:
    """The section with controls, picture, legend and tables."""
    sides = ("before", "after", "difference") if two else ("before",)
    measures = [choice("map-measure", m, f"map.{m}", told, first=m == "delay") for m in MEASURES]
    shown = [choice("map-side", s, f"side.{s}", told, first=s == sides[-1]) for s in sides]
    return tag(
        "section",
        told.span("map.title", element="h2"),
        told.span("map.text", element="p", class_="lead"),
        tag(
            "div",
            tag("fieldset", told.span("map.measure", element="legend"), measures),
            tag("fieldset", told.span("map.side", element="legend"), shown),
            tag(
                "div",
                _zoom("in", "+", told), _zoom("out", MINUS, told), _zoom("all", "◻", told),
                class_="zoom",
            ),
            class_="controls",
        ),
        tag(
            "div",
            tag("div", _picture(area, told), class_="map-frame"),
            tag(
                "div",
                tag("p", "", id="map-what", class_="strong"),
                tag("div", "", id="map-legend"),
                tag("div", told.text("map.place_hint"), id="map-info", aria_live="polite"),
                told.span("map.one_seed", element="p", class_="note", seed=str(area.seed)),
                told.span("map.estimated", element="p", class_="note"),
                class_="map-side",
            ),
            class_="map-grid",
        ),
        tag(
            "details",
            told.span("map.tables", element="summary"),
            told.span("map.places_table", element="h3"),
            tag("div", tag("table", "", id="map-places"), class_="scroll"),
            told.span("map.streets_table", element="h3"),
            tag("div", tag("table", "", id="map-streets"), class_="scroll"),
        ),
        id="map",
    )  # fmt: skip


def map_data(area: AreaShown) -> str:
    """What the script needs: names and values of streets and intersections, bounds, units, as JSON."""

    def values(own: Values | None) -> list[float | None] | None:
        return None if own is None else [own.delay_s, own.queue_m, own.co2_kg, own.soot_g]

    return json.dumps(
        {
            "measures": MEASURES,
            "units": UNITS,
            "breaks": {
                m: [_breaks(area, i, m, streets=True), _breaks(area, i, m, streets=False)]
                for i, m in enumerate(MEASURES)
            },
            "changes": {
                m: [_changes(area, i, streets=True), _changes(area, i, streets=False)]
                for i, m in enumerate(MEASURES)
            },
            "streets": [[*_name(s), values(s.before), values(s.after)] for s in area.streets],
            "places": [[p.name, values(p.before), values(p.after)] for p in area.places],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def nice(value: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that does not exceed a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    factor = next(f for f in (5, 2, 1) if f * power <= value * (1 + 1e-9))
    return round(factor * power, 9)


def _breaks(area: AreaShown, index: int, measure: str, *, streets: bool) -> list[float]:
    """Five bounds of six colours, common to both sides so that colours can be compared."""
    if measure in BREAKS:
        return list(BREAKS[measure])
    found = sorted(v for own in _all(area, streets=streets) if (v := _pick(own, index)))
    if not found:
        return [float(n) for n in range(1, _COLOURS)]
    bounds: list[float] = []
    for n in range(1, _COLOURS):
        value = nice(found[min(len(found) - 1, len(found) * n // _COLOURS)])
        # quantiles can coincide when rounded: then the next step of 1, 2, 5
        while bounds and value <= bounds[-1]:
            value = round(value * (2.5 if str(value).strip("0.").startswith("2") else 2), 9)
        bounds.append(value)
    return bounds


def _changes(area: AreaShown, index: int, *, streets: bool) -> list[float]:
    """Bounds of small, clear and large changes, in steps of three or so up to the largest usual one."""
    shown: Sequence[tuple[Values, Values | None]] = [
        (one.before, one.after) for one in (area.streets if streets else area.places)
    ]
    found = sorted(
        abs(b - a)
        for first, second in shown
        if second is not None
        and (a := _pick(first, index)) is not None
        and (b := _pick(second, index)) is not None
    )
    high = found[min(len(found) - 1, len(found) * 95 // 100)] if found else 0.0
    if high <= 0:
        return [1.0, 2.0, 5.0]
    top = nice(high * 0.7)
    middle = {1: 0.3, 2: 0.7, 5: 2.0}[int(f"{top:e}"[0])]
    power = top / int(f"{top:e}"[0])
    return [round(top / 10, 9), round(middle * power, 9), top]


def _all(area: AreaShown, *, streets: bool) -> list[Values]:
    own = area.streets if streets else area.places
    return [v for one in own for v in (one.before, one.after) if v is not None]


def _pick(values: Values, index: int) -> float | None:
    return (values.delay_s, values.queue_m, values.co2_kg, values.soot_g)[index]


def _name(street: StreetShown) -> tuple[str, str, str]:
    return street.name, street.start, street.end


def _zoom(what: str, sign: str, told: Told) -> Markup:
    return tag("button", sign, type="button", data_zoom=what, **told.label(f"map.zoom_{what}"))


def _picture(area: AreaShown, told: Told) -> Markup:
    points = [p for street in area.streets for p in street.shape]
    points += [(p.x_m, p.y_m) for p in area.places]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    inner = _WIDE - 2 * _MARGIN
    scale = min(inner / wide, inner * _TALLEST / high)
    height = high * scale + 2 * _MARGIN
    width = max(_NARROWEST, wide * scale + 2 * _MARGIN)
    left = (width - wide * scale) / 2

    def at(x_m: float, y_m: float) -> tuple[float, float]:
        return left + (x_m - min(xs)) * scale, height - _MARGIN - (y_m - min(ys)) * scale

    grid: list[Child] = []
    for line in area.grid:
        (x1, y1), (x2, y2) = at(*line.start), at(*line.end)
        grid.append(tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="grid"))
        letter = "N" if line.parallel else "E"
        spot: dict[str, Value] = (
            {"x": 4.0, "y": y1 - 4} if line.parallel else {"x": x1 + 4, "y": height - 6}
        )
        grid.append(tag("text", f"{line.degrees:.3f}° {letter}", class_="tick", **spot))
    streets = []
    for index, street in enumerate(area.streets):
        if len(street.shape) < 2:
            continue
        shape = _aside([at(*point) for point in street.shape], _SHIFT)
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shape)
        streets.append(
            tag("path", d=path, data_street=index, stroke_width=2.2 + 0.8 * street.lanes)
        )
    places = []
    for index, place in enumerate(area.places):
        x, y = at(place.x_m, place.y_m)
        places.append(tag("circle", cx=x, cy=y, r=9.0, data_place=index))
    return tag(
        "svg",
        tag("g", grid, class_="graticule"),
        tag("g", streets, class_="streets"),
        tag("g", places, class_="places"),
        tag("g", tag("path", d=""), class_="pointer"),
        _north_and_scale(scale, width, height, told),
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        id="map-picture",
        role="application",
        tabindex="0",
        **told.label("map.map_label"),
    )


def _aside(points: list[tuple[float, float]], shift: float) -> list[tuple[float, float]]:
    """The line moved to its right, so that the two directions of a street lie beside each other."""
    moved = []
    for index, (x, y) in enumerate(points):
        (x0, y0), (x1, y1) = points[max(index - 1, 0)], points[min(index + 1, len(points) - 1)]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        moved.append((x - (y1 - y0) / length * shift, y + (x1 - x0) / length * shift))
    return moved


def _north_and_scale(scale: float, width: float, height: float, told: Told) -> Markup:
    metres = next(m for m in (50, 100, 200, 500, 1000, 2000, 5000, 10**6) if m * scale >= 90)
    end, y = width - 14, height - 26.0
    start = end - metres * scale
    unit, number = ("unit.m", metres) if metres < 1000 else ("unit.km", metres // 1000)
    middle: dict[str, Value] = {
        "x": (start + end) / 2,
        "y": y - 8,
        "text_anchor": "middle",
        "class_": "tick",
    }
    return tag(
        "g",
        tag("path", d=f"M{start:.1f} {y - 5:.1f}V{y:.1f}H{end:.1f}V{y - 5:.1f}", class_="scale"),
        told.svg("page.number_unit", middle, number=Num(number), unit=Key(unit)),
        tag("path", d=f"M{end - 8:.1f} 14l7 20l-7 -5l-7 5z", class_="north"),
        told.svg("map.north", {"x": end - 8, "y": 50.0, "text_anchor": "middle", "class_": "tick"}),
        class_="fixed",
    )
