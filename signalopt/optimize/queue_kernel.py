"""The queue at a stop line for every offset difference at once: what cost tables spend their time on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from signalopt.mesosim.compiling import can_compile, compiled
from signalopt.optimize.platoons import all_shifts, cyclic_queue

Array = NDArray[np.float64]


def shifted_queues(arrivals: Array, service: Array) -> tuple[Array, Array, Array]:
    """Waiting (veh s a cycle), stops (veh a cycle) and longest queue of each row at each shift.

    Row n, column d: arrivals[n] on a clock that is d seconds ahead, served by service[n]; compiled where
    Numba is installed, else by NumPy, several times slower.
    """
    if not can_compile():
        queue = cyclic_queue(all_shifts(arrivals), service[:, None, :])
        return queue.delay_veh_s, queue.stops_veh, queue.waiting.max(axis=-1)
    waiting, stops, longest = (np.zeros_like(arrivals) for _ in range(3))
    _kernel()(
        np.ascontiguousarray(arrivals), np.ascontiguousarray(service), waiting, stops, longest
    )
    return waiting, stops, longest


@lru_cache(maxsize=1)
def _kernel() -> Any:
    return compiled(_shifted)


def _shifted(arrivals: Array, service: Array, waiting: Array, stops: Array, longest: Array) -> None:
    """Fill the last three arrays; the second of two cycles from an empty start is the steady state."""
    rows, cycle = arrivals.shape
    for n in range(rows):
        for shift in range(cycle):
            queue = 0.0
            for turn in range(2):
                for second in range(cycle):
                    at = second + shift
                    if at >= cycle:
                        at -= cycle
                    coming = arrivals[n, at]
                    queue = max(0.0, queue + coming - service[n, second])
                    if turn == 1:
                        waiting[n, shift] += queue
                        stops[n, shift] += min(coming, queue)
                        longest[n, shift] = max(longest[n, shift], queue)
