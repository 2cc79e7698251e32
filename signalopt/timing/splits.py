"""Sharing a cycle among stages: equal degrees of saturation first, then whole seconds.

Every lane asks for effective green in proportion to its flow ratio; it may be served in several stages.
The fairest shares (the largest degree of saturation as small as possible, then the next, ...) come from
a few small linear programs; whole seconds follow by largest remainder and exchanges of single seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from signalopt.timing.bounds import GreenConstraint

_TOLERANCE = 1e-7


@dataclass(frozen=True)
class Service:
    """What a lane needs and where it gets it.

    Effective green = sum of the greens of `stages` (positions) + `extra_s`; `ratio` = flow / saturation.
    """

    stages: tuple[int, ...]
    extra_s: float
    ratio: float


@dataclass(frozen=True)
class CriticalPath:
    """The movements that decide: their summed flow ratio Y and the cycle's lost time L (seconds)."""

    flow_ratio: float
    lost_time_s: float


Judge = Callable[[NDArray[np.int64]], tuple[float, ...]]


def critical_path(
    services: Sequence[Service], stage_count: int, interstage_total_s: float, least_s: Sequence[int]
) -> CriticalPath:
    """Critical movements by duality: the least share of time that serves all flow ratios.

    min sum(u) with sum(u[stages]) >= ratio for each lane; the dual weights of the lanes are the critical
    path, and lost time is what the path's lanes do not get as effective green. For stages that serve one
    lane each this is Webster's Y and L (Road Research Technical Paper 39, 1958).
    """
    rows = _rows(services, stage_count)
    ratios = np.array([s.ratio for s in services])
    done = linprog(np.ones(stage_count), A_ub=-rows, b_ub=-ratios) if services else None
    weights = np.zeros(0) if done is None else -np.asarray(done.ineqlin.marginals)
    total = 0.0 if done is None or done.fun is None else float(done.fun)
    covered = weights @ rows if len(weights) else np.zeros(stage_count)
    idle = float(np.clip(1 - covered, 0, 1) @ np.asarray(least_s, dtype=float))
    gained = sum(w * s.extra_s for w, s in zip(weights, services, strict=True))
    return CriticalPath(total, interstage_total_s - gained + idle)


def practical_cycle_s(
    services: Sequence[Service],
    constraints: Sequence[GreenConstraint],
    stage_count: int,
    interstage_total_s: float,
    target_saturation: float,
) -> float:
    """Shortest cycle in seconds that keeps every lane at or below a degree of saturation.

    Akcelik's practical cycle L / (1 - Y / x), with minimum greens obeyed: time that walkers need and
    vehicles do not counts as lost. Infinite if no cycle is long enough.
    """
    rows = _rows(services, stage_count)
    needs = np.array([s.ratio for s in services]) / target_saturation
    bound_rows = _bound_rows(constraints, stage_count)
    upper = np.vstack(
        [
            np.column_stack([needs, -rows]),
            np.column_stack([np.zeros(len(constraints)), -bound_rows]),
        ]
    )
    limit = np.concatenate([[s.extra_s for s in services], [-c.least_s for c in constraints]])
    done = linprog(
        np.concatenate([[1.0], np.zeros(stage_count)]),
        A_ub=upper,
        b_ub=limit,
        A_eq=np.concatenate([[1.0], -np.ones(stage_count)])[None, :],
        b_eq=[interstage_total_s],
    )
    return float(done.fun) if done.status == 0 and done.fun is not None else math.inf


def equal_saturation_greens(
    services: Sequence[Service],
    constraints: Sequence[GreenConstraint],
    stage_count: int,
    green_total_s: int,
) -> tuple[int, ...]:
    """Whole-second stage greens, summing up to `green_total_s`, with fairest degrees of saturation.

    `green_total_s` must be at least what the constraints need together.
    """
    wanted = _fair_shares(services, constraints, stage_count, green_total_s)
    start = _whole(wanted, constraints, green_total_s)
    rows, extra = _rows(services, stage_count), np.array([s.extra_s for s in services])
    ratios = np.array([s.ratio for s in services])

    def judge(greens: NDArray[np.int64]) -> tuple[float, ...]:
        if not len(services):
            return ()
        degrees = ratios * green_total_s / np.maximum(rows @ greens + extra, 0.1)
        return tuple(np.round(np.sort(degrees)[::-1], 9))

    return exchange(start, constraints, judge)


def exchange(
    start: Sequence[int], constraints: Sequence[GreenConstraint], judge: Judge
) -> tuple[int, ...]:
    """Move single seconds between stages as long as `judge` (smaller is better) improves."""
    greens = np.array(start, dtype=np.int64)
    best = judge(greens)
    count, improved = len(greens), True
    while improved:
        improved = False
        for giver in range(count):
            for taker in range(count):
                trial = greens.copy()
                trial[giver] -= 1
                trial[taker] += 1
                if giver == taker or not satisfied(trial, constraints):
                    continue
                value = judge(trial)
                if value < best:
                    greens, best, improved = trial, value, True
    return tuple(int(green) for green in greens)


def satisfied(
    greens: Sequence[int] | NDArray[np.int64], constraints: Sequence[GreenConstraint]
) -> bool:
    """Whether all minimum-green constraints hold."""
    return all(sum(int(greens[i]) for i in c.stages) >= c.least_s for c in constraints)


def _rows(services: Sequence[Service], stage_count: int) -> NDArray[np.float64]:
    rows = np.zeros((len(services), stage_count))
    for row, service in enumerate(services):
        rows[row, list(service.stages)] = 1
    return rows


def _bound_rows(constraints: Sequence[GreenConstraint], stage_count: int) -> NDArray[np.float64]:
    rows = np.zeros((len(constraints), stage_count))
    for row, constraint in enumerate(constraints):
        rows[row, list(constraint.stages)] = 1
    return rows


def _fair_shares(
    services: Sequence[Service],
    constraints: Sequence[GreenConstraint],
    stage_count: int,
    green_total_s: int,
) -> NDArray[np.float64]:
    """Real-valued greens: lexicographic max-min of effective green over flow ratio, stage by stage."""
    rows, extra = _rows(services, stage_count), np.array([s.extra_s for s in services])
    ratios = np.array([s.ratio for s in services])
    bound_rows = _bound_rows(constraints, stage_count)
    bound = np.array([c.least_s for c in constraints], dtype=float)
    level = np.full(len(services), np.nan)  # NaN: not settled yet
    # Once all lanes are settled, stages without a lane share what is left with the others evenly.
    greens = np.full(stage_count, green_total_s / stage_count)
    for _ in range(stage_count + 1):
        open_rows = np.isnan(level)
        if not open_rows.any():
            break
        scale = np.where(open_rows, ratios, 0.0)
        fixed = np.where(open_rows, 0.0, level * ratios)
        upper = np.vstack(
            [
                np.column_stack([scale, -rows]),
                np.column_stack([np.zeros(len(constraints)), -bound_rows]),
            ]
        )
        limit = np.concatenate([extra - fixed + _TOLERANCE, -bound + _TOLERANCE])
        done = linprog(
            np.concatenate([[-1.0], np.zeros(stage_count)]),
            A_ub=upper,
            b_ub=limit,
            A_eq=np.concatenate([[0.0], np.ones(stage_count)])[None, :],
            b_eq=[green_total_s],
            bounds=[(None, None)] + [(0, None)] * stage_count,
        )
        if done.status != 0 or done.x is None:
            break
        greens = np.asarray(done.x[1:])
        tight = np.abs(np.asarray(done.ineqlin.marginals)[: len(services)]) > _TOLERANCE
        newly = tight & open_rows
        if not newly.any():
            break
        level[newly] = done.x[0]
    return greens


def _whole(
    wanted: NDArray[np.float64], constraints: Sequence[GreenConstraint], total: int
) -> list[int]:
    """Whole seconds by largest remainder, then mended where rounding broke a constraint."""
    greens = np.floor(wanted + _TOLERANCE).astype(int)
    remainders = wanted - greens
    order = sorted(range(len(greens)), key=lambda i: (-remainders[i], i))
    for position in order[: total - int(greens.sum())]:
        greens[position] += 1
    return _mended(greens.tolist(), constraints)


def _mended(greens: list[int], constraints: Sequence[GreenConstraint]) -> list[int]:
    """Take seconds from stages that can spare them until all constraints hold."""
    while not satisfied(greens, constraints):
        broken = next(c for c in constraints if sum(greens[i] for i in c.stages) < c.least_s)

        def missing(trial: list[int]) -> int:
            sums = (c.least_s - sum(trial[i] for i in c.stages) for c in constraints)
            return sum(gap for gap in sums if gap > 0)

        moves = []
        for taker in broken.stages:
            for giver in range(len(greens)):
                if giver not in broken.stages and greens[giver] > 0:
                    trial = list(greens)
                    trial[giver] -= 1
                    trial[taker] += 1
                    moves.append((missing(trial), -greens[giver], trial))
        least, _, best = min(moves)
        if least >= missing(greens):
            raise ValueError("the green time is less than the minimum greens need together")
        greens = best
    return greens
