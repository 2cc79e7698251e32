"""The page: one self-contained HTML document from the data of a report."""

from __future__ import annotations

import json
from importlib.resources import files

from signalopt.export.markup import Child, Markup, join, tag
from signalopt.report.controls import options
from signalopt.report.data import Report
from signalopt.report.section_choices import demand_section, front_section
from signalopt.report.section_diagrams import diagrams_section
from signalopt.report.section_film import film_data, film_section
from signalopt.report.section_head import head_section
from signalopt.report.section_map import map_data, map_section
from signalopt.report.section_methods import methods_section
from signalopt.report.section_movements import movements_section
from signalopt.report.section_signals import signals_section
from signalopt.report.section_sweep import sweep_section
from signalopt.report.section_trust import bands_section
from signalopt.report.told import Num, Told
from signalopt.report.words import LANGUAGES, words

STYLES = ("page.css", "figures.css")
SCRIPTS = ("words.js", "map.js", "film.js", "page.js")
_THEMES = ("auto", "light", "dark")


def report_page(report: Report, language: str) -> str:
    """The HTML text in `kk`, `ru` or `en`; readers can change language and colours in the page.

    The same report gives the same text. Raises KeyError for another language.
    """
    told = Told(words(language))
    sections = _sections(report, told)
    data: list[Child] = [_json("words-data", _words())]
    if report.area is not None:
        data.append(_json("map-data", map_data(report.area)))
        if report.area.film is not None:
            data.append(_json("film-data", film_data(report.area.film)))
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content="signalopt"),
        tag("title", f"{report.title} · {told.text('page.eyebrow')}"),
        Markup(f"<style>{_assets(STYLES)}</style>"),
    )
    body = tag(
        "body",
        tag("a", told.span("page.skip"), href="#content", class_="skip"),
        _header(report, told),
        _contents(report, told),
        tag("noscript", told.span("page.scripts", element="p", class_="warning")),
        tag("main", sections, id="content"),
        data,
        Markup(f"<script>{_assets(SCRIPTS)}</script>"),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang=language)}\n"


def _sections(report: Report, told: Told) -> list[Markup]:
    found: list[Markup] = []
    if report.figures:
        found += head_section(report, told)
    area = report.area
    if area is not None:
        two = bool(report.after)
        found.append(map_section(area, told, two=two))
        if area.film is not None:
            found.append(film_section(area.film, told))
        if area.diagrams:
            found.append(diagrams_section(area.diagrams, told))
        if area.signals:
            found.append(signals_section(area.signals, area.places, told))
        if area.movements:
            found.append(movements_section(area.movements, area.places, told, two=two))
    if report.front:
        found.append(front_section(report.front, told))
    if report.demand:
        found.append(demand_section(report.demand, report.objective, told))
    if report.sweep is not None:
        found.append(sweep_section(report.sweep, told))
    if report.emissions:
        found.append(bands_section(report.emissions, told))
    return [*found, methods_section(report, told)]


def _header(report: Report, told: Told) -> Markup:
    names = [(code, words(code)["language.name"]) for code in LANGUAGES]
    themes: list[tuple[str, Markup | str]] = [
        (theme, told.text(f"page.theme_{theme}")) for theme in _THEMES
    ]
    choosers = tag(
        "div",
        tag("label", told.span("page.language"), " ",
            tag("select", options([*names], told.words.language), id="language", autocomplete="off")),
        tag("label", told.span("page.theme"), " ",
            tag("select", options(themes, "auto"), id="theme", autocomplete="off")),
        tag("button", told.text("page.print"), type="button", id="print", data_w="page.print"),
        class_="choosers",
    )  # fmt: skip
    return tag(
        "header",
        tag(
            "div",
            told.span("page.eyebrow", element="p", class_="eyebrow"),
            tag("h1", report.title),
            tag("p", _facts(report, told), class_="facts"),
        ),
        choosers,
    )


def _facts(report: Report, told: Told) -> list[Child]:
    """Area, plans, hour, season, runs: in one line."""
    facts: list[Child] = [report.area_name] if report.area_name else []
    if report.after:
        facts.append(told.span("page.two_plans", before=report.before, after=report.after))
    elif report.before:
        facts.append(told.span("page.one_plan", before=report.before))
    if report.window_s is not None:
        begin, end = (f"{s // 3600:02d}:{s % 3600 // 60:02d}" for s in report.window_s)
        facts.append(told.span("page.window", begin=begin, end=end))
    if report.season:
        facts.append(told.span(f"season.{report.season}"))
    if report.temperature_c is not None:
        facts.append(told.span("page.temperature", celsius=Num(report.temperature_c)))
    if report.seeds:
        facts.append(told.span("page.seeds", count=Num(len(report.seeds))))
    return [[" · " if index else None, fact] for index, fact in enumerate(facts)]


def _contents(report: Report, told: Told) -> Markup:
    area = report.area
    shown = {
        "head": bool(report.figures),
        "marks": bool(report.figures),
        "map": area is not None,
        "film": area is not None and area.film is not None,
        "diagrams": area is not None and bool(area.diagrams),
        "signals": area is not None and bool(area.signals),
        "movements": area is not None and bool(area.movements),
        "front": bool(report.front),
        "robust": bool(report.demand),
        "sweep": report.sweep is not None,
        "bands": bool(report.emissions),
        "methods": True,
    }
    links = [
        tag("li", tag("a", told.span(f"nav.{name}"), href=f"#{name}"))
        for name, there in shown.items()
        if there
    ]
    return tag("nav", tag("ul", links), **told.label("page.contents"))


def _words() -> str:
    found = {code: dict(words(code).texts) for code in LANGUAGES}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _json(name: str, text: str) -> Markup:
    """A block of data; `<` is written so that nothing in it can end the block."""
    safe = Markup(text.replace("<", "\\u003c"))
    return Markup(f'<script type="application/json" id="{name}">{safe}</script>')


def _assets(names: tuple[str, ...]) -> Markup:
    folder = files("signalopt.report").joinpath("assets")
    return join([Markup(folder.joinpath(name).read_text("utf-8")) for name in names])
