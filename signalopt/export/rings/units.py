"""The greens of a program, one for each signal group, as pieces that rings can be laid of."""

from __future__ import annotations

from dataclasses import dataclass

from signalopt.errors import InputError, Problem
from signalopt.export.lamps import (
    Lamp,
    Span,
    cycle_length_s,
    exact_s,
    green_windows,
    group_spans,
    uneven_groups,
)
from signalopt.timing.plan import AnyProgram
from signalopt.timing.signals import GroupKind, SignalLayout

EXPECTED = "a plan that rings, barriers and phases can hold"


@dataclass(frozen=True, slots=True)
class Unit:
    """One green: vehicle groups with the same green, or walkers with the same one.

    steady_s: the part before flashing, which is the walk of pedestrians.
    """

    groups: tuple[str, ...]
    walking: bool
    start_s: float
    green_s: float
    amber_s: float
    steady_s: float

    @property
    def busy_s(self) -> float:
        """Seconds from the start of green to the end of amber."""
        return exact_s(self.green_s + self.amber_s)


def units(layout: SignalLayout, program: AnyProgram) -> tuple[Unit, ...]:
    """One unit for each signal group that is green in the cycle; walkers of equal greens joined.

    Raises InputError naming every group with two greens, a permanent one, or links that differ.
    """
    spans = group_spans(layout, program)
    cycle = cycle_length_s(layout, program)
    place = program.intersection
    reasons = [
        f"links of signal group `{name}` show different lamps"
        for name in uneven_groups(layout, program)
    ]
    found: list[Unit] = []
    for group in layout.groups:
        windows = green_windows(spans[group.id])
        if not windows:
            continue
        if windows[0].length_s >= cycle:
            reasons.append(f"signal group `{group.id}` is green for the whole cycle")
            continue
        if len(windows) > 1:
            reasons.append(f"signal group `{group.id}` has {len(windows)} greens in a cycle")
            continue
        window = windows[0]
        walking = group.kind is GroupKind.PEDESTRIAN
        steady = exact_s(window.length_s - _flashing_s(spans[group.id]))
        if walking and steady <= 0:
            reasons.append(f"pedestrian group `{group.id}` has no steady green")
            continue
        amber = 0.0 if walking else _amber_s(spans[group.id])
        found.append(Unit((group.id,), walking, window.start_s, window.length_s, amber, steady))
    if reasons:
        raise InputError(*(Problem(place, reason, EXPECTED) for reason in reasons))
    return _joined_walkers(found)


def joined(found: tuple[Unit, ...], layout: SignalLayout) -> tuple[Unit, ...]:
    """Vehicle units of the same green made one, where none of their groups conflict."""
    result: list[Unit] = []
    for unit in found:
        for position, known in enumerate(result):
            same = (known.walking, known.start_s, known.green_s, known.amber_s) == (
                unit.walking, unit.start_s, unit.green_s, unit.amber_s,
            )  # fmt: skip
            if same and not unit.walking and not conflict(layout, known, unit):
                result[position] = Unit(
                    known.groups + unit.groups, False, unit.start_s, unit.green_s, unit.amber_s,
                    unit.steady_s,
                )  # fmt: skip
                break
        else:
            result.append(unit)
    return tuple(result)


def conflict(layout: SignalLayout, first: Unit, second: Unit) -> bool:
    """Whether two units hold groups that must never be green together."""
    return any(layout.groups_conflict(a, b) for a in first.groups for b in second.groups)


def _joined_walkers(found: list[Unit]) -> tuple[Unit, ...]:
    walkers: dict[tuple[float, float, float], Unit] = {}
    vehicles = []
    for unit in found:
        if not unit.walking:
            vehicles.append(unit)
            continue
        key = (unit.start_s, unit.green_s, unit.steady_s)
        known = walkers.get(key)
        groups = unit.groups if known is None else known.groups + unit.groups
        walkers[key] = Unit(groups, True, unit.start_s, unit.green_s, 0.0, unit.steady_s)
    return (*vehicles, *walkers.values())


def _amber_s(spans: tuple[Span, ...]) -> float:
    return exact_s(sum(s.end_s - s.start_s for s in spans if s.lamp is Lamp.AMBER))


def _flashing_s(spans: tuple[Span, ...]) -> float:
    return exact_s(sum(s.end_s - s.start_s for s in spans if s.lamp is Lamp.FLASHING))
