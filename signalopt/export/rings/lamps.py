"""What phases on rings make lamps show."""

from __future__ import annotations

from collections.abc import Iterable

from signalopt.export.lamps import Lamp
from signalopt.export.rings.model import RingPhase
from signalopt.export.shown import ShownProgram, painted


def shown_program(
    cycle_s: float, offset_s: float, phases: Iterable[RingPhase], groups: Iterable[str]
) -> ShownProgram:
    """Lamps of `groups` (red where no phase drives them) from phases; walks are the pedestrians' green."""
    strokes: dict[str, list[tuple[Lamp, float, float]]] = {group: [] for group in groups}
    for phase in phases:
        green_end = phase.start_s + phase.green_s
        for group in phase.groups:
            strokes.setdefault(group, []).append((Lamp.GREEN, phase.start_s, green_end))
            strokes[group].append((Lamp.AMBER, green_end, green_end + phase.amber_s))
        for walker in phase.walkers:
            end = phase.start_s + phase.walk_s
            strokes.setdefault(walker, []).append((Lamp.GREEN, phase.start_s, end))
    lamps = {group: painted(cycle_s, own) for group, own in strokes.items()}
    return ShownProgram(cycle_s, offset_s, lamps)
