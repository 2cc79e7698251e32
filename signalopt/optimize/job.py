"""The optimisation job: candidates, search, race and search in SUMO, confirmation, one safe plan."""

from __future__ import annotations

from signalopt.errors import InputError, Problem, SimulationError
from signalopt.microsim.batch import available_cores
from signalopt.microsim.result import SimulationResult
from signalopt.optimize.budget import (
    Clock,
    RunPlan,
    nominal_run_s,
    plan_runs,
    run_limit_s,
    search_work,
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
from signalopt.optimize.deep_search import (
    Searched,
    search_deep,
    search_space,
    searched_contenders,
)
from signalopt.optimize.demand_draws import ROBUST, USUAL
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.judging import USUAL_FOUND, choose, confirm, other_demand
from signalopt.optimize.limits import oversaturated, unreachable_greens
from signalopt.optimize.meso_costs import meso_cost_of, meso_today
from signalopt.optimize.objective import OBJECTIVE_NAMES, find_objective
from signalopt.optimize.outcome import Work, outcome
from signalopt.optimize.redesign import case_with_layouts
from signalopt.optimize.redesign import redesign as design_stages
from signalopt.optimize.result import OptimisationResult
from signalopt.optimize.search import find_candidates, held_programs, unsafe
from signalopt.optimize.streams import trip_times_s
from signalopt.optimize.warming import WarmModel
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case

DEFAULT_BUDGET_S = 120.0
SOLVER_SHARE = 0.08
"""Deterministic solver seconds of all solves together, as a share of the budget."""
_SOLVES = 10
SOLVER_ENDS_SHARE = 0.2
"""Share of the budget after which no further plan is coordinated."""
MOST_SEARCHED = 6
LATE_S = 1.0
"""Seconds kept free at the end for reading and judging."""
TODAY_LIMIT_SHARE = 0.4
"""A first run of today's plan that takes more of the budget than this is given up: a jam, or a machine too
slow for the budget."""
ROBUST_FOUND = "robust search"


def optimize(
    case: Case,
    *,
    objective: str = "delay",
    budget_s: float = DEFAULT_BUDGET_S,
    workers: int = 0,
    seed: int = 1,
    robust: bool = False,
    redesign: bool = False,
    listener: Listener = ignore,
) -> OptimisationResult:
    """Find a plan for a case, prove it safe and confirm it in SUMO within a wall-clock budget.

    workers: SUMO processes and threads at a time, 0 = one a core. robust: half of the weight on the worst of
    demands from a fifth less to a fifth more; the result then says how each plan does on them. redesign:
    stages are designed afresh, the result's `case` holds their layouts. How much is searched and simulated
    follows from budget, workers and case alone, so equal inputs give equal plans unless the clock cuts
    work (`cut_short`).
    Ctrl-C ends the job and returns the best safe plan so far.

    Raises InputError for an unknown objective, a budget that is not positive, a case without signals to
    tune and minimum greens that no cycle holds; UnsafePlanError if a plan breaks a rule that today's plan did
    not break.
    """
    _check(case, objective, budget_s, workers)
    clock = Clock(budget_s, workers or available_cores())
    work = Work(case, find_objective(objective), clock, seed, robust)
    try:
        flows = case_flows(case)
        if redesign:
            flows = _redesign(work, flows)
        warm = WarmModel(work.case, listener)
        work.remarks += oversaturated(work.case, flows)
        _coordinate(work, flows, listener)
        counts = _measure_today(work, listener)
        searched = _search(work, flows, counts, warm, listener)
        choose(work, counts, searched, listener)
        confirm(work, counts, listener)
        if robust:
            other_demand(work, counts, listener)
    except KeyboardInterrupt:
        work.interrupted = True
    return outcome(work)


def _check(case: Case, objective: str, budget_s: float, workers: int) -> None:
    problems = []
    if objective not in OBJECTIVE_NAMES:
        problems.append(Problem("objective", f"`{objective}`", ", ".join(OBJECTIVE_NAMES)))
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
    problems += unreachable_greens(case)
    if problems:
        raise InputError(*problems)


def _redesign(work: Work, flows: CaseFlows) -> CaseFlows:
    """Replace the case by one with the best new stages of every intersection that has some."""
    made = design_stages(work.case, flows)
    work.remarks += made.notes
    layouts = made.best()
    if not layouts:
        work.remarks.append("no intersection could be designed afresh; today's stages are kept")
        return flows
    work.case = case_with_layouts(work.case, layouts)
    work.remarks.append(
        f"stages designed afresh at {len(layouts)} of {len(work.case.network.intersections)} intersections:"
        " the plan belongs to signals that are changed like that"
    )
    return case_flows(work.case)


def _coordinate(work: Work, flows: CaseFlows, listener: Listener) -> None:
    """Candidates of Webster and CP-SAT."""
    share = work.clock.budget_s * SOLVER_SHARE / _SOLVES
    limits = SolverLimits(share, max(2.0, 4 * share), seed=work.seed)
    try:
        whole = find_candidates(
            work.case, flows, work.objective.name, limits, work.candidates, listener,
            enough=lambda: work.clock.past(SOLVER_ENDS_SHARE),
        )  # fmt: skip
        if not whole:
            work.cuts.append("fewer plans were coordinated than planned")
    finally:  # an interrupt leaves what has been found
        by_model = sorted(work.candidates, key=lambda c: c.modelled_cost)
        work.contenders += [_coordinated(candidate) for candidate in by_model]
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


def _search(
    work: Work, flows: CaseFlows, counts: RunPlan, warm: WarmModel, listener: Listener
) -> Searched | None:
    """The search on the queue model; without one (a case it cannot hold) the coordination stands alone."""
    case, clock = work.case, work.clock
    listener(Progress("queue model", 0, 1, "getting ready"))
    try:
        model = warm.get()
    except (InputError, SimulationError) as error:
        work.remarks.append(f"no search on the queue model: {error}")
        return None
    listener(Progress("queue model", 1, 1))
    work.model = model
    objective = meso_today(model, work.objective, case.today)
    planned = search_work(clock.budget_s, clock.workers, work.vehicles, work.mean_trip_s)
    batches = counts.finalists * -(-counts.final_seeds // clock.workers)
    batches += -(-counts.selection_runs // clock.workers)
    deadline = clock.budget_s - LATE_S - 1.1 * batches * clock.longest_run_s
    deadline = max(deadline, clock.used_s + 0.1 * clock.budget_s)
    space = search_space(case, flows, held_programs(case), [c.plan for c in work.candidates])
    stages = [(USUAL, USUAL_FOUND, 1.0)]
    if work.robust:
        stages = [(USUAL, USUAL_FOUND, 0.4), (ROBUST, ROBUST_FOUND, 1.0)]
    begun, spent = clock.used_s, 0.0
    for risk, label, until in stages:
        cost_of = meso_cost_of(model, objective, risk.draws, clock.workers)
        work.evaluator = Evaluator(space, risk, cost_of)
        ends = begun + until * (deadline - begun)
        runs = int(planned * (until - spent))
        work.searched = search_deep(
            work.evaluator, work.candidates, runs, work.seed, clock, ends, listener
        )
        _take(work, work.searched, label)
        spent = until
    return work.searched


def _take(work: Work, searched: Searched, label: str) -> None:
    """Put what a search found in front of the contenders, and say what the clock left out."""
    if searched.slower > 1:
        work.cuts.append(
            f"the search ran {searched.slower:g} times slower than planned: less of it"
        )
    if searched.ended_early:
        done = searched.evaluator.spent / max(1, searched.planned)
        work.cuts.append(f"the search ended by the clock after {100 * done:.0f} % of its work")
    found = searched_contenders(
        searched, MOST_SEARCHED, lambda plan: not unsafe(work.case, plan), label
    )
    work.contenders = [*found, *work.contenders]
    work.winner = work.contenders[0] if work.contenders else None


def _coordinated(candidate: Candidate) -> Contender:
    cycles = tuple(sorted(set(candidate.cycles_s)))
    return Contender(candidate.label, candidate.plan, cycles, None, None, candidate)


def _means(result: SimulationResult) -> dict[str, float]:
    names = {name for run in result.runs for name in run.measures}
    return {name: result.mean(name) for name in names}
