"""Coordination: offsets and settings of a whole area at once by CP-SAT, with a proven bound.

Model: an offset o_i in [0, C) and a setting s_i per intersection; for every pair of neighbours
d = o_j - o_i + C b with a wrap bit b, and a table constraint cost = T[s_i, s_j, d]. Costs depend on
differences only, so one offset of every connected part without a given offset is 0. Around each loop of
a cycle basis the differences add up to a whole number of cycles (the loop constraints of J. D. C. Little,
The synchronization of traffic signals by mixed-integer linear programming, Operations Research 14, 1966).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ortools.sat.python import cp_model

from signalopt.optimize.descent import Descent, descend
from signalopt.optimize.loops import (
    connected_parts,
    cycle_basis,
    loop_bound,
    spanning_roots,
)
from signalopt.optimize.reduce import reduced
from signalopt.optimize.tables import OffsetProblem


class SolverStatus(StrEnum):
    """What the solver proved."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"


@dataclass(frozen=True, slots=True)
class SolverLimits:
    """Effort of the solver. `deterministic_s` counts work, not wall time: equal on every machine.

    `wall_s` is a guard for slow machines; where it strikes, results may differ from run to run.
    """

    deterministic_s: float = 10.0
    wall_s: float = 60.0
    seed: int = 1
    workers: int = 1


@dataclass(frozen=True)
class OffsetSolution:
    """Offsets (seconds) and settings (positions) in the order of the problem's names.

    `cost` is recomputed from the tables; no solution can cost less than `bound` (same units: weighted
    vehicle seconds an hour).
    """

    offsets_s: tuple[int, ...]
    settings: tuple[int, ...]
    cost: int
    bound: float
    status: SolverStatus
    wall_s: float

    @property
    def gap(self) -> float:
        """(cost - bound) / cost: how much better, at most, the best solution could be."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 0 else 0.0


def coordinate(
    problem: OffsetProblem, limits: SolverLimits | None = None, *, through_solver: bool = False
) -> OffsetSolution:
    """Find offsets and settings of least cost; deterministic for equal limits.

    Intersections with one or two neighbours are eliminated exactly (optimize/reduce.py): an avenue or a ring
    is solved and proven by that alone. What is left goes to CP-SAT with a good start and the loop bound.
    through_solver: give CP-SAT the whole problem as it is (for comparison).
    """
    begun = time.monotonic()
    limits = limits or SolverLimits()
    if through_solver:
        start = descend(problem, seed=limits.seed)
        found = _by_solver(problem, limits, start, loop_bound(problem, upper=float(start.cost)))
        return solution_of(problem, *found, time.monotonic() - begun)
    return _eliminated(problem, limits, begun, solver=True)


def quick_bound(problem: OffsetProblem, *, seed: int = 1) -> OffsetSolution:
    """A good solution and a lower bound within about a second: elimination, descent, loop bound."""
    return _eliminated(problem, SolverLimits(seed=seed), time.monotonic(), solver=False)


def _eliminated(
    problem: OffsetProblem, limits: SolverLimits, begun: float, *, solver: bool
) -> OffsetSolution:
    smaller = reduced(problem)
    core = smaller.problem
    if core.pairs:
        start = descend(core, seed=limits.seed)
        bound = loop_bound(core, upper=float(start.cost))
        offsets, settings = start.offsets_s, start.settings
        if solver and start.cost - bound >= 1 - 1e-6:
            offsets, settings, bound = _by_solver(core, limits, start, bound)
    else:
        settings = tuple(int(cost.argmin()) for cost in core.local)
        offsets = tuple(core.fixed.get(i, 0) % core.cycle_s for i in range(len(settings)))
        bound = float(core.cost(offsets, settings))
    return solution_of(
        problem, *smaller.restore(offsets, settings), bound, time.monotonic() - begun
    )


def _by_solver(
    problem: OffsetProblem, limits: SolverLimits, start: Descent, weak: float
) -> tuple[tuple[int, ...], tuple[int, ...], float]:
    """CP-SAT from a complete start and a lower bound: offsets, settings and the better bound."""
    model, offsets, settings = _model(problem, math.ceil(weak - 1e-6), start)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = limits.seed
    solver.parameters.num_workers = limits.workers
    solver.parameters.interleave_search = limits.workers > 1  # several workers, one outcome
    solver.parameters.max_deterministic_time = limits.deterministic_s
    solver.parameters.max_time_in_seconds = limits.wall_s
    found = solver.solve(model)
    if found not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return start.offsets_s, start.settings, weak
    chosen = tuple(solver.value(v) for v in offsets), tuple(solver.value(v) for v in settings)
    if problem.cost(*chosen) > start.cost:
        chosen = start.offsets_s, start.settings
    return *chosen, max(weak, solver.best_objective_bound)


def solution_of(
    problem: OffsetProblem,
    offsets: Sequence[int],
    settings: Sequence[int],
    bound: float,
    wall_s: float,
) -> OffsetSolution:
    """A choice with its cost by the problem's tables and what `bound` proves of it."""
    cost, status = problem.cost(offsets, settings), SolverStatus.FEASIBLE
    bound = min(float(cost), bound)
    if cost - bound < 1 - 1e-6:  # costs are whole numbers
        status, bound = SolverStatus.OPTIMAL, float(cost)
    return OffsetSolution(tuple(offsets), tuple(settings), cost, bound, status, wall_s)


def _model(
    problem: OffsetProblem, least_cost: int, start: Descent
) -> tuple[cp_model.CpModel, list[cp_model.IntVar], list[cp_model.IntVar]]:
    """The model, its offset and its setting variables; `start` is hinted to the solver completely."""
    model, cycle = cp_model.CpModel(), problem.cycle_s
    roots = spanning_roots(problem)
    begin = _anchored(problem, roots, start.offsets_s)
    offsets = []
    for i in range(len(problem.names)):
        given = problem.fixed.get(i, 0 if i in roots else None)
        domain = (0, cycle - 1) if given is None else (given % cycle, given % cycle)
        offsets.append(model.new_int_var(*domain, f"offset {i}"))
        model.add_hint(offsets[i], begin[i])
    settings, costs = [], []
    for i, local in enumerate(problem.local):
        settings.append(model.new_int_var(0, len(local) - 1, f"setting {i}"))
        model.add_hint(settings[i], start.settings[i])
        costs.append(_looked_up(model, settings[i], [int(c) for c in local], start.settings[i]))
    gaps: dict[tuple[int, int], cp_model.IntVar] = {}
    for pair in problem.pairs:
        i, j = pair.first, pair.second
        ahead = (begin[j] - begin[i]) % cycle
        gap = model.new_int_var(0, cycle - 1, f"gap {i} {j}")
        wrap = model.new_bool_var(f"wrap {i} {j}")
        model.add(gap == offsets[j] - offsets[i] + cycle * wrap)
        model.add_hint(gap, ahead)
        model.add_hint(wrap, int(begin[j] < begin[i]))
        gaps[i, j] = gap
        across = pair.cost.shape[1]
        flat = [int(c) for c in pair.cost.ravel()]
        index = model.new_int_var(0, len(flat) - 1, f"index {i} {j}")
        model.add(index == (settings[i] * across + settings[j]) * cycle + gap)
        at = (start.settings[i] * across + start.settings[j]) * cycle + ahead
        model.add_hint(index, at)
        costs.append(_looked_up(model, index, flat, at))
    for number, loop in enumerate(cycle_basis(problem)):
        turns = model.new_int_var(-len(loop), len(loop), f"turns {number}")
        model.add(
            sum(gaps[i, j] if (i, j) in gaps else -gaps[j, i] for i, j in loop) == cycle * turns
        )
        around = sum(
            (begin[j] - begin[i]) % cycle if (i, j) in gaps else -((begin[i] - begin[j]) % cycle)
            for i, j in loop
        )
        model.add_hint(turns, around // cycle)
    model.add(sum(costs) >= least_cost)
    model.minimize(sum(costs))
    return model, offsets, settings


def _looked_up(
    model: cp_model.CpModel, index: cp_model.IntVar, table: Sequence[int], hint: int
) -> cp_model.IntVar:
    """A variable that equals table[index]."""
    cost = model.new_int_var(min(table), max(table), f"{index.name} cost")
    model.add_element(index, table, cost)
    model.add_hint(cost, table[hint])
    return cost


def _anchored(
    problem: OffsetProblem, roots: frozenset[int], offsets: Sequence[int]
) -> tuple[int, ...]:
    """The same offset differences with 0 at every root."""
    anchored = list(offsets)
    for part in connected_parts(problem):
        for root in roots & part:
            for i in part:
                anchored[i] = (offsets[i] - offsets[root]) % problem.cycle_s
    return tuple(anchored)
