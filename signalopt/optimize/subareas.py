"""A large area cut into subareas where its signals depend on each other least, solved and joined again.

What a pair of neighbours gains from agreeing is read from its own cost table: the cost of any offset
difference, on average, less that of the best one. The table holds flow, distance and the platoon's
dispersion, so this is the coupling index of practice (two-way volume over distance squared: R. D. Henry,
Signal Timing on a Shoestring, FHWA-HOP-07-006, 2005) in the unit of the objective. Signals that gain most
from each other are put together until a subarea is full; every subarea is solved on its own; then each is
one signal with one offset, and the same is done with these. At last the seams are solved again.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from signalopt.optimize.coordinate import (
    OffsetSolution,
    SolverLimits,
    coordinate,
    solution_of,
)
from signalopt.optimize.descent import Descent, descend
from signalopt.optimize.reduce import reduced, turned
from signalopt.optimize.tables import OffsetProblem, PairCost

MOST_TOGETHER = 30
"""Signals that are solved as one; larger meshes are cut."""
LEAST_WORK_S = 0.3
"""Deterministic seconds of the solver that a subarea gets at least."""
SEAM_RESTARTS = 60
"""Random kicks of the joined plan, so that what was cut can still agree."""

Pair = tuple[int, int]


def coordinate_area(
    problem: OffsetProblem,
    limits: SolverLimits | None = None,
    *,
    most_together: int = MOST_TOGETHER,
) -> OffsetSolution:
    """Offsets and settings of an area of any size; as `coordinate` where its mesh is small enough.

    Time grows with the number of subareas. The bound of a cut area holds too: each subarea's own and, for
    every pair that was cut, its cheapest entry. Deterministic for equal limits.
    """
    begun, limits = time.monotonic(), limits or SolverLimits()
    smaller = reduced(problem)
    core = smaller.problem
    if len(core.names) <= most_together or not core.pairs:
        return coordinate(problem, limits)
    areas = subareas(coupling(core), len(core.names), most_together)
    joined, bound = _joined(core, areas, limits, most_together)
    offsets, settings = smaller.restore(joined.offsets_s, joined.settings)
    return solution_of(problem, offsets, settings, bound, time.monotonic() - begun)


def coupling(problem: OffsetProblem) -> dict[Pair, float]:
    """What each pair gains from agreeing on its offsets, weighted vehicle seconds an hour; never negative."""
    return {
        (pair.first, pair.second): float((pair.cost.mean(axis=2) - pair.cost.min(axis=2)).mean())
        for pair in problem.pairs
    }


def subareas(strength: dict[Pair, float], count: int, most: int) -> tuple[tuple[int, ...], ...]:
    """Signals 0 ... count-1 in groups of at most `most` that are strongly coupled inside.

    Agglomerative: the two groups with the greatest mean coupling of their signals are joined while they fit
    (average linkage; R. Sokal and C. Michener, University of Kansas Science Bulletin 38, 1958). Equal
    couplings: the lower numbers first.
    """
    members: dict[int, list[int]] = {i: [i] for i in range(count)}
    near: dict[int, dict[int, float]] = {i: {} for i in range(count)}
    for (i, j), value in strength.items():
        near[i][j] = near[j][i] = near[i].get(j, 0.0) + value
    queue: list[tuple[float, int, int, int, int]] = []

    def offer(a: int, b: int) -> None:
        sizes = len(members[a]), len(members[b])
        if sum(sizes) <= most:
            low, high = min(a, b), max(a, b)
            rank = -near[a][b] / (sizes[0] * sizes[1])
            heapq.heappush(queue, (rank, low, high, len(members[low]), len(members[high])))

    for i, j in sorted(strength):
        offer(i, j)
    while queue:
        _, a, b, size_a, size_b = heapq.heappop(queue)
        if a not in members or b not in members:
            continue
        if (len(members[a]), len(members[b])) != (size_a, size_b):
            continue  # one of them has grown since; it was offered again
        members[a] += members.pop(b)
        for other, value in near.pop(b).items():
            del near[other][b]
            if other != a:
                near[a][other] = near[other][a] = near[a].get(other, 0.0) + value
        for other in sorted(near[a]):
            offer(a, other)
    return tuple(sorted(tuple(sorted(group)) for group in members.values()))


def _joined(
    problem: OffsetProblem,
    areas: Sequence[Sequence[int]],
    limits: SolverLimits,
    most_together: int,
) -> tuple[Descent, float]:
    """The best choice for the whole from solutions of its subareas, and a bound of any choice."""
    share = max(LEAST_WORK_S, limits.deterministic_s / len(areas))
    own = replace(limits, deterministic_s=min(limits.deterministic_s, share))
    solved = [coordinate(_inside(problem, area), own) for area in areas]
    offsets, settings = [0] * len(problem.names), [0] * len(problem.names)
    home = [0] * len(problem.names)
    for number, (area, found) in enumerate(zip(areas, solved, strict=True)):
        for position, i in enumerate(area):
            home[i] = number
            offsets[i], settings[i] = found.offsets_s[position], found.settings[position]
    cut = [pair for pair in problem.pairs if home[pair.first] != home[pair.second]]
    between = _between(problem, areas, home, cut, offsets, settings, [s.cost for s in solved])
    shifts = coordinate_area(between, own, most_together=most_together)
    shifted = [
        (offset + shifts.offsets_s[home[i]]) % problem.cycle_s for i, offset in enumerate(offsets)
    ]
    start = Descent(tuple(shifted), tuple(settings), problem.cost(shifted, settings))
    joined = descend(problem, seed=limits.seed, restarts=SEAM_RESTARTS, start=start)
    joined = _mended(problem, joined, cut, most_together, limits.seed)
    bound = sum(s.bound for s in solved) + sum(int(pair.cost.min()) for pair in cut)
    return joined, bound


def _mended(
    problem: OffsetProblem,
    joined: Descent,
    cut: Sequence[PairCost],
    most_together: int,
    seed: int,
) -> Descent:
    """The choice with its seams solved again: cut otherwise, each piece between what stays around it."""
    strength = coupling(problem)
    strongest = max(strength.values(), default=0.0)
    for pair in cut:  # what was a seam comes to lie inside
        strength[pair.first, pair.second] += strongest
    seam = {i for pair in cut for i in (pair.first, pair.second)}
    for area in subareas(strength, len(problem.names), most_together):
        if len(area) > 1 and seam & set(area):
            joined = _renewed(problem, joined, area, seed)
    return joined


def _renewed(problem: OffsetProblem, joined: Descent, area: Sequence[int], seed: int) -> Descent:
    """The choice with one piece of it solved again, if that is better; its neighbours stay."""
    inside = set(area)
    around = sorted(
        {j for p in problem.pairs for i, j in ((p.first, p.second), (p.second, p.first))
         if i in inside and j not in inside}
    )  # fmt: skip
    position = {i: n for n, i in enumerate((*area, *around))}
    pairs = []
    for pair in problem.pairs:
        i, j = pair.first, pair.second
        if i in inside or j in inside:
            table = pair.cost
            if i not in inside:
                table = table[[joined.settings[i]]]
            if j not in inside:
                table = table[:, [joined.settings[j]]]
            first, second = position[i], position[j]
            if first > second:
                first, second, table = second, first, turned(table)
            pairs.append(PairCost(first, second, table))
    piece = OffsetProblem(
        problem.cycle_s,
        tuple(problem.names[i] for i in position),
        (*(problem.local[i] for i in area), *(np.zeros(1, dtype=np.int64) for _ in around)),
        tuple(pairs),
        {position[i]: problem.fixed[i] for i in area if i in problem.fixed}
        | {position[i]: joined.offsets_s[i] for i in around},
    )
    smaller, whole = reduced(piece), (*area, *around)
    kept = [whole[n] for n in smaller.kept]
    start = Descent(
        tuple(joined.offsets_s[i] for i in kept),
        tuple(joined.settings[i] if i in inside else 0 for i in kept),
        joined.cost,
    )
    found = descend(smaller.problem, seed=seed, restarts=SEAM_RESTARTS, start=start)
    new_offsets, new_settings = smaller.restore(found.offsets_s, found.settings)
    offsets, settings = list(joined.offsets_s), list(joined.settings)
    for i in area:
        offsets[i], settings[i] = new_offsets[position[i]], new_settings[position[i]]
    cost = problem.cost(offsets, settings)
    return Descent(tuple(offsets), tuple(settings), cost) if cost < joined.cost else joined


def _inside(problem: OffsetProblem, area: Sequence[int]) -> OffsetProblem:
    """The problem of some signals alone; pairs with others left out."""
    position = {i: n for n, i in enumerate(area)}
    pairs = tuple(
        PairCost(position[p.first], position[p.second], p.cost)
        for p in problem.pairs
        if p.first in position and p.second in position
    )
    fixed = {position[i]: offset for i, offset in problem.fixed.items() if i in position}
    return OffsetProblem(
        problem.cycle_s,
        tuple(problem.names[i] for i in area),
        tuple(problem.local[i] for i in area),
        pairs,
        fixed,
    )


def _between(
    problem: OffsetProblem,
    areas: Sequence[Sequence[int]],
    home: Sequence[int],
    cut: Sequence[PairCost],
    offsets: Sequence[int],
    settings: Sequence[int],
    costs: Sequence[int],
) -> OffsetProblem:
    """Each subarea as one signal with one setting, its offset what is added to all of its signals."""
    tables: dict[Pair, np.ndarray] = {}
    for pair in cut:
        i, j = pair.first, pair.second
        row = np.roll(pair.cost[settings[i], settings[j]], offsets[i] - offsets[j])
        if home[i] > home[j]:  # seen from the other end: the difference counts backwards
            row = np.roll(row[::-1], 1)
        ends = (min(home[i], home[j]), max(home[i], home[j]))
        tables[ends] = tables[ends] + row if ends in tables else row
    pairs = tuple(PairCost(a, b, table[None, None, :]) for (a, b), table in sorted(tables.items()))
    return OffsetProblem(
        problem.cycle_s,
        tuple(problem.names[area[0]] for area in areas),
        tuple(np.array([cost], dtype=np.int64) for cost in costs),
        pairs,
        {home[i]: 0 for i in problem.fixed},
    )
