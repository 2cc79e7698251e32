"""Racing candidates in SUMO on common seeds, and the final comparison on seeds nobody has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from signalopt.errors import SimulationError
from signalopt.microsim.emission_detail import detail_of
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate
from signalopt.optimize.budget import Clock
from signalopt.optimize.contender import Contender
from signalopt.optimize.objective import Objective
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting
from signalopt.timing.plan import Plan

FIRST_SELECTION_SEED = 1001
FIRST_FINAL_SEED = 5001
MOST_FIRST_SEEDS = 4
LEAST_PAIRS = 3
"""Common seeds that an early exit on paired differences needs."""
LOST_FACTOR = 20.0
"""A plan that leaves a twentieth of the vehicles behind counts twice its figure."""
OUT = float("inf")
SEEDS_APART = 100
"""Selection seeds are 1001 + 100 s, ..., final ones 5001 + 100 s, ... for the user's seed s (mod 40):
never the small numbers that people take for their own runs, never the same for choosing and for the
final word."""


def selection_seeds(seed: int, count: int, skip: int = 0) -> tuple[int, ...]:
    """Seeds on which candidates are chosen."""
    first = FIRST_SELECTION_SEED + SEEDS_APART * (seed % 40) + skip
    return tuple(range(first, first + count))


def final_seeds(seed: int, count: int) -> tuple[int, ...]:
    """Seeds on which the choice is confirmed; disjoint from all selection seeds."""
    first = FIRST_FINAL_SEED + SEEDS_APART * (seed % 40)
    return tuple(range(first, first + count))


@dataclass
class Entrant:
    """A contender in the race with its runs so far (None: not run) and the round it left in.

    jammed: SUMO could not finish one of its runs in time; it is out, whatever the others say.
    """

    contender: Contender
    result: SimulationResult | None = None
    left_in_round: int | None = None
    jammed: bool = False

    def score(self, objective: Objective) -> float:
        """Mean of the objective, smaller is better; infinite without runs or when jammed.

        Runs that left vehicles behind count more: a plan that starves an entry must not win.
        """
        if self.jammed or self.result is None:
            return OUT
        values = objective.values(self.result)
        if not values:
            return OUT
        return sum(values.values()) / len(values) * (1 + LOST_FACTOR * lost_share(self.result))


@dataclass
class Race:
    """A race in progress: entrants in the order of the model, runs left, whether the clock cut it.

    first_seed: how many of the selection seeds were used before.
    """

    entrants: list[Entrant]
    runs_left: int
    objective: Objective
    first_seed: int = 0
    cut_short: bool = False
    seeds_used: list[int] = field(default_factory=list)

    @property
    def is_hopeless(self) -> bool:
        """Whether candidates were run and every one of them jammed."""
        return any(e.jammed for e in self.entrants) and not any(
            e.score(self.objective) < OUT for e in self.entrants
        )

    @property
    def ranked(self) -> list[Entrant]:
        """Entrants best first: those still in the race, then those that left, latest first."""
        return sorted(
            self.entrants,
            key=lambda e: (
                e.jammed,
                -(OUT if e.left_in_round is None else e.left_in_round),
                e.score(self.objective),
            ),
        )

    @property
    def leader(self) -> Contender:
        """The best contender by what has been simulated; before that the model's best."""
        running = [e for e in self.entrants if e.left_in_round is None and not e.jammed]
        running = running or self.entrants
        return min(running, key=lambda e: e.score(self.objective)).contender


def lost_share(result: SimulationResult) -> float:
    """Share of the scheduled vehicles that never entered or were still inside at the hard stop."""
    lost = sum(
        run.measures.get("not_inserted", 0.0) + run.measures.get("unfinished", 0.0)
        for run in result.runs
    )
    arrived = sum(run.measures.get("throughput", 0.0) for run in result.runs)
    return lost / max(1.0, lost + arrived)


def run_race(
    case: Case,
    race: Race,
    seed: int,
    workers: int,
    clock: Clock,
    listener: Listener = ignore,
    *,
    reserved: int = 0,
    limit_s: float | None = None,
) -> None:
    """Successive halving: every round the better half goes on to more common seeds.

    Round 1 runs as many seeds each as run at once (at most 4), later rounds double (K. Jamieson and A.
    Talwalkar, AISTATS 2016); who is worse than the leader beyond doubt by the paired differences leaves
    early. Ends when one is left, when the planned runs are used up or when the clock forbids another round
    (`reserved`: batches of runs that must fit in afterwards). A run that takes more than `limit_s` is given
    up, and its plan with it.
    """
    number, skip, size = 1, race.first_seed, min(MOST_FIRST_SEEDS, workers)
    while True:
        running = [e for e in race.entrants if e.left_in_round is None]
        if len(running) < 2:
            return
        while size * len(running) > race.runs_left and size > 1:
            size -= 1
        affordable = race.runs_left // size
        if affordable < 2:
            return
        for entrant in running[affordable:]:
            entrant.left_in_round = number
        running = running[:affordable]
        seeds = selection_seeds(seed, size, skip)
        for place, entrant in enumerate(running):
            if not clock.allows(size, 1 + reserved):
                race.cut_short = True
                _drop_unrun(race, number)
                return
            best = min(race.entrants, key=lambda e: e.score(race.objective))
            score = best.score(race.objective)
            text = f"{entrant.contender.label}; best {best.contender.label}" if score < OUT else ""
            listener(Progress("race in SUMO", place, len(running), text))
            entrant.result = more_runs(case, entrant, seeds, workers, clock, limit_s)
        listener(Progress("race in SUMO", len(running), len(running)))
        race.runs_left -= size * len(running)
        race.seeds_used += seeds
        running.sort(key=lambda e: e.score(race.objective))
        keep = (len(running) + 1) // 2
        for place, entrant in enumerate(running):
            if place >= keep or _beaten(running[0], entrant, race.objective):
                entrant.left_in_round = number
        number, skip, size = number + 1, skip + size, size * 2


def _beaten(leader: Entrant, entrant: Entrant, objective: Objective) -> bool:
    """Whether the paired differences leave no doubt that an entrant is worse than the leader."""
    if entrant is leader or leader.result is None or entrant.result is None:
        return False
    change = objective.change(leader.result, entrant.result)
    return (
        change is not None
        and change.difference.count >= LEAST_PAIRS
        and change.significant
        and change.difference.mean > 0
    )


def run_finals(
    case: Case,
    plans: Sequence[Plan],
    seeds: Sequence[int],
    workers: int,
    clock: Clock,
    results: dict[str, SimulationResult],
    listener: Listener = ignore,
    *,
    homes: Mapping[str, Case] | None = None,
) -> bool:
    """Simulate the finalists on the final seeds into `results` (by plan name).

    homes: by plan name, the case with the stages of plans that are not for those of `case`.

    Goes block by block of as many seeds as run at once, every finalist in each block, so that what has been
    run can always be compared. The clock may drop the last finalist, then further blocks, then everything:
    returns False if it did. Finalists stand in order of importance.
    """
    kept = True
    chosen = list(plans)
    for start in range(0, len(seeds), workers):
        block = seeds[start : start + workers]
        while len(chosen) > 2 and not start and not clock.allows(len(block), len(chosen)):
            chosen, kept = chosen[:-1], False
        if not clock.allows(len(block), len(chosen)):
            return False
        for plan in chosen:
            if not start and not clock.allows(len(block)):
                return False
            home = (homes or {}).get(plan.name, case)
            found = simulate(home, plan, block, workers=workers, listener=listener)
            note_wall_time(found, clock)
            results[plan.name] = joined(case, results.get(plan.name), found)
    return kept


def note_wall_time(result: SimulationResult, clock: Clock) -> None:
    """Let the clock learn how long runs take."""
    clock.longest_run_s = max([clock.longest_run_s, *(run.wall_s for run in result.runs)])


def joined(
    case: Case, first: SimulationResult | None, second: SimulationResult
) -> SimulationResult:
    """Runs of the same plan on further seeds, as one result, emissions of the mean run included."""
    if first is None:
        return second
    runs, detail = first.runs + second.runs, second.emission_detail
    if detail is not None:
        detail = detail_of([run.emitted for run in runs], detail.model, *emission_setting(case))
    return replace(
        second,
        seeds=first.seeds + second.seeds,
        runs=runs,
        emission_detail=detail,
        failures=first.failures + second.failures,
    )


def more_runs(
    case: Case,
    entrant: Entrant,
    seeds: Sequence[int],
    workers: int,
    clock: Clock,
    limit_s: float | None,
) -> SimulationResult | None:
    """All runs of an entrant, those on further seeds included; marks it as jammed where SUMO gives up."""
    plan = entrant.contender.plan
    if entrant.result is not None:
        seeds = [seed for seed in seeds if seed not in entrant.result.seeds]
    if not seeds:
        return entrant.result
    try:
        home = entrant.contender.home or case
        found = simulate(home, plan, seeds, workers=workers, timeout_s=limit_s)
    except SimulationError:
        entrant.jammed = True
        return entrant.result
    entrant.jammed = bool(found.failures)
    note_wall_time(found, clock)
    return joined(case, entrant.result, found)


def _drop_unrun(race: Race, number: int) -> None:
    """After a cut the entrants without the round's runs cannot be compared: they leave."""
    ran = max((len(e.result.runs) for e in race.entrants if e.result is not None), default=0)
    for entrant in race.entrants:
        runs = len(entrant.result.runs) if entrant.result is not None else 0
        if entrant.left_in_round is None and runs < ran:
            entrant.left_in_round = number
