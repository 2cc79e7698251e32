"""Offsets of the tuner: when vehicles come over the cycle, and by how much a site should move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from signalopt.control.city import City
from signalopt.control.tuner_timing import Floats, Ints, MovingPlan


class Arrivals:
    """Arrivals at every stop line over the cycle, on the common clock modulo the site's cycle.

    A shift of a site moves its own greens against the arrivals, and with them the arrivals at the next
    signals, whose greens stay. Neighbours of another cycle are left out.
    """

    def __init__(self, city: City, plans: Sequence[MovingPlan]) -> None:
        """Nobody has come yet."""
        self._plans, self._serves = plans, city.serves
        self._site = city.lane_site
        self._cycle_s = np.array([plan.cycle_s for plan in plans])[city.lane_site]
        longest = int(self._cycle_s.max())
        self._now = np.zeros((len(city.lanes), longest))
        self._usual = np.zeros((len(city.lanes), longest))
        self._every = np.arange(len(city.lanes))
        self._own = tuple(np.flatnonzero(city.lane_site == n) for n in range(len(plans)))
        self._fed = tuple(_fed(city, n, plans) for n in range(len(plans)))

    def note(self, now_s: int, rate: Floats) -> None:
        """Take in the arrivals (L,) of one second, vehicles."""
        self._now[self._every, now_s % self._cycle_s] += rate

    def close(self, site: int, memory: float) -> None:
        """A cycle of a site has ended."""
        own = self._own[site]
        fresh = ~self._usual[own].any(axis=1, keepdims=True)
        mixed = memory * self._usual[own] + (1 - memory) * self._now[own]
        self._usual[own] = np.where(fresh, self._now[own], mixed)
        self._now[own] = 0.0

    def best_shift(self, site: int, step_s: int, worth: float) -> int:
        """Seconds by which a site should begin later: -step_s, 0 or step_s; 0 unless the gain is worth it."""
        if step_s == 0:
            return 0
        costs = {shift: self._cost(site, shift) for shift in (0, step_s, -step_s)}
        best = min(costs, key=lambda shift: costs[shift])
        return best if costs[best] < (1 - worth) * costs[0] else 0

    def _cost(self, site: int, shift_s: int) -> float:
        """Vehicle seconds of waiting for green in a cycle, if all who come on red go when it ends."""
        total = 0.0
        for lanes, wait_shift, come_shift in (
            (self._own[site], shift_s, 0),
            (self._fed[site], 0, shift_s),
        ):
            for lane in lanes:
                cycle = int(self._cycle_s[lane])
                wait = np.roll(self._wait_s(int(lane)), wait_shift)
                total += float(np.roll(self._usual[lane, :cycle], come_shift) @ wait)
        return total

    def _wait_s(self, lane: int) -> Floats:
        """Seconds (cycle,) until the next green, by the second of arrival on the clock."""
        plan = self._plans[self._site[lane]]
        green = np.zeros(plan.cycle_s, np.bool_)
        begin = 0
        for position, stage in enumerate(plan.stages):
            length = int(plan.greens_s[position])
            if self._serves[lane, stage]:
                green[begin : begin + length] = True
            begin += length + int(plan.between_s[position])
        if not green.any():
            return np.zeros(plan.cycle_s)
        starts = np.flatnonzero(np.concatenate([green, green]))
        seconds = np.arange(plan.cycle_s)
        ahead = starts[np.searchsorted(starts, seconds)] - seconds
        return np.roll(ahead.astype(np.float64), plan.offset_s)


def _fed(city: City, site: int, plans: Sequence[MovingPlan]) -> Ints:
    """Lanes of the approaches that a site's vehicles come to next, where the cycle is the same."""
    edge = [name.rsplit("_", 1)[0] for name in city.lanes]
    onward = city.movement_next[city.movement_site == site]
    edges = {edge[lane] for lane in onward if lane >= 0}
    lanes = [n for n, name in enumerate(edge) if name in edges]
    same = plans[site].cycle_s
    return np.array(
        [
            n
            for n in lanes
            if city.lane_site[n] != site and plans[city.lane_site[n]].cycle_s == same
        ],
        np.int64,
    )
