"""The same tables as a print-ready page (A4), with pictures of the phases and a drawn cyclogram."""

from __future__ import annotations

from dataclasses import replace

from signalopt.export.bars_svg import bars_svg, lamp_sample
from signalopt.export.cis.model import Passport
from signalopt.export.cis.tables import Block, Sheet
from signalopt.export.cis.words import CisWords
from signalopt.export.csv_sheet import seconds_text
from signalopt.export.facts import SheetFacts
from signalopt.export.junction_svg import StageView, stage_svg
from signalopt.export.lamps import Lamp
from signalopt.export.markup import Child, Markup, join, tag
from signalopt.export.page import document, header
from signalopt.export.sheet import shown_stages
from signalopt.export.timetable import Timetable
from signalopt.network.model import Intersection

_CSS = """
.cis table { font-size: 7.4pt; }
.cis th, .cis td { border: .5pt solid #9aa5b1; padding: .5mm .8mm; text-align: center;
  vertical-align: middle; }
.cis th { background: #eef1f4; color: #1b2430; font-size: 6.8pt; white-space: normal; }
.cis td.text { text-align: left; }
.cis .directions table { font-size: 6.8pt; }
.cis .directions th { font-size: 6.1pt; }
.cis .directions th, .cis .directions td { padding: .4mm .5mm; }
.cis .directions td.text { min-width: 32mm; }
.cis .directions td:nth-child(2) { white-space: nowrap; }
.cis .pairs { width: auto; }
.cis .pairs td:first-child { background: #eef1f4; text-align: left; }
.cis .pairs td:last-child { text-align: left; font-weight: 650; }
.cis .annual { font-size: 6pt; }
.cis .annual th, .cis .annual td { padding: .25mm .2mm; }
.cis .signatures td { height: 8mm; }
.cis .conflicts table, .cis .weekly table { width: auto; }
.cis .conflicts td, .cis .conflicts th { min-width: 7mm; }
.cis .about { color: #5c6675; font-size: 7pt; margin: .8mm 0 2mm; }
.cis .warning { margin: 3mm 0; padding: 1.6mm 3mm; border: 1.4pt solid #b8322a; color: #b8322a;
  font-size: 11pt; font-weight: 700; }
.cis section { break-inside: auto; }
.cis section.whole { break-inside: avoid; }
"""
_WHOLE = frozenset(
    ("conflicts", "phases", "timing", "coordination", "weekly", "annual", "signatures")
)
_WIDE_TEXT = 16


def page_html(
    passport: Passport,
    place: Intersection,
    table: Timetable,
    sheets: tuple[Sheet, ...],
    facts: SheetFacts,
    words: CisWords,
) -> str:
    """The document of one intersection; every sheet begins on a new page."""
    figures = [
        (words["green_directions"], str(len(passport.directions)), ""),
        (words["in_phases"], str(len(passport.phases_used)), ""),
    ]
    if len(passport.programmes) == 1:
        only = passport.programmes[0]
        figures.append((words["cycle"].split(",")[0], str(only.cycle_s), "с"))
        figures.append((words["shift"].split(",")[0], str(only.shift_s), "с"))
    parts: list[Child] = [Markup(f"<style>{_CSS}</style>")]
    if facts.warning:
        parts.append(tag("p", words["unconfirmed"], class_="warning"))
    for number, sheet in enumerate(sheets):
        blocks: list[Child] = []
        for block in sheet.blocks:
            blocks.append(_block(block))
            if block.key == "phases":
                blocks.append(_pictures(passport, place, table, words))
            if block.key == "programme" and sheet.programme is not None:
                blocks.append(_bars(passport, place, table, sheet.programme.number, words))
        own_page = number > 0 and (sheet.programme is not None or sheet.title == words["modes"])
        parts.append(tag("div", blocks, class_="break" if own_page else None))
    body = tag(
        "main",
        header(
            f"{words['passport']} · {facts.area}" if facts.area else words["passport"],
            passport.title,
            join((tag("code", passport.intersection), " · ", table.schedule.name)),
            figures,
        ),
        parts,
        tag("footer", _sources(facts, words)),
        class_="page cis",
    )
    return document(f"{words['passport']}: {passport.title}", body, words.drawings)


def _block(block: Block) -> Markup:
    if not block.columns:
        rows = [tag("tr", [tag("td", _text(cell)) for cell in row]) for row in block.rows]
        held: Child = tag("table", rows, class_="pairs")
    else:
        heads = tag("thead", tag("tr", [tag("th", text) for text in block.columns]))
        lines = [tag("tr", [_cell(cell) for cell in row]) for row in block.rows]
        held = tag("table", heads, tag("tbody", lines))
    return tag(
        "section",
        tag("h2", block.title),
        held,
        tag("p", block.about, class_="about") if block.about else None,
        class_=f"{block.key} whole" if block.key in _WHOLE else block.key,
    )


def _cell(cell: str | int | float | None) -> Markup:
    text = _text(cell)
    return tag("td", text, class_="text" if len(text) > _WIDE_TEXT else None)


def _text(cell: str | int | float | None) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else seconds_text(cell)


def _pictures(
    passport: Passport, place: Intersection, table: Timetable, words: CisWords
) -> Markup | None:
    """One picture of each phase, from the first plan that shows it."""
    figures, seen = [], set()
    for plan in table.plans:
        program = plan.by_id.get(place.id)
        if program is None:
            continue
        for stage in shown_stages(place.layout, program):
            if stage.state in seen:
                continue
            seen.add(stage.state)
            view = StageView(stage.state, place.layout.group_of_link)
            picture = stage_svg(place, view, stage.name, words.drawings)
            number = (*passport.phase_names, stage.name).index(stage.name) + 1
            known = (
                f"{number} · {stage.name}" if number <= len(passport.phase_names) else stage.name
            )
            figures.append((number, tag("figure", picture, tag("figcaption", tag("b", known)))))
    if not figures:
        return None
    style = f"--columns:{min(max(len(figures), 3), 4)}"
    drawn = [figure for _, figure in sorted(figures, key=lambda pair: pair[0])]
    pictures = tag("div", drawn, class_="stages", style=style)
    return tag("section", tag("h2", words["diagram"]), pictures, class_="whole")


def _bars(
    passport: Passport, place: Intersection, table: Timetable, number: int, words: CisWords
) -> Markup:
    """The cyclogram; directions are named by number and in the sheet's language."""
    groups = tuple(
        replace(group, name=f"{direction.number} · {direction.text}")
        for group, direction in zip(place.layout.groups, passport.directions, strict=True)
    )
    layout = replace(place.layout, groups=groups)
    program = table.plans[number - 1].by_id[place.id]
    legend = [
        tag("li", lamp_sample(lamp), words.lamp(lamp)) for lamp in Lamp if lamp is not Lamp.DARK
    ]
    return tag(
        "section",
        tag("h2", words["cyclogram"]),
        bars_svg(layout, program, words.drawings),
        tag("ul", legend, class_="legend"),
        class_="whole",
    )


def _sources(facts: SheetFacts, words: CisWords) -> Child:
    told = ", ".join(f"{name} {number}" for name, number in facts.versions)
    pairs = ((words["scenario"], facts.scenario), (words["versions"], told))
    lines = [join((tag("b", name), " ", value, " · ")) for name, value in pairs if value]
    return [*lines, " · ".join(facts.sources)]
