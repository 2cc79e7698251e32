"""Loops of the network of neighbours: a short cycle basis and the bound that loops alone prove.

Dropping the rule that offset differences add up to whole cycles, every pair takes its own cheapest
difference: a weak bound. Keeping the rule loop by loop, with the cost of a pair shared between the loops
it lies in (Lagrangian decomposition; shares improved by subgradient steps), proves much more: the least
cost of one loop follows exactly from min-plus convolutions of its tables.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from signalopt.optimize.tables import OffsetProblem

Loop = tuple[tuple[int, int], ...]
"""Directed pairs (i, j), (j, k), ... back to i."""

_STEPS = 150


def connected_parts(problem: OffsetProblem) -> tuple[frozenset[int], ...]:
    """Intersections (positions) that are neighbours directly or through others."""
    parts: list[frozenset[int]] = []
    near = _neighbours(problem)
    for start in range(len(problem.names)):
        if not any(start in part for part in parts):
            parts.append(frozenset(_tree(near, start)))
    return tuple(parts)


def spanning_roots(problem: OffsetProblem) -> frozenset[int]:
    """The first intersection of every connected part that has no given offset."""
    given = set(problem.fixed)
    return frozenset(min(part) for part in connected_parts(problem) if not part & given)


def cycle_basis(problem: OffsetProblem) -> tuple[Loop, ...]:
    """A basis of independent short loops.

    Candidates are, for every pair and every third intersection nearby, the shortest way round; they are
    taken from short to long while independent (Horton, SIAM J. Computing 16, 1987).
    """
    near = _neighbours(problem)
    edges = [(p.first, p.second) for p in problem.pairs]
    number = {edge: n for n, edge in enumerate(edges)}
    candidates: set[tuple[int, Loop]] = set()
    for root in range(len(problem.names)):
        before = _tree(near, root)
        for i, j in edges:
            if i not in before or j not in before:
                continue
            left, right = _path(before, i), _path(before, j)
            if set(left) & set(right) == {root}:
                ring = [*reversed(left), *right[1:]]
                if len(ring) >= 3:
                    loop = tuple(zip(ring, [*ring[1:], ring[0]], strict=True))
                    candidates.add((len(loop), loop))
    basis: list[Loop] = []
    reduced: dict[int, int] = {}  # leading bit -> vector over GF(2), edges as bits
    for _, loop in sorted(candidates):
        vector = 0
        for i, j in loop:
            vector ^= 1 << number[min(i, j), max(i, j)]
        while vector and (lead := vector.bit_length()) in reduced:
            vector ^= reduced[lead]
        if vector:
            reduced[vector.bit_length()] = vector
            basis.append(loop)
    return tuple(basis)


def loop_bound(problem: OffsetProblem, steps: int = _STEPS) -> float:
    """A lower bound of the cost of any choice, from loops; settings are relaxed pair by pair."""
    degree = [len(found) for found in _neighbours(problem)]
    local = sum(int(c.min()) for c, pairs in zip(problem.local, degree, strict=True) if not pairs)
    tables = {}
    for pair in problem.pairs:
        # An intersection's own cost is shared by its pairs, so that a pair cannot take a dear setting free.
        first = problem.local[pair.first] / degree[pair.first]
        second = problem.local[pair.second] / degree[pair.second]
        whole = pair.cost + first[:, None, None] + second[None, :, None]
        tables[pair.first, pair.second] = whole.min(axis=(0, 1))
    loops = cycle_basis(problem)
    users: dict[tuple[int, int], list[int]] = {}
    for n, loop in enumerate(loops):
        for i, j in loop:
            users.setdefault((min(i, j), max(i, j)), []).append(n)
    alone = sum(float(t.min()) for edge, t in tables.items() if edge not in users)
    if not loops:
        return local + alone
    shares = {(n, edge): tables[edge] / len(found) for edge, found in users.items() for n in found}
    best, step = -np.inf, 0.0
    for iteration in range(steps):
        value, used = 0.0, {}
        for n, loop in enumerate(loops):
            least, gaps = _ring(loop, {e: shares[n, e] for _, e in _edges(loop)})
            value += least
            for edge, gap in gaps.items():
                used[n, edge] = gap
        best = max(best, value)
        if iteration == 0:
            step = 0.05 * (sum(float(t.mean() - t.min()) for t in tables.values()) + 1) / len(users)
        rate = step / (1 + iteration / 15)
        for edge, found in users.items():
            for n in found:
                shares[n, edge][used[n, edge]] += rate
                for m in found:
                    shares[m, edge][used[n, edge]] -= rate / len(found)
    return local + alone + float(best)


def _edges(loop: Loop) -> list[tuple[bool, tuple[int, int]]]:
    return [(i < j, (min(i, j), max(i, j))) for i, j in loop]


def _ring(
    loop: Loop, costs: Mapping[tuple[int, int], NDArray[np.float64]]
) -> tuple[float, dict[tuple[int, int], int]]:
    """Least cost of differences that add up to 0 (mod C) around a loop, and those differences."""
    steps = _edges(loop)
    # cost of a step in its own direction: turned round where the table runs the other way
    tables = [
        c if forward else np.roll(c[::-1], 1) for forward, c in ((f, costs[e]) for f, e in steps)
    ]
    cycle = len(tables[0])
    index = (np.arange(cycle)[:, None] - np.arange(cycle)[None, :]) % cycle  # [sum, last] -> before
    sums, choices = tables[0], []
    for table in tables[1:]:
        matrix = sums[index] + table[None, :]
        choice = matrix.argmin(axis=1)
        choices.append(choice)
        sums = matrix[np.arange(cycle), choice]
    total, gaps = 0, {}
    for position in range(len(tables) - 1, 0, -1):
        gap = int(choices[position - 1][total])
        gaps[steps[position][1]] = gap if steps[position][0] else -gap % cycle
        total = (total - gap) % cycle
    gaps[steps[0][1]] = total if steps[0][0] else -total % cycle
    return float(sums[0]), gaps


def _neighbours(problem: OffsetProblem) -> list[list[int]]:
    near: list[list[int]] = [[] for _ in problem.names]
    for pair in problem.pairs:
        near[pair.first].append(pair.second)
        near[pair.second].append(pair.first)
    return [sorted(found) for found in near]


def _tree(near: list[list[int]], root: int) -> dict[int, int]:
    """Breadth-first predecessors from `root`."""
    before, queue = {root: root}, deque([root])
    while queue:
        here = queue.popleft()
        for other in near[here]:
            if other not in before:
                before[other] = here
                queue.append(other)
    return before


def _path(before: Mapping[int, int], node: int) -> list[int]:
    """From the root to `node`."""
    path = [node]
    while before[path[-1]] != path[-1]:
        path.append(before[path[-1]])
    return path[::-1]
