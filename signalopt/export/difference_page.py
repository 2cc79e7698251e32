"""A difference for people: a page with both timing bars side by side, and bars of letters for terminals."""

from __future__ import annotations

from signalopt.export.bars_svg import bars_svg, lamp_sample
from signalopt.export.difference import Difference, Item, PlaceDifference, PlanDifference
from signalopt.export.lamps import Lamp, cycle_length_s, group_spans
from signalopt.export.markup import Child, Markup, tag
from signalopt.export.page import document, header
from signalopt.export.words import ENGLISH
from signalopt.network.model import Network
from signalopt.timing.plan import AnyProgram
from signalopt.timing.signals import SignalLayout

LETTERS = {
    Lamp.GREEN: "█",
    Lamp.FLASHING: "▓",
    Lamp.AMBER: "-",
    Lamp.RED: "·",
    Lamp.RED_AMBER: "+",
    Lamp.DARK: " ",
}
_CSS = """
.both { display: grid; grid-template-columns: 1fr 1fr; gap: 0 5mm; }
.changes { width: auto; min-width: 60%; }
.changes td { border-bottom: .4pt solid #e4e8ed; }
.changes .old { color: #5c6675; text-decoration: line-through; }
.changes .new { font-weight: 650; }
.place { break-inside: avoid; }
"""


def difference_html(found: Difference, network: Network) -> str:
    """The page; bars of intersections that the network has."""
    changed = sum(len(plan.places) for plan in found.plans)
    same = sum(plan.same for plan in found.plans)
    parts: list[Child] = [Markup(f"<style>{_CSS}</style>")]
    if found.same:
        parts.append(tag("p", "Both show the same lamps.", class_="clean"))
    if found.schedule:
        parts += [tag("h2", "Times of day"), _table(found.schedule)]
    for title, names in (("Only before", found.only_before), ("Only after", found.only_after)):
        if names:
            parts += [tag("h2", title), tag("p", "plans " + ", ".join(names))]
    for plan in found.plans:
        parts.append(_plan(plan, network, several=len(found.plans) > 1))
    legend = [
        tag("li", lamp_sample(lamp), ENGLISH.lamps[lamp]) for lamp in Lamp if lamp is not Lamp.DARK
    ]
    body = tag(
        "main",
        header(
            "What changed",
            f"{found.before} → {found.after}",
            f"network {network.fingerprint}",
            (("changed", str(changed), ""), ("the same", str(same), "")),
        ),
        tag("ul", legend, class_="legend"),
        parts,
        class_="page wide",
    )
    return document(f"{found.before} → {found.after}", body, ENGLISH)


def text_bars(layout: SignalLayout, program: AnyProgram, width: int = 48) -> list[str]:
    """One line a group: what it shows in the middle of each of `width` equal parts of the cycle."""
    cycle = cycle_length_s(layout, program)
    lines = []
    for group, spans in group_spans(layout, program).items():
        row = ""
        for part in range(width):
            second = (part + 0.5) * cycle / width
            lamp = next((s.lamp for s in spans if s.start_s <= second < s.end_s), Lamp.DARK)
            row += LETTERS[lamp]
        lines.append(f"{group:>8.8} {row}")
    return lines


def bars_side_by_side(layout: SignalLayout, place: PlaceDifference, width: int = 48) -> list[str]:
    """Both programs' bars beside each other; empty on the side that lacks the intersection."""
    empty = [f"{group.id:>8.8} {' ' * width}" for group in layout.groups]
    sides = [
        text_bars(layout, program, width) if program is not None else empty
        for program in (place.before, place.after)
    ]
    return [
        f"{before}  |{after.removeprefix(before[:8])}" for before, after in zip(*sides, strict=True)
    ]


def _plan(plan: PlanDifference, network: Network, *, several: bool) -> Child:
    parts: list[Child] = []
    if several:
        parts.append(tag("h2", f"Plan {plan.before}"))
    for place in plan.places:
        layout = network.layouts.get(place.intersection)
        held = network.intersection.get(place.intersection)
        bars = None
        if layout is not None:
            bars = tag(
                "div", [_side(layout, p) for p in (place.before, place.after)], class_="both"
            )
        name = held.name if held is not None and held.name else place.intersection
        parts.append(tag("section", tag("h2", name), _table(place.items), bars, class_="place"))
    return parts


def _side(layout: SignalLayout, program: AnyProgram | None) -> Markup:
    return tag("div", bars_svg(layout, program, ENGLISH) if program is not None else "–")


def _table(items: tuple[Item, ...]) -> Markup:
    rows = [
        tag(
            "tr",
            tag("td", item.what),
            tag("td", item.before, class_="old"),
            tag("td", item.after, class_="new"),
        )
        for item in items
    ]
    heads = tag("tr", [tag("th", text) for text in ("", "before", "after")])
    return tag("table", tag("thead", heads), tag("tbody", rows), class_="changes")
