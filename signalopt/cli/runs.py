"""Which call of the simulation room a plan named on the command line needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from signalopt.cli.plans import is_xml, read_plan_for
from signalopt.progress import Listener

if TYPE_CHECKING:
    from signalopt.cli.control_options import Steered
    from signalopt.control.simulate import EngineName
    from signalopt.microsim.result import SimulationResult
    from signalopt.scenario.case import Case


def run_plan(
    case: Case,
    plan: Path | None,
    seeds: Sequence[int],
    workers: int,
    keep: Path | None,
    listener: Listener,
    emission_model: str = "fitted",
) -> SimulationResult:
    """Simulate today's plan (None), one of our plan files, or a SUMO additional file as it is."""
    from signalopt.microsim.simulate import simulate, simulate_additional

    if plan is not None and is_xml(plan):
        return simulate_additional(
            case, plan, seeds, workers=workers, keep=keep, emission_model=emission_model,
            listener=listener,
        )  # fmt: skip
    chosen = None if plan is None else read_plan_for(case, plan)
    return simulate(
        case, chosen, seeds, workers=workers, keep=keep, emission_model=emission_model,
        listener=listener,
    )  # fmt: skip


def run_meso(
    case: Case, plan: Path | None, seeds: Sequence[int], listener: Listener
) -> SimulationResult:
    """Run today's plan (None) or one of a plan file through the queue model."""
    from signalopt.mesosim.simulate import simulate_meso

    chosen = None if plan is None else read_plan_for(case, plan)
    return simulate_meso(case, chosen, seeds, listener=listener)


def run_controlled(
    case: Case,
    steered: Steered,
    fallback: Path | None,
    seeds: Sequence[int],
    engine: EngineName,
    workers: int,
    keep: Path | None,
    listener: Listener,
    emission_model: str = "fitted",
) -> SimulationResult:
    """Simulate under a controller; fallback: plan file of what runs on failure (None: today's).

    Failures begin with the measured window: what supervises detectors has seen the warm-up by then.
    """
    from signalopt.control.simulate import simulate_control

    faults = replace(steered.faults, from_s=case.begin_s - case.depart_begin_s)
    plan = None if fallback is None else read_plan_for(case, fallback)
    return simulate_control(
        case, steered.controller, seeds, plan=plan, engine=engine, sensing=steered.sensing,
        faults=faults, workers=workers, keep=keep, emission_model=emission_model,
        listener=listener,
    )  # fmt: skip


def run_schedule(
    case: Case,
    path: Path,
    day_type: str | None,
    seeds: Sequence[int],
    workers: int,
    keep: Path | None,
    listener: Listener,
    emission_model: str = "fitted",
) -> SimulationResult:
    """Simulate a schedule file; day_type None: `weekday`, else the schedule's last day type."""
    from signalopt.microsim.day_signals import simulate_schedule
    from signalopt.timing.schedule_file import read_schedule

    found = read_schedule(path, case.network.fingerprint)
    usual = "weekday" if "weekday" in found.day_type else found.day_types[-1].name
    return simulate_schedule(
        case, found, day_type or usual, seeds, workers=workers, keep=keep,
        emission_model=emission_model, listener=listener,
    )  # fmt: skip
