"""The coordination model as a mixed-integer program for HiGHS, entry by entry the same problem.

One binary for each entry (v, w, d) of each pair's table, exactly one of them chosen; they say which
settings the two ends have and how far apart their offsets are; offsets and whole turns are integers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from signalopt.optimize.loops import spanning_roots
from signalopt.optimize.tables import OffsetProblem


@dataclass(frozen=True, slots=True)
class MilpOutcome:
    """What HiGHS found: cost None without a solution; bound; seconds."""

    cost: float | None
    bound: float
    optimal: bool
    wall_s: float

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost."""
        return None if self.cost is None else max(0.0, (self.cost - self.bound) / self.cost)


def solve_milp(problem: OffsetProblem, wall_s: float) -> MilpOutcome:
    """Solve by HiGHS (through SciPy) within `wall_s` seconds of wall clock."""
    count, cycle = len(problem.names), problem.cycle_s
    roots = spanning_roots(problem)
    cost: list[float] = [0.0] * count
    low: list[float] = []
    high: list[float] = []
    for i in range(count):
        given = problem.fixed.get(i, 0 if i in roots else None)
        low.append(0 if given is None else given % cycle)
        high.append(cycle - 1 if given is None else given % cycle)
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    right: list[float] = []

    def add(terms: list[tuple[int, float]], equals: float) -> None:
        for column, value in terms:
            rows.append(len(right))
            columns.append(column)
            values.append(value)
        right.append(equals)

    def variable(c: float, lower: float, upper: float) -> int:
        cost.append(c)
        low.append(lower)
        high.append(upper)
        return len(cost) - 1

    settings = [[variable(float(c), 0, 1) for c in local] for local in problem.local]
    for own in settings:
        add([(x, 1.0) for x in own], 1.0)
    for pair in problem.pairs:
        entries = {
            index: variable(float(value), 0, 1) for index, value in np.ndenumerate(pair.cost)
        }
        wrap = variable(0.0, 0, 1)
        for position, own in ((0, settings[pair.first]), (1, settings[pair.second])):
            for setting, x in enumerate(own):
                same = [(y, 1.0) for index, y in entries.items() if index[position] == setting]
                add([*same, (x, -1.0)], 0.0)
        ahead = [(y, float(index[2])) for index, y in entries.items() if index[2]]
        add([*ahead, (pair.second, -1.0), (pair.first, 1.0), (wrap, -float(cycle))], 0.0)
    matrix = coo_array((values, (rows, columns)), shape=(len(right), len(cost))).tocsr()
    begun = time.perf_counter()
    done = milp(
        np.array(cost),
        integrality=np.ones(len(cost), dtype=np.int64),
        bounds=Bounds(np.array(low), np.array(high)),
        constraints=LinearConstraint(matrix, np.array(right), np.array(right)),
        options={"time_limit": wall_s, "mip_rel_gap": 0.0},
    )
    found = None if done.fun is None else float(done.fun)
    bound = done.mip_dual_bound
    return MilpOutcome(
        found,
        float(bound) if bound is not None else 0.0,
        done.status == 0,
        time.perf_counter() - begun,
    )
