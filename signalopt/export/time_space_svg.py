"""Time-space diagram of an avenue: greens of both directions, distances to scale, bands of progression."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from signalopt.export.csv_sheet import seconds_text
from signalopt.export.lamps import Window
from signalopt.export.markup import Markup, tag
from signalopt.export.progression import LONGEST_CYCLE_S, Band, Progression, Stop
from signalopt.export.style import BACKWARD, FAINT, FORWARD, HAIR, INK, PAPER, SOFT
from signalopt.export.words import Words

_WIDTH, _HEIGHT = 1092.0, 590.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 168.0, 62.0, 14.0, 34.0
_TRACK, _GAP = 3.6, 0.5
_LABEL_M = 11.5
_LEAST_SHOWN_S = 160.0
_LONGEST_NAME = 30


def time_space_svg(avenue: Progression, words: Words) -> Markup:
    """Return the diagram as an `svg` element of 1092 by 590 units."""
    plot = _Plot(avenue)
    forward, backward = list(avenue.forward), list(avenue.backward)
    parts = [
        tag("clipPath", tag("rect", x=_LEFT, y=0, width=plot.width, height=_HEIGHT), id="plot"),
        _time_grid(plot, words),
        tag(
            "g",
            [_band(plot, b, FORWARD, 0.13) for b in avenue.forward_links],
            [_band(plot, b, BACKWARD, 0.13) for b in avenue.backward_links],
            [_band(plot, b, FORWARD, 0.34, edge=True) for b in forward],
            [_band(plot, b, BACKWARD, 0.34, edge=True) for b in backward],
            clip_path="url(#plot)",
        ),
        [_stop(plot, stop, words) for stop in avenue.stops],
        _names(plot),
        _distances(plot),
    ]
    return tag(
        "svg",
        tag("title", f"{words.time_space}: {avenue.avenue.name}"),
        parts,
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        role="img",
    )


def band_sample(forward: bool, *, strong: bool) -> Markup:
    """A small piece of band for the legend."""
    colour = FORWARD if forward else BACKWARD
    path = "M2 11L12 1H26L16 11Z" if forward else "M2 1L12 11H26L16 1Z"
    return tag(
        "svg",
        tag(
            "path",
            d=path,
            fill=colour,
            fill_opacity=0.4 if strong else 0.16,
            stroke=colour if strong else None,
            stroke_width=0.8 if strong else None,
        ),
        viewBox="0 0 28 12",
    )


class _Plot:
    """Seconds and metres to drawing units; the first stop lies at the bottom."""

    def __init__(self, avenue: Progression) -> None:
        self.avenue = avenue
        self.width = _WIDTH - _LEFT - _RIGHT
        self.period_s = avenue.period_s
        turn = avenue.period_s or 90.0
        # Two cycles at least, more where cycles are short, so that slopes can be followed.
        self.shown_s = turn * max(2, math.ceil(_LEAST_SHOWN_S / turn))
        self.length_m = max((stop.position_m for stop in avenue.stops), default=0.0) or 1.0

    def x(self, second: float) -> float:
        return _LEFT + second / self.shown_s * self.width

    def y(self, position_m: float) -> float:
        share = position_m / self.length_m
        return _HEIGHT - _BOTTOM - 16 - share * (_HEIGHT - _TOP - _BOTTOM - 32)

    def repeated(self, windows: Sequence[Window]) -> Iterator[tuple[float, float]]:
        """Windows of every turn that is (partly) shown, cut at the edges of the plot."""
        turn = self.period_s or self.shown_s
        for index in range(-1, math.ceil(self.shown_s / turn)):
            for window in windows:
                start = window.start_s + index * turn
                end = min(start + window.length_s, self.shown_s)
                if end > max(start, 0):
                    yield max(start, 0.0), end


def _time_grid(plot: _Plot, words: Words) -> Markup:
    step = next(
        s for s in (5, 10, 20, 30, 60, 120) if s / plot.shown_s * plot.width >= 34 or s == 120
    )
    bottom = _HEIGHT - _BOTTOM
    parts = []
    for second in range(0, int(plot.shown_s) + 1, step):
        x = plot.x(second)
        parts.append(tag("line", x1=x, x2=x, y1=_TOP, y2=bottom, stroke=HAIR, stroke_width=0.7))
        parts.append(_text(x, bottom + 12, str(second), 8.4, SOFT, "middle"))
    turn = plot.period_s
    for index in range(int(plot.shown_s // turn) + 1 if turn else 0):
        x = plot.x(index * turn)
        parts.append(tag("line", x1=x, x2=x, y1=_TOP, y2=bottom, stroke=SOFT, stroke_width=0.9))
    axis = (
        words.time_axis.format(cycle=seconds_text(turn))
        if turn
        else words.no_bands.format(limit=LONGEST_CYCLE_S)
    )
    parts.append(_text(_LEFT + plot.width / 2, bottom + 26, axis, 8.8, INK, "middle", 600))
    return tag("g", parts)


def _band(
    plot: _Plot, band: Band, colour: str, opacity: float, *, edge: bool = False
) -> list[Markup]:
    """The band as slanted stripes, one for each turn that is shown."""
    first, last = plot.avenue.stops[band.first], plot.avenue.stops[band.last]
    travel = abs(last.position_m - first.position_m) / plot.avenue.avenue.design_speed_mps
    turns_before = math.ceil((travel + band.width_s) / plot.period_s) + 1
    shapes = []
    for turn in range(-turns_before, math.ceil(plot.shown_s / plot.period_s)):
        start = band.start_s + turn * plot.period_s
        if start + band.width_s + travel <= 0:
            continue
        y0, y1 = plot.y(first.position_m), plot.y(last.position_m)
        corners = (
            (start, y0),
            (start + band.width_s, y0),
            (start + band.width_s + travel, y1),
            (start + travel, y1),
        )
        path = "M" + "L".join(f"{plot.x(second):.2f} {y:.2f}" for second, y in corners) + "Z"
        shapes.append(
            tag(
                "path",
                d=path,
                fill=colour,
                fill_opacity=opacity,
                stroke=colour if edge else None,
                stroke_width=0.8 if edge else None,
                stroke_opacity=0.75 if edge else None,
            )
        )
    return shapes


def _stop(plot: _Plot, stop: Stop, words: Words) -> Markup:
    """Two tracks at the stop's height: forward above, backward below; grey is red."""
    y = plot.y(stop.position_m)
    parts = []
    tracks = (
        (stop.forward, y - _GAP - _TRACK, FORWARD, words.forward),
        (stop.backward, y + _GAP, BACKWARD, words.backward),
    )
    for windows, top, colour, words_of_way in tracks:
        if windows is None:
            continue
        parts.append(
            tag("rect", x=_LEFT, y=top + 1.1, width=plot.width, height=_TRACK - 2.2, fill="#8b95a3")
        )
        names = short_names([stop.name for stop in plot.avenue.stops])
        way = words_of_way.format(first=names[0], last=names[-1])
        for start, end in plot.repeated(windows):
            told = f"{stop.name}, {way}: {seconds_text(start)}–{seconds_text(end)} s"
            bar = tag(
                "rect",
                tag("title", told),
                x=plot.x(start),
                y=top,
                width=plot.x(end) - plot.x(start),
                height=_TRACK,
                fill=colour,
            )
            parts.append(bar)
    return tag("g", parts, class_="stop")


def _names(plot: _Plot) -> Markup:
    """Names of the stops at the left, moved apart where they would touch, with hair lines to them."""
    wanted = [plot.y(stop.position_m) for stop in plot.avenue.stops]
    placed = _spread(wanted, _LABEL_M)
    parts = []
    names = short_names([stop.name for stop in plot.avenue.stops])
    for name, y, at in zip(names, placed, wanted, strict=True):
        parts.append(_text(_LEFT - 26, y + 3, name, 8.8, INK, "end", 600))
        line = f"M{_LEFT - 23:.1f} {y:.1f}L{_LEFT - 12:.1f} {at:.1f}H{_LEFT - 2:.1f}"
        parts.append(tag("path", d=line, fill="none", stroke=FAINT, stroke_width=0.7))
    return tag("g", parts)


def short_names(names: Sequence[str]) -> list[str]:
    """Names without the street that all of them share ("Abay / Valikhanov" becomes "Valikhanov")."""
    heads = [name.partition(" / ")[0] for name in names]
    rests = [name.partition(" / ")[2] for name in names]
    chosen = list(names)
    if len(set(heads)) == 1 and all(rests):
        chosen = rests
    elif len(set(rests)) == 1 and all(rests):
        chosen = heads
    return [n if len(n) <= _LONGEST_NAME else n[: _LONGEST_NAME - 1] + "…" for n in chosen]


def _distances(plot: _Plot) -> Markup:
    """Distances from the first stop at the right edge."""
    right = _WIDTH - _RIGHT
    wanted = [plot.y(stop.position_m) for stop in plot.avenue.stops]
    placed = _spread(wanted, _LABEL_M)
    texts = [
        _text(
            _WIDTH - _RIGHT + 12,
            y + 3,
            f"{stop.position_m:,.0f} m".replace(",", "\u202f"),
            8,
            SOFT,
            "start",
        )
        for stop, y in zip(plot.avenue.stops, placed, strict=True)
    ]
    ticks = [
        tag(
            "path",
            d=f"M{right + 2:.1f} {at:.1f}H{right + 5:.1f}L{right + 10:.1f} {y:.1f}",
            fill="none",
            stroke=FAINT,
            stroke_width=0.7,
        )
        for at, y in zip(wanted, placed, strict=True)
    ]
    return tag("g", ticks, texts)


def _spread(wanted: Sequence[float], least: float) -> list[float]:
    """Positions (falling) moved apart to at least `least`, as near to the wanted ones as one pass allows."""
    placed: list[float] = []
    for y in wanted:
        placed.append(min(y, placed[-1] - least) if placed else y)
    shift = sum(w - p for w, p in zip(wanted, placed, strict=True)) / max(1, len(placed))
    return [p + shift for p in placed] if shift > 0 and len(placed) > 1 else placed


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
        stroke=PAPER,
        stroke_width=2,
        paint_order="stroke",
        style=f"fill:{colour}",
    )
