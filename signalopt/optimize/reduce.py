"""Exact reduction of a coordination problem: intersections with one or two neighbours are taken out.

Whoever has one neighbour tells it the least cost for each of its settings; whoever has two becomes one
table between the two (min-plus convolution over its own offset and settings). Both keep the optimum, so
an avenue, a ring and everything without a grid's mesh is solved here and proven; of a grid the mesh is
left. (Dynamic programming by elimination: U. Bertele and F. Brioschi, Nonserial Dynamic Programming, 1972.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.optimize.tables import OffsetProblem, PairCost

Table = NDArray[np.int64]
_NEIGHBOURS = 2


@dataclass(frozen=True)
class _Step:
    """How one intersection is chosen once its neighbours are.

    choice[v, (w,) d]: best own setting x cycle + best own offset after the first neighbour's; d: offset of
    the second neighbour after the first's.
    """

    node: int
    near: tuple[int, ...]
    choice: Table


@dataclass(frozen=True)
class Reduced:
    """A smaller problem of equal least cost, and the way back. `kept`: positions in the whole problem."""

    problem: OffsetProblem
    kept: tuple[int, ...]
    whole: OffsetProblem
    steps: tuple[_Step, ...]

    def restore(
        self, offsets: tuple[int, ...], settings: tuple[int, ...]
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Offsets and settings of the whole problem from those of the smaller one."""
        cycle = self.whole.cycle_s
        at, chosen = [0] * len(self.whole.names), [0] * len(self.whole.names)
        for position, node in enumerate(self.kept):
            at[node], chosen[node] = offsets[position], settings[position]
        for step in reversed(self.steps):
            first = step.near[0]
            code = step.choice[chosen[first]]
            if len(step.near) == _NEIGHBOURS:
                second = step.near[1]
                code = code[chosen[second], (at[second] - at[first]) % cycle]
            chosen[step.node], ahead = divmod(int(code), cycle)
            at[step.node] = (at[first] + ahead) % cycle
        return tuple(at), tuple(chosen)


def reduced(problem: OffsetProblem) -> Reduced:
    """Take out every intersection with one or two neighbours whose offset is free."""
    local = {i: cost.astype(np.int64) for i, cost in enumerate(problem.local)}
    near: dict[int, dict[int, Table]] = {i: {} for i in local}
    for pair in problem.pairs:
        _join(near, pair.first, pair.second, pair.cost.astype(np.int64))
    steps = []
    while True:
        able = [i for i in near if i not in problem.fixed and 1 <= len(near[i]) <= _NEIGHBOURS]
        if not able:
            break
        node = min(able, key=lambda i: (len(near[i]), len(local[i]), i))
        steps.append(_leaf(node, local, near) if len(near[node]) == 1 else _link(node, local, near))
        del near[node], local[node]
    kept = tuple(near)
    number = {node: position for position, node in enumerate(kept)}
    pairs = tuple(
        PairCost(number[i], number[j], table)
        for i in kept
        for j, table in sorted(near[i].items())
        if i < j
    )
    smaller = OffsetProblem(
        problem.cycle_s,
        tuple(problem.names[i] for i in kept),
        tuple(local[i] for i in kept),
        pairs,
        {number[i]: offset for i, offset in problem.fixed.items()},
    )
    return Reduced(smaller, kept, problem, tuple(steps))


def turned(table: Table) -> Table:
    """A table [v, w, o_j - o_i] seen from the other end: [w, v, o_i - o_j]."""
    return np.roll(table[:, :, ::-1], 1, axis=2).transpose(1, 0, 2)


def _join(near: dict[int, dict[int, Table]], i: int, j: int, table: Table) -> None:
    """Add a table [v of i, w of j, o_j - o_i] to what the two already cost."""
    known = near[i].get(j)
    near[i][j] = table if known is None else known + table
    near[j][i] = turned(near[i][j])


def _leaf(node: int, local: dict[int, Table], near: dict[int, dict[int, Table]]) -> _Step:
    ((other, seen),) = near[node].items()
    table = turned(seen) + local[node][None, :, None]  # [other's setting, own, own - other]
    flat = table.reshape(table.shape[0], -1)
    local[other] = local[other] + flat.min(axis=1)
    del near[other][node]
    return _Step(node, (other,), flat.argmin(axis=1))


def _link(node: int, local: dict[int, Table], near: dict[int, dict[int, Table]]) -> _Step:
    first, second = sorted(near[node])
    cycle = near[node][first].shape[2]
    before = turned(near[node][first])  # [v, own, own - first]
    after = near[node][second]  # [own, w, second - own]
    ahead = (np.arange(cycle)[:, None] - np.arange(cycle)[None, :]) % cycle  # [D, d] -> D - d
    shape = (before.shape[0], after.shape[1], cycle)
    least = np.full(shape, np.iinfo(np.int64).max)
    choice = np.zeros(shape, dtype=np.int64)
    for own in range(len(local[node])):
        onward = after[own][:, ahead] + int(local[node][own])  # [w, D, d]
        for v in range(shape[0]):
            joint = onward + before[v, own][None, None, :]
            best = joint.argmin(axis=2)
            cost = np.take_along_axis(joint, best[:, :, None], axis=2)[:, :, 0]
            better = cost < least[v]
            least[v][better] = cost[better]
            choice[v][better] = own * cycle + best[better]
    del near[first][node], near[second][node]
    _join(near, first, second, least)
    return _Step(node, (first, second), choice)
