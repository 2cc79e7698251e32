"""Min-plus convolution of cost tables along a loop: what the loop bound spends its time on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from signalopt.mesosim.compiling import can_compile, compiled

Costs = NDArray[np.float64]
Choices = NDArray[np.int64]


def reached(sums: Costs, table: Costs) -> tuple[Costs, Choices]:
    """One more pair of the loop: least cost by (first setting, setting reached, sum of differences).

    sums[first, inner, s]: so far; table[inner, end, d]: of the pair; differences add up modulo the cycle. The
    choice is inner setting x cycle + the pair's own difference, the least of equal ones. Compiled where
    Numba is installed, else by NumPy.
    """
    starts, _, cycle = sums.shape
    ends = table.shape[1]
    if can_compile():
        best = np.full((starts, ends, cycle), np.inf)
        choice = np.zeros((starts, ends, cycle), dtype=np.int64)
        _kernel()(np.ascontiguousarray(sums), np.ascontiguousarray(table), best, choice)
        return best, choice
    index = (np.arange(cycle)[:, None] - np.arange(cycle)[None, :]) % cycle  # [sum, last] -> before
    before = sums[:, :, index]  # [start, inner, sum, last]
    best = np.empty((starts, ends, cycle))
    choice = np.empty((starts, ends, cycle), dtype=np.int64)
    for end in range(ends):
        joint = before + table[None, :, end, None, :]
        flat = joint.transpose(0, 2, 1, 3).reshape(starts, cycle, -1)
        choice[:, end] = flat.argmin(axis=2)
        best[:, end] = np.take_along_axis(flat, choice[:, end][:, :, None], axis=2)[:, :, 0]
    return best, choice


@lru_cache(maxsize=1)
def _kernel() -> Any:
    return compiled(_convolve)


def _convolve(sums: Costs, table: Costs, best: Costs, choice: Choices) -> None:
    """Fill the last two arrays; candidates in the order of their codes, so that the least one stays."""
    starts, inners, cycle = sums.shape
    for start in range(starts):
        for end in range(table.shape[1]):
            for inner in range(inners):
                for last in range(cycle):
                    own, code = table[inner, end, last], inner * cycle + last
                    for s in range(last):
                        cost = sums[start, inner, cycle - last + s] + own
                        if cost < best[start, end, s]:
                            best[start, end, s] = cost
                            choice[start, end, s] = code
                    for s in range(last, cycle):
                        cost = sums[start, inner, s - last] + own
                        if cost < best[start, end, s]:
                            best[start, end, s] = cost
                            choice[start, end, s] = code
