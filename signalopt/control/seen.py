"""What a controller gets to see: one estimate of every approach, whatever the sensing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from signalopt.control.sensing import BIN_S, BINS

if TYPE_CHECKING:
    from signalopt.control.city import City

__all__ = ["BINS", "BIN_S", "Seen", "new_seen"]


@dataclass
class Seen:
    """The state of a city as its detectors and its lamps tell it. Arrays are used anew every second.

    now_s: second of the day. By lane (L,), in the order of city.lanes: queue: vehicles held up;
    coming (L, BINS): arrivals expected at the stop line, BIN_S seconds a bin, first bin the next two
    seconds, held-up ones not included; present: somebody stands at the stop bar; gap_s: seconds since
    a detector of the lane last saw somebody; healthy: its detectors are believed; red_s: seconds since
    it last had green (0 in green); waited_s: estimate of the longest wait in the queue; left: vehicles
    over the stop line since the start, as counted.
    By movement (M,): beyond: vehicles on the lane that it leads to (an estimate, 0 where nobody looks).
    By site (N,): stage: shown or being switched to; steady_s: seconds of steady green so far (0 while
    switching); switching; following: it runs its fallback program (asks are ignored); allowed (N, S):
    stages that may be asked for now, the current one meaning that it may be held.
    """

    now_s: int
    queue: NDArray[np.float32]
    coming: NDArray[np.float32]
    present: NDArray[np.bool_]
    gap_s: NDArray[np.float32]
    healthy: NDArray[np.bool_]
    red_s: NDArray[np.float32]
    waited_s: NDArray[np.float32]
    left: NDArray[np.int64]
    beyond: NDArray[np.float32]
    stage: NDArray[np.int16]
    steady_s: NDArray[np.int32]
    switching: NDArray[np.bool_]
    following: NDArray[np.bool_]
    allowed: NDArray[np.bool_]


def new_seen(city: City, now_s: int = 0) -> Seen:
    """An empty city: nobody there, everything healthy, every site in its first stage."""
    lanes, movements = len(city.lanes), city.movement_lane.size
    sites, stages = city.stage_count.size, city.green.shape[1]
    return Seen(
        now_s=now_s,
        queue=np.zeros(lanes, np.float32),
        coming=np.zeros((lanes, BINS), np.float32),
        present=np.zeros(lanes, np.bool_),
        gap_s=np.zeros(lanes, np.float32),
        healthy=np.ones(lanes, np.bool_),
        red_s=np.zeros(lanes, np.float32),
        waited_s=np.zeros(lanes, np.float32),
        left=np.zeros(lanes, np.int64),
        beyond=np.zeros(movements, np.float32),
        stage=np.zeros(sites, np.int16),
        steady_s=np.zeros(sites, np.int32),
        switching=np.zeros(sites, np.bool_),
        following=np.zeros(sites, np.bool_),
        allowed=np.arange(stages)[None, :] < city.stage_count[:, None],
    )
