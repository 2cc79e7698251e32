"""The optimisation job: candidates, search, race and search in SUMO, confirmation, one safe plan."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from signalopt.errors import InputError, Problem
from signalopt.microsim.batch import available_cores
from signalopt.microsim.result import SimulationResult
from signalopt.network.stage_plan import REDESIGNED
from signalopt.optimize.band_search import find_band_candidates
from signalopt.optimize.budget import (
    Clock,
    RunPlan,
    nominal_run_s,
    plan_runs,
    run_limit_s,
    slower_by,
)
from signalopt.optimize.candidates import Candidate
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.confirm import (
    Entrant,
    more_runs,
    selection_seeds,
)
from signalopt.optimize.contender import TODAY, Contender, plan_cycles_s
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.designs import OWN, Design, competing_designs
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.judging import choose, confirm, other_demand
from signalopt.optimize.limits import oversaturated, unreachable_greens
from signalopt.optimize.objective import OBJECTIVE_NAMES, find_objective
from signalopt.optimize.outcome import outcome
from signalopt.optimize.result import OptimisationResult
from signalopt.optimize.search import find_candidates
from signalopt.optimize.searching import search
from signalopt.optimize.streams import trip_times_s
from signalopt.optimize.warming import WarmModel
from signalopt.optimize.work import Branch, Coordination, Work
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case

DEFAULT_BUDGET_S = 120.0
SOLVER_SHARE = 0.08
"""Deterministic solver seconds of all solves together, as a share of the budget."""
_SOLVES = 10
SOLVER_ENDS_SHARE = 0.2
"""Share of the budget after which no further plan is coordinated."""
DESIGN_SHARE = 0.12
"""Share of the budget after which no further intersection gets new stages."""
TODAY_LIMIT_SHARE = 0.4
"""A first run of today's plan that takes more of the budget than this is given up: a jam, or a machine too
slow for the budget."""


def optimize(
    case: Case,
    *,
    objective: str = "delay",
    budget_s: float = DEFAULT_BUDGET_S,
    workers: int = 0,
    seed: int = 1,
    robust: bool = False,
    redesign: bool = False,
    coordinate: str = Coordination.DELAY,
    listener: Listener = ignore,
) -> OptimisationResult:
    """Find a plan for a case, prove it safe and confirm it in SUMO within a wall-clock budget.

    workers: SUMO processes and threads at a time, 0 = one a core. robust: half of the weight on the worst of
    demands from a fifth less to a fifth more; the result then says how each plan does on them. redesign:
    stages designed afresh compete with today's; if they win, the result's `stages` and `case` hold them.
    coordinate: `delay`, or `bandwidth` for the widest two-way bands of every street; then the plans of
    several cycles race in SUMO and no search follows. How much is searched and simulated follows from
    budget, workers and case alone, so equal inputs give equal plans unless the clock cuts work
    (`cut_short`) or leaves time for more (`spare_runs`).
    Ctrl-C ends the job and returns the best safe plan so far.

    Raises InputError for an unknown objective, a budget that is not positive, a case without signals to
    tune and minimum greens that no cycle holds; UnsafePlanError if a plan breaks a rule that today's plan did
    not break.
    """
    _check(case, objective, budget_s, workers, coordinate, robust=robust, redesign=redesign)
    bands = coordinate == Coordination.BANDWIDTH
    clock = Clock(budget_s, workers or available_cores())
    work = Work(case, find_objective(objective), clock, seed, robust, Coordination(coordinate))
    try:
        flows = case_flows(case)
        warm = None if bands else WarmModel(work.case, listener)
        work.branches = _branches(work, flows, redesign=redesign)
        work.remarks += oversaturated(work.case, flows)
        _coordinate(work, flows, listener)
        counts = _measure_today(work, listener)
        if warm is not None:  # a search would give the bands away
            search(work, flows, counts, warm, listener)
        choose(work, counts, listener)
        confirm(work, counts, listener)
        if robust:
            other_demand(work, counts, listener)
    except KeyboardInterrupt:
        work.interrupted = True
    return outcome(work)


def _check(
    case: Case,
    objective: str,
    budget_s: float,
    workers: int,
    coordinate: str,
    *,
    robust: bool,
    redesign: bool,
) -> None:
    problems = []
    if objective not in OBJECTIVE_NAMES:
        problems.append(Problem("objective", f"`{objective}`", ", ".join(OBJECTIVE_NAMES)))
    if not budget_s > 0:
        problems.append(Problem("budget", f"{budget_s} s", "more than 0 seconds"))
    if coordinate not in list(Coordination):
        problems.append(Problem("coordinate", f"`{coordinate}`", ", ".join(Coordination)))
    if robust and coordinate == Coordination.BANDWIDTH:
        problems.append(
            Problem("robust", "with bands", "offsets for delay", "bands do not depend on demand")
        )
    if workers < 0:
        problems.append(Problem("workers", str(workers), "0 (one a core) or more"))
    if not any(p.tunable and p.id not in case.signals_off for p in case.network.intersections):
        remarks = {r for p in case.network.intersections for r in p.remarks}
        problems.append(
            Problem(str(case.net_file), "no signal that can be tuned",
                    "at least one static program with two stages or more", "; ".join(sorted(remarks)))
        )  # fmt: skip
    problems += unreachable_greens(case)
    if redesign and any(REDESIGNED in p.layout.notes for p in case.network.intersections):
        problems.append(
            Problem(case.name, "stages that were designed afresh already", "a case with its own stages",
                    "optimise the scenario that it extends, or leave `--redesign` out")
        )  # fmt: skip
    if problems:
        raise InputError(*problems)


def _branches(work: Work, flows: CaseFlows, *, redesign: bool) -> list[Branch]:
    """Today's stages, and with `redesign` other designs that compete with them."""
    if not redesign:
        return [Branch(Design(OWN, work.case))]
    enough = partial(work.clock.past, DESIGN_SHARE)
    designs, notes = competing_designs(work.case, flows, enough)
    if enough():
        work.cuts.append("stages were designed for a limited time")
    work.remarks += notes
    if len(designs) == 1:
        work.remarks.append("no intersection could be designed afresh; today's stages are kept")
    return [Branch(design) for design in designs]


def _coordinate(work: Work, flows: CaseFlows, listener: Listener) -> None:
    """Candidates of Webster and CP-SAT for every design of the stages."""
    count = len(work.branches)
    share = work.clock.budget_s * SOLVER_SHARE / _SOLVES / count
    limits = SolverLimits(share, max(2.0, 4 * share), seed=work.seed)
    bands = work.coordination is Coordination.BANDWIDTH
    find = find_band_candidates if bands else find_candidates
    begun = work.clock.used_s / work.clock.budget_s
    for number, branch in enumerate(work.branches, start=1):
        until = begun + SOLVER_ENDS_SHARE * number / count
        try:
            whole = find(
                branch.design.case, flows, work.objective.name, limits, branch.candidates, listener,
                enough=partial(work.clock.past, until),
            )  # fmt: skip
            if not whole:
                work.cuts.append("fewer plans were coordinated than planned")
        finally:  # an interrupt leaves what has been found
            by_model = sorted(branch.candidates, key=lambda c: c.modelled_cost)
            work.contenders += [_coordinated(branch, candidate) for candidate in by_model]
            work.winner = work.contenders[0] if work.contenders else None


def _measure_today(work: Work, listener: Listener) -> RunPlan:
    """Run today's plan once: what a run costs here, and what shares of today's values mean."""
    case, clock = work.case, work.clock
    trips = trip_times_s(case.network, case.route_files)
    work.vehicles, work.mean_trip_s = len(trips), sum(trips) / max(1, len(trips))
    run_s = work.run_s = nominal_run_s(case, work.vehicles, work.mean_trip_s)
    counts = plan_runs(clock.budget_s, clock.workers, run_s)
    if counts.final_seeds == 0:
        work.remarks.append(
            f"a run takes about {run_s:.0f} s; {clock.budget_s:.0f} s hold no confirmation"
        )
        return counts
    today = Entrant(Contender(TODAY, case.today, plan_cycles_s(case.today)))
    listener(Progress("simulate today's plan", 0, 1))
    limit_s = max(TODAY_LIMIT_SHARE * clock.budget_s, run_limit_s(clock.budget_s, run_s))
    seeds = selection_seeds(work.seed, clock.workers)
    today.result = more_runs(case, today, seeds, clock.workers, clock, limit_s)
    listener(Progress("simulate today's plan", 1, 1))
    work.today = today
    if today.result is None or not today.result.runs:
        work.remarks.append(
            f"today's plan jams the streets: no run of it ended within {limit_s:.0f} s"
        )
        return counts
    work.objective = work.objective.against(_means(today.result))
    slower = slower_by(clock.longest_run_s, run_s)
    if slower > 1:
        work.cuts.append(f"runs take {slower:.1f} times as long as planned: fewer of them")
        run_s *= slower
        counts = plan_runs(clock.budget_s, clock.workers, run_s)
    work.run_s = run_s
    return counts


def _coordinated(branch: Branch, candidate: Candidate) -> Contender:
    cycles = tuple(sorted(set(candidate.cycles_s)))
    label = branch.label(candidate.label)
    plan = replace(candidate.plan, name=label)
    return Contender(label, plan, cycles, None, None, candidate, branch.home())


def _means(result: SimulationResult) -> dict[str, float]:
    names = {name for run in result.runs for name in run.measures}
    return {name: result.mean(name) for name in names}
