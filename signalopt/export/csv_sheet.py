"""CSV sheet: a whole plan in one table, one row for each green of each signal group.

Columns and their meaning: docs/formats/csv.md. UTF-8 with a byte order mark, so that spreadsheets show
Kazakh and Russian names; RFC 4180 quoting. Seconds count from the offset of the intersection.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signalopt.export.lamps import (
    Lamp,
    Span,
    Window,
    cycle_length_s,
    green_windows,
    group_spans,
    shortest_intergreen_s,
)
from signalopt.timing.plan import AnyProgram, IntersectionPlan, Plan
from signalopt.timing.signals import SignalLayout

FILE_NAME = "plan.csv"
BYTE_ORDER_MARK = "\ufeff"
COLUMNS = (
    "plan",
    "network",
    "intersection",
    "name",
    "cycle_s",
    "offset_s",
    "stage_order",
    "stage_greens_s",
    "group",
    "group_name",
    "kind",
    "links",
    "stages",
    "green_start_s",
    "green_end_s",
    "flashing_green_s",
    "amber_s",
    "all_red_s",
    "red_amber_s",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def csv_sheet(
    plan: Plan, layouts: Mapping[str, SignalLayout], names: Mapping[str, str] | None = None
) -> str:
    """Return the sheet's text. Raises KeyError for an intersection without layout."""
    target = io.StringIO()
    writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for program in plan.intersections:
        layout = layouts[program.intersection]
        name = (names or {}).get(program.intersection, "")
        for row in _rows(layout, program):
            head = {"plan": plan.name, "network": plan.network, "name": name}
            writer.writerow({k: protect(v) for k, v in (head | row).items()})
    return BYTE_ORDER_MARK + target.getvalue()


def protect(value: str) -> str:
    """Keep spreadsheets from reading a text as a formula: an apostrophe in front (`unprotect` undoes)."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def unprotect(value: str) -> str:
    """Undo `protect`."""
    return value.removeprefix("'")


def seconds_text(value: float) -> str:
    """Seconds without needless decimals; exact for every float."""
    return str(int(value)) if value == int(value) else repr(float(value))


@dataclass(frozen=True, slots=True)
class _Tail:
    """What precedes and follows one green."""

    flashing_s: float
    amber_s: float
    red_amber_s: float


def _rows(layout: SignalLayout, program: AnyProgram) -> list[dict[str, str]]:
    spans = group_spans(layout, program)
    cycle = cycle_length_s(layout, program)
    windows = {group: green_windows(parts) for group, parts in spans.items()}
    staged = program if isinstance(program, IntersectionPlan) else None
    stages = () if staged is None else staged.stages
    head = {
        "intersection": program.intersection,
        "cycle_s": seconds_text(cycle),
        "offset_s": seconds_text(program.offset_s),
        "stage_order": ">".join(stage.stage for stage in stages),
        "stage_greens_s": ">".join(str(stage.green_s) for stage in stages),
    }
    rows = []
    for group in layout.groups:
        base = head | {
            "group": group.id,
            "group_name": group.name,
            "kind": group.kind.value,
            "links": " ".join(str(link) for link in group.links),
            "stages": " ".join(stage.stage for stage in stages if group.id in stage.groups),
        }
        for window in windows[group.id]:
            tail = _tail(spans[group.id], window, cycle)
            red = _all_red_s(layout, windows, group.id, window, tail, cycle)
            times = {
                "green_start_s": seconds_text(window.start_s),
                "green_end_s": seconds_text(window.end_s),
                "flashing_green_s": seconds_text(tail.flashing_s),
                "amber_s": seconds_text(tail.amber_s),
                "all_red_s": "" if red is None else seconds_text(red),
                "red_amber_s": seconds_text(tail.red_amber_s),
            }
            rows.append(base | times)
        if not windows[group.id]:
            rows.append(base)
    return rows


def _tail(spans: Sequence[Span], window: Window, cycle_s: float) -> _Tail:
    if window.length_s >= cycle_s:
        return _Tail(0, 0, 0)
    flashing = sum(
        span.end_s - span.start_s
        for span in spans
        if span.lamp is Lamp.FLASHING
        and (span.start_s - window.start_s) % cycle_s < window.length_s
    )
    end = window.end_s % cycle_s
    return _Tail(
        flashing,
        _lamp_after(spans, end, Lamp.AMBER, cycle_s),
        _lamp_before(spans, window.start_s, Lamp.RED_AMBER, cycle_s),
    )


def _lamp_after(spans: Sequence[Span], second: float, lamp: Lamp, cycle_s: float) -> float:
    """Seconds of `lamp` that begin at `second`, over the cycle's end if need be."""
    total = 0.0
    for _ in range(2):
        for span in spans:
            if span.lamp is lamp and span.start_s == second:
                total += span.end_s - span.start_s
                second = span.end_s % cycle_s
    return total


def _lamp_before(spans: Sequence[Span], second: float, lamp: Lamp, cycle_s: float) -> float:
    """Seconds of `lamp` that end at `second`, over the cycle's start if need be."""
    total = 0.0
    for _ in range(2):
        for span in reversed(spans):
            if span.lamp is lamp and span.end_s % cycle_s == second % cycle_s:
                total += span.end_s - span.start_s
                second = span.start_s
    return total


def _all_red_s(
    layout: SignalLayout,
    windows: Mapping[str, tuple[Window, ...]],
    group: str,
    window: Window,
    tail: _Tail,
    cycle_s: float,
) -> float | None:
    """Least seconds between the end of this green's amber and a conflicting green; None if no conflict."""
    gaps = [
        gap
        for clearance in layout.clearances
        if clearance.ending == group
        and (gap := shortest_intergreen_s([window], windows[clearance.starting], cycle_s))
        is not None
    ]
    return max(0.0, min(gaps) - tail.amber_s) if gaps else None
