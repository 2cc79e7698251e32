"""One controlled intersection: what may be asked for there, and how its lamps get from stage to stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from signalopt.timing.plan import IntersectionPlan, StageTiming
from signalopt.timing.signals import SignalLayout


@dataclass(frozen=True)
class Site:
    """An intersection that a controller may steer.

    stages: what may be asked for, in the order of the ordinary rotation (`rotation` of them, each served
    once), then stages that the fallback program leaves out; green_s is the least steady green in that
    rotation. fallback: the program that is followed without a controller; lamps: number of its links.
    steady: SUMO letters of each stage. changes: letters second by second on the way from stage to stage,
    by (from, to) as indices of `stages`; a pair that is missing must never be shown. fallback_states:
    letters of one cycle of the fallback, from its offset on; fallback_stages: index of the stage that is
    steadily shown in each of these seconds, -1 in between.
    """

    id: str
    layout: SignalLayout
    stages: tuple[StageTiming, ...]
    fallback: IntersectionPlan
    lamps: int
    rotation: int
    steady: tuple[str, ...]
    changes: Mapping[tuple[int, int], tuple[str, ...]]
    fallback_states: tuple[str, ...]
    fallback_stages: tuple[int, ...]
    notes: tuple[str, ...] = ()
