"""Printable HTML: a sheet for each intersection, a time-space diagram for each avenue, an overview.

Every page is one self-contained file: no scripts, no fonts, no pictures from elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from signalopt.export.area_map import area_map_svg
from signalopt.export.csv_sheet import seconds_text
from signalopt.export.facts import SheetFacts
from signalopt.export.lamps import cycle_length_s
from signalopt.export.markup import Child, join, tag
from signalopt.export.page import document, footer, header
from signalopt.export.progression import Band, Progression, progression
from signalopt.export.sheet import sheet_html, shown_stages
from signalopt.export.tables import remark_items, table
from signalopt.export.time_space_svg import band_sample, short_names, time_space_svg
from signalopt.export.words import ENGLISH, Words
from signalopt.network.model import Intersection, Network
from signalopt.timing.plan import Plan

FOLDER = "sheets"
INDEX = f"{FOLDER}/index.html"
_LONGEST_STEM = 60
_MOST_AIRY_ROWS = 14


def html_files(
    plan: Plan, network: Network, facts: SheetFacts, words: Words = ENGLISH
) -> dict[str, str]:
    """File names (in the folder `sheets`) and texts of all pages.

    Intersections of the plan that the network lacks are left out: the safety judge reports them.
    """
    places = _in_order(plan, network, facts)
    pages = file_stems([place.id for place in places])
    avenues = [progression(avenue, network, plan) for avenue in facts.avenues]
    drawn = [avenue for avenue in avenues if len(avenue.stops) > 1]
    avenue_pages = file_stems([f"avenue-{avenue.avenue.name}" for avenue in drawn])
    files = {
        INDEX: _index(
            plan,
            network,
            places,
            {place.id: f"{stem}.html" for place, stem in zip(places, pages, strict=True)},
            [(a.avenue.name, f"{stem}.html") for a, stem in zip(drawn, avenue_pages, strict=True)],
            facts,
            words,
        )
    }
    for place, stem in zip(places, pages, strict=True):
        files[f"{FOLDER}/{stem}.html"] = sheet_html(plan, place, facts, words)
    for avenue, stem in zip(drawn, avenue_pages, strict=True):
        files[f"{FOLDER}/{stem}.html"] = _avenue_page(plan, avenue, facts, words)
    return files


def file_stems(names: Sequence[str]) -> tuple[str, ...]:
    """A file name without ending for each name: safe on every system, different for different names."""
    taken = {"index"}
    stems = []
    for name in names:
        stem = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "unnamed"
        if len(stem) > _LONGEST_STEM or stem.casefold() in taken:
            digest = hashlib.sha256(name.encode()).hexdigest()[:8]
            stem = f"{stem[: _LONGEST_STEM - 9]}-{digest}"
        number, base = 2, stem
        while stem.casefold() in taken:
            stem, number = f"{base}-{number}", number + 1
        taken.add(stem.casefold())
        stems.append(stem)
    return tuple(stems)


def _in_order(plan: Plan, network: Network, facts: SheetFacts) -> list[Intersection]:
    """Intersections of the plan: along the avenues first, then the others as the plan lists them."""
    along = [name for avenue in facts.avenues for name in avenue.intersections]
    listed = [program.intersection for program in plan.intersections]
    names = dict.fromkeys(name for name in (*along, *listed) if name in plan.by_id)
    return [network.intersection[name] for name in names if name in network.intersection]


def _index(
    plan: Plan,
    network: Network,
    places: Sequence[Intersection],
    pages: Mapping[str, str],
    avenues: Sequence[tuple[str, str]],
    facts: SheetFacts,
    words: Words,
) -> str:
    rows = []
    for number, place in enumerate(places, start=1):
        program = plan.by_id[place.id]
        stages = shown_stages(place.layout, program)
        count = sum(1 for finding in facts.findings if finding.intersection == place.id)
        greens = " · ".join(f"{s.name}\u00a0{seconds_text(s.green_s)}" for s in stages)
        rows.append(
            tag(
                "tr",
                tag("td", str(number), class_="number"),
                tag(
                    "td",
                    tag("a", place.name or place.id, href=pages[place.id]),
                    class_="strong wrap",
                ),
                tag("td", seconds_text(cycle_length_s(place.layout, program)), class_="number"),
                tag("td", seconds_text(program.offset_s), class_="number"),
                tag("td", greens, class_="wrap"),
                tag("td", str(count) if count else "–", class_="number"),
            )
        )
    titles = (
        ("", "number"),
        (words.intersection, ""),
        (f"{words.cycle}, s", "number"),
        (f"{words.offset}, s", "number"),
        (f"{words.stages}, s", ""),
        (words.overview_findings, "number"),
    )
    cycles = {cycle_length_s(p.layout, plan.by_id[p.id]) for p in places}
    cycle = seconds_text(max(cycles)) if len(cycles) == 1 else "–"
    dense = "dense" if len(rows) > _MOST_AIRY_ROWS else None
    diagrams = [tag("li", tag("a", name, href=page)) for name, page in avenues]
    body = tag(
        "main",
        header(
            facts.area or words.sheet,
            f"{words.overview}: {plan.name}",
            facts.scenario or plan.network,
            ((words.cycle, cycle, "s"), (words.overview_sheets, str(len(places)), "")),
        ),
        tag(
            "div",
            tag("section", tag("h2", words.overview_sheets), table(titles, rows, dense)),
            tag(
                "aside",
                area_map_svg(network, places, pages, facts.area or words.overview),
                [tag("h2", words.overview_avenues), tag("ul", diagrams, class_="plain")]
                if diagrams
                else None,
            ),
            class_="overview",
        ),
        _remarks(facts, words),
        footer(plan, facts, words),
        class_="page",
    )
    return document(f"{words.overview}: {plan.name}", body, words)


def _remarks(facts: SheetFacts, words: Words) -> Child:
    items = remark_items(facts, words)
    return [tag("h2", words.notes), tag("ul", items, class_="plain notes")] if items else None


def _avenue_page(plan: Plan, avenue: Progression, facts: SheetFacts, words: Words) -> str:
    speed = f"{avenue.avenue.design_speed_mps * 3.6:.0f}"
    names = short_names([stop.name for stop in avenue.stops])
    ends = {"first": names[0], "last": names[-1]}
    forward, backward = words.forward.format(**ends), words.backward.format(**ends)
    period = seconds_text(avenue.period_s) if avenue.period_s else "–"
    legend = [
        tag(
            "li",
            band_sample(is_forward, strong=True),
            tag("span", tag("b", way), ": ", _band_text(found, avenue.period_s, words)),
        )
        for is_forward, way, found in (
            (True, forward, avenue.forward),
            (False, backward, avenue.backward),
        )
    ]
    pale = tag("li", band_sample(True, strong=False), words.link_band)
    body = tag(
        "main",
        header(
            f"{words.time_space} · {facts.area}" if facts.area else words.time_space,
            avenue.avenue.name,
            join((words.plan, " ", plan.name)),
            ((words.cycle, period, "s"), (words.design_speed, speed, "km/h")),
        ),
        tag("ul", legend, pale, class_="legend"),
        time_space_svg(avenue, words),
        footer(plan, facts, words),
        class_="page wide",
    )
    return document(f"{words.time_space}: {avenue.avenue.name}", body, words)


def _band_text(found: Iterable[Band], period_s: float, words: Words) -> str:
    texts = [
        words.band_width.format(
            seconds=f"{band.width_s:.1f}".removesuffix(".0"),
            share=f"{100 * band.width_s / period_s:.0f}",
        )
        for band in found
    ]
    return f"{words.band.lower()} {', '.join(texts)}" if texts else words.band_none
