"""How plans do under demand they were not tuned for: broadly on the queue model, at the edges in SUMO."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from signalopt.errors import SimulationError
from signalopt.mesosim.evaluate import Draw, evaluate
from signalopt.mesosim.model import MesoModel
from signalopt.microsim.simulate import simulate
from signalopt.microsim.statistics import Estimate, estimate
from signalopt.optimize.demand_draws import DemandDraw, drawn_case
from signalopt.optimize.meso_costs import value_of
from signalopt.optimize.objective import Objective
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan

MODEL_FACTORS = (0.8, 0.9, 1.0, 1.1, 1.2)
SUMO_FACTORS = (0.9, 1.1)
DAYS = 4
FIRST_DAY = 101
"""Days (seeds of demand draws) that no search uses."""


@dataclass(frozen=True, slots=True)
class DemandRow:
    """A plan under one demand. `simulator`: `queue model` (over days) or `SUMO` (over seeds).

    value: of the objective; worst: the worst day or seed; incomplete: days or seeds on which somebody was
    left behind at the hard stop.
    """

    plan: str
    demand: float
    simulator: str
    value: Estimate
    worst: float
    incomplete: int

    def plain(self) -> dict[str, object]:
        """As plain data, ready for JSON."""
        return {
            "plan": self.plan,
            "demand": self.demand,
            "simulator": self.simulator,
            "mean": self.value.mean,
            "ci95": self.value.ci95,
            "n": self.value.count,
            "worst": self.worst,
            "incomplete": self.incomplete,
        }


def on_model(
    model: MesoModel, plans: Mapping[str, Plan], objective: Objective, workers: int
) -> list[DemandRow]:
    """Every plan under every demand of MODEL_FACTORS on DAYS days that no search has seen."""
    draws = [Draw(FIRST_DAY + day, factor) for factor in MODEL_FACTORS for day in range(DAYS)]
    outcome = evaluate(model, list(plans.values()), draws, workers=workers)
    values, locked = value_of(model, objective)(outcome), outcome.locked
    rows = []
    for number, name in enumerate(plans):
        for position, factor in enumerate(MODEL_FACTORS):
            part = slice(position * DAYS, (position + 1) * DAYS)
            own = [float(v) for v in values[number, part]]
            left = int(locked[number, part].sum())
            rows.append(DemandRow(name, factor, "queue model", estimate(own), max(own), left))
    return rows


def in_sumo(
    case: Case,
    plans: Mapping[str, Plan],
    objective: Objective,
    seeds: Sequence[int],
    workers: int,
    listener: Listener = ignore,
) -> list[DemandRow]:
    """Every plan in SUMO at the demands of SUMO_FACTORS. A plan of which no seed finished has no row."""
    rows, total = [], len(SUMO_FACTORS) * len(plans)
    with tempfile.TemporaryDirectory() as folder:
        for position, factor in enumerate(SUMO_FACTORS):
            other = drawn_case(case, DemandDraw(FIRST_DAY, factor), Path(folder) / f"x{factor:g}")
            for number, (name, plan) in enumerate(plans.items()):
                done = position * len(plans) + number
                listener(Progress("other demand in SUMO", done, total, f"{name} at x{factor:g}"))
                try:
                    found = simulate(other, plan, seeds, workers=workers)
                except SimulationError:
                    continue
                values = list(objective.values(found).values())
                left = sum(not run.complete for run in found.runs) + len(found.failures)
                rows.append(DemandRow(name, factor, "SUMO", estimate(values), max(values), left))
    listener(Progress("other demand in SUMO", total, total))
    return rows
