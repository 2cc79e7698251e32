"""What an optimisation hands back: the plan, how it was found, and what SUMO says about it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from signalopt.microsim.compare import Comparison
from signalopt.microsim.result import SimulationResult
from signalopt.optimize.candidates import Candidate
from signalopt.timing.plan import Plan


class Verdict(StrEnum):
    """What the final seeds say about the plan against today's."""

    BETTER = "better: the 95 % interval of the paired difference leaves zero out"
    UNDECIDED = "no difference shown: the 95 % interval contains zero"
    KEPT = "today's plan kept: no candidate was better on the final seeds"
    UNCONFIRMED = "unconfirmed: the budget held no confirmation in SUMO"


@dataclass(frozen=True)
class CandidateReport:
    """One candidate: what the model, the solver and the race say.

    modelled_cost, cost, bound: weighted vehicle seconds an hour; mean: of the objective's measure over
    `seeds` selection seeds (None: not simulated); left_in_round None: won, or never raced.
    """

    label: str
    cycles_s: tuple[int, ...]
    modelled_cost: int
    cost: int
    bound: float
    gap: float
    status: str
    seeds: int
    mean: float | None
    left_in_round: int | None


@dataclass(frozen=True)
class OptimisationResult:
    """The outcome. `plan` always passes the safety judge.

    webster_plan: Webster splits with coordinated offsets, the other yardstick beside today's plan;
    today, webster, chosen: results on the final seeds (None: not simulated).
    cut_short: the clock left out planned runs; interrupted: Ctrl-C.
    """

    plan: Plan
    objective: str
    measure: str
    verdict: Verdict
    winner: Candidate
    webster_plan: Plan | None
    candidates: tuple[CandidateReport, ...]
    final_seeds: tuple[int, ...]
    today: SimulationResult | None
    webster: SimulationResult | None
    chosen: SimulationResult | None
    versus_today: Comparison | None
    versus_webster: Comparison | None
    cut_short: bool
    interrupted: bool
    wall_s: float
    remarks: tuple[str, ...] = ()

    def summary(self) -> dict[str, object]:
        """The result as plain data, ready for JSON (the plan itself is a file of its own)."""
        return {
            "plan": self.plan.name,
            "network": self.plan.network,
            "objective": self.objective,
            "measure": self.measure,
            "verdict": self.verdict.name.lower(),
            "verdict_text": str(self.verdict),
            "solver": {
                "status": str(self.winner.status),
                "cost": self.winner.cost,
                "bound": self.winner.bound,
                "gap": self.winner.gap,
                "unit": "weighted vehicle seconds per hour in the cyclic flow model",
            },
            "cycles_s": list(self.winner.cycles_s),
            "candidates": [_plain(report) for report in self.candidates],
            "final_seeds": list(self.final_seeds),
            "today": _summary(self.today),
            "webster": _summary(self.webster),
            "chosen": _summary(self.chosen),
            "versus_today": None if self.versus_today is None else self.versus_today.summary(),
            "versus_webster": (
                None if self.versus_webster is None else self.versus_webster.summary()
            ),
            "cut_short": self.cut_short,
            "interrupted": self.interrupted,
            "wall_s": round(self.wall_s, 2),
            "remarks": list(self.remarks),
            "provenance": dict(self.plan.provenance),
        }

    def to_json(self) -> str:
        """The summary as one JSON object."""
        return json.dumps(self.summary(), ensure_ascii=False, indent=2, allow_nan=False)


def _plain(report: CandidateReport) -> dict[str, object]:
    return {
        "label": report.label,
        "cycles_s": list(report.cycles_s),
        "modelled_cost": report.modelled_cost,
        "cost": report.cost,
        "bound": report.bound,
        "gap": report.gap,
        "status": report.status,
        "selection_seeds": report.seeds,
        "mean": report.mean,
        "left_in_round": report.left_in_round,
    }


def _summary(result: SimulationResult | None) -> dict[str, object] | None:
    return None if result is None else result.summary()
