"""When to change plans: few plans over the day, each worth its switches.

Given what every candidate plan would cost in every interval of every day type, chooses the plans and, by
dynamic programming, which of them runs when. All costs are vehicle hours of delay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float64]
MOST_PLANS = 4


@dataclass(frozen=True, slots=True)
class DayCosts:
    """One day type. costs: (plans, intervals); switch_cost: (intervals,), of a switch at their begin.

    weight: days a year, as a share, by which the type counts in the choice of plans.
    """

    costs: Costs
    switch_cost: Costs
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """The plans chosen (positions among the candidates), the plan of each interval, and the cost.

    total: weighted over day types, with switches and plans; `days` in the order of the day types.
    """

    plans: tuple[int, ...]
    days: Mapping[str, tuple[int, ...]]
    total: float

    def breaks(self, day_type: str) -> tuple[int, ...]:
        """Positions of the intervals with which a new plan begins."""
        row = self.days[day_type]
        return tuple(n + 1 for n, (a, b) in enumerate(pairwise(row)) if a != b)


def choose_plans(
    days: Mapping[str, DayCosts],
    *,
    plan_cost: float,
    least_intervals: int,
    most_plans: int = MOST_PLANS,
) -> Choice:
    """Choose plans and their times so that delay, switches and plans together cost least.

    plan_cost: what one more plan must be worth (weighted vehicle hours a day). least_intervals: a plan
    runs at least that long; the first and the last interval of all days have the same plan, so that
    nothing changes at midnight. Plans are added while that pays, and exchanged while that is better.
    Raises ValueError for no day types or costs of different numbers of plans.
    """
    counts = {day.costs.shape[0] for day in days.values()}
    if len(counts) != 1 or most_plans < 1:
        raise ValueError("costs of the same candidate plans are needed for at least one day type")
    (count,) = counts

    def tried(plans: tuple[int, ...]) -> Choice:
        return _best_for(days, plans, plan_cost, least_intervals)

    best = min((tried((plan,)) for plan in range(count)), key=lambda c: c.total)
    while True:
        others = [plan for plan in range(count) if plan not in best.plans]
        offers = []
        if len(best.plans) < most_plans:
            offers += [tried((*best.plans, plan)) for plan in others]
        offers += [
            tried(tuple(new if p == old else p for p in best.plans))
            for old in best.plans
            for new in others
        ]
        offer = min(offers, key=lambda c: c.total, default=best)
        if offer.total >= best.total - 1e-9:
            return best
        best = offer


def best_sequence(
    day: DayCosts, plans: Sequence[int], boundary: int, least_intervals: int
) -> tuple[float, tuple[int, ...]]:
    """Cheapest plan for each interval of a day that begins and ends in plan `boundary`.

    Plans in between run at least `least_intervals` intervals. Returns (cost with switches, plans).
    """
    rows = list(plans)
    sums = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(day.costs[rows], axis=1)], axis=1)
    length = day.costs.shape[1]
    start = rows.index(boundary)
    # ended[b][k]: cheapest way to end a run of plan k before interval b; came[b][k]: where that run began.
    ended = np.full((length + 1, len(rows)), np.inf)
    begun = np.full((length + 1, len(rows)), np.inf)
    came = np.zeros((length + 1, len(rows)), dtype=np.int64)
    before = np.zeros((length + 1, len(rows)), dtype=np.int64)
    begun[0, start] = 0.0
    for end in range(1, length + 1):
        for k in range(len(rows)):
            last = end == length
            latest = end - 1 if last else end - least_intervals
            firsts = np.arange(max(0, latest) + 1) if latest >= 0 else np.array([0])
            # The first run of the day goes on from the last one of the day before: it may be short.
            costs = begun[firsts, k] + sums[k, end] - sums[k, firsts]
            pick = int(np.argmin(costs))
            ended[end, k], came[end, k] = costs[pick], firsts[pick]
        for k in range(len(rows)):
            if end < length:
                others = np.array([ended[end, o] if o != k else np.inf for o in range(len(rows))])
                before[end, k] = int(np.argmin(others))
                begun[end, k] = others[before[end, k]] + day.switch_cost[end]
    found = np.zeros(length, dtype=np.int64)
    end, k = length, start
    while end > 0:
        first = int(came[end, k])
        found[first:end] = rows[k]
        end, k = first, int(before[first, k])
    return float(ended[length, start]), tuple(int(plan) for plan in found)


def _best_for(
    days: Mapping[str, DayCosts], plans: tuple[int, ...], plan_cost: float, least: int
) -> Choice:
    found: list[Choice] = []
    for boundary in plans:
        total, chosen = plan_cost * len(plans), {}
        for name, day in days.items():
            cost, chosen[name] = best_sequence(day, plans, boundary, least)
            total += day.weight * cost
        used = tuple(p for p in plans if any(p in row for row in chosen.values()))
        unused = len(plans) - len(used)
        found.append(Choice(used, chosen, total - plan_cost * unused))
    return min(found, key=lambda c: c.total)
