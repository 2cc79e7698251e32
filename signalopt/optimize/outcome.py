"""From everything a job has so far to its result: one safe plan with verdict and provenance."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

from signalopt.errors import UnsafePlanError
from signalopt.microsim.compare import Comparison, compare
from signalopt.microsim.statistics import Change
from signalopt.network.stage_plan import StagePlans
from signalopt.network.tools import sumo_version
from signalopt.optimize.confirm import Entrant
from signalopt.optimize.contender import TODAY, Contender, plan_cycles_s
from signalopt.optimize.deep_search import Searched, best_so_far
from signalopt.optimize.objective import Objective
from signalopt.optimize.result import CandidateReport, OptimisationResult, SearchReport, Verdict
from signalopt.optimize.search import WEBSTER, unsafe
from signalopt.optimize.work import Work
from signalopt.timing.planfile import LAMPS, plan_hash


def outcome(work: Work) -> OptimisationResult:
    """The result of a job, finished or not. Raises UnsafePlanError rather than hand out such a plan."""
    objective, winner = work.objective, _winner(work)
    case = work.case
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
    plan = case.today
    stages: StagePlans = {}
    if verdict is not Verdict.KEPT:
        plan, case = winner.plan, winner.home or case
        stages = work.branch_of(winner).design.stages if winner.home else stages
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
        stages=stages,
        demand=tuple(work.demand_rows),
        remarks=(*work.remarks, *_streets(winner), *work.cuts),
    )


def _streets(winner: Contender) -> tuple[str, ...]:
    return winner.coordination.streets if winner.coordination is not None else ()


def _winner(work: Work) -> Contender:
    """The best so far: of the finals, the race, the model, in this order; today's plan at last."""
    if work.interrupted and not work.results:
        if work.race is not None:
            return work.race.leader
        under_way = [b for b in work.branches if b.evaluator is not None]
        if not work.searches and under_way:
            branch = under_way[-1]
            assert branch.evaluator is not None
            found = best_so_far(branch.evaluator, branch.is_safe)
            if found is not None:
                return replace(found, home=branch.home())
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
        ("coordination", work.coordination),
        ("candidate", winner.label),
    ]
    if work.searches:
        spent = sum(found.evaluator.spent for found in work.searches)
        planned = sum(found.planned for found in work.searches)
        entries += [
            ("search runs", f"{spent} of {planned}"),
            ("search draws", _draws(work.searches[-1])),
        ]
    if work.spare_runs:
        entries.append(("runs in SUMO in time to spare", str(work.spare_runs)))
    if winner.coordination is not None:
        entries += [
            ("solver status", str(winner.coordination.status)),
            ("solver cost", str(winner.coordination.cost)),
            ("solver bound", f"{winner.coordination.bound:.0f}"),
            ("solver gap", f"{winner.coordination.gap:.4f}"),
            ("solver unit", winner.coordination.unit),
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
    found = work.searches
    if not found:
        return None
    last = [b.searched for b in work.branches if b.searched is not None]
    return SearchReport(
        sum(f.planned for f in found),
        sum(f.evaluator.spent for f in found),
        any(f.ended_early for f in found),
        last[0].today_cost,
        min(f.best_cost for f in last),
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
