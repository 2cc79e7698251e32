"""Costs of plans for the search: several demand draws each, nothing evaluated twice, work counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from signalopt.optimize.demand_draws import Risk
from signalopt.optimize.variables import Settings, Space
from signalopt.timing.plan import Plan

CostOf = Callable[[Sequence[Plan], Sequence[int]], NDArray[np.float64]]
"""Costs of shape (plans, draws) on the draws at these positions; smaller is better, all finite."""
OUT = float("inf")


@dataclass
class Evaluator:
    """Evaluates settings through `cost_of`; `spent` counts runs of the queue model (a plan on one draw).

    Plans are first run on one draw; the others follow only where that looked promising (`limits`).
    """

    space: Space
    risk: Risk
    cost_of: CostOf
    spent: int = 0
    _known: dict[Settings, NDArray[np.float64]] = field(default_factory=dict)
    _screened: dict[Settings, float] = field(default_factory=dict)

    def costs(
        self, wanted: Sequence[Settings], limits: Sequence[float] | None = None
    ) -> list[float]:
        """Risk of each plan. limits: highest cost on the first draw that is worth the other draws.

        A plan above its limit gets an infinite cost.
        """
        bounds = dict(zip(wanted, limits or [OUT] * len(wanted), strict=True))
        new = [s for s in dict.fromkeys(wanted) if s not in self._known]
        first = [s for s in new if s not in self._screened]
        if first:
            found = self.cost_of([self.space.plan(s) for s in first], [0])
            self.spent += len(first)
            for settings, row in zip(first, found, strict=True):
                self._screened[settings] = float(row[0])
        promising = [s for s in new if self._screened[s] <= bounds[s]]
        count = len(self.risk.draws)
        if promising and count > 1:
            rest = self.cost_of([self.space.plan(s) for s in promising], list(range(1, count)))
            self.spent += len(promising) * (count - 1)
        else:
            rest = np.empty((len(promising), 0))
        for settings, row in zip(promising, rest, strict=True):
            self._known[settings] = np.concatenate([[self._screened[settings]], row])
        return [
            float(self.risk.value(self._known[s][None, :])[0]) if s in self._known else OUT
            for s in wanted
        ]

    def first_cost(self, settings: Settings) -> float:
        """Cost on the first draw of a plan that has been evaluated."""
        return self._screened[settings]

    def by_draw(self, settings: Settings) -> NDArray[np.float64]:
        """Costs on all draws of a plan that was worth them."""
        return self._known[settings]

    def ranking(self) -> list[tuple[float, Settings]]:
        """All plans evaluated on every draw, best first."""
        if not self._known:
            return []
        values = self.risk.value(np.stack(list(self._known.values())))
        pairs = zip(values.tolist(), self._known, strict=True)
        return sorted(pairs, key=lambda pair: pair[0])
