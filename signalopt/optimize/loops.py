"""Loops of the network of neighbours: a short cycle basis and the bound that loops alone prove.

Dropping the rule that offset differences add up to whole cycles, every pair takes its own cheapest
difference: a weak bound. Keeping the rule loop by loop, with the cost of a pair shared between the loops
it lies in (Lagrangian decomposition; shares improved by subgradient steps), proves much more: the least
cost of one loop, settings included, follows exactly from min-plus convolutions of its tables.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from signalopt.optimize.ring_kernel import reached
from signalopt.optimize.tables import OffsetProblem

Loop = tuple[tuple[int, int], ...]
"""Directed pairs (i, j), (j, k), ... back to i."""

Edge = tuple[int, int]
Entry = tuple[int, int, int]
"""Settings of both ends and the offset difference: the place in a pair's table."""
Costs = NDArray[np.float64]

_STEPS = 150
_PATIENCE = 8  # steps without a better bound after which they are halved


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


def loop_bound(problem: OffsetProblem, steps: int = _STEPS, upper: float | None = None) -> float:
    """A lower bound of the cost of any choice, from loops.

    Settings are chosen consistently around each loop, not between loops that share no pair. `upper`: the
    cost of some solution, by which the steps are sized (B. T. Polyak, 1969); without it by the tables.
    """
    tables, local = _whole_tables(problem)
    loops = cycle_basis(problem)
    users: dict[Edge, list[int]] = {}
    for n, loop in enumerate(loops):
        for i, j in loop:
            users.setdefault((min(i, j), max(i, j)), []).append(n)
    alone = local + sum(float(t.min()) for edge, t in tables.items() if edge not in users)
    if not loops:
        return alone
    shares = {(n, edge): tables[edge] / len(found) for edge, found in users.items() for n in found}
    spread = sum(float(tables[edge].mean() - tables[edge].min()) for edge in users)
    best, stale, boldness = -np.inf, 0, 1.0
    for iteration in range(steps):
        value = 0.0
        used: dict[tuple[int, Edge], Entry] = {}
        for n, loop in enumerate(loops):
            least, entries = _ring(loop, {e: shares[n, e] for _, e in _edges(loop)})
            value += least
            used |= {(n, edge): entry for edge, entry in entries.items()}
        stale = 0 if value > best + 1e-3 else stale + 1
        best = max(best, value)
        if stale >= _PATIENCE:
            boldness, stale = boldness / 2, 0
        square = sum(_disagreement([used[n, e] for n in found]) for e, found in users.items())
        if square == 0:
            break  # the loops agree: no bound can be better
        goal = upper - alone if upper is not None else best + 0.2 * spread / (1 + iteration / 15)
        if goal <= value:
            break
        rate = boldness * (goal - value) / square
        for edge, found in users.items():
            for n in found:
                shares[n, edge][used[n, edge]] += rate
                for m in found:
                    shares[m, edge][used[n, edge]] -= rate / len(found)
    return alone + float(best)


def _whole_tables(problem: OffsetProblem) -> tuple[dict[Edge, Costs], float]:
    """Tables with the intersections' own costs shared out; the own costs of those without a pair."""
    degree = [len(found) for found in _neighbours(problem)]
    local = sum(int(c.min()) for c, pairs in zip(problem.local, degree, strict=True) if not pairs)
    tables: dict[Edge, Costs] = {}
    for pair in problem.pairs:
        # An intersection's own cost is shared by its pairs, so that a pair cannot take a dear setting free.
        first = problem.local[pair.first] / degree[pair.first]
        second = problem.local[pair.second] / degree[pair.second]
        tables[pair.first, pair.second] = pair.cost + first[:, None, None] + second[None, :, None]
    return tables, float(local)


def _disagreement(entries: list[Entry]) -> float:
    """Squared length of the subgradient of one pair: 0 where all its loops use the same entry."""
    counts = {entry: entries.count(entry) for entry in entries}
    return len(entries) - sum(count**2 for count in counts.values()) / len(entries)


def _edges(loop: Loop) -> list[tuple[bool, Edge]]:
    return [(i < j, (min(i, j), max(i, j))) for i, j in loop]


def _ring(loop: Loop, costs: Mapping[Edge, Costs]) -> tuple[float, dict[Edge, Entry]]:
    """Least cost of settings and of differences that add up to 0 (mod C) around a loop; entries used."""
    steps = _edges(loop)
    # cost of a step in its own direction: turned round where the table runs the other way
    tables = [
        costs[e] if forward else np.roll(costs[e][:, :, ::-1], 1, axis=2).transpose(1, 0, 2)
        for forward, e in steps
    ]
    cycle = tables[0].shape[2]
    sums, choices = tables[0], []  # sums[setting of the first, setting reached, sum of differences]
    for table in tables[1:]:
        sums, choice = reached(sums, table)
        choices.append(choice)
    closed = np.array([sums[v, v, 0] for v in range(sums.shape[0])])
    start = int(closed.argmin())
    entries: dict[Edge, Entry] = {}
    end, total = start, 0
    for position in range(len(tables) - 1, 0, -1):
        inner, gap = divmod(int(choices[position - 1][start, end, total]), cycle)
        entries[steps[position][1]] = _entry(steps[position][0], inner, end, gap, cycle)
        end, total = inner, (total - gap) % cycle
    entries[steps[0][1]] = _entry(steps[0][0], start, end, total, cycle)
    return float(closed[start]), entries


def _entry(forward: bool, v: int, w: int, gap: int, cycle: int) -> Entry:
    return (v, w, gap) if forward else (w, v, -gap % cycle)


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
