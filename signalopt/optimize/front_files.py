"""A Pareto front as a table (CSV or Parquet) and as a picture (SVG)."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import combinations
from pathlib import Path

import polars as pl

from signalopt.files import atomic_path
from signalopt.measures import MEASURES
from signalopt.microsim.statistics import Estimate, estimate
from signalopt.optimize.pareto import Front, FrontPoint

PANEL_PX, MARGIN_PX = 260, 58
_INK, _TODAY, _POINT, _DOMINATED, _GRID = "#222222", "#c0392b", "#1f6fb2", "#9aa5b1", "#dde3e9"


def front_rows(front: Front) -> list[dict[str, object]]:
    """One row a point: label, cycles, for each axis SUMO's mean with 95 % interval and the model's figure."""
    rows: list[dict[str, object]] = []
    for point in front.points:
        row: dict[str, object] = {
            "plan": point.contender.label,
            "cycles_s": " ".join(map(str, point.contender.cycles_s)),
            "dominated": point.dominated,
            "seeds": len(point.result.runs) if point.result is not None else 0,
        }
        for axis in front.axes:
            found = measured(point, axis)
            row[axis] = None if found is None else found.mean
            row[f"{axis}_low"] = None if found is None else found.low
            row[f"{axis}_high"] = None if found is None else found.high
            row[f"{axis}_model"] = point.predicted.get(axis)
        rows.append(row)
    return rows


def measured(point: FrontPoint, axis: str) -> Estimate | None:
    """SUMO's mean of a measure with its interval; None where the plan was not run."""
    values = list(point.result.values(axis).values()) if point.result is not None else []
    return estimate(values) if values else None


def front_table(front: Front) -> pl.DataFrame:
    """The rows as a table."""
    return pl.DataFrame(front_rows(front), infer_schema_length=None)


def write_table(front: Front, path: Path) -> None:
    """Write the table: Parquet if the name ends so, else CSV. Raises OutputError."""
    table = front_table(front)
    with atomic_path(path) as temporary:
        if path.suffix == ".parquet":
            table.write_parquet(temporary)
        else:
            table.write_csv(temporary)


def front_svg(front: Front) -> str:
    """One panel for each pair of axes: points with their 95 % intervals, today's plan in red.

    Points that SUMO found dominated are grey.
    """
    pairs = list(combinations(front.axes, 2)) or [(front.axes[0], front.axes[0])]
    columns = min(3, len(pairs))
    rows = -(-len(pairs) // columns)
    step = PANEL_PX + 2 * MARGIN_PX
    wide, high = columns * step, rows * step + 30
    title = f"{front.scenario}: plans none of which is better in everything"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" font-family="sans-serif">',
        '<rect width="100%" height="100%" fill="white"/>',
        _text(MARGIN_PX, 20, title, size=15),
    ]
    for number, (x_axis, y_axis) in enumerate(pairs):
        left = (number % columns) * step + MARGIN_PX
        top = (number // columns) * step + MARGIN_PX + 10
        parts += _panel(front, x_axis, y_axis, left, top)
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _panel(front: Front, x_axis: str, y_axis: str, left: int, top: int) -> list[str]:
    known = [
        (point, x, y)
        for point in front.points
        if (x := measured(point, x_axis)) is not None and (y := measured(point, y_axis)) is not None
    ]
    across, up = _range([x for _, x, _ in known]), _range([y for _, _, y in known])

    def at_x(value: float) -> float:
        return left + PANEL_PX * (value - across[0]) / (across[1] - across[0])

    def at_y(value: float) -> float:
        return top + PANEL_PX * (1 - (value - up[0]) / (up[1] - up[0]))

    middle = left + PANEL_PX / 2
    turned = f"translate({left - 42},{top + PANEL_PX / 2}) rotate(-90)"
    parts = [
        f'<rect x="{left}" y="{top}" width="{PANEL_PX}" height="{PANEL_PX}" fill="none" stroke="{_GRID}"/>',
        _text(middle, top + PANEL_PX + 34, _title(x_axis), anchor="middle"),
        f'<g transform="{turned}">{_text(0, 0, _title(y_axis), anchor="middle")}</g>',
    ]
    for share in (0.0, 0.5, 1.0):
        across_at = across[0] + share * (across[1] - across[0])
        up_at = up[0] + share * (up[1] - up[0])
        parts += [
            _text(at_x(across_at), top + PANEL_PX + 16, f"{across_at:.4g}", anchor="middle"),
            _text(left - 5, at_y(up_at) + 4, f"{up_at:.4g}", anchor="end"),
        ]
    for point, x, y in known:
        today = point is front.points[0]
        colour = _TODAY if today else _DOMINATED if point.dominated else _POINT
        parts += _whiskers(x, y, at_x, at_y, colour)
        parts += [
            f'<circle cx="{at_x(x.mean):.1f}" cy="{at_y(y.mean):.1f}" r="4" fill="{colour}"/>',
            _text(at_x(x.mean) + 6, at_y(y.mean) - 6, point.contender.label, colour=colour),
        ]
    return parts


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", colour: str = _INK, size: int = 12
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


def _whiskers(
    x: Estimate, y: Estimate, at_x: Callable[[float], float], at_y: Callable[[float], float],
    colour: str,
) -> list[str]:  # fmt: skip
    parts = []
    if x.low is not None and x.high is not None:
        parts.append(
            f'<line x1="{at_x(x.low):.1f}" x2="{at_x(x.high):.1f}" y1="{at_y(y.mean):.1f}"'
            f' y2="{at_y(y.mean):.1f}" stroke="{colour}"/>'
        )
    if y.low is not None and y.high is not None:
        parts.append(
            f'<line x1="{at_x(x.mean):.1f}" x2="{at_x(x.mean):.1f}" y1="{at_y(y.low):.1f}"'
            f' y2="{at_y(y.high):.1f}" stroke="{colour}"/>'
        )
    return parts


def _range(found: list[Estimate]) -> tuple[float, float]:
    """From the least to the greatest bound, with room around."""
    ends = [value for e in found for value in (e.low, e.mean, e.high) if value is not None] or [0.0]
    low, high = min(ends), max(ends)
    room = 0.06 * (high - low) or max(1e-9, 0.1 * abs(high)) or 1.0
    return low - room, high + room


def _title(axis: str) -> str:
    measure = MEASURES[axis]
    return f"{measure.label}, {measure.unit}"
