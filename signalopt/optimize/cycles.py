"""The common cycle as a variable: every cycle of a range solved or ruled out, with one bound for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from signalopt.optimize.coordinate import (
    OffsetSolution,
    SolverLimits,
    SolverStatus,
    coordinate,
    quick_bound,
)
from signalopt.optimize.tables import OffsetProblem


@dataclass(frozen=True, slots=True)
class CycleBound:
    """What is known of one cycle: no plan at it costs less than `bound`, one costs `cost`."""

    cycle_s: int
    bound: float
    cost: int


@dataclass(frozen=True)
class CycleSolution:
    """The best cycle with its problem and solution. No plan at any cycle costs less than `bound`."""

    cycle_s: int
    problem: OffsetProblem
    offsets: OffsetSolution
    bound: float
    status: SolverStatus
    cycles: tuple[CycleBound, ...]
    tables_s: float
    solver_s: float

    @property
    def gap(self) -> float:
        """(cost - bound) / cost over all cycles."""
        cost = self.offsets.cost
        return max(0.0, (cost - self.bound) / cost) if cost > 0 else 0.0


def coordinate_cycles(
    tables: Callable[[int], OffsetProblem],
    cycles: Iterable[int],
    limits: SolverLimits | None = None,
) -> CycleSolution:
    """Choose the common cycle too: `tables` makes the problem of a cycle (costs per hour, so comparable).

    Every cycle gets a quick bound and a good solution; then, from the lowest bound up, the solver closes
    those whose bound is below the best cost found. Raises ValueError without a cycle.
    """
    limits = limits or SolverLimits()
    begun = time.monotonic()
    problems = {cycle: tables(cycle) for cycle in cycles}
    if not problems:
        raise ValueError("no cycle to choose from")
    tables_s = time.monotonic() - begun
    begun = time.monotonic()
    first = {cycle: quick_bound(problem, seed=limits.seed) for cycle, problem in problems.items()}
    best_cycle = min(first, key=lambda c: (first[c].cost, c))
    best, known = first[best_cycle], dict(first)
    for cycle in sorted(first, key=lambda c: (first[c].bound, c)):
        if first[cycle].bound >= best.cost or first[cycle].status is SolverStatus.OPTIMAL:
            continue
        found = coordinate(problems[cycle], limits)
        if found.cost > first[cycle].cost:  # the quick solution was better; the bound still holds
            found = _better(first[cycle], max(found.bound, first[cycle].bound))
        known[cycle] = found
        if found.cost < best.cost:
            best, best_cycle = found, cycle
    best = known[best_cycle]
    bound = min(float(best.cost), *(found.bound for found in known.values()))
    proven = best.cost - bound < 1 - 1e-6
    return CycleSolution(
        best_cycle,
        problems[best_cycle],
        best,
        float(best.cost) if proven else bound,
        SolverStatus.OPTIMAL if proven else SolverStatus.FEASIBLE,
        tuple(CycleBound(c, known[c].bound, known[c].cost) for c in sorted(problems)),
        tables_s,
        time.monotonic() - begun,
    )


def _better(quick: OffsetSolution, bound: float) -> OffsetSolution:
    return OffsetSolution(
        quick.offsets_s, quick.settings, quick.cost, min(float(quick.cost), bound),
        quick.status, quick.wall_s,
    )  # fmt: skip
