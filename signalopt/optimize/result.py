"""What an optimisation hands back: the plan, how it was found, and what SUMO says about it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from signalopt.microsim.compare import Comparison
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.statistics import Change
from signalopt.network.stage_plan import StagePlans
from signalopt.optimize.contender import Contender
from signalopt.optimize.robust import DemandRow
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan


class Verdict(StrEnum):
    """What the final seeds say about the plan against today's."""

    BETTER = "better: the 95 % interval of the paired difference leaves zero out"
    UNDECIDED = "no difference shown: the 95 % interval contains zero"
    KEPT = "today's plan kept: no candidate was better on the final seeds"
    UNCONFIRMED = "unconfirmed: the budget held no confirmation in SUMO"


@dataclass(frozen=True)
class CandidateReport:
    """One candidate: what the models and the race say.

    predicted: cost by the queue model in units of the objective; modelled_cost, gap: of the coordination, in
    weighted vehicle seconds an hour (None: the plan comes from the search); mean: of the objective over
    `seeds` selection seeds (None: not simulated); left_in_round None: won, or never raced; jammed: SUMO
    could not finish a run in time.
    """

    label: str
    cycles_s: tuple[int, ...]
    predicted: float | None
    modelled_cost: int | None
    gap: float | None
    seeds: int
    mean: float | None
    left_in_round: int | None
    jammed: bool = False


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What the search on the queue model did.

    planned, spent: runs of the model (one plan on one draw of demand); costs in units of the objective, with
    the weight that the worst draws have.
    """

    planned: int
    spent: int
    ended_early: bool
    today_cost: float
    best_cost: float


@dataclass(frozen=True)
class OptimisationResult:
    """The outcome. `plan` always passes the safety judge.

    terms: measures of the objective with their weights; change: its paired change against today's plan;
    webster_plan: Webster splits with coordinated offsets, the other yardstick beside today's plan;
    today, webster, chosen: results on the final seeds (None: not simulated).
    cut_short: the clock left out planned work; interrupted: Ctrl-C. case: the case that the plan is for;
    stages: those that were designed afresh, by intersection (empty: the plan is for today's stages);
    demand: plans on other demand (`robust`).
    """

    plan: Plan
    objective: str
    measure: str
    terms: tuple[tuple[str, float], ...]
    verdict: Verdict
    winner: Contender
    change: Change | None
    webster_plan: Plan | None
    candidates: tuple[CandidateReport, ...]
    search: SearchReport | None
    final_seeds: tuple[int, ...]
    today: SimulationResult | None
    webster: SimulationResult | None
    chosen: SimulationResult | None
    versus_today: Comparison | None
    versus_webster: Comparison | None
    cut_short: bool
    interrupted: bool
    wall_s: float
    case: Case
    stages: StagePlans = field(default_factory=dict)
    demand: tuple[DemandRow, ...] = ()
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
            "weights": dict(self.terms),
            "candidate": self.winner.label,
            "solver": _solver(self.winner),
            "search": None if self.search is None else asdict(self.search),
            "change": _change(self.change),
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
            "other_demand": [row.plain() for row in self.demand],
            "redesigned": sorted(self.stages),
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
        "predicted": report.predicted,
        "modelled_cost": report.modelled_cost,
        "gap": report.gap,
        "selection_seeds": report.seeds,
        "mean": report.mean,
        "left_in_round": report.left_in_round,
        "jammed": report.jammed,
    }


def _solver(winner: Contender) -> dict[str, object] | None:
    found = winner.coordination
    if found is None:
        return None
    return {
        "status": str(found.status),
        "cost": found.cost,
        "bound": found.bound,
        "gap": found.gap,
        "unit": found.unit,
    }


def _change(change: Change | None) -> dict[str, object] | None:
    if change is None:
        return None
    return {
        "before": change.before,
        "after": change.after,
        "difference": {"mean": change.difference.mean, "ci95": change.difference.ci95},
        "relative": (
            None
            if change.relative is None
            else {"mean": change.relative.mean, "ci95": change.relative.ci95}
        ),
        "significant": change.significant,
        "n": change.difference.count,
    }


def _summary(result: SimulationResult | None) -> dict[str, object] | None:
    return None if result is None else result.summary()
