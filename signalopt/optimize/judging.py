"""What SUMO decides in a job: the race, the search in SUMO itself, the confirmation, other demand."""

from __future__ import annotations

from signalopt.optimize.budget import (
    LEAST_SPARE_RUNS,
    MOST_SPARE_SEEDS,
    RunPlan,
    run_limit_s,
    spare_runs,
)
from signalopt.optimize.confirm import (
    Entrant,
    Race,
    final_seeds,
    run_finals,
    run_race,
)
from signalopt.optimize.contender import TODAY, Contender
from signalopt.optimize.refining import refinement_of
from signalopt.optimize.robust import SUMO_FACTORS, in_sumo, on_model
from signalopt.optimize.search import WEBSTER
from signalopt.optimize.work import Coordination, Work
from signalopt.progress import Listener
from signalopt.scenario.new_stages import shown_by_letters
from signalopt.timing.plan import Plan

USUAL_FOUND = "search"
"""Label of plans searched for the demand as stated."""
RACE_CANDIDATES = 2
"""Plans of the coordination in the race, beside those of the search."""
REFINED_FROM_RUNS = 30
"""Runs for choosing from which on SUMO itself is searched."""
RACE_SHARE = 0.3
"""Share of them for the first race where SUMO is searched after it."""
MOST_SPARE_ROUNDS = 6
"""Further searches in SUMO at most where time is left; each takes half or more of what is."""


def choose(work: Work, counts: RunPlan, listener: Listener) -> None:
    """Race the best in SUMO, search on in SUMO where runs are cheap, race the best of that.

    Time that is left when the planned runs are done goes into more of the same.
    """
    if counts.final_seeds == 0 or not work.contenders:
        return
    clock = work.clock
    refining = bool(work.searches) and counts.selection_runs >= REFINED_FROM_RUNS
    first = counts.selection_runs
    if refining:
        first = round(counts.selection_runs * RACE_SHARE)
    race = Race(_entrants(work, first), first, work.objective)
    work.race = race
    reserved = counts.finalists * -(-counts.final_seeds // clock.workers)
    limit = run_limit_s(clock.budget_s, work.run_s)
    run_race(
        work.case, race, work.seed, clock.workers, clock, listener, reserved=reserved, limit_s=limit
    )
    if not any(e.result or e.jammed for e in race.entrants if e is not work.today):
        return  # the clock left no run for anybody else: the model's favourite stays, unconfirmed
    work.winner = race.leader
    if race.is_hopeless:
        work.remarks.append("every candidate jammed the streets in SUMO; today's plan is returned")
        return
    refinement = refinement_of(work, reserved, limit)
    if refinement is None:
        return
    if refining:
        runs = counts.selection_runs - first + race.runs_left
        race.cut_short |= refinement.go_on(runs, listener)
    for _ in range(MOST_SPARE_ROUNDS):
        runs = spare_runs(clock, reserved)
        if runs < LEAST_SPARE_RUNS:
            return
        refinement.go_on(runs, listener)
        work.spare_runs += runs


def confirm(work: Work, counts: RunPlan, listener: Listener) -> None:
    """The winner, today's plan and Webster's on seeds that no choice has seen."""
    if counts.final_seeds == 0 or work.winner is None or work.race is None or work.race.is_hopeless:
        return
    finalists = [work.winner.plan]
    if work.winner.label != TODAY:
        finalists.append(work.case.today)
    webster = next((c for c in work.contenders if c.label == WEBSTER), None)
    if counts.finalists > 2 and webster is not None and webster is not work.winner:
        finalists.append(webster.plan)
    seeds = final_seeds(work.seed, counts.final_seeds)
    homes = {c.plan.name: c.home for c in [work.winner] if c.home is not None}
    whole = run_finals(
        work.case, finalists, seeds, work.clock.workers, work.clock, work.results, listener,
        homes=homes,
    )  # fmt: skip
    if not whole:
        work.race.cut_short = True
    elif not work.robust:
        # Time that is left makes the intervals narrower; the choice is made already.
        run_finals(
            work.case, finalists, final_seeds(work.seed, MOST_SPARE_SEEDS)[counts.final_seeds :],
            work.clock.workers, work.clock, work.results, listener, homes=homes,
        )  # fmt: skip


def other_demand(work: Work, counts: RunPlan, listener: Listener) -> None:
    """The finalists on demand that they were not tuned for; in SUMO as far as the clock allows."""
    if work.model is None or work.winner is None:
        return
    clock = work.clock
    plans = {TODAY: work.case.today, work.winner.label: _in_own_letters(work, work.winner)}
    for label in (USUAL_FOUND, WEBSTER):
        found = next((c for c in work.contenders if c.label.startswith(label)), None)
        if found is not None and found is not work.winner:
            plans[found.label] = _in_own_letters(work, found)
    work.demand_rows = on_model(work.model, plans, work.objective, clock.workers)
    batches = len(SUMO_FACTORS) * len(plans)
    if counts.final_seeds == 0 or not clock.allows(clock.workers, batches):
        work.remarks.append(
            "no time was left for other demands in SUMO: those figures are the queue model's"
        )
        return
    seeds = final_seeds(work.seed, clock.workers)
    work.demand_rows += in_sumo(work.case, plans, work.objective, seeds, clock.workers, listener)


def _entrants(work: Work, runs: int) -> list[Entrant]:
    """Who races: the best of the search, of the coordination, Webster's and today's plan."""
    most = max(2, runs // (2 * work.clock.workers))
    found = [c for c in work.contenders if c.coordination is None]
    others = [c for c in work.contenders if c.coordination is not None and c.label != WEBSTER]
    webster = [c for c in work.contenders if c.label == WEBSTER]
    if work.coordination is Coordination.BANDWIDTH:  # Webster's plan is a yardstick only
        chosen = [c for c in others if c.coordination is not None and c.coordination.streets]
        chosen = chosen or others
    elif found:
        chosen = [*found[:1], *others[:1], *found[1:], *webster, *others[1:RACE_CANDIDATES]]
    else:
        chosen = [*others, *webster]
    different = {contender.plan.intersections: contender for contender in reversed(chosen)}
    kept = [c for c in chosen if different[c.plan.intersections] is c][:most]
    if work.today is not None:
        kept = [c for c in kept if c.plan.intersections != work.case.today.intersections]
    entrants = [Entrant(contender) for contender in kept]
    return [*entrants, *([work.today] if work.today is not None else [])]


def _in_own_letters(work: Work, contender: Contender) -> Plan:
    """The plan as the job's case can show it, whatever stages it is made of."""
    if contender.home is None:
        return contender.plan
    return shown_by_letters(contender.home, contender.plan, work.case.network.fingerprint)
