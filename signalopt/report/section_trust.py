"""How far inputs and emissions can be trusted: marks of confidence, bands of what is uncertain."""

from __future__ import annotations

import re
from collections.abc import Sequence

from signalopt.export.markup import Child, Markup, tag
from signalopt.report.data import EmissionBand, Interval, Remark, Report
from signalopt.report.shown_measures import unit_of
from signalopt.report.told import Filling, Key, Num, Told

_SUBJECTS = {
    "demand": "demand", "vehicle classes": "classes", "pedestrians": "pedestrians",
    "buses": "buses", "today's plan": "today", "signals off": "signals_off", "season": "season",
}  # fmt: skip
_SOURCE = r"(?: \((?P<source>.*)\))?$"
_TEXTS = (
    ("demand", re.compile(r"vehicles from (?P<kind>\w+), scaled by (?P<scale>[\d.]+)" + _SOURCE)),
    (
        "classes",
        re.compile(
            r"light vans (?P<lcv>[\d.]+)%, trucks (?P<truck>[\d.]+)%, buses (?P<bus>[\d.]+)% of flow"
            + _SOURCE
        ),
    ),
    ("pedestrians", re.compile(r"(?P<count>[\d.]+) pedestrians an hour and crossing" + _SOURCE)),
    ("buses", re.compile(r"(?P<count>\d+) bus lines with regular headways" + _SOURCE)),
    ("today", re.compile(r"today's plan is assumed: ")),
    ("signals_off", re.compile(r"at dark signals drivers go ahead")),
    ("season", re.compile(r"vehicles drive as on a ")),
)
"""How scenario/notes.py words its notes: those that fit are told in the reader's language."""


def marks(report: Report, told: Told) -> list[Markup]:
    """The inputs with their marks; emissions among them."""
    rows = [_remark(remark, told) for remark in report.remarks]
    if report.emissions_label:
        rows.append(
            tag("li", _mark("estimated", told), told.span("marks.subject_emissions", element="b"),
                " ", told.span("marks.emissions"))
        )  # fmt: skip
    if not rows:
        return [told.span("marks.none", element="p")]
    return [
        told.span("marks.text", element="p", class_="lead"),
        tag("ul", rows, class_="marks"),
    ]


def bands_section(bands: Sequence[EmissionBand], told: Told) -> Markup:
    """The bands of what is uncertain about emissions."""
    with_change = any(band.percent is not None for band in bands)
    heads = ["bands.column_pollutant", "bands.column_per_km"]
    rows = []
    for band in bands:
        _, digits = unit_of(band.pollutant)
        cells = [
            tag("th", told.span(f"measure.{band.pollutant}"), scope="row"),
            tag("td", told.span(unit_of(band.pollutant)[0]), class_="unit"),
            tag("td", _band(band.before, digits, told), class_="number"),
        ]
        if band.after is not None:
            cells.append(tag("td", _band(band.after, digits, told), class_="number"))
        if with_change:
            shown = None if band.percent is None else _band(band.percent, 1, told, signed=True)
            cells.append(tag("td", shown, class_="number"))
        rows.append(tag("tr", cells))
    columns = [
        told.span(heads[0], element="th"), told.span("head.column_unit", element="th"),
        told.span("side.before", element="th", class_="number"),
    ]  # fmt: skip
    if any(band.after is not None for band in bands):
        columns.append(told.span("side.after", element="th", class_="number"))
    if with_change:
        columns.append(told.span("bands.column_change", element="th", class_="number"))
    table = tag("table", tag("thead", tag("tr", columns)), tag("tbody", rows))
    return tag(
        "section",
        told.span("bands.title", element="h2"),
        told.span("bands.text", element="p", class_="lead"),
        tag("div", table, class_="scroll"),
        id="bands",
    )


def _remark(remark: Remark, told: Told) -> Markup:
    subject = _SUBJECTS.get(remark.subject)
    head = (
        told.span(f"marks.subject_{subject}", element="b")
        if subject
        else tag("b", remark.subject, lang="en")
    )
    body: Child = tag("span", remark.text, lang="en")
    for key, pattern in _TEXTS:
        match = pattern.match(remark.text)
        if match is None:
            continue
        groups = match.groupdict()
        source = groups.pop("source", None)
        if "kind" in groups and f"marks.kind_{groups['kind']}" not in told.words.texts:
            continue
        filled = {name: _filled(name, text) for name, text in groups.items()}
        body = [told.span(f"marks.{key}", filled=filled)]
        if source:
            body.append(tag("span", f" ({source})", lang="en", class_="source"))
        break
    return tag("li", _mark(remark.mark, told), head, " ", body)


def _filled(name: str, text: str) -> Filling:
    if name == "kind":
        return Key(f"marks.kind_{text}")
    return Num(float(text), len(text.partition(".")[2]))


def _mark(mark: str, told: Told) -> Markup:
    return told.span(f"marks.{mark}", class_=f"mark {mark}")


def _band(band: Interval, digits: int, told: Told, *, signed: bool = False) -> Markup:
    return told.span(
        "bands.band", central=Num(band.mean, digits, signed), low=Num(band.low, digits, signed),
        high=Num(band.high, digits, signed),
    )  # fmt: skip
