"""The frame of every printed page: document, header, footer with sources and manifest."""

from __future__ import annotations

from collections.abc import Iterable

from signalopt.export.bars_svg import definitions
from signalopt.export.facts import SheetFacts
from signalopt.export.markup import Child, Markup, join, tag
from signalopt.export.style import CSS
from signalopt.export.words import Words
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import plan_hash


def document(title: str, body: Child, words: Words) -> str:
    """A whole self-contained HTML document (also well-formed XML but for its void elements)."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        Markup(f"<style>{CSS}</style>"),
    )
    page = tag("html", head, tag("body", definitions(), body), lang=words.language)
    return f"<!DOCTYPE html>\n{page}\n"


def header(eyebrow: str, title: str, sub: Child, figures: Iterable[tuple[str, str, str]]) -> Markup:
    """Title on the left, key figures (label, value, unit) on the right."""
    pairs = [
        tag("div", tag("dt", label), tag("dd", value, (" ", tag("small", unit)) if unit else None))
        for label, value, unit in figures
    ]
    left = tag(
        "div", tag("p", eyebrow, class_="eyebrow"), tag("h1", title), tag("p", sub, class_="sub")
    )
    return tag("header", left, tag("dl", pairs, class_="figures"))


def footer(plan: Plan, facts: SheetFacts, words: Words) -> Markup:
    """Which plan this is, from what it was made, and who must be named."""
    pairs = [
        (words.plan, plan.name),
        (words.plan_hash, plan_hash(plan)),
        (words.network, plan.network),
        (words.scenario, facts.scenario),
        (words.versions, ", ".join(f"{name} {number}" for name, number in facts.versions)),
        (words.created, facts.created),
        *plan.provenance,
    ]
    told = [join((tag("b", name), " ", value)) for name, value in pairs if value]
    manifest = join([join((" · ", item)) if index else item for index, item in enumerate(told)])
    sources = (
        tag("div", tag("b", words.sources), " ", " · ".join(facts.sources))
        if facts.sources
        else None
    )
    return tag("footer", tag("div", manifest), sources)
