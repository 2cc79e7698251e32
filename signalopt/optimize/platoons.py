"""Cyclic flow profiles: departures from a stop line, platoons on the way, queues where they arrive.

Profiles are arrays whose last axis is the second of the cycle; flows in vehicles per second. Sources: D. I.
Robertson, TRANSYT, RRL Report LR 253, 1969 (cyclic flow profiles, platoon dispersion); M. Yu and M. Van
Aerde, Calibrating Robertson's platoon dispersion model, Canadian Journal of Civil Engineering 27, 2000
(parameters from mean and deviation of the travel time).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Profile = NDArray[np.float64]

TRAVEL_DEVIATION = 0.12
"""Standard deviation of the running time over its mean; estimated from the spread of desired speeds."""


@dataclass(frozen=True)
class Queueing:
    """A stop line over one cycle in its steady state (last axis: second of the cycle).

    departures that waited in the queue and those that passed without (veh/s); waiting vehicles at the
    end of each second; stops per second.
    """

    queued_departures: Profile
    free_departures: Profile
    waiting: Profile
    stops: Profile

    @property
    def delay_veh_s(self) -> NDArray[np.float64]:
        """Vehicle seconds waited per cycle."""
        total: NDArray[np.float64] = self.waiting.sum(axis=-1)
        return total

    @property
    def stops_veh(self) -> NDArray[np.float64]:
        """Vehicles stopped per cycle."""
        total: NDArray[np.float64] = self.stops.sum(axis=-1)
        return total


def cyclic_queue(arrivals: Profile, service: Profile) -> Queueing:
    """Let periodic arrivals (veh/s) pass a periodic service (veh/s) in order; vertical queue.

    The queue is what came minus what could be served since it was last empty (Lindley's recursion solved by
    running minima over two cycles). Arrivals must be within the service of a cycle, else there is no steady
    state and the second cycle from an empty start is returned.
    """
    surplus = arrivals - service
    cycle = surplus.shape[-1]
    total = np.cumsum(np.concatenate([surplus, surplus], axis=-1), axis=-1)
    lowest = np.minimum(np.minimum.accumulate(total, axis=-1), 0.0)
    queue = (total - lowest)[..., cycle - 1 :]
    before, waiting = queue[..., :-1], queue[..., 1:]
    leaving = np.maximum(0.0, before + arrivals - waiting)
    queued = np.minimum(leaving, before)
    return Queueing(queued, leaving - queued, waiting, np.minimum(arrivals, waiting))


def disperse(departures: Profile, travel_s: float, deviation: float = TRAVEL_DEVIATION) -> Profile:
    """Arrivals after a mean travel time, spread by Robertson's recurrence, periodic in the cycle.

    The lag of the recurrence is geometric with factor F, variance (1 - F) / F^2 and mean (1 - F) / F; F
    follows from the deviation and the rest of the mean is a plain shift.
    """
    variance = max(1e-9, (deviation * travel_s) ** 2)
    factor = (math.sqrt(1 + 4 * variance) - 1) / (2 * variance)
    shifted = shift(departures, max(0.0, travel_s - (1 - factor) / factor))
    cycle = departures.shape[-1]
    lags = factor * (1 - factor) ** np.arange(cycle) / (1 - (1 - factor) ** cycle)
    spectrum = np.fft.rfft(shifted, axis=-1) * np.fft.rfft(lags)
    return np.maximum(0.0, np.fft.irfft(spectrum, n=cycle, axis=-1))


def shift(profile: Profile, seconds: float) -> Profile:
    """The profile `seconds` later (whole part exact, rest shared between neighbours)."""
    whole = math.floor(seconds)
    rest = seconds - whole
    rolled = np.roll(profile, whole, axis=-1)
    return (1 - rest) * rolled + rest * np.roll(profile, whole + 1, axis=-1)


def all_shifts(profile: Profile) -> Profile:
    """The profile turned by 0, 1, ... seconds to the left: a new axis before the last one.

    Row d is what the profile looks like on a clock that is d seconds ahead.
    """
    cycle = profile.shape[-1]
    index = (np.arange(cycle)[:, None] + np.arange(cycle)[None, :]) % cycle
    turned: Profile = profile[..., index]
    return turned
