"""Picture of `emission_objectives`: change against the delay-optimal plan, a bar a figure and objective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from signalopt.export.markup import Markup, tag
from signalopt.export.style import ACCENT, FAINT, INK, PAPER, SOFT

if TYPE_CHECKING:
    from benchmarks.emission_objectives import Outcome

COLOURS = {
    "today": SOFT,
    "co2": ACCENT,
    "soot": "#c0563b",
    "balanced": "#4f8a3d",
    "money": "#8a5fa8",
}
ROW_PX, BAR_PX, LEFT_PX, WIDE_PX, TOP_PX = 15, 11, 150, 420, 46


def picture(outcomes: Sequence[Outcome]) -> Markup:
    """Percent by which each plan differs from the plan for delay; thin lines: 95 % intervals."""
    parts: list[Markup] = []
    y = 0.0
    for found in outcomes:
        panel, height = _panel(found)
        parts.append(tag("g", *panel, transform=f"translate(0 {y:g})"))
        y += height
    return tag(
        "svg", tag("rect", width=700, height=y, fill=PAPER), *parts,
        xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 700 {y:g}", role="img",
    )  # fmt: skip


def _panel(found: Outcome) -> tuple[list[Markup], float]:
    others = [r for r in found.rows if r is not found.yardstick]
    changes = {
        (name, row.plan): row.change(found.yardstick, name)
        for name in found.names
        for row in others
    }
    ends = [
        abs(x) for c in changes.values() if c is not None for x in (c.low, c.high) if x is not None
    ]
    most = min(max([5.0, *ends]), 40.0)

    def at(percent: float) -> float:
        return LEFT_PX + WIDE_PX * (0.5 + max(-1.0, min(1.0, percent / most)) / 2)

    parts = [
        _text(f"{found.scenario}: change against the plan for {found.yardstick.plan}, %", 10, 18)
    ]
    for k, row in enumerate(others):
        parts.append(_text(f"plan for {row.plan}" if row.plan != "today" else "today's plan", 590,
                           TOP_PX + 14 * k, COLOURS.get(row.plan, INK)))  # fmt: skip
    height = TOP_PX + len(found.names) * (len(others) * ROW_PX + 8)
    for percent in (-most, 0.0, most):
        parts.append(tag("path", d=f"M{at(percent):.1f} 30V{height:g}", stroke=FAINT))
        parts.append(_text(f"{percent:+.0f}" if percent else "0", at(percent) - 8, 34, SOFT))
    y = float(TOP_PX)
    for name in found.names:
        parts.append(_text(name, 10, y + 11))
        for row in others:
            change = changes[name, row.plan]
            if change is not None and change.low is not None and change.high is not None:
                colour = COLOURS.get(row.plan, INK)
                left, right = sorted((at(0.0), at(change.mean)))
                parts.append(
                    tag(
                        "rect",
                        x=left,
                        y=y,
                        width=max(1.0, right - left),
                        height=BAR_PX,
                        fill=colour,
                    )
                )
                middle = y + BAR_PX / 2
                path = f"M{at(change.low):.1f} {middle:g}H{at(change.high):.1f}"
                parts.append(tag("path", d=path, stroke=INK))
            y += ROW_PX
        y += 8
    return parts, height + 14


def _text(text: str, x: float, y: float, colour: str = INK) -> Markup:
    return tag("text", text, x=x, y=y, fill=colour, font_size=10, font_family="sans-serif")
