"""Methods, manifest and sources."""

from __future__ import annotations

from signalopt.export.markup import Child, Markup, tag
from signalopt.report.data import Report
from signalopt.report.told import Told

_KEYS = {
    "signalopt": "signalopt", "sumo": "sumo", "case": "case", "network": "network",
    "fleet": "fleet", "seeds": "seeds", "seed of the pictures": "picture_seed",
}  # fmt: skip


def methods_section(report: Report, told: Told) -> Markup:
    """How figures came about, and what is needed to repeat them."""
    texts = ["traffic", "intervals"]
    texts += ["plans", "pictures"] if report.area is not None else []
    told_of: list[Child] = [told.span(f"methods.{key}", element="p") for key in texts]
    if report.emissions_label:
        label = report.emissions_label.removeprefix("estimated: ")
        told_of.append(told.span("methods.emissions", element="p", label=label))
    rows = [
        tag("div", tag("dt", _key(name, told)), tag("dd", tag("code", value)))
        for name, value in report.manifest.items()
    ]
    sources: Child = None
    if report.sources:
        sources = [
            told.span("methods.sources", element="h3"),
            tag("ul", [tag("li", source) for source in report.sources], lang="en"),
        ]
    return tag(
        "section",
        told.span("methods.title", element="h2"),
        told_of,
        told.span("methods.manifest", element="h3"),
        tag("dl", rows, class_="manifest"),
        told.span("methods.open", element="p", class_="note"),
        sources,
        id="methods",
    )


def _key(name: str, told: Told) -> Markup:
    if name.startswith("plan "):
        return told.span("methods.key_plan", name=name.removeprefix("plan "))
    known = _KEYS.get(name)
    return told.span(f"methods.key_{known}") if known else tag("span", name)
