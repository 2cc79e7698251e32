"""Stage bars of every intersection, and the lamps of every group below them."""

from __future__ import annotations

from collections.abc import Sequence

from signalopt.export.markup import Child, Markup, Value, tag
from signalopt.report.data_area import PlaceShown, ProgramShown, SignalShown
from signalopt.report.told import Filling, Key, Num, Told

_WIDE, _LEFT, _RIGHT = 540.0, 104.0, 8.0
_BAR, _GAP = 20.0, 6.0
_ROW, _LAMP = 15.0, 9.0
_THIN = {"red": 2.0, "dark": 3.0}
_LONGEST = 18


def signals_section(
    signals: Sequence[SignalShown], places: Sequence[PlaceShown], told: Told
) -> Markup:
    """All intersections; where a program stays as it is, one bar says so."""
    names = {place.id: place.name for place in places}
    articles = [
        _article(own, names.get(own.intersection, own.intersection), told) for own in signals
    ]
    legend = [
        tag(
            "li",
            tag("span", "", class_=f"lamp {lamp.replace('_', '-')}"),
            told.span(f"signals.lamp_{lamp}"),
        )
        for lamp in ("green", "flashing_green", "amber", "red", "red_amber")
    ]
    return tag(
        "section",
        told.span("signals.title", element="h2"),
        told.span("signals.text", element="p", class_="lead"),
        tag("ul", legend, class_="legend lamps"),
        tag("div", articles, class_="signals"),
        id="signals",
    )


def _article(own: SignalShown, name: str, told: Told) -> Markup:
    same = own.after is not None and own.after == own.before
    sides = [("before", own.before)]
    if own.after is not None and not same:
        sides.append(("after", own.after))
    longest = max(program.cycle_s for _, program in sides)
    note: Child = [" ", told.span("signals.unchanged", class_="badge unclear")] if same else None
    groups = [
        tag(
            "figure", told.span(f"side.{side}", element="figcaption"), _lamps(own, p, longest, told)
        )
        for side, p in sides
    ]
    return tag(
        "article",
        tag("h3", name, note),
        _stages(name, sides, longest, told),
        tag(
            "details",
            told.span("signals.groups", element="summary"),
            tag("div", groups, class_="scroll"),
        ),
    )


def _stages(
    name: str, sides: Sequence[tuple[str, ProgramShown]], longest_s: float, told: Told
) -> Markup:
    """One bar a side, both on the scale of the longer cycle."""
    per_s = (_WIDE - _LEFT - _RIGHT) / longest_s
    height = len(sides) * (_BAR + 2 * _GAP + 11) + 4
    parts: list[Child] = []
    for row, (side, program) in enumerate(sides):
        top = row * (_BAR + 2 * _GAP + 11) + _GAP
        spot: dict[str, Value] = {"x": 0.0, "y": top + 9, "class_": "name"}
        parts.append(told.svg(f"side.{side}", spot))
        spot = {"x": 0.0, "y": top + 20, "class_": "tick"}
        parts.append(told.svg("signals.offset", spot, seconds=_whole(program.offset_s)))
        width = program.cycle_s * per_s
        parts.append(tag("rect", x=_LEFT, y=top, width=width, height=_BAR, class_="between"))
        for index, stage in enumerate(program.stages):
            x, wide = _LEFT + stage.start_s * per_s, stage.green_s * per_s
            filled: dict[str, Filling] = {
                "name": stage.name, "green": _whole(stage.green_s), "start": _whole(stage.start_s),
            }  # fmt: skip
            parts.append(
                tag("rect", x=x, y=top, width=wide, height=_BAR, class_=f"stage stage-{index % 4}",
                    role="img", **told.label("signals.stage", **filled))
            )  # fmt: skip
            text = f"{stage.name}  {stage.green_s:g}"
            if len(text) * 7.2 > wide:
                text = f"{stage.green_s:g}" if wide > 16 else ""
            spot = {"x": x + wide / 2, "y": top + 14, "text_anchor": "middle", "class_": "on-stage"}
            parts.append(tag("text", text, **spot))
            spot = {"x": x, "y": top + _BAR + 10, "class_": "tick"}
            parts.append(told.svg_number(stage.start_s, 0, spot))
        spot = {"x": _LEFT + width, "y": top + _BAR + 10, "text_anchor": "end", "class_": "tick"}
        parts.append(
            told.svg("page.number_unit", spot, number=_whole(program.cycle_s), unit=Key("unit.s"))
        )
    side, program = sides[-1]
    return tag(
        "svg", parts, viewBox=f"0 0 {_WIDE:g} {height:g}", class_="stages", role="group",
        **told.label(
            "signals.bar_label", place=name, side=Key(f"side.{side}"),
            cycle=_whole(program.cycle_s), offset=_whole(program.offset_s),
        ),
    )  # fmt: skip


def _lamps(own: SignalShown, program: ProgramShown, longest_s: float, told: Told) -> Markup:
    per_s = (_WIDE - _LEFT - _RIGHT) / longest_s
    height = _ROW * len(own.groups) + 16
    parts: list[Child] = []
    step = next(s for s in (5, 10, 20, 50, 100, 1000) if s * per_s >= 26)
    for second in range(0, int(program.cycle_s) + 1, step):
        x = _LEFT + second * per_s
        parts.append(tag("line", x1=x, x2=x, y1=0.0, y2=height - 13, class_="grid"))
        parts.append(
            tag("text", str(second), x=x, y=height - 3, text_anchor="middle", class_="tick")
        )
    for row, (group, name, walks) in enumerate(own.groups):
        middle = _ROW * row + _ROW / 2
        short = name.split(" (", 1)[0]
        text = f"{group} {short}" if short and short != group else group
        text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
        kind = "name walk" if walks else "name"
        parts.append(tag("text", text, x=0.0, y=middle + 3.5, class_=kind))
        by_lamp: dict[str, str] = {}
        for lamp, start, end in program.lamps.get(group, ()):
            high = _THIN.get(lamp, _LAMP)
            x, wide = _LEFT + start * per_s, (end - start) * per_s
            top = middle - high / 2
            by_lamp[lamp] = (
                by_lamp.get(lamp, "") + f"M{x:.1f} {top:.1f}h{wide:.1f}v{high:g}h{-wide:.1f}z"
            )
        for lamp, path in by_lamp.items():
            parts.append(tag("path", d=path, class_=f"lamp {lamp.replace(' ', '-')}"))
    return tag("svg", parts, viewBox=f"0 0 {_WIDE:g} {height:g}", class_="lamps", role="img",
               **told.label("signals.groups"))  # fmt: skip


def _whole(seconds: float) -> Num:
    return Num(seconds, 0 if seconds == int(seconds) else 1)
