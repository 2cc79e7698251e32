"""How the departures of one signal become arrivals at the next ones.

Platoons disperse on the way after Robertson's recursion (D. Robertson, "TRANSYT: a traffic network study
tool", RRL report LR 253, 1969): the first vehicles need 0.8 of the mean travel time, and a share
F = 1 / (1 + 0.35 * 0.8 * T) of what is under way arrives in each second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import City
from signalopt.control.forecast_kernel import disperse

PLATOON_ALPHA, PLATOON_BETA = 0.35, 0.8
MEMORY_S = 128
"""Departures are remembered for so long; slower ways are not coordinated."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ways:
    """Pairs of a movement and a lane at the next signal that it feeds, (K,) each.

    movement, lane: numbers; part: share of the movement's vehicles; delay_s: seconds until the first of
    a platoon arrive; smooth: Robertson's F.
    """

    movement: Ints
    lane: Ints
    part: Floats
    delay_s: Ints
    smooth: Floats

    def inflow(self, rate: Floats, share: Floats, lane_of: NDArray[np.int32]) -> Floats:
        """Vehicles a second that lanes get from signals upstream, rate (L,) being what lanes let go."""
        own = rate[lane_of] * share
        return np.bincount(self.lane, own[self.movement] * self.part, rate.size).astype(np.float64)


def make_ways(city: City) -> Ways:
    """The ways between the signals of a city. A movement feeds all lanes of the approach, by their share."""
    edges: dict[str, list[int]] = {}
    for number, lane in enumerate(city.lanes):
        edges.setdefault(lane.rsplit("_", 1)[0], []).append(number)
    rows: list[tuple[int, int, float, int, float]] = []
    for m, following in enumerate(city.movement_next):
        if following < 0:
            continue
        lanes = edges[city.lanes[following].rsplit("_", 1)[0]]
        total = float(city.lane_share[lanes].sum())
        travel = float(city.movement_next_m[m] / city.lane_speed_mps[following])
        delay = max(1, round(PLATOON_BETA * travel))
        if total <= 0 or delay >= MEMORY_S:
            continue
        smooth = 1 / (1 + PLATOON_ALPHA * PLATOON_BETA * travel)
        rows += [(m, n, float(city.lane_share[n]) / total, delay, smooth) for n in lanes]
    table = np.array(rows, np.float64).reshape(-1, 5)
    movement, onto, delay_s = (table[:, column].astype(np.int64) for column in (0, 1, 3))
    return Ways(movement, onto, table[:, 2], delay_s, table[:, 4])


@dataclass
class Platoons:
    """Vehicles under way between signals. past (M, MEMORY_S): passages, a ring of seconds; newest: its
    last column; onward (L, seconds): arrivals that follow from past and foreseen passages.
    """

    ways: Ways
    past: Floats
    newest: int
    onward: Floats

    def remember(self, passed: Floats, seconds: int) -> None:
        """Note vehicles (M,) that passed in the last `seconds`."""
        for _ in range(min(seconds, MEMORY_S)):
            self.newest = (self.newest + 1) % MEMORY_S
            self.past[:, self.newest] = passed / seconds

    def arrivals(self, flow: Floats) -> Floats:
        """Arrivals (L, seconds) if movements pass as foreseen, flow (M, seconds)."""
        w = self.ways
        disperse(
            w.movement,
            w.lane,
            w.part,
            w.delay_s,
            w.smooth,
            self.past,
            self.newest,
            flow,
            self.onward,
        )
        return self.onward


def new_platoons(city: City, seconds: int) -> Platoons:
    """Nobody under way; arrivals are foreseen for so many seconds."""
    moves, lanes = city.movement_lane.size, len(city.lanes)
    return Platoons(make_ways(city), np.zeros((moves, MEMORY_S)), 0, np.zeros((lanes, seconds)))
