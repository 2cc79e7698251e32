"""Time-space diagrams as SVG: greens, bands and simulated trajectories, before above after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from signalopt.export.markup import Child, Markup, Value, tag
from signalopt.report.data_area import Diagram, DiagramSide
from signalopt.report.told import Key, Num, Told

_WIDE, _LEFT, _RIGHT, _TOP, _BOTTOM = 1000.0, 158.0, 58.0, 12.0, 30.0
_PER_KM, _LEAST, _MOST = 140.0, 230.0, 680.0
_BEYOND_M = 160.0
_BAR = 3.4
_TICK_S = 60
_LABEL = 11.0


def diagrams_section(diagrams: Sequence[Diagram], told: Told) -> Markup:
    """All avenues; each with one or two pictures."""
    parts = []
    for number, own in enumerate(diagrams):
        sides: list[Child] = [tag("h3", own.avenue), _legend(own, told)]
        for name, side in (("before", own.before), ("after", own.after)):
            if side is not None:
                caption = tag(
                    "figcaption", told.span(f"side.{name}", element="b"), " ",
                    _bands_told(own, side, told),
                )  # fmt: skip
                clip = f"clip-{number}-{name}"
                sides.append(
                    tag(
                        "figure",
                        caption,
                        tag("div", _picture(own, side, name, clip, told), class_="scroll"),
                    )
                )
        parts.append(tag("article", sides, class_="diagram"))
    speed = diagrams[0].speed_kph if diagrams else 0.0
    text = told.span("diagram.text", element="p", class_="lead", speed=Num(speed))
    return tag("section", told.span("diagram.title", element="h2"), text, parts, id="diagrams")


def _legend(own: Diagram, told: Told) -> Markup:
    first, last = own.stops[0][0], own.stops[-1][0]
    return tag(
        "p",
        tag("span", "━", class_="key forward"), " ", told.span("diagram.forward", name=last), "\u2003",
        tag("span", "━", class_="key backward"), " ", told.span("diagram.forward", name=first),
        class_="legend",
    )  # fmt: skip


def _bands_told(own: Diagram, side: DiagramSide, told: Told) -> list[Child]:
    if not own.period_s:
        return [told.span("diagram.band_unknown")]
    told_of: list[Child] = []
    for way, width in zip(("forward", "backward"), side.band_widths_s, strict=True):
        told_of.append(tag("span", "\u2003━ ", class_=f"key {way}"))
        told_of.append(
            told.span("diagram.band", seconds=Num(width, 0), cycle=Num(own.period_s))
            if width > 0
            else told.span("diagram.band_none")
        )
    return told_of


def _picture(own: Diagram, side: DiagramSide, name: str, clip: str, told: Told) -> Markup:
    length_m = own.stops[-1][1] - own.stops[0][1] or 1.0
    inner = min(max(_PER_KM * length_m / 1000, _LEAST, 19.0 * len(own.stops)), _MOST)
    height = inner + _TOP + _BOTTOM + 30
    per_m = inner / (length_m + 2 * _BEYOND_M)

    def x(second: float) -> float:
        return _LEFT + second / own.length_s * (_WIDE - _LEFT - _RIGHT)

    def y(metre: float) -> float:
        return _TOP + 15 + inner - (metre - own.stops[0][1] + _BEYOND_M) * per_m

    bottom = _TOP + inner + 30
    frame = tag("rect", x=_LEFT, y=_TOP, width=_WIDE - _LEFT - _RIGHT, height=bottom - _TOP)
    bands, lines = [], []
    for forward, through, corners in side.bands:
        path = "M" + "L".join(f"{x(s):.1f} {y(m):.1f}" for s, m in corners) + "Z"
        bands.append(tag("path", d=path, class_=f"band {_way(forward)}{' all' if through else ''}"))
    for way in (True, False):
        pieces = [p for forward, p in side.paths if forward is way]
        path = "".join(
            "M" + "L".join(f"{x(s):.1f} {y(m):.1f}" for s, m in piece) for piece in pieces
        )
        lines.append(tag("path", d=path, class_=f"track {_way(way)}"))
    return tag(
        "svg",
        tag("clipPath", frame, id=clip),
        _axis(own, bottom, x, told),
        tag("g", bands, lines, clip_path=f"url(#{clip})"),
        _signals(own, side, x, y),
        _names(own, y, told),
        viewBox=f"0 0 {_WIDE:g} {height:.0f}",
        class_="time-space",
        role="img",
        **told.label(
            "diagram.label", avenue=own.avenue, side=Key(f"side.{name}"),
            vehicles=Num(len(side.paths)),
        ),
    )  # fmt: skip


def _way(forward: bool) -> str:
    return "forward" if forward else "backward"


def _axis(own: Diagram, bottom: float, x: Callable[[float], float], told: Told) -> Markup:
    """Lines of full minutes with the time of day."""
    parts: list[Child] = []
    first = -own.begin_s % _TICK_S
    for second in range(first, own.length_s + 1, _TICK_S):
        at = x(second)
        parts.append(tag("line", x1=at, x2=at, y1=_TOP, y2=bottom, class_="grid"))
        clock = own.begin_s + second
        text = f"{clock // 3600 % 24:02d}:{clock % 3600 // 60:02d}"
        parts.append(tag("text", text, x=at, y=bottom + 14, text_anchor="middle", class_="tick"))
    spot: dict[str, Value] = {
        "x": _LEFT - 8,
        "y": bottom + 14,
        "text_anchor": "end",
        "class_": "tick",
    }
    parts.append(told.svg("diagram.axis", spot))
    spot = {"x": _WIDE - 2, "y": bottom + 14, "text_anchor": "end", "class_": "tick"}
    parts.append(told.svg("diagram.distance", spot))
    return tag("g", parts)


def _signals(
    own: Diagram, side: DiagramSide, x: Callable[[float], float], y: Callable[[float], float]
) -> Markup:
    """Two tracks a stop: greens forward above, backward below; the thin line between them is red."""
    parts: list[Child] = []
    ways = zip(own.stops, side.forward, side.backward, strict=True)
    for (_, metre), forward, backward in ways:
        at = y(metre)
        parts.append(tag("line", x1=_LEFT, x2=_WIDE - _RIGHT, y1=at, y2=at, class_="red"))
        for greens, top, way in (
            (forward, at - _BAR - 0.4, "forward"),
            (backward, at + 0.4, "backward"),
        ):
            path = "".join(
                f"M{x(start):.1f} {top:.1f}H{x(end):.1f}V{top + _BAR:.1f}H{x(start):.1f}Z"
                for start, end in greens
            )
            if path:
                parts.append(tag("path", d=path, class_=f"green {way}"))
    return tag("g", parts)


def _names(own: Diagram, y: Callable[[float], float], told: Told) -> Markup:
    parts: list[Child] = []
    lowest: float | None = None
    for name, metre in own.stops:
        wanted = y(metre) + 3.5
        at = wanted if lowest is None else min(wanted, lowest - _LABEL)
        lowest = at
        parts.append(tag("text", name, x=_LEFT - 8, y=at, text_anchor="end", class_="name"))
        spot: dict[str, Value] = {"x": _WIDE - _RIGHT + 6, "y": at, "class_": "tick"}
        parts.append(told.svg_number(metre, 0, spot))
    return tag("g", parts)
