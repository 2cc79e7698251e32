"""The heat map of a sweep: a table whose cells are coloured; one table a figure, the script shows one."""

from __future__ import annotations

from signalopt.export.markup import Child, Markup, tag
from signalopt.report.controls import choice
from signalopt.report.data import Sweep, SweepCell
from signalopt.report.shown_measures import EMISSIONS, unit_of
from signalopt.report.told import Key, Num, Told

SHADES = 7
_NAMED_AXES = ("scenario", "plan", "engine")


def sweep_section(own: Sweep, told: Told) -> Markup:
    """A table for each measure; without scripts all are shown."""
    choices = [
        choice("sweep-measure", name, f"measure.{name}", told, first=index == 0)
        for index, name in enumerate(own.measures)
    ]
    tables = [
        tag(
            "figure",
            tag("figcaption", told.span("sweep.label", measure=Key(f"measure.{name}")), ", ",
                told.span(unit_of(name)[0])),
            tag("div", _table(own, name, told), class_="scroll"),
            data_sweep=name,
        )
        for name in own.measures
    ]  # fmt: skip
    return tag(
        "section",
        told.span("sweep.title", element="h2"),
        told.span("sweep.text", element="p", class_="lead"),
        tag(
            "div",
            tag("fieldset", told.span("sweep.measure", element="legend"), choices),
            class_="controls",
        ),
        tables,
        told.span("map.estimated", element="p", class_="note")
        if any(name in EMISSIONS for name in own.measures)
        else None,
        id="sweep",
    )


def _table(own: Sweep, measure: str, told: Told) -> Markup:
    found = {(cell.row, cell.column): cell for cell in own.cells}
    means = [c.values[measure].mean for c in own.cells if measure in c.values]
    low, high = min(means, default=0.0), max(means, default=0.0)
    axes = [name for name, _ in own.rows[0]]
    heads: list[Child] = [tag("th", _axis(name, told), scope="col") for name in axes]
    heads += [
        tag(
            "th",
            [_axis(own.across, told), " "] if not index else None,
            column,
            class_="number",
            scope="col",
        )
        for index, column in enumerate(own.columns)
    ]
    rows = []
    for row in own.rows:
        cells: list[Child] = [tag("th", value, scope="row") for _, value in row]
        cells += [
            _cell(found.get((row, column)), measure, low, high, told) for column in own.columns
        ]
        rows.append(tag("tr", cells))
    return tag("table", tag("thead", tag("tr", heads)), tag("tbody", rows), class_="heat")


def _cell(cell: SweepCell | None, measure: str, low: float, high: float, told: Told) -> Markup:
    if cell is None or measure not in cell.values:
        return tag("td", "–", class_="number")
    value = cell.values[measure]
    _, digits = unit_of(measure)
    share = (value.mean - low) / (high - low) if high > low else 0.0
    shade = min(SHADES - 1, int(share * SHADES))
    shown: Child = told.number(value.mean, digits)
    if value.low is not None and value.high is not None:
        half = Num((value.high - value.low) / 2, digits)
        shown = told.span("sweep.plus_minus", mean=Num(value.mean, digits), half=half)
    left: Child = (
        None if cell.complete else [" ", told.span("sweep.incomplete", class_="badge worse")]
    )
    runs = told.label("sweep.runs", count=Num(cell.seeds))
    return tag(
        "td",
        tag("span", shown),
        left,
        class_=f"number shade shade-{shade}",
        title=str(runs["aria_label"]),
    )


def _axis(name: str, told: Told) -> Markup:
    return told.span(f"sweep.{name}") if name in _NAMED_AXES else tag("span", name)
