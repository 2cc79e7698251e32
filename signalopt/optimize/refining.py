"""The job's search in SUMO: plans proposed one after the other, then the best raced on further seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from signalopt.optimize.confirm import (
    Entrant,
    Race,
    more_runs,
    run_race,
    selection_seeds,
)
from signalopt.optimize.contender import Contender, plan_cycles_s
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.objective import Objective
from signalopt.optimize.refine import Trial, refine
from signalopt.optimize.variables import Settings
from signalopt.optimize.work import Branch, Work
from signalopt.progress import Listener, Progress

REFINE_SHARE = 0.65
"""Share of the runs for new plans; what is left is for racing the best of them."""
MOST_RACED = 6


@dataclass
class Refinement:
    """A search in SUMO that can go on as long as there are runs; everybody on the same first seeds.

    reserved: batches of runs that must fit in afterwards; limit_s: a run that takes longer is given up.
    raced: selection seeds that the races of the best have used, the first ones of the plans included.
    """

    work: Work
    race: Race
    branch: Branch
    evaluator: Evaluator
    reserved: int
    limit_s: float
    seeds: tuple[int, ...]
    raced: int
    trials: list[Trial] = field(default_factory=list)
    entrants: list[Entrant] = field(default_factory=list)

    def go_on(self, runs: int, listener: Listener) -> bool:
        """Run new plans and race the best with so many runs; returns whether the clock cut it."""
        work, clock = self.work, self.work.clock
        count = int(runs * REFINE_SHARE) // len(self.seeds)
        done, cut = 0, False

        def measure(settings: Settings) -> float | None:
            nonlocal done, cut
            if not clock.allows(len(self.seeds), 1 + self.reserved):
                cut = True
                return None
            best = min((t.measured for t in self.trials), default=math.inf)
            listener(Progress("search in SUMO", done, count, f"best {best:.2f}"))
            done += 1
            return self._measured(settings)

        refine(self.evaluator, self.trials, measure, count, work.seed + len(self.trials))
        listener(Progress("search in SUMO", count, count))
        return self._race(runs - done * len(self.seeds), listener) or cut

    def _measured(self, settings: Settings) -> float:
        """SUMO's figure of a new plan, which becomes an entrant; infinite where it is not safe."""
        work, branch = self.work, self.branch
        label = branch.label(f"refined {len(self.entrants) + 1}")
        plan = self.evaluator.space.plan(settings, label)
        if not branch.is_safe(plan):
            return math.inf
        entrant = Entrant(
            Contender(label, plan, plan_cycles_s(plan), None, settings, home=branch.home())
        )
        entrant.result = more_runs(
            work.case, entrant, self.seeds, work.clock.workers, work.clock, self.limit_s
        )
        self.entrants.append(entrant)
        return entrant.score(work.objective)

    def _race(self, runs: int, listener: Listener) -> bool:
        """The best of many on two seeds have been lucky on these: they start anew on others."""
        work, clock, race = self.work, self.work.clock, self.race
        everyone = [*race.entrants, *(e for e in self.entrants if e not in race.entrants)]
        everyone.sort(key=lambda e: measured_on(e, self.seeds, work.objective))
        most = max(2, min(MOST_RACED, runs // (2 * len(self.seeds))))
        best = [e for e in everyone if not e.jammed][:most]
        again = [Entrant(e.contender) for e in best]
        last = Race(again, runs, work.objective, first_seed=self.raced)
        run_race(
            work.case, last, work.seed, clock.workers, clock, listener,
            reserved=self.reserved, limit_s=self.limit_s,
        )  # fmt: skip
        race.seeds_used += [s for s in last.seeds_used if s not in race.seeds_used]
        if any(e.result is not None for e in again):
            race.entrants = [*again, *(e for e in race.entrants if e not in best)]
            work.winner = last.leader
        return last.cut_short


def refinement_of(work: Work, reserved: int, limit_s: float) -> Refinement | None:
    """The search in SUMO around the race's leader; None where there was none on the queue model."""
    race = work.race
    if race is None:
        return None
    branch = work.branch_of(race.leader)
    if branch.evaluator is None or branch.searched is None:
        return None
    evaluator = branch.evaluator
    seeds = selection_seeds(work.seed, work.clock.workers)
    known = [
        e
        for e in race.entrants
        if e.contender.settings
        and e.contender.home is branch.home()
        and (e.result is not None or e.jammed)
    ]
    trials = [
        Trial(
            e.contender.settings,
            evaluator.costs([e.contender.settings])[0],
            measured_on(e, seeds, work.objective),
        )
        for e in known
        if e.contender.settings
    ]
    if not trials:
        return None
    return Refinement(work, race, branch, evaluator, reserved, limit_s, seeds, len(seeds), trials)


def measured_on(entrant: Entrant, seeds: tuple[int, ...], objective: Objective) -> float:
    """The objective of an entrant on these seeds only."""
    if entrant.jammed or entrant.result is None:
        return math.inf
    values = objective.values(entrant.result)
    own = [values[seed] for seed in seeds if seed in values]
    return sum(own) / len(own) if own else math.inf
