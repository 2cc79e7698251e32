"""Splits of the tuner: what lanes asked for in a cycle, and which seconds of green should move."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import City
from signalopt.control.seen import Seen
from signalopt.control.tuner_timing import Floats, Ints, MovingPlan

QUEUED_VEH = 1.5
"""A lane that still holds more than this when its green ends has discharged all the time."""
SLOWEST_SHARE = 0.3
"""A lane is not believed to discharge slower than this share of its saturation flow by itself: it is then
blocked from beyond, and more green would not help."""


@dataclass(frozen=True)
class Demand:
    """What the lanes (l,) of one site asked for in a usual cycle.

    vehicles: who came or was still there; headway_s: seconds of green that each needs; lost_s: seconds of
    green lost by starting; green_s: seconds of green of the latest cycle.
    """

    vehicles: Floats
    headway_s: Floats
    lost_s: Floats
    green_s: Floats

    def delay_s(self, green_s: Floats, cycle_s: int) -> float:
        """Vehicle seconds of delay in a cycle, if the lanes (l,) had these greens.

        The uniform delay of a queue that builds up in red and discharges in green (F. V. Webster, Road
        Research Technical Paper 39, 1958), and a whole cycle for whoever is left over.
        """
        usable = np.clip(green_s - self.lost_s, 1.0, cycle_s - 1.0)
        over = np.maximum(self.vehicles - usable / self.headway_s, 0.0)
        busy = np.minimum(self.vehicles * self.headway_s, usable) / cycle_s
        uniform = self.vehicles * (cycle_s - usable) ** 2 / (2 * cycle_s * (1 - busy))
        return float((uniform + over * cycle_s).sum())


class LaneCounts:
    """Counts of all lanes in the cycle under way, and the smoothed demand of the cycles before.

    lanes: numbers of the lanes of each site.
    """

    def __init__(self, city: City) -> None:
        """Nothing has been seen."""
        count = len(city.lanes)
        self.lanes = tuple(np.flatnonzero(city.lane_site == n) for n in range(len(city.sites)))
        self._headway_s, self._startup_s = city.lane_headway_s, city.lane_startup_s
        self._left = np.zeros(count, np.int64)
        self._over = np.zeros(count)
        self._green_s = np.zeros(count)
        self._was_green = np.zeros(count, np.bool_)
        self._starts = np.zeros(count)
        self._vehicles = np.full(count, np.nan)
        self._usual_s = city.lane_headway_s.copy()
        self._seen_left = np.zeros(count, np.int64)

    def note(self, seen: Seen) -> None:
        """Take in one second."""
        green = seen.red_s == 0
        ended = self._was_green & ~green
        self._over[ended] = seen.queue[ended]
        self._starts += green & ~self._was_green
        self._green_s += green
        self._was_green[:] = green
        self._seen_left[:] = seen.left

    def close(self, site: int, memory: float) -> Demand:
        """The demand of a site at the end of its cycle; its counts begin anew."""
        mine = self.lanes[site]
        gone = (self._seen_left[mine] - self._left[mine]).astype(np.float64)
        green, over = self._green_s[mine], self._over[mine]
        usable = np.maximum(green - self._startup_s[mine] * self._starts[mine], 1.0)
        slow = np.clip(
            usable / np.maximum(gone, 1.0),
            self._headway_s[mine],
            self._headway_s[mine] / SLOWEST_SHARE,
        )
        # Where a queue was left over the lane has shown how fast it can discharge.
        latest = np.where(over > QUEUED_VEH, slow, self._headway_s[mine])
        before = self._vehicles[mine]
        self._vehicles[mine] = _smoothed(before, gone + over, memory)
        self._usual_s[mine] = _smoothed(self._usual_s[mine], latest, memory)
        lost = self._startup_s[mine] * np.maximum(self._starts[mine], 1.0)
        self._left[mine] = self._seen_left[mine]
        for counts in (self._over, self._green_s, self._starts):
            counts[mine] = 0.0
        return Demand(self._vehicles[mine].copy(), self._usual_s[mine].copy(), lost, green)


def _smoothed(before: Floats, latest: Floats, memory: float) -> Floats:
    return np.where(np.isnan(before), latest, memory * before + (1 - memory) * latest)


def step_greens(
    plan: MovingPlan,
    serves: NDArray[np.bool_],
    demand: Demand,
    step_s: int,
    reach_s: int,
    worth: float,
) -> Ints:
    """The greens (P,) of the next cycles: up to `step_s` seconds moved to where they save most delay.

    serves (l, P): lanes with green in each position. The greens stay as they are unless all moves together
    save the share `worth` of the delay.
    """
    start, best = plan.greens_s, plan.greens_s
    rows = serves.astype(np.float64)
    # The rest of a lane's green lies in interstages, and stays.
    rest = np.maximum(demand.green_s - rows @ start, 0.0)

    def cost(greens: Ints) -> float:
        return demand.delay_s(rows @ greens + rest, plan.cycle_s)

    begin = least = cost(start)
    for _ in range(step_s):
        found = best
        for giver, taker in permutations(range(start.size), 2):
            trial = best.copy()
            trial[giver] -= 1
            trial[taker] += 1
            if not plan.keeps(trial) or np.abs(trial - plan.planned_s).max() > reach_s:
                continue
            value = cost(trial)
            if value < least:
                least, found = value, trial
        if found is best:
            break
        best = found
    return best if least < (1 - worth) * begin else start
