"""From everything a job has so far to its result: one safe plan with verdict and provenance."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib.metadata import version

from signalopt.errors import UnsafePlanError
from signalopt.mesosim.model import MesoModel
from signalopt.microsim.compare import Comparison, compare
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.statistics import Change
from signalopt.network.tools import sumo_version
from signalopt.optimize.budget import Clock
from signalopt.optimize.candidates import Candidate
from signalopt.optimize.confirm import Entrant, Race
from signalopt.optimize.contender import TODAY, Contender, plan_cycles_s
from signalopt.optimize.deep_search import Searched, best_so_far
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.objective import Objective
from signalopt.optimize.result import CandidateReport, OptimisationResult, SearchReport, Verdict
from signalopt.optimize.robust import DemandRow
from signalopt.optimize.search import WEBSTER, unsafe
from signalopt.scenario.case import Case
from signalopt.timing.planfile import LAMPS, plan_hash


@dataclass
class Work:
    """Everything a job has so far: what an interrupt leaves behind.

    cuts: what the clock left out; run_s: seconds that a run in SUMO is reckoned with.
    """

    case: Case
    objective: Objective
    clock: Clock
    seed: int
    robust: bool = False
    vehicles: int = 0
    mean_trip_s: float = 0.0
    run_s: float = 0.0
    candidates: list[Candidate] = field(default_factory=list)
    contenders: list[Contender] = field(default_factory=list)
    model: MesoModel | None = None
    demand_rows: list[DemandRow] = field(default_factory=list)
    today: Entrant | None = None
    evaluator: Evaluator | None = None
    searched: Searched | None = None
    race: Race | None = None
    winner: Contender | None = None
    results: dict[str, SimulationResult] = field(default_factory=dict)
    interrupted: bool = False
    remarks: list[str] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)

    @property
    def cut_short(self) -> bool:
        """Whether the clock left out planned work."""
        return bool(self.cuts) or (self.race is not None and self.race.cut_short)


def outcome(work: Work) -> OptimisationResult:
    """The result of a job, finished or not. Raises UnsafePlanError rather than hand out such a plan."""
    case, objective = work.case, work.objective
    winner = _winner(work)
    chosen = work.results.get(winner.plan.name)
    today, webster = work.results.get(case.today.name), work.results.get(WEBSTER)
    if winner.label == TODAY:
        chosen = today = work.results.get(case.today.name)
    versus_today = compare(today, chosen) if today is not None and chosen is not None else None
    versus_webster = (
        compare(webster, chosen)
        if webster is not None and chosen is not None and winner.label != WEBSTER
        else None
    )
    change = objective.change(today, chosen) if today and chosen else None
    hopeless = work.race is not None and work.race.is_hopeless
    kept = hopeless or winner.label == TODAY
    verdict = Verdict.KEPT if kept else _verdict(change)
    plan = case.today if verdict is Verdict.KEPT else winner.plan
    if findings := unsafe(case, plan):
        raise UnsafePlanError("\n".join((f"plan `{plan.name}` is not safe:", *findings)))
    provenance = _provenance(work, winner, verdict, versus_today)
    if change is not None:
        provenance += (("confirmed " + objective.measure, _interval(change, objective)),)
    provenance += ((LAMPS, plan_hash(plan)),)
    named = plan if verdict is Verdict.KEPT else replace(plan, name=f"signalopt {objective.name}")
    return OptimisationResult(
        plan=replace(named, provenance=provenance),
        objective=objective.name,
        measure=objective.measure,
        terms=tuple((t.measure, t.weight) for t in objective.terms),
        verdict=verdict,
        winner=winner,
        change=change,
        webster_plan=next((c.plan for c in work.contenders if c.label == WEBSTER), None),
        candidates=_reports(work),
        search=_search_report(work),
        final_seeds=versus_today.seeds if versus_today is not None else (),
        today=today,
        webster=webster,
        chosen=chosen,
        versus_today=versus_today,
        versus_webster=versus_webster,
        cut_short=work.cut_short,
        interrupted=work.interrupted,
        wall_s=work.clock.used_s,
        case=case,
        demand=tuple(work.demand_rows),
        remarks=(*work.remarks, *work.cuts),
    )


def _winner(work: Work) -> Contender:
    """The best so far: of the finals, the race, the model, in this order; today's plan at last."""
    if work.interrupted and not work.results:
        if work.race is not None:
            return work.race.leader
        if work.searched is None and work.evaluator is not None:
            found = best_so_far(work.evaluator, lambda plan: not unsafe(work.case, plan))
            if found is not None:
                return found
    if work.winner is not None:
        return work.winner
    return Contender(TODAY, work.case.today, plan_cycles_s(work.case.today))


def _verdict(change: Change | None) -> Verdict:
    """Objectives are smaller-is-better throughout."""
    if change is None or change.difference.count < 2:
        return Verdict.UNCONFIRMED
    if change.difference.mean > 0:
        return Verdict.KEPT
    return Verdict.BETTER if change.significant else Verdict.UNDECIDED


def _interval(change: Change, objective: Objective) -> str:
    difference = change.difference
    text = (
        f"{change.before:.3f} -> {change.after:.3f} {objective.unit},"
        f" paired difference {difference.mean:+.3f}"
    )
    if difference.low is not None and difference.high is not None:
        text += f" [{difference.low:+.3f}, {difference.high:+.3f}] at 95 %"
    return f"{text}, {difference.count} seeds"


def _provenance(
    work: Work, winner: Contender, verdict: Verdict, versus_today: Comparison | None
) -> tuple[tuple[str, str], ...]:
    selection = work.race.seeds_used if work.race is not None else []
    seeds = versus_today.seeds if versus_today is not None else ()
    entries = [
        ("made by", f"signalopt {version('signalopt')}"),
        ("SUMO", sumo_version()),
        ("OR-Tools", version("ortools")),
        ("scenario", work.case.name),
        ("case", work.case.fingerprint),
        ("objective", work.objective.name),
        ("robust", "yes" if work.robust else "no"),
        ("seed", str(work.seed)),
        ("budget_s", f"{work.clock.budget_s:g}"),
        ("workers", str(work.clock.workers)),
        ("candidate", winner.label),
    ]
    if work.searched is not None:
        entries += [
            ("search runs", f"{work.searched.evaluator.spent} of {work.searched.planned}"),
            ("search draws", _draws(work.searched)),
        ]
    if winner.coordination is not None:
        entries += [
            ("solver status", str(winner.coordination.status)),
            ("solver cost", str(winner.coordination.cost)),
            ("solver bound", f"{winner.coordination.bound:.0f}"),
            ("solver gap", f"{winner.coordination.gap:.4f}"),
        ]
    return (
        *entries,
        ("selection seeds", " ".join(map(str, selection))),
        ("final seeds", " ".join(map(str, seeds))),
        ("cut by the clock", "; ".join(work.cuts) or ("yes" if work.cut_short else "no")),
        ("verdict", str(verdict)),
    )


def _draws(searched: Searched) -> str:
    return " ".join(f"x{d.demand:g}/{d.seed}" for d in searched.evaluator.risk.draws)


def _search_report(work: Work) -> SearchReport | None:
    if work.searched is None:
        return None
    found = work.searched
    return SearchReport(
        found.planned, found.evaluator.spent, found.ended_early, found.today_cost, found.best_cost
    )


def _reports(work: Work) -> tuple[CandidateReport, ...]:
    entrants = (
        work.race.entrants if work.race is not None else [Entrant(c) for c in work.contenders]
    )
    reports = []
    for entrant in entrants:
        contender, result = entrant.contender, entrant.result
        values = work.objective.values(result) if result is not None else {}
        coordination = contender.coordination
        reports.append(
            CandidateReport(
                label=contender.label,
                cycles_s=contender.cycles_s,
                predicted=contender.predicted,
                modelled_cost=None if coordination is None else coordination.modelled_cost,
                gap=contender.gap,
                seeds=len(values),
                mean=sum(values.values()) / len(values) if values else None,
                left_in_round=entrant.left_in_round,
                jammed=entrant.jammed,
            )
        )
    return tuple(reports)
