"""The first section: what changes, by how much, how surely, and on what it rests."""

from __future__ import annotations

from collections.abc import Sequence

from signalopt.export.markup import Child, Markup, Value, tag
from signalopt.report.data import Figure, Interval, Report
from signalopt.report.section_trust import marks
from signalopt.report.shown_measures import COUNTS, LEADING, unit_of
from signalopt.report.told import Filling, Key, Num, Told

_ROW, _LEFT, _WIDE, _RIGHT = 26.0, 272.0, 820.0, 74.0


def head_section(report: Report, told: Told) -> list[Markup]:
    """Cards, the chart of changes, all figures, and the marks of confidence."""
    parts: list[Child] = []
    leading = [f for name in LEADING for f in report.figures if f.measure == name]
    if not report.complete:
        parts.append(told.span("head.incomplete", element="p", class_="warning"))
    if report.verdict:
        parts.append(told.span(f"head.verdict_{report.verdict}", element="p", class_="verdict"))
    # what got worse is said beside what leads, however little it is asked for
    worse = [f for f in report.figures if f not in leading and _told_as_worse(f)]
    sentences = [tag("li", _sentence(f, told)) for f in (*leading, *worse)]
    parts += [
        tag("ul", sentences, class_="sentences"),
        tag("div", [_card(f, told) for f in leading], class_="cards"),
        told.span("head.simulated", element="p", class_="note"),
    ]
    changed = [f for f in report.figures if f.relative is not None and f.measure not in COUNTS]
    if changed:
        figure = tag(
            "figure",
            told.span("head.forest", element="figcaption"),
            tag("div", _forest(changed, told), class_="scroll"),
            told.span("head.forest_text", element="p", class_="note"),
        )
        parts.append(figure)
    parts.append(
        tag(
            "details",
            told.span("head.table", element="summary"),
            tag("div", _table(report.figures, told), class_="scroll"),
        )
    )
    title = "head.title" if report.after else "head.title_one"
    return [
        tag("section", told.span(title, element="h2"), parts, id="head"),
        tag("section", told.span("marks.title", element="h2"), marks(report, told), id="marks"),
    ]


def _card(figure: Figure, told: Told) -> Markup:
    unit, digits = unit_of(figure.measure)
    big: list[Child]
    if figure.relative is None:
        big = [told.number(figure.before.mean, digits), " ", told.span(unit, class_="unit")]
        rest: Child = _interval(figure.before, digits, told)
    else:
        big = [told.number(100 * figure.relative.mean, 1, signed=True), " %"]
        after = figure.after.mean if figure.after is not None else None
        rest = [
            tag(
                "p", told.number(figure.before.mean, digits), " → ", told.number(after, digits), " ",
                told.span(unit, class_="unit"),
            ),
            told.span(f"head.badge_{_judged(figure)}", class_=f"badge {_judged(figure)}"),
        ]  # fmt: skip
    return tag(
        "div", told.span(f"measure.{figure.measure}", element="h3"), tag("p", big, class_="big"),
        rest, class_="card",
    )  # fmt: skip


def _judged(figure: Figure) -> str:
    """better, worse, unclear or one_run."""
    change = figure.difference
    if change is None or change.low is None:
        return "one_run"
    if not figure.significant:
        return "unclear"
    return "better" if (change.mean > 0) == (figure.better == "higher") else "worse"


def _told_as_worse(figure: Figure) -> bool:
    return (
        figure.measure not in COUNTS and figure.relative is not None and _judged(figure) == "worse"
    )


def _sentence(figure: Figure, told: Told) -> Markup:
    name = Key(f"measure.{figure.measure}")
    unit, digits = unit_of(figure.measure)
    change = figure.relative
    if change is None:
        return told.span(
            "head.now", measure=name, value=Num(figure.before.mean, digits), unit=Key(unit)
        )
    judged = _judged(figure)
    signed = judged in ("unclear", "one_run")
    percent = Num(100 * change.mean if signed else abs(100 * change.mean), 1, signed)
    if judged == "one_run":
        return told.span("head.one_run", measure=name, percent=percent)
    low, high = 100 * (change.low or 0.0), 100 * (change.high or 0.0)
    ends = (low, high) if signed else tuple(sorted((abs(low), abs(high))))
    if not signed and low * high < 0:  # the difference is sure, the ratio is not quite
        ends = (low, high)
    filled: dict[str, Filling] = {
        "measure": name, "low": Num(ends[0], 1, signed), "high": Num(ends[1], 1, signed),
    }  # fmt: skip
    if judged != "unclear":
        filled["percent"] = percent
    return told.span(f"head.{judged}", filled=filled)


def _forest(figures: Sequence[Figure], told: Told) -> Markup:
    """One row a measure: the relative change with its interval, all on one axis in percent."""
    ends = [
        100 * value
        for f in figures
        if f.relative is not None
        for value in (f.relative.mean, f.relative.low, f.relative.high)
        if value is not None
    ]
    low, high = min(0.0, *ends), max(0.0, *ends)
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100) if (high - low) / s <= 8), 200)
    low, high = step * (low // step), step * -(-high // step)
    span = (high - low) or 1.0
    height = _ROW * len(figures) + 30

    def x(value: float) -> float:
        return _LEFT + (value - low) / span * (_WIDE - _LEFT - _RIGHT)

    parts: list[Child] = []
    value = low
    while value <= high + 1e-9:
        zero = abs(value) < 1e-9
        parts.append(
            tag("line", x1=x(value), x2=x(value), y1=4.0, y2=height - 24,
                class_="axis" if zero else "grid")
        )  # fmt: skip
        spot: dict[str, Value] = {
            "x": x(value),
            "y": height - 8,
            "class_": "tick",
            "text_anchor": "middle",
        }
        parts.append(told.svg_number(value, 0, spot))
        value += step
    for index, figure in enumerate(figures):
        change, y = figure.relative, _ROW * index + 18
        if change is None:
            continue
        judged = _judged(figure)
        name: dict[str, Value] = {
            "x": _LEFT - 12,
            "y": y + 4,
            "text_anchor": "end",
            "class_": "name",
        }
        parts.append(told.svg(f"measure.{figure.measure}", name))
        if change.low is not None and change.high is not None:
            parts.append(
                tag("line", x1=x(100 * change.low), x2=x(100 * change.high), y1=y, y2=y,
                    class_=f"whisker {judged}")
            )  # fmt: skip
        parts.append(_sign(x(100 * change.mean), y, judged))
        spot = {"x": _WIDE - _RIGHT + 10, "y": y + 4, "class_": "tick"}
        shown = Num(100 * change.mean, 1, signed=True)
        parts.append(told.svg("page.number_unit", spot, number=shown, unit=Key("unit.percent")))
    return tag(
        "svg", parts, viewBox=f"0 0 {_WIDE:g} {height:g}", class_="forest", role="img",
        **told.label("head.forest"),
    )  # fmt: skip


def _sign(x: float, y: float, judged: str) -> Markup:
    """A shape besides the colour: a dot for better, a diamond for worse, a ring for unclear."""
    if judged == "worse":
        return tag("path", d=f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z", class_="sign worse")
    return tag("circle", cx=x, cy=y, r=5.0, class_=f"sign {judged}")


def _table(figures: Sequence[Figure], told: Told) -> Markup:
    two = any(figure.after is not None for figure in figures)
    keys = ["head.column_measure", "head.column_unit", "side.before", "head.column_interval"]
    if two:
        keys += ["side.after", "head.column_interval", "side.difference", "head.column_interval"]
    heads = [told.span(key, element="th", class_="number" if n > 1 else None)
             for n, key in enumerate(keys)]  # fmt: skip
    rows = []
    for figure in figures:
        unit, digits = unit_of(figure.measure)
        cells = [
            tag("th", told.span(f"measure.{figure.measure}"), scope="row"),
            tag("td", told.span(unit), class_="unit"),
        ]
        for value, signed in (
            (figure.before, False),
            (figure.after, False),
            (figure.difference, True),
        ):
            if value is not None:
                shown = told.number(value.mean, digits, signed=signed)
                cells.append(tag("td", shown, class_="number"))
                cells.append(
                    tag("td", _interval(value, digits, told, signed=signed), class_="number")
                )
        rows.append(tag("tr", cells))
    return tag("table", tag("thead", tag("tr", heads)), tag("tbody", rows))


def _interval(value: Interval, digits: int, told: Told, *, signed: bool = False) -> Markup:
    if value.low is None or value.high is None:
        return tag("span", "–")
    low, high = Num(value.low, digits, signed), Num(value.high, digits, signed)
    return told.span("page.interval", class_="interval", low=low, high=high)
