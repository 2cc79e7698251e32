"""`simulate_control`: a controller on a case, over several seeds, in SUMO or in the queue model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from signalopt.control.city import City, build_city
from signalopt.control.controller import Controller
from signalopt.control.faults import Faults, fault_plan
from signalopt.control.guard import new_guard
from signalopt.control.loop import Drive, drive
from signalopt.control.meso_plant import MesoPlant, Places, places_of
from signalopt.control.registry import controller_of
from signalopt.control.sensing import Sensing
from signalopt.control.settings import run_settings
from signalopt.control.shown import shown_findings
from signalopt.errors import InputError, Problem
from signalopt.mesosim.calibration import Calibration
from signalopt.mesosim.draws import Draw
from signalopt.mesosim.model import MesoModel
from signalopt.mesosim.simulate import MesoRun, simulate_meso_runs
from signalopt.microsim.pricing import FITTED
from signalopt.microsim.result import SimulationResult
from signalopt.progress import Listener, ignore
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan

EngineName = Literal["sumo", "meso"]


def simulate_control(
    case: Case,
    controller: str | Controller,
    seeds: Sequence[int],
    *,
    plan: Plan | None = None,
    engine: EngineName = "sumo",
    sensing: Sensing = Sensing(),  # noqa: B008 - frozen
    faults: Faults = Faults(),  # noqa: B008 - frozen
    workers: int = 0,
    timeout_s: float | None = None,
    keep: Path | None = None,
    emission_model: str = FITTED,
    listener: Listener = ignore,
) -> SimulationResult:
    """Run a controller once a seed and gather the measures, as `microsim.simulate` does for a plan.

    controller: one, or its text (see registry.controller_of). plan: the fallback programs, which also run
    where nobody steers (None: today's plan). engine: `sumo`, the judge, or `meso`, the queue model, which
    has no use for workers, timeout_s, keep and emission_model. `findings` of the result must be looked
    at: the lamps that were shown were judged.

    Raises InputError for an unknown controller, where nothing can be steered, for faults of lanes and
    sites that are not there, and what `microsim.simulate` or `mesosim.simulate_meso` raise.
    """
    chosen = controller_of(controller) if isinstance(controller, str) else controller
    if engine == "meso":
        return simulate_in_meso(
            case, chosen, seeds, plan=plan, sensing=sensing, faults=faults, listener=listener
        )
    if engine != "sumo":
        raise InputError(Problem("engine", f"`{engine}`", "sumo or meso"))
    from signalopt.control.sumo_run import simulate_in_sumo  # noqa: PLC0415 - brings SUMO's client

    return simulate_in_sumo(
        case, chosen, seeds, plan=plan, sensing=sensing, faults=faults, workers=workers,
        timeout_s=timeout_s, keep=keep, emission_model=emission_model, listener=listener,
    )  # fmt: skip


def simulate_in_meso(
    case: Case,
    controller: Controller,
    seeds: Sequence[int],
    *,
    plan: Plan | None = None,
    sensing: Sensing = Sensing(),  # noqa: B008 - frozen
    faults: Faults = Faults(),  # noqa: B008 - frozen
    calibration: Calibration | None = None,
    listener: Listener = ignore,
) -> SimulationResult:
    """A controller in the queue model, arguments and errors as of `simulate_control`."""
    fallback = case.today if plan is None else plan
    city = build_city(case, fallback)
    fault_plan(city, faults)
    known: dict[str, Places] = {}

    def run(model: MesoModel, seed: int) -> MesoRun:
        places = known.setdefault("places", places_of(model, city))
        plant = MesoPlant(model, city, Draw(seed, 1.0, 0.0), sensing, plan=fallback, places=places)
        driven = drive_meso(plant, case, city, controller, sensing, faults, seed)
        findings = shown_findings(city, driven.shown(), driven.first_second)
        return MesoRun(plant.world.sums(), findings, driven.figures())

    return simulate_meso_runs(
        case, controller.name, seeds, run, controller=controller.name,
        settings=run_settings(city, controller, fallback.name, sensing, faults),
        calibration=calibration, listener=listener,
    )  # fmt: skip


def drive_meso(
    plant: MesoPlant,
    case: Case,
    city: City,
    controller: Controller,
    sensing: Sensing,
    faults: Faults,
    seed: int,
) -> Drive:
    """One recorded run of a controller from the first departure to the end."""
    return drive(
        plant, new_guard(city, now_s=case.depart_begin_s), controller, sensing=sensing,
        faults=faults, seed=seed, record=True,
    )  # fmt: skip
