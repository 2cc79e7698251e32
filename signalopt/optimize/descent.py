"""Good offsets at once: descent over one intersection at a time, then over connected blocks."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.optimize.tables import OffsetProblem

RESTARTS = 150
MOST_KICKED = 40
"""Signals of one kick at most: in a large area a kick stays local."""


@dataclass(frozen=True, slots=True)
class Descent:
    """The best point found: offsets (seconds), settings (positions), cost."""

    offsets_s: tuple[int, ...]
    settings: tuple[int, ...]
    cost: int


def descend(
    problem: OffsetProblem, *, seed: int, restarts: int = RESTARTS, start: Descent | None = None
) -> Descent:
    """Descend from zero offsets (or `start`), then from `restarts` random kicks; deterministic."""
    dice = random.Random(seed)
    count, cycle = len(problem.names), problem.cycle_s
    around: list[list[tuple[int, NDArray[np.int64]]]] = [[] for _ in range(count)]
    for pair in problem.pairs:
        # Every table is kept twice, seen from each end: [own setting, other's setting, own - other].
        backwards = np.roll(pair.cost[:, :, ::-1], 1, axis=2)
        around[pair.first].append((pair.second, backwards))
        around[pair.second].append((pair.first, pair.cost.transpose(1, 0, 2)))
    offsets = [problem.fixed.get(i, 0) % cycle for i in range(count)]
    settings = [0] * count
    if start is not None:
        offsets, settings = list(start.offsets_s), list(start.settings)
    restless = set(range(count))
    best: Descent | None = None
    for attempt in range(restarts + 1):
        if attempt and best is not None:
            offsets, settings = list(best.offsets_s), list(best.settings)
            restless = set()
            for i in _block(dice, around, count):
                if i not in problem.fixed:
                    offsets[i] = dice.randrange(cycle)
                    restless |= {i, *(other for other, _ in around[i])}
        _settle(problem, around, offsets, settings, restless)
        cost = problem.cost(offsets, settings)
        if best is None or cost < best.cost:
            best = Descent(tuple(offsets), tuple(settings), cost)
    assert best is not None
    return best


def _settle(
    problem: OffsetProblem,
    around: list[list[tuple[int, NDArray[np.int64]]]],
    offsets: list[int],
    settings: list[int],
    restless: set[int],
) -> None:
    """Best setting and offset of one intersection after the other until none improves.

    restless: those that something has changed for; all others are at their best already.
    """
    cycle = problem.cycle_s
    while restless:
        for i, neighbours in enumerate(around):
            if i not in restless:
                continue
            restless.discard(i)
            costs = np.repeat(problem.local[i][:, None], cycle, axis=1)
            for other, table in neighbours:
                split = cycle - offsets[other]
                row = table[:, settings[other], :]
                costs[:, : cycle - split] += row[:, split:]
                costs[:, cycle - split :] += row[:, :split]
            now = costs[settings[i], offsets[i]]
            if i in problem.fixed:
                costs = costs[:, [offsets[i]]]
            setting, column = np.unravel_index(int(costs.argmin()), costs.shape)
            if costs[setting, column] < now:
                settings[i] = int(setting)
                if i not in problem.fixed:
                    offsets[i] = int(column)
                restless.update(other for other, _ in neighbours)


def _block(
    dice: random.Random, around: list[list[tuple[int, NDArray[np.int64]]]], count: int
) -> list[int]:
    """A random connected block of up to a third of the intersections, MOST_KICKED at most."""
    block = [dice.randrange(count)]
    for _ in range(dice.randrange(min(MOST_KICKED, max(1, count // 3))) + 1):
        edge = [o for i in block for o, _ in around[i] if o not in block]
        if edge:
            block.append(dice.choice(edge))
    return block
