"""Signal timing bars: what each group shows over the cycle, with the scales of program and clock."""

from __future__ import annotations

from collections.abc import Sequence

from signalopt.export.csv_sheet import seconds_text
from signalopt.export.lamps import Lamp, Span, cycle_length_s, group_spans
from signalopt.export.markup import Child, Markup, tag
from signalopt.export.style import (
    ACCENT,
    AMBER,
    FAINT,
    GREEN,
    HAIR,
    INK,
    LAMP_FILL,
    PAPER,
    RED,
    SOFT,
    WALKING,
)
from signalopt.export.words import Words
from signalopt.timing.plan import AnyProgram, IntersectionPlan
from signalopt.timing.program import intervals
from signalopt.timing.signals import GroupKind, SignalGroup, SignalLayout

_WIDTH, _LEFT, _RIGHT = 744.0, 158.0, 14.0
_HEAD, _ROW, _BAR = 46.0, 19.0, 11.0
_THIN = {Lamp.RED: 2.2, Lamp.RED_AMBER: _BAR, Lamp.DARK: 4.0}
_LONGEST_NAME = 30


def definitions() -> Markup:
    """Hatchings that the bars refer to; once in a page."""
    return tag(
        "svg",
        tag(
            "defs",
            _hatch("hatch-green", PAPER, GREEN, 2.2),
            _hatch("hatch-red-amber", AMBER, RED, 2.0),
        ),
        class_="definitions",
        aria_hidden="true",
    )


def bars_svg(layout: SignalLayout, program: AnyProgram, words: Words) -> Markup:
    """Return the timing bars of all groups as an `svg` element, 744 units wide."""
    cycle = cycle_length_s(layout, program)
    spans = group_spans(layout, program)
    height = _HEAD + len(layout.groups) * _ROW + 12
    scale = _Scale(cycle, _LEFT, _WIDTH - _LEFT - _RIGHT)
    rows = [
        _row(group, spans[group.id], scale, _HEAD + index * _ROW, words)
        for index, group in enumerate(layout.groups)
    ]
    return tag(
        "svg",
        tag("title", f"{words.bars}: {program.intersection}"),
        _grid(scale, program.offset_s, height, words),
        _stage_strip(layout, program, scale, height),
        rows,
        viewBox=f"0 0 {_WIDTH:g} {height:g}",
        role="img",
    )


def lamp_sample(lamp: Lamp) -> Markup:
    """A small piece of bar for the legend."""
    high = _THIN.get(lamp, _BAR)
    return tag(
        "svg",
        _block(0.5, (12 - high) / 2, 27, high, lamp),
        viewBox="0 0 28 12",
        aria_hidden="true",
    )


class _Scale:
    """Seconds to drawing units."""

    def __init__(self, cycle_s: float, left: float, width: float) -> None:
        self.cycle_s, self.left, self.unit = cycle_s, left, width / cycle_s

    def x(self, second: float) -> float:
        return self.left + second * self.unit

    @property
    def step_s(self) -> int:
        """Distance of labelled seconds: 5, 10, 20, … so that labels do not touch."""
        return next(step for step in (5, 10, 20, 50, 100, 500, 10**6) if step * self.unit >= 26)


def _grid(scale: _Scale, offset_s: float, height: float, words: Words) -> Markup:
    """Second lines with the program's second above and the clock's second below it."""
    parts = []
    labelled = scale.step_s
    seconds = range(0, int(scale.cycle_s) + 1, max(1, labelled // 5))
    for second in seconds:
        major = second % labelled == 0
        x = scale.x(second)
        parts.append(
            tag(
                "line",
                x1=x,
                x2=x,
                y1=_HEAD - (7 if major else 3.5),
                y2=height - 10 if major else _HEAD - 1,
                stroke=FAINT if major else SOFT,
                stroke_width=0.5 if major else 0.4,
            )
        )
        if major:
            clock = (offset_s + second) % scale.cycle_s
            parts.append(_text(x, 10, seconds_text(second), 8, INK, "middle", 600))
            parts.append(_text(x, 20, seconds_text(round(clock, 3)), 7, ACCENT, "middle"))
    parts.append(_text(_LEFT - 10, 10, words.bars_program, 7, INK, "end", 600))
    parts.append(_text(_LEFT - 10, 20, words.bars_clock, 7, ACCENT, "end"))
    return tag("g", parts)


def _stage_strip(
    layout: SignalLayout, program: AnyProgram, scale: _Scale, height: float
) -> Markup | None:
    """Boxes of the stages over the bars, with interstages left open; lines where stages begin."""
    if not isinstance(program, IntersectionPlan):
        return None
    parts = []
    for part in intervals(layout, program):
        if part.is_interstage or part.end_s <= part.start_s:
            continue
        x, width = scale.x(part.start_s), (part.end_s - part.start_s) * scale.unit
        parts.append(tag("rect", x=x, y=25.5, width=width, height=11, rx=1.5, fill="#dfe5ec"))
        room = int(width / 4.3)
        text = part.stage if len(part.stage) <= room else ""
        parts.append(_text(x + width / 2, 33.7, text, 7.4, INK, "middle", 650))
        parts.append(
            tag(
                "line",
                x1=x,
                x2=x,
                y1=25.5,
                y2=height - 10,
                stroke=SOFT,
                stroke_width=0.6,
                stroke_dasharray="2 2",
            )
        )
    return tag("g", parts)


def _row(
    group: SignalGroup, spans: Sequence[Span], scale: _Scale, top: float, words: Words
) -> Markup:
    middle = top + _ROW / 2
    name = group.name.split(" (", 1)[0]  # the street's name stands in the table below
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 1] + "…"
    walking = group.kind is GroupKind.PEDESTRIAN
    parts: list[Child] = [
        tag("line", x1=0, x2=_WIDTH - _RIGHT, y1=top, y2=top, stroke=HAIR, stroke_width=0.6),
        _text(2, middle + 2.8, group.id, 8.6, WALKING if walking else INK, "start", 700),
        _text(_LEFT - 10, middle + 2.5, name, 6.8, SOFT, "end"),
    ]
    for span in spans:
        high = _THIN.get(span.lamp, _BAR)
        x, width = scale.x(span.start_s), (span.end_s - span.start_s) * scale.unit
        told = (
            f"{group.id} {words.lamps[span.lamp]} "
            f"{seconds_text(span.start_s)}–{seconds_text(span.end_s)} s"
        )
        parts.append(
            tag("g", tag("title", told), _block(x, middle - high / 2, width, high, span.lamp))
        )
    parts.append(_green_figures(spans, scale, middle))
    return tag("g", parts, class_="group-bar")


def _green_figures(spans: Sequence[Span], scale: _Scale, middle: float) -> list[Markup]:
    """Start and end of the steady green inside its bar, where there is room for them."""
    figures = []
    for span in spans:
        width = (span.end_s - span.start_s) * scale.unit
        if span.lamp is not Lamp.GREEN or width < 15:
            continue
        start, end = scale.x(span.start_s), scale.x(span.end_s)
        if width >= 30:
            figures.append(
                _text(start + 2.5, middle + 2.6, seconds_text(span.start_s), 7, PAPER, "start", 600)
            )
        figures.append(
            _text(end - 2.5, middle + 2.6, seconds_text(span.end_s), 7, PAPER, "end", 600)
        )
    return figures


def _block(x: float, y: float, width: float, height: float, lamp: Lamp) -> Markup:
    edge = {Lamp.FLASHING: GREEN, Lamp.RED_AMBER: RED}.get(lamp)
    return tag(
        "rect",
        x=x,
        y=y,
        width=width,
        height=height,
        fill=LAMP_FILL[lamp],
        stroke=edge,
        stroke_width=0.5 if edge else None,
    )


def _hatch(name: str, ground: str, stripe: str, width: float) -> Markup:
    return tag(
        "pattern",
        tag("rect", width=4.4, height=4.4, fill=ground),
        tag("rect", width=width, height=4.4, fill=stripe),
        id=name,
        width=4.4,
        height=4.4,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )


def _text(
    x: float, y: float, text: str, size: float, colour: str, anchor: str, weight: int = 400
) -> Markup:
    return tag(
        "text",
        text,
        x=x,
        y=y,
        font_size=size,
        text_anchor=anchor,
        font_weight=weight,
        style=f"fill:{colour}",
    )
