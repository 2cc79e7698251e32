"""What an exported file makes lamps show: the common form into which every reader turns its format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from signalopt.export.lamps import Lamp, Span, exact_s

DAY_S = 86400


@dataclass(frozen=True, slots=True)
class ShownProgram:
    """One program of one intersection; lamps by signal group in cycle seconds from the offset.

    offset_s: second of the common clock (midnight), modulo the cycle, of the lamps' second 0.
    """

    cycle_s: float
    offset_s: float
    lamps: Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class ShownDay:
    """Plans over one kind of day: (second of the day, number of the plan), the first one at 0.

    weekdays: 0 = Monday … 6 = Sunday.
    """

    weekdays: tuple[int, ...]
    entries: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Shown:
    """A whole export read back. Programs by (plan number from 1, intersection).

    days: None where the format does not say when a plan runs.
    """

    programs: Mapping[tuple[int, str], ShownProgram]
    days: tuple[ShownDay, ...] | None = None


def painted(
    cycle_s: float, strokes: Sequence[tuple[Lamp, float, float]], ground: Lamp = Lamp.RED
) -> tuple[Span, ...]:
    """Spans over [0, cycle) from strokes (lamp, begin_s, end_s) that may run over the cycle's ends.

    Where nothing is said the ground shows. Later strokes cover earlier ones.
    """
    edges = {0.0, cycle_s}
    folded: list[tuple[Lamp, float, float]] = []
    for lamp, begin, end in strokes:
        length = exact_s(end - begin)
        if length <= 0:
            continue
        if length >= cycle_s:
            folded.append((lamp, 0.0, cycle_s))
            continue
        start = exact_s(begin % cycle_s)
        stop = exact_s(start + length)
        folded.append((lamp, start, min(stop, cycle_s)))
        if stop > cycle_s:
            folded.append((lamp, 0.0, exact_s(stop - cycle_s)))
        edges |= {start, min(stop, cycle_s), exact_s(max(0.0, stop - cycle_s))}
    marks = sorted(edge for edge in edges if 0 <= edge <= cycle_s)
    spans: list[Span] = []
    for begin, end in pairwise(marks):
        lamp = ground
        for stroke, start, stop in folded:
            if start <= begin and end <= stop:
                lamp = stroke
        if spans and spans[-1].lamp is lamp:
            spans[-1] = Span(lamp, spans[-1].start_s, end)
        elif end > begin:
            spans.append(Span(lamp, begin, end))
    return tuple(spans)
