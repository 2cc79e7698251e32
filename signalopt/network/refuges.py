"""Refuge islands: how far a walker must go before he may stop and wait."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from signalopt.network.geometry import Path2D, Point
from signalopt.timing.clearance import REFUGE_M

LANE_M = 3.5
"""Lane width assumed where a crossing spans a single lane (SUMO nets give no width there)."""


def longest_undivided_m(
    crossing: Path2D, lane_ends: Sequence[Point], length_m: float
) -> float | None:
    """Longest stretch of a crossing without a refuge of at least 2 m, in metres.

    lane_ends: where each crossed lane meets the junction. Lanes are sorted along the crossing; a gap
    wider than a lane and a refuge divides it. None where nothing divides it.
    """
    if len(crossing) < 2 or len(lane_ends) < 2:
        return None
    start, end = crossing[0], crossing[-1]
    span = math.dist(start, end)
    if span == 0:
        return None
    along = sorted(
        ((x - start[0]) * (end[0] - start[0]) + (y - start[1]) * (end[1] - start[1])) / span
        for x, y in lane_ends
    )
    gaps = [b - a for a, b in pairwise(along)]
    lane = min([LANE_M, *(gap for gap in gaps if gap > 1.0)])
    parts, begin = [], along[0]
    for (a, b), gap in zip(pairwise(along), gaps, strict=True):
        if gap - lane >= REFUGE_M:
            parts.append(a - begin + lane)
            begin = b
    if not parts:
        return None
    parts.append(along[-1] - begin + lane)
    return round(min(length_m, max(parts)), 2)
