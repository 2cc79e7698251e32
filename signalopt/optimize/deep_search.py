"""The search on the queue model: from all starts to a ranking of plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from signalopt.optimize.budget import Clock, slower_by
from signalopt.optimize.candidates import Candidate, find_parts
from signalopt.optimize.contender import TODAY, Contender, diverse
from signalopt.optimize.continuous import MOST_VARIABLES, search_continuous, variable_count
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.evolution import random_starts, search_many
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.variables import Settings, Space, make_space
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.timing.plan import AnyProgram, Plan

RANDOM_STARTS = 8
CONTINUOUS_SHARE = 0.3
"""Share of the work that CMA-ES gets in cases small enough for it."""
APART_S = 2.0
"""Least distance of two plans that race against each other (see contender.distance)."""
WORST_RATIO = 1.04
"""A plan this much worse than the best by the model is not worth a run in SUMO."""
FOUND = "search"


@dataclass(frozen=True)
class Searched:
    """What a search did: work planned and spent in runs of the queue model, and the model's verdicts.

    slower: how much slower than nominal the machine proved; planned work was divided by it.
    """

    evaluator: Evaluator
    planned: int
    slower: float
    ended_early: bool
    today_cost: float
    best_cost: float


def search_space(
    case: Case, flows: CaseFlows, held: Mapping[str, AnyProgram], plans: Sequence[Plan] = ()
) -> Space:
    """The space of all plans of a case whose held programs stay; `plans` bring their stage orders."""
    linked: dict[str, set[str]] = {}
    for stream in flows.streams:
        if stream.upstream is not None:
            first, second = stream.upstream.intersection, stream.downstream.intersection
            if first != second:
                linked.setdefault(first, set()).add(second)
                linked.setdefault(second, set()).add(first)
    near = {name: sorted(others) for name, others in linked.items()}
    parts = find_parts(case.network, flows, held)
    return make_space(case.network, parts, near, case.today, held, plans)


def search_deep(
    evaluator: Evaluator,
    candidates: Sequence[Candidate | Contender],
    work: int,
    seed: int,
    clock: Clock,
    deadline_s: float,
    listener: Listener = ignore,
) -> Searched:
    """Search with `work` runs of the queue model, fewer where the starts show that the machine is slower.

    deadline_s: moment of the budget at which the search ends whatever is left.
    """
    begun_s = clock.used_s
    space = evaluator.space
    today = space.settings_of(space.base)
    starts: list[tuple[str, Settings]] = [(TODAY, today)]
    starts += [(c.label, space.settings_of(c.plan)) for c in candidates]
    costs = evaluator.costs([settings for _, settings in starts])
    best = min(zip(costs, range(len(starts)), strict=True))[1]
    around = starts[best][1]
    starts += [
        (f"random {n}", s) for n, s in enumerate(random_starts(space, around, RANDOM_STARTS, seed))
    ]

    costs += evaluator.costs([settings for _, settings in starts[len(costs) :]])
    taken_s = max(1e-6, clock.used_s - begun_s)
    slower = slower_by(work * taken_s / evaluator.spent, deadline_s - begun_s)
    planned, work = work, int(work / slower)

    def watch(_spent: int, least: float) -> bool:
        text = f"best {least:.1f}, today {costs[0]:.1f} by the queue model"
        listener(Progress("search", min(evaluator.spent, work - 1), work, text))
        return clock.used_s > deadline_s

    ended = False
    if variable_count(space) <= MOST_VARIABLES:
        ended = search_continuous(evaluator, around, int(work * CONTINUOUS_SHARE), seed, watch)
        starts.append(("CMA-ES", evaluator.ranking()[0][1]))
    if not ended:
        ended = search_many(evaluator, starts, work - evaluator.spent, seed, watch).ended_early
    listener(Progress("search", work, work))
    return Searched(evaluator, planned, slower, ended, costs[0], evaluator.ranking()[0][0])


def searched_contenders(
    searched: Searched,
    count: int,
    safe: Callable[[Plan], bool],
    label: str = FOUND,
    home: Case | None = None,
) -> list[Contender]:
    """The best plans of a search that differ from each other and are `safe`, best first.

    home: the case with their stages, where these are designed afresh.
    """
    space = searched.evaluator.space
    ranking = ((c, s) for c, s in searched.evaluator.ranking() if safe(space.plan(s)))
    chosen = diverse(space, ranking, count, APART_S, WORST_RATIO)
    return [
        Contender(
            f"{label} {number}",
            space.plan(settings, f"{label} {number}"),
            tuple(sorted(set(space.cycles_s(settings)))),
            cost,
            settings,
            home=home,
        )
        for number, (cost, settings) in enumerate(chosen, start=1)
    ]


def best_so_far(evaluator: Evaluator, safe: Callable[[Plan], bool]) -> Contender | None:
    """The best safe plan of a search that was interrupted; None where there is none yet."""
    space = evaluator.space
    found = next(((c, s) for c, s in evaluator.ranking() if safe(space.plan(s))), None)
    if found is None:
        return None
    cost, settings = found
    cycles = tuple(sorted(set(evaluator.space.cycles_s(settings))))
    return Contender(FOUND, evaluator.space.plan(settings, FOUND), cycles, cost, settings)
