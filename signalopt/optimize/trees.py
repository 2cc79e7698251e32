"""Exact coordination where neighbours form no loop (an avenue with its crossings): dynamic programming."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from signalopt.optimize.tables import OffsetProblem


def solve_forest(problem: OffsetProblem) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Offsets (seconds) and settings of least cost, proven; None if the neighbours form a loop.

    From the leaves inwards, every intersection tells the next one its least cost for each of that one's
    settings and offsets (min-plus elimination); then the choices are read back outwards.
    """
    count, cycle = len(problem.names), problem.cycle_s
    tables = _tables(problem)
    order, parent = _order(problem)
    if order is None:
        return None
    value: list[NDArray[np.int64]] = []
    for i, local in enumerate(problem.local):
        cost = np.repeat(local[:, None], cycle, axis=1).astype(np.int64)
        if i in problem.fixed:
            free = np.full_like(cost, np.iinfo(np.int64).max // 4)
            at = problem.fixed[i] % cycle
            free[:, at] = cost[:, at]
            cost = free
        value.append(cost)
    choice: dict[int, NDArray[np.int64]] = {}
    index = (
        np.arange(cycle)[:, None] - np.arange(cycle)[None, :]
    ) % cycle  # [child, parent] -> gap
    for child in reversed(order):
        up = parent[child]
        if up < 0:
            continue
        table = tables[up, child]  # [parent setting, child setting, child - parent]
        joint = table[:, :, index] + value[child][None, :, :, None]  # [v, w, child, parent]
        flat = joint.reshape(table.shape[0], -1, cycle)
        best = flat.argmin(axis=1)
        choice[child] = best
        value[up] += np.take_along_axis(flat, best[:, None, :], axis=1)[:, 0, :]
    offsets, settings = [0] * count, [0] * count
    for node in order:
        up = parent[node]
        if up < 0:
            at = int(value[node].argmin())
            settings[node], offsets[node] = divmod(at, cycle)
        else:
            at = int(choice[node][settings[up], offsets[up]])
            settings[node], offsets[node] = divmod(at, cycle)
    return tuple(offsets), tuple(settings)


def _tables(problem: OffsetProblem) -> dict[tuple[int, int], NDArray[np.int64]]:
    """Every pair seen from both ends: [own setting, other's setting, other's offset - own]."""
    tables = {}
    for pair in problem.pairs:
        tables[pair.first, pair.second] = pair.cost
        turned = np.roll(pair.cost[:, :, ::-1], 1, axis=2).transpose(1, 0, 2)
        tables[pair.second, pair.first] = turned
    return tables


def _order(problem: OffsetProblem) -> tuple[list[int] | None, list[int]]:
    """Parents before children, starting from given offsets; None if there is a loop."""
    count = len(problem.names)
    near: list[list[int]] = [[] for _ in range(count)]
    for pair in problem.pairs:
        near[pair.first].append(pair.second)
        near[pair.second].append(pair.first)
    parent, order, seen = [-1] * count, [], set()
    for root in sorted(range(count), key=lambda i: (i not in problem.fixed, i)):
        if root in seen:
            continue
        seen.add(root)
        stack = [root]
        while stack:
            here = stack.pop()
            order.append(here)
            for other in near[here]:
                if other == parent[here]:
                    continue
                if other in seen:
                    return None, parent
                seen.add(other)
                parent[other] = here
                stack.append(other)
    return order, parent
