"""The optimisation job: flows, candidates, race in SUMO, confirmation on fresh seeds, one safe plan."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from importlib.metadata import version

from signalopt.errors import InputError, Problem, UnsafePlanError
from signalopt.measures import MEASURES
from signalopt.microsim.compare import Comparison, compare
from signalopt.microsim.result import SimulationResult
from signalopt.network.tools import sumo_version
from signalopt.optimize.budget import Clock, RunPlan, nominal_run_s, plan_runs, run_limit_s
from signalopt.optimize.candidates import Candidate, assemble
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.confirm import Entrant, Race, final_seeds, run_finals, run_race
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.result import CandidateReport, OptimisationResult, Verdict
from signalopt.optimize.search import WEBSTER, find_candidates, unsafe
from signalopt.optimize.streams import trip_times_s
from signalopt.progress import Listener, ignore
from signalopt.scenario.case import Case

OBJECTIVES = {"delay": "delay_s", "co2": "co2_g", "stops": "stops"}
"""Objectives and the measures that decide them."""
DEFAULT_BUDGET_S = 120.0
SOLVER_SHARE = 0.1
"""Deterministic solver seconds of all solves together, as a share of the budget."""
_SOLVES = 10


@dataclass
class _Progress:
    """Everything the job has so far: what an interrupt leaves behind."""

    candidates: list[Candidate] = field(default_factory=list)
    race: Race | None = None
    winner: Candidate | None = None
    results: dict[str, SimulationResult] = field(default_factory=dict)
    interrupted: bool = False
    remarks: list[str] = field(default_factory=list)


def optimize(
    case: Case,
    *,
    objective: str = "delay",
    budget_s: float = DEFAULT_BUDGET_S,
    workers: int = 0,
    seed: int = 1,
    listener: Listener = ignore,
) -> OptimisationResult:
    """Find a plan for a case, prove it safe and confirm it in SUMO within a wall-clock budget.

    workers: SUMO processes at a time, 0 = one a core. How many candidates and seeds are simulated follows
    from budget, workers and case alone, so equal inputs give equal plans unless the clock cuts the race
    short (`cut_short`). Ctrl-C ends the job and returns the best safe plan so far.

    Raises InputError for an unknown objective, a budget that is not positive or a case without signals to
    tune, and UnsafePlanError if a plan breaks a rule that today's plan did not break.
    """
    _check(case, objective, budget_s, workers)
    workers = workers or os.cpu_count() or 1
    clock, now = Clock(budget_s, workers), _Progress()
    try:
        _search(case, objective, budget_s, seed, now, listener)
        _choose_and_confirm(case, objective, seed, clock, now, listener)
    except KeyboardInterrupt:
        now.interrupted = True
    return _outcome(case, objective, budget_s, seed, clock, now)


def _check(case: Case, objective: str, budget_s: float, workers: int) -> None:
    problems = []
    if objective not in OBJECTIVES:
        problems.append(Problem("objective", f"`{objective}`", ", ".join(OBJECTIVES)))
    if not budget_s > 0:
        problems.append(Problem("budget", f"{budget_s} s", "more than 0 seconds"))
    if workers < 0:
        problems.append(Problem("workers", str(workers), "0 (one a core) or more"))
    if not any(p.tunable and p.id not in case.signals_off for p in case.network.intersections):
        remarks = {r for p in case.network.intersections for r in p.remarks}
        problems.append(
            Problem(str(case.net_file), "no signal that can be tuned",
                    "at least one static program with two stages or more", "; ".join(sorted(remarks)))
        )  # fmt: skip
    if problems:
        raise InputError(*problems)


def _search(
    case: Case, objective: str, budget_s: float, seed: int, now: _Progress, listener: Listener
) -> None:
    share = budget_s * SOLVER_SHARE / _SOLVES
    limits = SolverLimits(share, max(5.0, 4 * share), seed=seed)
    find_candidates(case, case_flows(case), objective, limits, now.candidates, listener)
    if not now.candidates:
        now.remarks.append("no candidate passed the safety judge; today's plan is returned")


def _choose_and_confirm(
    case: Case, objective: str, seed: int, clock: Clock, now: _Progress, listener: Listener
) -> None:
    if not now.candidates:
        return
    measure = OBJECTIVES[objective]
    by_model = sorted(now.candidates, key=lambda c: c.modelled_cost)
    now.winner = by_model[0]
    trips = trip_times_s(case.network, case.route_files)
    mean_trip_s = sum(trips) / max(1, len(trips))
    run_s = nominal_run_s(case, len(trips), mean_trip_s)
    counts: RunPlan = plan_runs(clock.budget_s, clock.workers, run_s)
    if counts.final_seeds == 0:
        now.remarks.append(
            f"a run takes about {run_s:.0f} s; {clock.budget_s:.0f} s hold no confirmation"
        )
        return
    now.race = Race([Entrant(c) for c in by_model], counts.selection_runs, measure)
    reserved = counts.finalists * -(-counts.final_seeds // clock.workers)
    limit = run_limit_s(clock.budget_s, run_s)
    run_race(case, now.race, seed, clock.workers, clock, listener, reserved=reserved, limit_s=limit)
    now.winner = now.race.leader
    if now.race.is_hopeless:
        now.remarks.append("every candidate jammed the streets in SUMO; today's plan is returned")
        return
    finalists = [now.winner.plan, case.today]
    webster = next((c for c in now.candidates if c.label == WEBSTER), None)
    if counts.finalists > 2 and webster is not None and webster is not now.winner:
        finalists.append(webster.plan)
    seeds = final_seeds(seed, counts.final_seeds)
    if not run_finals(case, finalists, seeds, clock.workers, clock, now.results, listener):
        now.race.cut_short = True


def _outcome(
    case: Case, objective: str, budget_s: float, seed: int, clock: Clock, now: _Progress
) -> OptimisationResult:
    measure = OBJECTIVES[objective]
    if now.interrupted and now.race is not None and not now.results:
        now.winner = now.race.leader
    elif now.winner is None and now.candidates:
        now.winner = min(now.candidates, key=lambda c: c.modelled_cost)
    winner = now.winner or assemble("today's plan", case.network, case.today, [])
    chosen = now.results.get(winner.plan.name)
    today, webster = now.results.get(case.today.name), now.results.get(WEBSTER)
    versus_today = compare(today, chosen) if today is not None and chosen is not None else None
    versus_webster = (
        compare(webster, chosen)
        if webster is not None and chosen is not None and winner.label != WEBSTER
        else None
    )
    hopeless = now.race is not None and now.race.is_hopeless
    verdict = Verdict.KEPT if hopeless else _verdict(versus_today, measure)
    plan = case.today if verdict is Verdict.KEPT else winner.plan
    if findings := unsafe(case, plan):
        raise UnsafePlanError("\n".join((f"plan `{plan.name}` is not safe:", *findings)))
    provenance = _provenance(
        case, objective, budget_s, seed, clock, now, winner, verdict, versus_today
    )
    if versus_today is not None:
        provenance += (("confirmed " + measure, _interval(versus_today, measure)),)
    seeds = versus_today.seeds if versus_today is not None else ()
    named = plan if verdict is Verdict.KEPT else replace(plan, name=f"signalopt {objective}")
    return OptimisationResult(
        plan=replace(named, provenance=provenance),
        objective=objective,
        measure=measure,
        verdict=verdict,
        winner=winner,
        webster_plan=next((c.plan for c in now.candidates if c.label == WEBSTER), None),
        candidates=_reports(now, measure),
        final_seeds=seeds,
        today=today,
        webster=webster,
        chosen=chosen,
        versus_today=versus_today,
        versus_webster=versus_webster,
        cut_short=now.race is not None and now.race.cut_short,
        interrupted=now.interrupted,
        wall_s=clock.used_s,
        remarks=tuple(now.remarks),
    )


def _verdict(versus_today: Comparison | None, measure: str) -> Verdict:
    if versus_today is None or measure not in versus_today.changes:
        return Verdict.UNCONFIRMED
    sign = -1 if MEASURES[measure].better == "higher" else 1
    difference = versus_today.changes[measure].difference
    if difference.count < 2:
        return Verdict.UNCONFIRMED
    if sign * difference.mean > 0:
        return Verdict.KEPT
    return Verdict.BETTER if versus_today.improves(measure) else Verdict.UNDECIDED


def _interval(comparison: Comparison, measure: str) -> str:
    change = comparison.changes[measure]
    difference, unit = change.difference, MEASURES[measure].unit
    text = f"{change.before:.3f} -> {change.after:.3f} {unit}, paired difference {difference.mean:+.3f}"
    if difference.low is not None and difference.high is not None:
        text += f" [{difference.low:+.3f}, {difference.high:+.3f}] at 95 %"
    return f"{text}, {difference.count} seeds"


def _provenance(
    case: Case, objective: str, budget_s: float, seed: int, clock: Clock, now: _Progress,
    winner: Candidate, verdict: Verdict, versus_today: Comparison | None,
) -> tuple[tuple[str, str], ...]:  # fmt: skip
    selection = now.race.seeds_used if now.race is not None else []
    seeds = versus_today.seeds if versus_today is not None else ()
    return (
        ("made by", f"signalopt {version('signalopt')}"),
        ("SUMO", sumo_version()),
        ("OR-Tools", version("ortools")),
        ("scenario", case.name),
        ("case", case.fingerprint),
        ("objective", objective),
        ("seed", str(seed)),
        ("budget_s", f"{budget_s:g}"),
        ("workers", str(clock.workers)),
        ("candidate", winner.label),
        ("solver status", str(winner.status)),
        ("solver cost", str(winner.cost)),
        ("solver bound", f"{winner.bound:.0f}"),
        ("solver gap", f"{winner.gap:.4f}"),
        ("selection seeds", " ".join(map(str, selection))),
        ("final seeds", " ".join(map(str, seeds))),
        ("verdict", str(verdict)),
    )


def _reports(now: _Progress, measure: str) -> tuple[CandidateReport, ...]:
    entrants = now.race.entrants if now.race is not None else [Entrant(c) for c in now.candidates]
    reports = []
    for entrant in entrants:
        candidate, result = entrant.candidate, entrant.result
        known = result is not None and bool(result.values(measure))
        reports.append(
            CandidateReport(
                candidate.label, candidate.cycles_s, candidate.modelled_cost, candidate.cost,
                candidate.bound, candidate.gap, str(candidate.status),
                len(result.runs) if result is not None else 0,
                result.mean(measure) if known and result is not None else None,
                entrant.left_in_round,
            )
        )  # fmt: skip
    return tuple(reports)
