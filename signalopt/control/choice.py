"""Which stage to ask for when every stage has a score: the best one, if leaving the present one pays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from signalopt.control.controller import Asks
from signalopt.control.seen import Seen
from signalopt.control.stage_sums import StageSums

DISCHARGE_VPS = 0.5
"""Vehicles a second that a lane with a queue discharges: 1800 veh/h, the round figure of the handbooks."""
GETTING_UNDER_WAY_S = 6
"""Seconds of green after which a queue that may go must have moved, or it is blocked from beyond (estimated:
start-up loss of the first vehicle and two headways)."""


class Choice:
    """Chooses stages by their scores, in one run. It remembers who has left, to know whom a green serves."""

    def __init__(self, sums: StageSums, lane_site: NDArray[np.int32], pay: float) -> None:
        """pay: see `best`."""
        self._sums, self._pay = sums, pay
        self._site = np.arange(sums.sites)
        self._lane_site = lane_site.astype(np.int64)
        self._left = np.zeros(lane_site.size, np.int64)

    def best(self, seen: Seen, score: NDArray[np.float64]) -> Asks:
        """The stage with the highest score (N, S) at each site, among those that may be asked for.

        The present stage is kept when it scores as much as the best other one (ties keep), and also
        when the other's advantage does not pay for the switch: `pay` times the vehicles that the present
        stage could let go in the time that the switch loses. Queues that have green and do not move are
        blocked from beyond; nothing is lost by leaving them.
        """
        present = seen.stage.astype(np.int64)
        busy = self._sums.of_lanes(self._served(seen))[self._site, present]
        lost_s = self._sums.lost_s[self._site, present]
        price = self._pay * DISCHARGE_VPS * busy[:, None] * lost_s
        gain = np.where(seen.allowed, score - price, -np.inf)
        best = np.argmax(gain, axis=1)
        keeps = gain[self._site, present] >= gain[self._site, best]
        return np.where(keeps, present, best).astype(np.int16)

    def _served(self, seen: Seen) -> NDArray[np.float64]:
        """1 for lanes (L,) with a queue that a green would serve, else 0."""
        moved = seen.left > self._left
        self._left[:] = seen.left
        starting = seen.steady_s[self._lane_site] < GETTING_UNDER_WAY_S
        return ((seen.queue >= 1) & (moved | starting)).astype(np.float64)
