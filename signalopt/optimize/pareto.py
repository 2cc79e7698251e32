"""The Pareto front of a case: plans none of which is better in everything, each confirmed in SUMO.

The search runs once for each of several weightings of the measures (shares of today's values); the plans
that are not dominated on the queue model are thinned to a handful, run in SUMO on seeds that no search has
seen, and those that SUMO finds dominated beyond doubt are marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.errors import InputError, Problem, SimulationError
from signalopt.mesosim.evaluate import Draw, evaluate
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.microsim.batch import available_cores
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate
from signalopt.optimize.budget import Clock, nominal_run_s, search_work
from signalopt.optimize.candidates import Candidate
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.confirm import final_seeds, joined, note_wall_time
from signalopt.optimize.contender import TODAY, Contender, plan_cycles_s
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.deep_search import search_deep, search_space
from signalopt.optimize.demand_draws import USUAL
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.limits import unreachable_greens
from signalopt.optimize.meso_costs import measures_of, meso_cost_of, meso_today
from signalopt.optimize.objective import weighted
from signalopt.optimize.search import find_candidates, held_programs, unsafe
from signalopt.optimize.streams import trip_times_s
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case

AXES = ("person_delay_s", "co2_total_kg", "soot_total_g", "pedestrian_delay_s")
"""The measures of the front; those without a population in a case drop out."""
SEARCH_SHARE = 0.45
SOLVER_SHARE = 0.06
LEAST_SEEDS, MOST_SEEDS = 2, 8
BLEND = 0.25
"""Share of the other measures in each weighting: corners alone would sacrifice everything else."""
BEST_OF_EACH = 40


@dataclass(frozen=True)
class FrontPoint:
    """A plan of the front: what the queue model expects, what SUMO measured (None: not run).

    dominated: another point is better on every axis by SUMO's means.
    """

    contender: Contender
    predicted: dict[str, float]
    result: SimulationResult | None
    dominated: bool


@dataclass(frozen=True)
class Front:
    """The points, today's plan first; axes: names of measures; cut_short: the clock left out work."""

    scenario: str
    axes: tuple[str, ...]
    points: tuple[FrontPoint, ...]
    seeds: tuple[int, ...]
    cut_short: bool
    wall_s: float


def weightings(axes: Sequence[str]) -> list[tuple[tuple[str, float], ...]]:
    """One balanced weighting, one that leans to each axis, one for each pair."""
    count = len(axes)
    leaning = [
        tuple((b, (1 - BLEND if b == a else 0.0) + BLEND / count) for b in axes) for a in axes
    ]
    pairs = [
        tuple((x, ((1 - BLEND) / 2 if x in (a, b) else 0.0) + BLEND / count) for x in axes)
        for i, a in enumerate(axes)
        for b in axes[i + 1 :]
    ]
    return [tuple((a, 1 / count) for a in axes), *leaning, *pairs]


def nondominated(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rows (plans) than which no other is at least as small everywhere and smaller somewhere."""
    keep = np.ones(len(values), dtype=bool)
    for i, row in enumerate(values):
        others = values[np.arange(len(values)) != i]
        keep[i] = not np.any((others <= row).all(axis=1) & (others < row).any(axis=1))
    return keep


def spread_out(values: NDArray[np.float64], count: int) -> list[int]:
    """Positions of up to `count` rows far from each other: the best of each column, then the farthest."""
    if len(values) == 0:
        return []
    span = values.max(axis=0) - values.min(axis=0)
    scaled = (values - values.min(axis=0)) / np.where(span > 0, span, 1.0)
    chosen = list(dict.fromkeys(int(i) for i in values.argmin(axis=0)))[:count]
    while len(chosen) < min(count, len(values)):
        gaps = np.linalg.norm(scaled[:, None] - scaled[chosen][None], axis=2).min(axis=1)
        if gaps.max() <= 0:
            break
        chosen.append(int(gaps.argmax()))
    return chosen


def pareto_front(
    case: Case,
    *,
    budget_s: float = 300.0,
    points: int = 6,
    workers: int = 0,
    seed: int = 1,
    listener: Listener = ignore,
) -> Front:
    """Search the front of a case within a wall-clock budget and confirm up to `points` plans in SUMO.

    Raises InputError for bad options, minimum greens that no cycle holds and a case that the queue model
    cannot hold; SimulationError if today's plan cannot be simulated.
    """
    _check(case, budget_s, points, workers)
    clock = Clock(budget_s, workers or available_cores())
    model = prepare(case, listener=listener)
    axes = _axes(model)
    found, cut = _searched(case, model, axes, clock, seed, points, listener)
    today = Contender(TODAY, case.today, plan_cycles_s(case.today))
    contenders = [today, *found]
    results, seeds, whole = _confirmed(case, contenders, clock, seed, listener)
    predicted = _predicted(model, contenders, axes)
    table = np.array(
        [
            [r.mean(a) if r is not None else np.inf for a in axes]
            for r in (results.get(c.label) for c in contenders)
        ]
    )
    keep = nondominated(table)
    made = tuple(
        FrontPoint(c, p, results.get(c.label), not bool(k))
        for c, p, k in zip(contenders, predicted, keep, strict=True)
    )
    return Front(case.name, axes, made, seeds, cut or not whole, clock.used_s)


def _check(case: Case, budget_s: float, points: int, workers: int) -> None:
    problems = unreachable_greens(case)
    if not budget_s > 0:
        problems.append(Problem("budget", f"{budget_s} s", "more than 0 seconds"))
    if points < 1:
        problems.append(Problem("points", str(points), "at least 1"))
    if workers < 0:
        problems.append(Problem("workers", str(workers), "0 (one a core) or more"))
    if not any(p.tunable and p.id not in case.signals_off for p in case.network.intersections):
        problems.append(Problem(str(case.net_file), "no signal that can be tuned", "at least one"))
    if problems:
        raise InputError(*problems)


def _axes(model: MesoModel) -> tuple[str, ...]:
    """The axes that the queue model knows and that are not zero under today's plan."""
    outcome = evaluate(model, [model.case.today])
    found = []
    for name in AXES:
        try:
            value = float(measures_of(model, [name])[name](outcome)[0, 0])
        except KeyError:
            continue
        if value > 0:
            found.append(name)
    return tuple(found)


def _searched(
    case: Case, model: MesoModel, axes: tuple[str, ...], clock: Clock, seed: int, points: int,
    listener: Listener,
) -> tuple[list[Contender], bool]:  # fmt: skip
    flows = case_flows(case)
    candidates: list[Candidate] = []
    share = clock.budget_s * SOLVER_SHARE / 10
    find_candidates(
        case, flows, "delay", SolverLimits(share, max(2.0, 4 * share), seed=seed), candidates
    )
    space = search_space(case, flows, held_programs(case), [c.plan for c in candidates])
    trips = trip_times_s(case.network, case.route_files)
    mean = sum(trips) / max(1, len(trips))
    directions = weightings(axes)
    work = search_work(clock.budget_s, clock.workers, len(trips), mean) // len(directions)
    pool: dict[object, None] = {}
    cut, begun = False, clock.used_s
    for number, weights in enumerate(directions, start=1):
        objective = meso_today(model, weighted(weights), case.today)
        evaluator = Evaluator(
            space, USUAL, meso_cost_of(model, objective, USUAL.draws, clock.workers)
        )
        until = begun + (SEARCH_SHARE * clock.budget_s) * number / len(directions)
        done = search_deep(evaluator, candidates, work, seed + number, clock, until, listener)
        cut |= done.ended_early or done.slower > 1
        pool |= dict.fromkeys(s for _, s in evaluator.ranking()[:BEST_OF_EACH])
    settings = [s for s in pool if not unsafe(case, space.plan(s))]  # type: ignore[arg-type]
    plans = [space.plan(s, f"front {n}") for n, s in enumerate(settings, start=1)]  # type: ignore[arg-type]
    contenders = [Contender(p.name, p, plan_cycles_s(p)) for p in plans]
    values = np.array([[p[a] for a in axes] for p in _predicted(model, contenders, axes)])
    front = [i for i, keep in enumerate(nondominated(values)) if keep]
    chosen = [front[i] for i in spread_out(values[front], points)]
    chosen.sort(key=lambda i: tuple(values[i]))
    return [
        Contender(f"front {n}", plans[i].with_programs((), f"front {n}"), contenders[i].cycles_s)
        for n, i in enumerate(chosen, start=1)
    ], cut


def _predicted(
    model: MesoModel, contenders: Sequence[Contender], axes: Sequence[str]
) -> list[dict[str, float]]:
    draws = [Draw(d.seed, d.demand) for d in USUAL.draws if d.demand == 1]
    outcome = evaluate(model, [c.plan for c in contenders], draws)
    columns = {a: read(outcome).mean(axis=1) for a, read in measures_of(model, axes).items()}
    return [{a: float(columns[a][row]) for a in axes} for row in range(len(contenders))]


def _confirmed(
    case: Case, contenders: Sequence[Contender], clock: Clock, seed: int, listener: Listener
) -> tuple[dict[str, SimulationResult], tuple[int, ...], bool]:
    """SUMO runs of all points on common fresh seeds, block by block as long as the clock allows."""
    trips = trip_times_s(case.network, case.route_files)
    clock.longest_run_s = nominal_run_s(case, len(trips), sum(trips) / max(1, len(trips)))
    results: dict[str, SimulationResult] = {}
    used: list[int] = []
    wanted = final_seeds(seed, MOST_SEEDS)
    size = max(LEAST_SEEDS, min(clock.workers, MOST_SEEDS))
    for start in range(0, MOST_SEEDS, size):
        block = wanted[start : start + size]
        if start and not clock.allows(len(block), len(contenders)):
            return results, tuple(used), False
        for number, contender in enumerate(contenders):
            listener(Progress("confirm in SUMO", number, len(contenders), contender.label))
            try:
                found = simulate(case, contender.plan, block, workers=clock.workers)
            except SimulationError:
                if contender.label == TODAY:
                    raise
                continue
            note_wall_time(found, clock)
            results[contender.label] = joined(case, results.get(contender.label), found)
        listener(Progress("confirm in SUMO", len(contenders), len(contenders)))
        used += block
    return results, tuple(used), True
