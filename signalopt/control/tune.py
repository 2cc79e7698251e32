"""Tuning of a controller's parameters: on the queue model, or of SUMO's own actuated programs in SUMO.

The figure is the mean delay of a vehicle over several demands, of which none is the one that a result is
judged on; all parameters meet the same vehicles. The last word is SUMO's, on other seeds (`cli/tune.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from signalopt.control.city import build_city
from signalopt.control.controller import Controller
from signalopt.control.faults import Faults
from signalopt.control.guard import new_guard
from signalopt.control.knob_search import Trial, search_knobs
from signalopt.control.knobs import Knob
from signalopt.control.loop import drive
from signalopt.control.meso_plant import MesoPlant, places_of
from signalopt.control.sensing import Sensing
from signalopt.control.sumo_actuated import SumoActuated, simulate_actuated
from signalopt.errors import InputError, Problem
from signalopt.mesosim.calibration import Calibration
from signalopt.mesosim.draws import Draw
from signalopt.mesosim.model import prepare
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan

DRAWS = (Draw(101), Draw(102, 1.1), Draw(103, 0.9), Draw(104))
"""Demands to tune on: other days, a tenth more and a tenth less."""
SUMO_SEEDS = (7001, 7002)
"""Seeds to tune SUMO's own programs on; results are reported on others."""
TRIALS = 60


@dataclass(frozen=True)
class Tuned:
    """What tuning found. trials: all that were tried, the start first; costs are delays in s a vehicle."""

    trials: tuple[Trial, ...]
    on: str

    @property
    def start(self) -> Trial:
        """The controller that it started from."""
        return self.trials[0]

    @property
    def best(self) -> Trial:
        """The one of least delay, the first of equals."""
        return min(self.trials, key=lambda trial: trial.cost)


def tune(
    case: Case,
    controller: Controller,
    *,
    plan: Plan | None = None,
    sensing: Sensing | None = None,
    draws: tuple[Draw, ...] = DRAWS,
    most_trials: int = TRIALS,
    calibration: Calibration | None = None,
    listener: Listener = ignore,
) -> Tuned:
    """Tune a controller with knobs on the queue model, with the sensing that it will have.

    plan: the fallback programs (None: today's). Raises InputError for a controller without parameters
    to tune, a case in which nothing can be steered, and no draw or trial.
    """
    knobs = knobs_of(controller)
    _check(len(draws), most_trials)
    seeing = sensing or Sensing()
    model = prepare(case, calibration=calibration, listener=listener)
    city = build_city(case, plan)
    places = places_of(model, city)

    def delay_s(candidate: Controller) -> float:
        total = 0.0
        for draw in draws:
            plant = MesoPlant(model, city, draw, seeing, plan=plan, places=places)
            guard = new_guard(city, now_s=case.depart_begin_s)
            drive(plant, guard, candidate, sensing=seeing, faults=Faults(), seed=draw.seed)
            total += float(plant.world.outcome().measure("delay_s")[0, 0])
        return total / len(draws)

    trials = search_knobs(
        controller,
        knobs,
        delay_s,
        most_trials,
        _teller(case, controller.name, most_trials, listener),
    )
    return Tuned(trials, f"the queue model, {len(draws)} demands, {seeing.label()}")


def tune_sumo_actuated(
    case: Case,
    parameters: SumoActuated,
    *,
    plan: Plan | None = None,
    seeds: tuple[int, ...] = SUMO_SEEDS,
    most_trials: int = TRIALS,
    workers: int = 0,
    listener: Listener = ignore,
) -> Tuned:
    """Tune SUMO's actuated programs in SUMO itself, made from `plan` (None: today's).

    Raises InputError for no seed or trial, SimulationError where no seed finishes.
    """
    _check(len(seeds), most_trials)

    def delay_s(candidate: SumoActuated) -> float:
        found = simulate_actuated(case, candidate, seeds, plan=plan, workers=workers)
        return sum(run.measures["delay_s"] for run in found.runs) / len(found.runs)

    tell = _teller(case, parameters.name, most_trials, listener)
    trials = search_knobs(parameters, parameters.knobs, delay_s, most_trials, tell)
    return Tuned(trials, f"SUMO, {len(seeds)} seeds")


def knobs_of(controller: Controller) -> tuple[Knob, ...]:
    """What can be tuned of a controller. Raises InputError if nothing can."""
    knobs: tuple[Knob, ...] = getattr(controller, "knobs", ())
    if not any(knob.high > knob.low for knob in knobs):
        found = f"`{controller.name}`, which has no parameters to tune"
        expected = "actuated, longest-queue, max-wave, max-pressure or sumo-actuated"
        raise InputError(Problem("--controller", found, expected))
    return knobs


def controller_text(controller: Any) -> str:
    """A controller with all its parameters, as `--controller` takes it."""
    values = ",".join(
        f"{field.name}={_plain(getattr(controller, field.name))}"
        for field in fields(controller)
        if field.name != "kind"
    )
    return f"{controller.name}:{values}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _check(demands: int, most_trials: int) -> None:
    problems = []
    if demands < 1:
        problems.append(Problem("tune: demands", "none", "at least one to tune on"))
    if most_trials < 1:
        problems.append(Problem("tune: trials", f"{most_trials}", "1 or more"))
    if problems:
        raise InputError(*problems)


def _teller(
    case: Case, name: str, most_trials: int, listener: Listener
) -> Callable[[int, Trial], None]:
    task = f"tune {name} on {case.name}"
    return lambda count, best: listener(
        Progress(task, count, most_trials, f"best {best.cost:.1f} s/veh")
    )
