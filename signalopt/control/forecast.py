"""Arrivals that the rolling horizon expects: what is seen on the approach, then flows as counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import City
from signalopt.control.coordination import Platoons, new_platoons
from signalopt.control.forecast_kernel import fill
from signalopt.control.seen import BIN_S, BINS, Seen

Floats = NDArray[np.float64]

FIRST_S = 30.0
"""Counts of the first seconds are taken as if nobody had come in so many before."""


@dataclass
class Forecast:
    """The forecast of one run. rate (L,): vehicles a second that lanes let go of late, which in the long
    run is what comes; known (L,): seconds of free driving up to which vehicles are seen coming (the
    farthest that was ever seen: no session is told how far its detectors look); coming (L, seconds).
    """

    city: City
    smooth_s: float
    platoons: Platoons | None
    rate: Floats
    known: NDArray[np.int64]
    coming: Floats
    left: NDArray[np.int64]
    begun_s: int
    now_s: int

    def update(self, seen: Seen, open_share: Floats) -> int:
        """Take in what is seen now; seconds since the last time.

        open_share (M,): of a lane's departures, the part that each movement got.
        """
        seconds = max(seen.now_s - self.now_s, 1)
        gone = np.maximum(seen.left - self.left, 0).astype(np.float64)
        self.left[:] = seen.left
        self.now_s = seen.now_s
        memory = min(self.smooth_s, FIRST_S + seen.now_s - self.begun_s)
        self.rate += (gone / seconds - self.rate) * (1 - np.exp(-seconds / memory))
        some = seen.coming > 0
        last = np.where(some.any(axis=1), BINS - np.argmax(some[:, ::-1], axis=1), 0)
        np.maximum(self.known, BIN_S * last, out=self.known)
        if self.platoons is not None:
            self.platoons.remember(gone[self.city.movement_lane] * open_share, seconds)
        return seconds

    def fill(self, seen: Seen, flow: Floats) -> Floats:
        """Arrivals (L, seconds) from now on, `flow` (M, seconds) being the passages foreseen."""
        if self.platoons is None:
            background, onward = self.rate, np.zeros_like(self.coming)
        else:
            fed = self.platoons.ways.inflow(
                self.rate, self.city.movement_share, self.city.movement_lane
            )
            background = np.maximum(self.rate - fed, 0.0)
            onward = self.platoons.arrivals(flow)
        fill(seen.coming, BIN_S, self.known, background, onward, self.coming)
        return self.coming


def new_forecast(city: City, seconds: int, smooth_s: float, *, coordinate: bool) -> Forecast:
    """A forecast over so many seconds; coordinate: platoons from other signals of the city count."""
    lanes = len(city.lanes)
    return Forecast(
        city, smooth_s, new_platoons(city, seconds) if coordinate else None, np.zeros(lanes),
        np.zeros(lanes, np.int64), np.zeros((lanes, seconds)), np.zeros(lanes, np.int64), -1, -1,
    )  # fmt: skip
