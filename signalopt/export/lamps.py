"""What the lamps of each signal group show over one cycle: the common source of all sheets.

Read from the phases that SUMO would run, so that sheets can say nothing else than the simulated plan. SUMO
has no flashing green; it is the last `flashing_green_s` of every green that ends (timing.signals).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from signalopt.timing.plan import AnyProgram
from signalopt.timing.program import phases
from signalopt.timing.signals import Phase, SignalGroup, SignalLayout


class Lamp(StrEnum):
    """What a road user sees."""

    GREEN = "green"
    FLASHING = "flashing green"
    AMBER = "amber"
    RED = "red"
    RED_AMBER = "red-amber"
    DARK = "dark"


LAMP_OF_LETTER: Mapping[str, Lamp] = {
    "G": Lamp.GREEN,
    "g": Lamp.GREEN,
    "y": Lamp.AMBER,
    "Y": Lamp.AMBER,
    "u": Lamp.RED_AMBER,
    "r": Lamp.RED,
    "s": Lamp.RED,
    "o": Lamp.DARK,
    "O": Lamp.DARK,
}
"""Lamps of SUMO's letters; `s` is a red with a stop-then-turn sign beside it."""


@dataclass(frozen=True, slots=True)
class Span:
    """One lamp over [start_s, end_s) of the cycle; 0 is the offset. Spans never wrap round."""

    lamp: Lamp
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Window:
    """A green (flashing included) that begins at start_s in [0, cycle) and may run over the cycle's end."""

    start_s: float
    length_s: float

    @property
    def end_s(self) -> float:
        """End of green, beyond the cycle for a green that runs over its end."""
        return exact_s(self.start_s + self.length_s)


def cycle_length_s(layout: SignalLayout, program: AnyProgram) -> float:
    """Seconds of one turn of the program as it is shown."""
    return exact_s(sum(phase.duration_s for phase in phases(layout, program)))


def exact_s(seconds: float) -> float:
    """Seconds freed from the dust of adding fractions (1e-6 s, far below any controller's step)."""
    return round(seconds, 6)


def group_spans(layout: SignalLayout, program: AnyProgram) -> dict[str, tuple[Span, ...]]:
    """Lamps of every signal group in order, from second 0 to the cycle's end, without gaps."""
    shown = phases(layout, program)
    return {group.id: _spans_of(group, shown) for group in layout.groups}


def green_windows(spans: Sequence[Span]) -> tuple[Window, ...]:
    """Greens of a group, flashing included, joined over the cycle's end; one whole cycle if permanent."""
    cycle = spans[-1].end_s if spans else 0.0
    runs: list[tuple[float, float]] = []
    for span in spans:
        if span.lamp not in (Lamp.GREEN, Lamp.FLASHING):
            continue
        if runs and runs[-1][1] == span.start_s:
            runs[-1] = (runs[-1][0], span.end_s)
        else:
            runs.append((span.start_s, span.end_s))
    if len(runs) > 1 and runs[0][0] == 0 and runs[-1][1] == cycle:
        first = runs.pop(0)
        runs[-1] = (runs[-1][0], cycle + first[1])
    return tuple(Window(start, exact_s(end - start)) for start, end in runs)


def uneven_groups(layout: SignalLayout, program: AnyProgram) -> tuple[str, ...]:
    """Groups whose links do not always show the same lamp (possible in foreign programs only)."""
    shown = phases(layout, program)
    return tuple(
        group.id
        for group in layout.groups
        if any(len({LAMP_OF_LETTER[p.state[link]] for link in group.links}) > 1 for p in shown)
    )


def shortest_intergreen_s(
    ending: Sequence[Window], starting: Sequence[Window], cycle_s: float
) -> float | None:
    """The shortest time from an end of green to the next start of the other green.

    None where one of the groups is never or always green.
    """
    lengths = [window.length_s for window in (*ending, *starting)]
    if not ending or not starting or max(lengths) >= cycle_s:
        return None
    return min(exact_s((s.start_s - e.end_s) % cycle_s) for e in ending for s in starting)


def longest_red_s(windows: Sequence[Window], cycle_s: float) -> float:
    """The longest time without green (amber and red-amber counted in); the cycle if never green."""
    if not windows:
        return cycle_s
    following = [*windows[1:], windows[0]]
    gaps = [
        (after.start_s - window.end_s) % cycle_s
        for window, after in zip(windows, following, strict=True)
    ]
    return 0.0 if windows[0].length_s >= cycle_s else max(gaps)


def _spans_of(group: SignalGroup, shown: Sequence[Phase]) -> tuple[Span, ...]:
    spans: list[Span] = []
    now = 0.0
    for phase in shown:
        lamp = LAMP_OF_LETTER[phase.state[group.links[0]]] if group.links else Lamp.RED
        end = exact_s(now + phase.duration_s)
        if spans and spans[-1].lamp is lamp:
            spans[-1] = Span(lamp, spans[-1].start_s, end)
        elif end > now:
            spans.append(Span(lamp, now, end))
        now = end
    return _with_flashing(spans, group.flashing_green_s)


def _with_flashing(spans: Sequence[Span], flashing_s: float) -> tuple[Span, ...]:
    """Mark the last seconds of each ending green; a green cut by the cycle's end flashes on both sides."""
    if not spans or flashing_s <= 0:
        return tuple(spans)
    result: list[Span] = []
    wraps = len(spans) > 1 and spans[0].lamp is Lamp.GREEN and spans[-1].lamp is Lamp.GREEN
    for position, span in enumerate(spans):
        if span.lamp is not Lamp.GREEN or len(spans) == 1:
            result.append(span)
            continue
        if wraps and position == len(spans) - 1:
            begun_late = max(0.0, flashing_s - spans[0].end_s)
            change = max(span.start_s, exact_s(span.end_s - begun_late))
        else:
            change = max(span.start_s, exact_s(span.end_s - flashing_s))
        if change > span.start_s:
            result.append(Span(Lamp.GREEN, span.start_s, change))
        if change < span.end_s:
            result.append(Span(Lamp.FLASHING, change, span.end_s))
    return tuple(result)
