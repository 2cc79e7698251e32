"""Distillation: what a controller does, turned into a fixed plan that any cabinet can run.

The controller steers the queue model over several draws of the demand. The plan takes over the stage order
that it used most, a common cycle and the splits of its greens; offsets come from the coordination. A short
search on the queue model then moves splits, cycle and offsets around this plan; the orders stay. A fixed plan
cannot leave out stages as a controller does, so longer cycles than the controller's are starts as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from signalopt.control.city import City, build_city
from signalopt.control.controller import Controller
from signalopt.control.distil_order import SiteHabit, habit
from signalopt.control.distil_plan import common_cycles_s, habit_settings, habit_space
from signalopt.control.distil_shown import Shown, watch
from signalopt.control.sensing import Sensing
from signalopt.control.settings import described
from signalopt.errors import InputError, Problem, UnsafePlanError
from signalopt.mesosim.draws import Draw
from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.microsim.batch import available_cores
from signalopt.optimize.budget import NOMINAL_MESO_UPDATES_PER_S, Clock
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.contender import plan_cycles_s
from signalopt.optimize.demand_draws import USUAL
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.evolution import search_many
from signalopt.optimize.meso_costs import meso_cost_of
from signalopt.optimize.objective import find_objective
from signalopt.optimize.search import unsafe
from signalopt.optimize.variables import Settings, Space
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan

DRAWS = (Draw(201), Draw(202, 1.1), Draw(203, 0.9))
"""Demands on which the controller is watched: other days, a tenth more and a tenth less."""
CYCLE_FACTORS = (1.0, 1.25, 1.5)
"""Common cycles that are tried, as multiples of the controller's."""
BUDGET_S = 30.0
LATE = 3.0
"""The search ends by the clock after so many times its budget: the machine is much slower than nominal."""


@dataclass(frozen=True)
class Distilled:
    """A plan made of a controller's conduct on one case.

    shown_cost, plan_cost: mean cost (s/veh, with the search's punishments) of the plan as taken from the
    controller and after the search, and today_cost that of today's plan, all by the queue model;
    controller_delay_s: the controller's delay there. runs: runs of the queue model that the search took;
    cut_short: the clock ended it, so that another machine may find another plan.
    """

    case: Case
    controller: Controller
    plan: Plan
    habits: tuple[SiteHabit, ...]
    left_alone: tuple[tuple[str, str], ...]
    controller_cycle_s: int
    today_cost: float
    shown_cost: float
    plan_cost: float
    controller_delay_s: float
    runs: int
    cut_short: bool

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader must know."""
        own = [f"{h.site.id} keeps its program: {h.kept}" for h in self.habits if h.kept]
        alone = [f"{name} was not steered: {reason}" for name, reason in self.left_alone]
        late = ["the clock ended the search early"] if self.cut_short else []
        return (*own, *alone, *late)

    @property
    def cycles_s(self) -> tuple[int, ...]:
        """The cycles of the plan."""
        return plan_cycles_s(self.plan)


def distil(
    case: Case,
    controller: Controller,
    *,
    name: str = "distilled",
    budget_s: float = BUDGET_S,
    draws: Sequence[Draw] = DRAWS,
    sensing: Sensing | None = None,
    workers: int = 0,
    seed: int = 1,
    listener: Listener = ignore,
) -> Distilled:
    """Make a plan of what a controller does on a case.

    budget_s: seconds that the search on the queue model may take on a machine of nominal speed; it sets
    the number of its runs, and 0 leaves the plan as it was taken from the controller. draws: demands on
    which the controller is watched. workers: threads, 0 = one a core (more make more runs).

    Raises InputError where nothing can be steered or the controller cannot steer it, for a negative budget
    and no draw; UnsafePlanError where no plan of the search is safe.
    """
    _check(budget_s, draws)
    clock = Clock(max(budget_s, 1.0) * LATE, workers or available_cores())
    city = build_city(case)
    model = prepare(case, listener=listener)
    shown = watch(model, city, controller, draws, sensing or Sensing(), listener)
    habits = tuple(habit(site, own) for site, own in zip(city.sites, shown.sites, strict=True))
    clock = Clock(clock.budget_s, clock.workers)  # watching is not counted
    flows = case_flows(case)
    space = habit_space(case, flows, habits)
    starts: list[tuple[str, Settings]] = []
    for number, factor in enumerate(CYCLE_FACTORS):
        listener(Progress("coordinate", number, len(CYCLE_FACTORS)))
        cycles = common_cycles_s(case, flows, space, habits, factor)
        found = habit_settings(case, flows, space, habits, cycles, seed)
        starts.append((f"cycle x{factor:g}", found))
    listener(Progress("coordinate", len(CYCLE_FACTORS), len(CYCLE_FACTORS)))
    searched = _search(model, space, starts, budget_s, clock, seed, listener)
    own_cycles = common_cycles_s(case, flows, space, habits)
    plan = replace(
        space.plan(searched.settings, name),
        provenance=(
            ("made_by", "distil"), ("controller", described(controller)), ("scenario", case.name),
            ("sensing", (sensing or Sensing()).label()), ("seed", str(seed)),
            ("draws", " ".join(f"{d.seed}x{d.demand:g}" for d in draws)),
            ("search_runs", str(searched.runs)),
        ),
    )  # fmt: skip
    return _distilled(
        case, controller, city, plan, habits, tuple(own_cycles.values()), shown, searched
    )


@dataclass(frozen=True)
class _Searched:
    settings: Settings
    today_cost: float
    shown_cost: float
    plan_cost: float
    runs: int
    cut_short: bool


def _search(
    model: MesoModel,
    space: Space,
    starts: Sequence[tuple[str, Settings]],
    budget_s: float,
    clock: Clock,
    seed: int,
    listener: Listener,
) -> _Searched:
    """The best safe plan that a search from the starts finds; the first start is the controller's own."""
    case = model.case
    cost_of = meso_cost_of(model, find_objective("delay"), USUAL.draws, clock.workers)
    evaluator = Evaluator(space, USUAL, cost_of)
    today = space.settings_of(space.base)
    today_cost = evaluator.costs([today])[0]
    shown_cost = evaluator.costs([settings for _, settings in starts])[0]
    work = _runs(model, budget_s, clock.workers)
    ended = False

    def watching(spent: int, least: float) -> bool:
        text = f"best {least:.1f}, today {today_cost:.1f} s/veh by the queue model"
        listener(Progress("search", min(spent, work - 1), work, text))
        return clock.used_s > clock.budget_s

    if work > 0:
        ended = search_many(evaluator, starts, work, seed, watching).ended_early
        listener(Progress("search", work, work))
        ranking = evaluator.ranking()
    else:
        ranking = [(shown_cost, starts[0][1])]
    faults: tuple[str, ...] = ()
    for cost, settings in ranking:
        if settings == today and today not in [s for _, s in starts]:
            continue  # today's plan is no distillate
        found = unsafe(case, space.plan(settings))
        if not found:
            return _Searched(settings, today_cost, shown_cost, cost, evaluator.spent, ended)
        faults = faults or found
    raise UnsafePlanError("no plan of the search is safe:\n" + "\n".join(faults))


def _runs(model: MesoModel, budget_s: float, workers: int) -> int:
    """Runs of the queue model in a budget by nominal speed, so that they do not depend on the clock."""
    done = evaluate(model, [model.case.today])
    vehicle_s = float((done.measure("throughput") * done.measure("travel_time_s"))[0, 0])
    return int(budget_s * max(1, workers) * NOMINAL_MESO_UPDATES_PER_S / max(vehicle_s, 1.0))


def _distilled(
    case: Case,
    controller: Controller,
    city: City,
    plan: Plan,
    habits: tuple[SiteHabit, ...],
    cycles_s: Sequence[int],
    shown: Shown,
    searched: _Searched,
) -> Distilled:
    ordered = list(cycles_s)
    return Distilled(
        case=case, controller=controller, plan=plan, habits=habits, left_alone=city.left_alone,
        controller_cycle_s=max(sorted(set(ordered)), key=ordered.count),
        today_cost=searched.today_cost, shown_cost=searched.shown_cost,
        plan_cost=searched.plan_cost, controller_delay_s=shown.delay_s, runs=searched.runs,
        cut_short=searched.cut_short,
    )  # fmt: skip


def _check(budget_s: float, draws: Sequence[Draw]) -> None:
    problems = []
    if not 0 <= budget_s < float("inf"):
        problems.append(Problem("budget", f"{budget_s:g} s", "0 seconds or more"))
    if not draws:
        problems.append(Problem("draws", "none", "at least one demand to watch the controller on"))
    if problems:
        raise InputError(*problems)
