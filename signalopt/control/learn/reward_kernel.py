"""Kernel: queued seconds and stops of every site, counted second by second."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled


@compiled
def count_second(lane_site, held, left, held_before, left_before, queued_s, stops):
    """Add one second. Who leaves a lane with a queue is taken to come out of it, so that
    stops = vehicles held now - held before + those that have left of them.
    """
    for k in range(lane_site.size):
        site = lane_site[k]
        out = min(float(left[k] - left_before[k]), held_before[k])
        joined = held[k] - held_before[k] + out
        queued_s[site] += held[k]
        if joined > 0:
            stops[site] += joined
        held_before[k] = held[k]
        left_before[k] = left[k]
