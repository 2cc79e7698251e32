"""Good offsets at once: descent over one intersection at a time, then over connected blocks."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.optimize.tables import OffsetProblem

RESTARTS = 150


@dataclass(frozen=True, slots=True)
class Descent:
    """The best point found: offsets (seconds), settings (positions), cost."""

    offsets_s: tuple[int, ...]
    settings: tuple[int, ...]
    cost: int


def descend(problem: OffsetProblem, *, seed: int, restarts: int = RESTARTS) -> Descent:
    """Descend from zero offsets, then from `restarts` random kicks of the best point; deterministic."""
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
    best: Descent | None = None
    for attempt in range(restarts + 1):
        if attempt and best is not None:
            offsets, settings = list(best.offsets_s), list(best.settings)
            for i in _block(dice, around, count):
                if i not in problem.fixed:
                    offsets[i] = dice.randrange(cycle)
        _settle(problem, around, offsets, settings)
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
) -> None:
    """Best setting and offset of one intersection after the other until none improves."""
    cycle, improved = problem.cycle_s, True
    while improved:
        improved = False
        for i, neighbours in enumerate(around):
            costs = np.repeat(problem.local[i][:, None], cycle, axis=1)
            for other, table in neighbours:
                costs += np.roll(table[:, settings[other], :], offsets[other], axis=1)
            now = costs[settings[i], offsets[i]]
            if i in problem.fixed:
                costs = costs[:, [offsets[i]]]
            setting, column = np.unravel_index(int(costs.argmin()), costs.shape)
            if costs[setting, column] < now:
                settings[i] = int(setting)
                if i not in problem.fixed:
                    offsets[i] = int(column)
                improved = True


def _block(
    dice: random.Random, around: list[list[tuple[int, NDArray[np.int64]]]], count: int
) -> list[int]:
    """A random connected block of up to a third of the intersections."""
    block = [dice.randrange(count)]
    for _ in range(dice.randrange(max(1, count // 3)) + 1):
        edge = [o for i in block for o, _ in around[i] if o not in block]
        if edge:
            block.append(dice.choice(edge))
    return block
