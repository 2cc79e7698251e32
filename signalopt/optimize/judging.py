"""What SUMO decides in a job: the race, the search in SUMO itself, the confirmation, other demand."""

from __future__ import annotations

import math

from signalopt.optimize.budget import MOST_FINAL_SEEDS, RunPlan, run_limit_s
from signalopt.optimize.confirm import (
    Entrant,
    Race,
    final_seeds,
    more_runs,
    run_finals,
    run_race,
    selection_seeds,
)
from signalopt.optimize.contender import TODAY, Contender, plan_cycles_s
from signalopt.optimize.deep_search import Searched
from signalopt.optimize.objective import Objective
from signalopt.optimize.outcome import Work
from signalopt.optimize.refine import Trial, refine
from signalopt.optimize.robust import SUMO_FACTORS, in_sumo, on_model
from signalopt.optimize.search import WEBSTER, unsafe
from signalopt.optimize.variables import Settings
from signalopt.progress import Listener, Progress

USUAL_FOUND = "search"
"""Label of plans searched for the demand as stated."""
RACE_CANDIDATES = 2
"""Plans of the coordination in the race, beside those of the search."""
REFINED_FROM_RUNS = 30
"""Runs for choosing from which on SUMO itself is searched."""
RACE_SHARE = 0.3
"""Share of them for the first race where SUMO is searched after it."""
REFINE_SHARE = 0.65
"""Share of the rest for new plans; what is left is for racing the best of them."""


def choose(work: Work, counts: RunPlan, searched: Searched | None, listener: Listener) -> None:
    """Race the best in SUMO, search on in SUMO where runs are cheap, race the best of that."""
    if counts.final_seeds == 0 or not work.contenders:
        return
    clock = work.clock
    refining = searched is not None and counts.selection_runs >= REFINED_FROM_RUNS
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
    if refining and searched is not None:
        runs = counts.selection_runs - first + race.runs_left
        _refine(work, searched, runs, reserved, limit, listener)


def _refine(
    work: Work, searched: Searched, runs: int, reserved: int, limit_s: float, listener: Listener
) -> None:
    """Search in SUMO on the race's first seeds, then race the best on others."""
    case, clock, evaluator = work.case, work.clock, searched.evaluator
    race = work.race
    assert race is not None
    seeds = selection_seeds(work.seed, clock.workers)
    entrants = {e.contender.settings: e for e in race.entrants if e.contender.settings}
    trials = [
        Trial(settings, evaluator.costs([settings])[0], _on(entrant, seeds, work.objective))
        for settings, entrant in entrants.items()
        if entrant.result is not None or entrant.jammed
    ]
    count = int(runs * REFINE_SHARE) // len(seeds)
    plans: dict[int, Entrant] = {}

    def measure(settings: Settings) -> float | None:
        if not clock.allows(len(seeds), 1 + reserved):
            race.cut_short = True
            return None
        number = len(plans) + 1
        best = min((t.measured for t in trials), default=math.inf)
        listener(Progress("search in SUMO", number - 1, count, f"best {best:.2f}"))
        label = f"refined {number}"
        plan = searched.evaluator.space.plan(settings, label)
        if unsafe(case, plan):
            return math.inf
        entrant = Entrant(Contender(label, plan, plan_cycles_s(plan), None, settings))
        entrant.result = more_runs(case, entrant, seeds, clock.workers, clock, limit_s)
        plans[number] = entrant
        return entrant.score(work.objective)

    refine(evaluator, trials, measure, count, work.seed)
    listener(Progress("search in SUMO", count, count))
    everyone = [*race.entrants, *plans.values()]
    everyone.sort(key=lambda e: _on(e, seeds, work.objective))
    left = runs - len(plans) * len(seeds)
    best = [e for e in everyone if not e.jammed][: max(2, min(6, left // (2 * len(seeds))))]
    # The best of many on two seeds have been lucky on these: they start anew on others.
    again = [Entrant(e.contender) for e in best]
    last = Race(again, left, work.objective, first_seed=len(seeds))
    run_race(
        case, last, work.seed, clock.workers, clock, listener, reserved=reserved, limit_s=limit_s
    )
    race.cut_short |= last.cut_short
    race.seeds_used += [s for s in last.seeds_used if s not in race.seeds_used]
    if any(e.result is not None for e in again):
        race.entrants = [*again, *(e for e in race.entrants if e not in best)]
        work.winner = last.leader


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
    whole = run_finals(
        work.case, finalists, seeds, work.clock.workers, work.clock, work.results, listener
    )
    if not whole:
        work.race.cut_short = True
    elif not work.robust:
        # Time that is left makes the intervals narrower; the choice is made already.
        run_finals(
            work.case, finalists, final_seeds(work.seed, MOST_FINAL_SEEDS)[counts.final_seeds :],
            work.clock.workers, work.clock, work.results, listener,
        )  # fmt: skip


def other_demand(work: Work, counts: RunPlan, listener: Listener) -> None:
    """The finalists on demand that they were not tuned for; in SUMO as far as the clock allows."""
    if work.model is None or work.winner is None:
        return
    clock = work.clock
    plans = {TODAY: work.case.today, work.winner.label: work.winner.plan}
    for label in (USUAL_FOUND, WEBSTER):
        found = next((c for c in work.contenders if c.label.startswith(label)), None)
        if found is not None and found is not work.winner:
            plans[found.label] = found.plan
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
    if found:
        chosen = [*found[:1], *others[:1], *found[1:], *webster, *others[1:RACE_CANDIDATES]]
    else:
        chosen = [*others, *webster]
    different = {contender.plan.intersections: contender for contender in reversed(chosen)}
    kept = [c for c in chosen if different[c.plan.intersections] is c][:most]
    if work.today is not None:
        kept = [c for c in kept if c.plan.intersections != work.case.today.intersections]
    entrants = [Entrant(contender) for contender in kept]
    return [*entrants, *([work.today] if work.today is not None else [])]


def _on(entrant: Entrant, seeds: tuple[int, ...], objective: Objective) -> float:
    """The objective of an entrant on these seeds only."""
    if entrant.jammed or entrant.result is None:
        return math.inf
    values = objective.values(entrant.result)
    own = [values[seed] for seed in seeds if seed in values]
    return sum(own) / len(own) if own else math.inf
