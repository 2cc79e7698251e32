"""Pareto front and robustness: plans among which somebody must choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from signalopt.export.markup import Child, Markup, Value, tag
from signalopt.report.data import DemandPoint, FrontPoint, Interval
from signalopt.report.shown_measures import EMISSIONS, UNITS, unit_of
from signalopt.report.told import Key, Told

_SIZE, _LEFT, _BOTTOM, _TOP, _RIGHT = 340.0, 62.0, 46.0, 14.0, 16.0
_MOST_PANELS = 6
_SHAPES = ("circle", "square", "diamond", "triangle")

Place = Callable[[float], float]


def front_section(points: Sequence[FrontPoint], told: Told) -> Markup:
    """One panel for each pair of measures."""
    axes = list(points[0].values)
    panels = [_panel(points, x, y, told) for x, y in list(combinations(axes, 2))[:_MOST_PANELS]]
    return tag(
        "section",
        told.span("front.title", element="h2"),
        told.span("front.text", element="p", class_="lead"),
        tag("div", panels, class_="panels"),
        told.span("map.estimated", element="p", class_="note")
        if any(axis in EMISSIONS for axis in axes)
        else None,
        id="front",
    )


def demand_section(points: Sequence[DemandPoint], measure: str, told: Told) -> Markup:
    """One panel for each simulator: value of the objective over the share of demand."""
    simulators = dict.fromkeys(p.simulator for p in points)
    panels = [_demand(points, simulator, measure, told) for simulator in simulators]
    return tag(
        "section",
        told.span("robust.title", element="h2"),
        told.span("robust.text", element="p", class_="lead"),
        tag("div", panels, class_="panels"),
        id="robust",
    )


def _panel(points: Sequence[FrontPoint], x_axis: str, y_axis: str, told: Told) -> Markup:
    x = _scale([p.values[x_axis] for p in points], _LEFT, _SIZE - _RIGHT)
    y = _scale([p.values[y_axis] for p in points], _SIZE - _BOTTOM, _TOP)
    parts = _frame([p.values[x_axis] for p in points], [p.values[y_axis] for p in points],
                   x, y, x_axis, y_axis, told)  # fmt: skip
    for number, point in enumerate(points):
        across, up = point.values[x_axis], point.values[y_axis]
        kind = "today" if number == 0 else "pale" if point.dominated else "plan"
        parts += _whiskers(x(across.mean), y(up.mean), _ends(across, x), _ends(up, y), kind)
        at, name = (x(across.mean), y(up.mean)), point.name if number else ""
        parts.append(_dot(*at, "square" if number == 0 else "circle", kind))
        spot: dict[str, Value] = {"x": at[0] + 8, "y": at[1] - 7, "class_": f"name {kind}"}
        parts.append(tag("text", name, **spot) if name else told.svg("front.today", spot))
    return tag(
        "svg", parts, viewBox=f"0 0 {_SIZE:g} {_SIZE:g}", role="img",
        **told.label("front.label", x=Key(f"measure.{x_axis}"), y=Key(f"measure.{y_axis}")),
    )  # fmt: skip


def _demand(points: Sequence[DemandPoint], simulator: str, measure: str, told: Told) -> Markup:
    own = [p for p in points if p.simulator == simulator]
    plans = list(dict.fromkeys(p.plan for p in own))
    x = _scale([Interval(p.demand) for p in own], _LEFT + 10, _SIZE - _RIGHT - 10)
    y = _scale([p.value for p in own], _SIZE - _BOTTOM, _TOP)
    name = Key("robust.sumo" if simulator == "SUMO" else "robust.model")
    parts: list[Child] = []
    for value in sorted({p.demand for p in own}):
        spot: dict[str, Value] = {
            "x": x(value), "y": _SIZE - _BOTTOM + 15, "text_anchor": "middle", "class_": "tick",
        }  # fmt: skip
        parts.append(told.svg_number(value, 1, spot))
    spot = {"x": (_LEFT + _SIZE) / 2, "y": _SIZE - 8, "text_anchor": "middle", "class_": "name"}
    parts.append(told.svg("robust.axis", spot))
    parts += _levels([p.value for p in own], y, told)
    for number, plan in enumerate(plans):
        line = sorted((p for p in own if p.plan == plan), key=lambda p: p.demand)
        path = "M" + "L".join(f"{x(p.demand):.1f} {y(p.value.mean):.1f}" for p in line)
        parts.append(tag("path", d=path, class_=f"line line-{number % 4}"))
        for p in line:
            at_x, at_y = x(p.demand), y(p.value.mean)
            parts += _whiskers(at_x, at_y, None, _ends(p.value, y), f"line-{number % 4}")
            hollow = " hollow" if p.incomplete else ""
            parts.append(_dot(at_x, at_y, _SHAPES[number % 4], f"line-{number % 4}{hollow}"))
        spot = {"x": _LEFT + 8, "y": _TOP + 12 + 14 * number, "class_": f"name line-{number % 4}"}
        parts.append(tag("text", f"{'●■◆▲'[number % 4]} {plan}", **spot))
    title: Child = told.span(f"measure.{measure}") if measure in UNITS else None
    caption = tag("figcaption", title, " · ", told.span(name.key))
    label = told.label(
        "robust.label", measure=Key(f"measure.{measure}") if measure in UNITS else measure,
        simulator=name,
    )  # fmt: skip
    picture = tag("svg", parts, viewBox=f"0 0 {_SIZE:g} {_SIZE:g}", role="img", **label)
    return tag("figure", caption, picture)


def _frame(
    across: Sequence[Interval], up: Sequence[Interval], x: Place, y: Place,
    x_axis: str, y_axis: str, told: Told,
) -> list[Child]:  # fmt: skip
    parts: list[Child] = list(_levels(up, y, told))
    for value in _ticks(across):
        spot: dict[str, Value] = {
            "x": x(value), "y": _SIZE - _BOTTOM + 15, "text_anchor": "middle", "class_": "tick",
        }  # fmt: skip
        parts.append(told.svg_number(value, _digits(across), spot))
    spot = {"x": (_LEFT + _SIZE) / 2, "y": _SIZE - 10, "text_anchor": "middle", "class_": "name"}
    parts.append(_axis_name(x_axis, spot, told))
    turned: dict[str, Value] = {
        "x": -(_SIZE - _BOTTOM) / 2, "y": 13.0, "text_anchor": "middle", "class_": "name",
        "transform": "rotate(-90)",
    }  # fmt: skip
    parts.append(_axis_name(y_axis, turned, told))
    return parts


def _axis_name(axis: str, spot: dict[str, Value], told: Told) -> Markup:
    unit = unit_of(axis)[0] if axis in UNITS else "unit.count"
    return told.svg("page.number_unit", spot, number=Key(f"measure.{axis}"), unit=Key(unit))


def _levels(values: Sequence[Interval], y: Place, told: Told) -> list[Child]:
    parts: list[Child] = []
    for value in _ticks(values):
        parts.append(
            tag("line", x1=_LEFT, x2=_SIZE - _RIGHT, y1=y(value), y2=y(value), class_="grid")
        )
        spot: dict[str, Value] = {
            "x": _LEFT - 6, "y": y(value) + 4, "text_anchor": "end", "class_": "tick",
        }  # fmt: skip
        parts.append(told.svg_number(value, _digits(values), spot))
    return parts


def _range(values: Sequence[Interval]) -> tuple[float, float]:
    ends = [e for v in values for e in (v.low, v.mean, v.high) if e is not None] or [0.0]
    room = 0.07 * (max(ends) - min(ends)) or 0.1 * abs(ends[0]) or 1.0
    return min(ends) - room, max(ends) + room


def _scale(values: Sequence[Interval], start: float, end: float) -> Place:
    low, high = _range(values)
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _ticks(values: Sequence[Interval]) -> list[float]:
    """Four or five round values within the range."""
    low, high = _range(values)
    power = 10.0 ** (len(str(int(abs(high - low)))) - 1) if high - low >= 1 else 0.01
    step = next(
        s for s in (power * f for f in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)) if (high - low) / s <= 5
    )
    first = int(low // step) + 1
    return [step * n for n in range(first, int(high // step) + 1)]


def _digits(values: Sequence[Interval]) -> int:
    low, high = _range(values)
    return 0 if high - low >= 5 else 1 if high - low >= 0.5 else 2


def _ends(value: Interval, place: Place) -> tuple[float, float] | None:
    return (
        None if value.low is None or value.high is None else (place(value.low), place(value.high))
    )


def _whiskers(
    x: float,
    y: float,
    across: tuple[float, float] | None,
    up: tuple[float, float] | None,
    kind: str,
) -> list[Child]:
    parts: list[Child] = []
    if across is not None:
        parts.append(tag("line", x1=across[0], x2=across[1], y1=y, y2=y, class_=f"whisker {kind}"))
    if up is not None:
        parts.append(tag("line", x1=x, x2=x, y1=up[0], y2=up[1], class_=f"whisker {kind}"))
    return parts


def _dot(x: float, y: float, shape: str, kind: str) -> Markup:
    if shape == "circle":
        return tag("circle", cx=x, cy=y, r=4.6, class_=f"dot {kind}")
    path = {"square": "m-4.4 -4.4h8.8v8.8h-8.8z", "diamond": "m0 -6l6 6l-6 6l-6 -6z"}.get(
        shape, "m0 -5.5l5.5 9.5h-11z"
    )
    return tag("path", d=f"M{x:.1f} {y:.1f}{path}", class_=f"dot {kind}")
