"""Tables of the printed sheet: intergreens, conflicts, greens and reds, findings, notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from signalopt.export.csv_sheet import seconds_text
from signalopt.export.facts import SheetFacts
from signalopt.export.lamps import (
    Window,
    cycle_length_s,
    green_windows,
    group_spans,
    longest_red_s,
    shortest_intergreen_s,
)
from signalopt.export.markup import Child, Markup, tag
from signalopt.export.words import Words
from signalopt.network.model import Confidence, Intersection
from signalopt.timing.findings import Finding, new_findings
from signalopt.timing.plan import AnyProgram
from signalopt.timing.signals import Clearance, SignalLayout

_MOST_AIRY_ROWS = 7
_SPLIT_ROWS = 12
_SHORT_NAME = 4
"""From this number on the intergreen table is set in two columns."""


def clearance_table(layout: SignalLayout, program: AnyProgram, words: Words) -> Markup:
    """Required and planned intergreen of every ordered pair of conflicting groups, and the rule."""
    rows = layout.clearances
    if not rows:
        return tag("p", words.clearances_none)
    windows, cycle = _windows(layout, program)
    if not is_long(layout):
        return _clearances(rows, windows, cycle, words)
    half = (len(rows) + 1) // 2
    return tag(
        "div",
        _clearances(rows[:half], windows, cycle, words),
        _clearances(rows[half:], windows, cycle, words),
        class_="columns",
    )


def is_long(layout: SignalLayout) -> bool:
    """Whether the intergreen table needs two columns and a page of its own."""
    return len(layout.clearances) >= _SPLIT_ROWS


def conflict_matrix(layout: SignalLayout, words: Words) -> Markup:
    """Groups against groups: ● conflict, ◁ the row's group yields to the column's."""
    owner = layout.group_of_link
    yields = {(owner.get(a), owner.get(b)) for a, b in layout.yields}
    conflicts = {(owner.get(a), owner.get(b)) for a, b in layout.conflicts}
    names = [group.id for group in layout.groups]
    head = tag(
        "tr",
        tag("th"),
        [
            tag("th", n, scope="col", class_="short" if len(n) <= _SHORT_NAME else None)
            for n in names
        ],
    )
    body = []
    for row in names:
        cells = []
        for column in names:
            if row == column:
                cells.append(tag("td", class_="self"))
            elif (row, column) in conflicts:
                cells.append(tag("td", "●", class_="conflict", title=words.conflict_yes))
            elif (row, column) in yields:
                cells.append(tag("td", "◁", class_="yield", title=words.conflict_yield))
            else:
                cells.append(tag("td"))
        body.append(tag("tr", tag("th", row, scope="row"), cells))
    return tag("table", tag("thead", head), tag("tbody", body), class_="matrix conflicts")


def minimums_table(layout: SignalLayout, program: AnyProgram, words: Words) -> Markup:
    """Greens and reds of each group against what is demanded."""
    windows, cycle = _windows(layout, program)
    rows = []
    for group in layout.groups:
        greens = windows[group.id]
        shortest = min((window.length_s for window in greens), default=0.0)
        total = sum(window.length_s for window in greens)
        red = longest_red_s(greens, cycle)
        permanent = bool(greens) and shortest >= cycle
        short = bool(greens) and not permanent and shortest < group.min_green_s
        green_text = " + ".join(seconds_text(window.length_s) for window in greens)
        if permanent or not greens:
            green_text = words.permanent if permanent else words.never
        crossing = "" if group.crossing_m is None else f"{group.crossing_m:.1f}"
        rows.append(
            tag(
                "tr",
                tag("td", group.id, class_="strong"),
                tag("td", group.name),
                tag("td", crossing, class_="number"),
                tag("td", green_text, class_="number strong" + (" missed" if short else "")),
                tag("td", str(group.min_green_s), class_="number"),
                tag("td", f"{100 * total / cycle:.0f} %", class_="number"),
                tag(
                    "td",
                    seconds_text(red),
                    class_="number strong" + (" missed" if red > group.max_red_s else ""),
                ),
                tag("td", str(group.max_red_s), class_="number"),
            )
        )
    dense = " dense" if len(rows) > _MOST_AIRY_ROWS else ""
    titles = (
        (words.group, ""),
        (words.serves, ""),
        (words.crossing, "number"),
        (words.green_planned, "number"),
        (words.green_minimum, "number"),
        (words.green_share, "number"),
        (words.red_longest, "number"),
        (words.red_maximum, "number"),
    )
    return tag("table", _head(titles), tag("tbody", rows), class_=f"minimums{dense}")


def findings_list(place: str, facts: SheetFacts, words: Words) -> Markup:
    """What the safety judge says about one intersection."""
    found = [finding for finding in facts.findings if finding.intersection == place]
    if not found:
        return tag("p", tag("span", words.findings_none, class_="clean"))
    added = set(new_findings(found, facts.inherited))
    items = [
        tag(
            "li",
            (_finding_mark(finding, added, words), " ", tag("b", finding.rule.value)),
            "" if finding.second is None else words.finding_second.format(second=finding.second),
            f": {finding.text}",
        )
        for finding in found
    ]
    return tag("ul", items, class_="plain findings")


def notes_list(
    place: Intersection, facts: SheetFacts, extra: Sequence[str], words: Words
) -> Markup:
    """Assumptions that this sheet rests on, each with its mark where one is known."""
    items = remark_items(facts, words)
    items += [tag("li", note) for note in (*extra, *place.layout.notes, *place.remarks)]
    return tag("ul", items, class_="plain notes") if items else tag("p", words.notes_none)


def remark_items(facts: SheetFacts, words: Words) -> list[Markup]:
    """The assumptions of the scenario as list items, each with its mark."""
    return [
        tag("li", mark(remark.confidence, words), " ", tag("b", remark.subject), ": ", remark.text)
        for remark in facts.remarks
    ]


def mark(confidence: Confidence, words: Words) -> Markup:
    """A small badge with the mark of confidence."""
    return tag("span", words.confidence[confidence], class_=f"mark {confidence.value}")


def table(titles: Iterable[tuple[str, str]], rows: Child, class_: str | None = None) -> Markup:
    """A table from column titles (text, class) and ready rows."""
    return tag("table", _head(titles), tag("tbody", rows), class_=class_)


def _finding_mark(finding: Finding, added: set[Finding], words: Words) -> Markup:
    kind = "new" if finding in added else "inherited"
    text = words.finding_new if finding in added else words.finding_inherited
    return tag("span", text, class_=f"mark {kind}")


def _clearances(
    rows: Sequence[Clearance],
    windows: Mapping[str, tuple[Window, ...]],
    cycle_s: float,
    words: Words,
) -> Markup:
    lines = []
    dense = " dense" if len(rows) > _MOST_AIRY_ROWS else ""
    for row in rows:
        planned = shortest_intergreen_s(windows[row.ending], windows[row.starting], cycle_s)
        short = planned is not None and planned < row.intergreen_s
        lines.append(
            tag(
                "tr",
                tag("td", f"{row.ending} → {row.starting}", class_="strong"),
                tag("td", str(row.intergreen_s), class_="number"),
                tag(
                    "td",
                    "–" if planned is None else seconds_text(planned),
                    class_="number strong" + (" missed" if short else ""),
                ),
                tag("td", _metres(row.clear_m), class_="number"),
                tag("td", _metres(row.enter_m), class_="number"),
                tag("td", row.rule),
            )
        )
    titles = (
        (words.pair, ""),
        (words.required, "number"),
        (words.planned, "number"),
        (words.clear, "number"),
        (words.enter, "number"),
        (words.rule, ""),
    )
    return tag("table", _head(titles), tag("tbody", lines), class_=f"clearances{dense}")


def _head(titles: Iterable[tuple[str, str]]) -> Markup:
    cells = [tag("th", text, scope="col", class_=kind or None) for text, kind in titles]
    return tag("thead", tag("tr", cells))


def _metres(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _windows(
    layout: SignalLayout, program: AnyProgram
) -> tuple[dict[str, tuple[Window, ...]], float]:
    spans = group_spans(layout, program)
    return {g: green_windows(s) for g, s in spans.items()}, cycle_length_s(layout, program)
