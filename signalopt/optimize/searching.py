"""The job's search on the queue model: one design of the stages or several, usual demand or also others.

Several designs are screened by a short search each; today's stages and the best of the others are then
searched on with what is left. SUMO chooses between them.

Every other objective is searched after a short search for delay: where stops or emissions are the aim, a
search finds what the queue model gets wrong about them, and the plan for delay, whose order the model knows
best, is the start that it has to beat in SUMO too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from signalopt.errors import InputError, SimulationError
from signalopt.mesosim.model import MesoModel
from signalopt.optimize.budget import RunPlan, search_work
from signalopt.optimize.candidates import Candidate
from signalopt.optimize.contender import Contender
from signalopt.optimize.deep_search import Searched, search_deep, search_space, searched_contenders
from signalopt.optimize.demand_draws import ROBUST, USUAL, Risk
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.judging import USUAL_FOUND
from signalopt.optimize.meso_costs import meso_cost_of, meso_today
from signalopt.optimize.objective import Objective, find_objective
from signalopt.optimize.search import held_programs
from signalopt.optimize.warming import WarmModel
from signalopt.optimize.work import Branch, Work
from signalopt.progress import Listener, Progress

MOST_SEARCHED = 6
LATE_S = 1.0
"""Seconds kept free at the end for reading and judging."""
ROBUST_FOUND = "robust search"
MODEL_READY_SHARE = 0.6
"""Share of the budget after which nobody waits for the queue model any longer."""
SCREENED_FOUND = "first search"
SCREENING_SHARE = 0.4
"""Share of the search that finds out which designs of the stages are worth the rest."""
DELAY = "delay"
DELAY_FOUND = "search for delay"
DELAY_SHARE = 0.25
"""Share of the search for another objective that looks for the least delay first."""
USUAL_SHARE = 0.4
"""Share of a robust search that is spent on the demand as stated."""


@dataclass(frozen=True)
class _Leg:
    """A search of one branch: demands, name of what it finds, its share of all the work."""

    branch: Branch
    risk: Risk
    label: str
    share: float
    objective: Objective


def search(
    work: Work, flows: CaseFlows, counts: RunPlan, warm: WarmModel, listener: Listener
) -> None:
    """Search from all candidates; without a model (a case it cannot hold) the coordination stands alone."""
    listener(Progress("queue model", 0, 1, "getting ready"))
    clock = work.clock
    try:
        model = warm.get(max(0.0, MODEL_READY_SHARE * clock.budget_s - clock.used_s))
    except (InputError, SimulationError) as error:
        work.remarks.append(f"no search on the queue model: {error}")
        return
    if model is None:
        work.cuts.append(
            "no search on the queue model, which was not compiled in time; it will be next time"
        )
        return
    listener(Progress("queue model", 1, 1))
    work.model = model
    objective = meso_today(model, work.objective, work.case.today)
    planned = search_work(clock.budget_s, clock.workers, work.vehicles, work.mean_trip_s)
    batches = counts.finalists * -(-counts.final_seeds // clock.workers)
    batches += -(-counts.selection_runs // clock.workers)
    deadline = clock.budget_s - LATE_S - 1.1 * batches * clock.longest_run_s
    deadline = max(deadline, clock.used_s + 0.1 * clock.budget_s)
    begun, done = clock.used_s, 0.0
    several = len(work.branches) > 1
    legs = _screening(work, objective) if several else _whole(work, objective, work.branches, 1.0)
    while legs:
        for leg in legs:
            runs = int(planned * leg.share)
            ends = begun + (done + leg.share) * (deadline - begun)
            _searched(work, leg, model, flows, runs, ends, listener)
            done += leg.share
        left = 1.0 - SCREENING_SHARE
        legs = _whole(work, objective, _worth(work), left) if several else []
        several = False


def _screening(work: Work, objective: Objective) -> list[_Leg]:
    share = SCREENING_SHARE / len(work.branches)
    return [_Leg(branch, USUAL, SCREENED_FOUND, share, objective) for branch in work.branches]


def _whole(work: Work, objective: Objective, branches: list[Branch], share: float) -> list[_Leg]:
    """Full searches of these branches that share the work equally."""
    legs = []
    for branch in branches:
        left = share / len(branches)
        if objective.name != DELAY:
            first = DELAY_SHARE * left
            legs.append(_Leg(branch, USUAL, DELAY_FOUND, first, find_objective(DELAY)))
            left -= first
        usual = USUAL_SHARE * left if work.robust else left
        legs.append(_Leg(branch, USUAL, USUAL_FOUND, usual, objective))
        if work.robust:
            legs.append(_Leg(branch, ROBUST, ROBUST_FOUND, left - usual, objective))
    return legs


def _worth(work: Work) -> list[Branch]:
    """Today's stages and the design that its first search liked best."""
    own, others = work.branches[0], work.branches[1:]
    return [own, min(others, key=lambda b: b.searches[-1].best_cost)]


def _searched(
    work: Work,
    leg: _Leg,
    model: MesoModel,
    flows: CaseFlows,
    runs: int,
    ends_s: float,
    listener: Listener,
) -> None:
    """One leg: what it found goes in front of the contenders."""
    branch, case = leg.branch, leg.branch.design.case
    own = model if branch.is_own else model.with_stages_of(case)
    before = [c for c in work.contenders if c.home is branch.home() and c.coordination is None]
    starts: list[Candidate | Contender] = [*branch.candidates, *before[:MOST_SEARCHED]]
    plans = [start.plan for start in branch.candidates]
    space = search_space(case, flows, held_programs(case), plans)
    cost_of = meso_cost_of(own, leg.objective, leg.risk.draws, work.clock.workers)
    branch.evaluator = Evaluator(space, leg.risk, cost_of)
    found = search_deep(branch.evaluator, starts, runs, work.seed, work.clock, ends_s, listener)
    branch.searches.append(found)
    _note_cuts(work, found)
    label = branch.label(leg.label)
    if leg.label == DELAY_FOUND and work.objective.name != DELAY:
        # its cost is in seconds: nothing to compare with the others'
        best = searched_contenders(found, 1, branch.is_safe, label, branch.home())
        work.contenders = _in_turn(work, [replace(c, predicted=None) for c in best])
    else:
        new = searched_contenders(found, MOST_SEARCHED, branch.is_safe, label, branch.home())
        work.contenders = _in_turn(work, new)
    work.winner = work.contenders[0] if work.contenders else None


def _in_turn(work: Work, new: list[Contender]) -> list[Contender]:
    """New contenders before the older of their branch; branches take turns, each with its best first.

    The plan for delay comes second, so that it gets into every race.
    """
    for_delay = [c for c in work.contenders if DELAY_FOUND in c.label]
    older = [c for c in work.contenders if DELAY_FOUND not in c.label]
    rows: dict[int, list[Contender]] = {}
    for contender in [*new[:1], *for_delay, *new[1:], *older]:
        if contender.coordination is None:
            rows.setdefault(id(contender.home), []).append(contender)
    ranked = sorted(rows.values(), key=lambda row: row[0].predicted or 0.0)
    longest = max((len(row) for row in ranked), default=0)
    turns = [row[n] for n in range(longest) for row in ranked if n < len(row)]
    return [*turns, *(c for c in work.contenders if c.coordination is not None)]


def _note_cuts(work: Work, searched: Searched) -> None:
    """Say what the clock left out."""
    if searched.slower > 1:
        work.cuts.append(
            f"the search ran {searched.slower:g} times slower than planned: less of it"
        )
    if searched.ended_early:
        done = searched.evaluator.spent / max(1, searched.planned)
        work.cuts.append(f"the search ended by the clock after {100 * done:.0f} % of its work")
