"""`signalopt simulate`: a plan on a scenario, judged by SUMO over several seeds."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalopt.cli.control_options import (
    AdvanceM,
    ControllerName,
    ControllerPlan,
    ControlOptions,
    FailCommunication,
    FailDetectors,
    RangeM,
    SensingOption,
)
from signalopt.cli.options import Json, Scenario, Seeds, Workers, parse_seeds

if TYPE_CHECKING:
    from signalopt.errors import Problem
    from signalopt.microsim.result import SimulationResult

TODAY = "today"


class EmissionModel(StrEnum):
    """How emissions are counted; the names of signalopt.microsim.pricing."""

    FITTED = "fitted"
    PHEMLIGHT5 = "phemlight5"
    SUMO_DEFAULT = "sumo-default"


class Engine(StrEnum):
    """Who simulates: SUMO, or the queue model that the optimiser searches with."""

    SUMO = "sumo"
    MESO = "meso"


def simulate(
    scenario: Scenario,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="PLAN",
            help="Plan to run: our JSON or a SUMO additional file.  [default: today's plan]",
        ),
    ] = None,
    schedule: Annotated[
        Path | None,
        typer.Option(
            metavar="S.json",
            help="Run a schedule instead, with its switches that fall into the scenario's time.",
        ),
    ] = None,
    day: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE", help="Day type of the schedule.  [default: weekday, else its last one]"
        ),
    ] = None,
    seeds: Seeds = "1-5",
    workers: Workers = 0,
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="PLAN",
            help="Also run this plan (or `today`) on the same seeds; show the paired changes from it.",
        ),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Leave SUMO's inputs and outputs of every seed here."),
    ] = None,
    fleet: Annotated[
        str | None,
        typer.Option(
            metavar="FLEET",
            help="Fleet for emissions: a built-in name (`signalopt fleet show`) or a .csv/.toml file."
            "  [default: the scenario's]",
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            metavar="C",
            help="Air temperature for emissions, degrees Celsius.  [default: the scenario's]",
        ),
    ] = None,
    emission_model: Annotated[
        EmissionModel,
        typer.Option(
            "--emissions",
            help="fitted: fast; phemlight5: by SUMO's device, to verify; sumo-default: as SUMO is.",
        ),
    ] = EmissionModel.FITTED,
    engine: Annotated[
        Engine,
        typer.Option(help="sumo: the judge; meso: the fast queue model, an approximation."),
    ] = Engine.SUMO,
    controller: ControllerName = None,
    controller_plan: ControllerPlan = None,
    sensing: SensingOption = None,
    advance_m: AdvanceM = None,
    range_m: RangeM = None,
    fail_detectors: FailDetectors = None,
    fail_communication: FailCommunication = None,
    as_json: Json = False,
) -> None:
    """Run a plan in SUMO (or the queue model) and print the measures with 95 % intervals over the seeds.

    Every vehicle scheduled in the window counts, also one that could not enter. With `--controller` the
    stages are chosen while it runs, and the lamps that were shown are judged. Ends with 3 if a seed failed;
    the others are still shown. Ends with 1 if lamps broke a rule of safety.

    Examples: `signalopt simulate smoke` -
    `signalopt simulate mangilik_el_am --plan plan.json --compare today --seeds 11-20 --json` -
    `signalopt simulate smoke --engine meso` -
    `signalopt simulate mangilik_el_am --controller horizon --compare today`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.runs import run_controlled, run_meso, run_plan, run_schedule
    from signalopt.cli.show import remark
    from signalopt.errors import InputError
    from signalopt.microsim.simulate import SimulationInterruptedError
    from signalopt.scenario.emission_setting import with_emissions

    chosen, model = parse_seeds(seeds), emission_model.value
    other = None if compare in (None, TODAY) else Path(str(compare))
    fast = engine is Engine.MESO
    control = ControlOptions(
        controller, controller_plan, sensing, advance_m, range_m, fail_detectors, fail_communication
    )
    problems = [
        *_schedule_problems(schedule, plan, day, engine),
        *(_meso_problems(keep, emission_model) if fast else ()),
        *control.problems(plan, schedule),
    ]
    steered, wrong = control.made()
    if problems or wrong:
        raise InputError(*problems, *wrong)
    try:
        with shown_progress() as listener:
            case = with_emissions(make_case(scenario, listener), fleet, temperature)
            before = None
            if compare is not None:
                keep_before = keep / "compared" if keep else None
                before = (
                    run_meso(case, other, chosen, listener)
                    if fast
                    else run_plan(case, other, chosen, workers, keep_before, listener, model)
                )
            if steered is not None:
                result = run_controlled(
                    case, steered, controller_plan, chosen, "meso" if fast else "sumo", workers, keep,
                    listener, model,
                )  # fmt: skip
            elif schedule is not None:
                result = run_schedule(case, schedule, day, chosen, workers, keep, listener, model)
            elif fast:
                result = run_meso(case, plan, chosen, listener)
            else:
                result = run_plan(case, plan, chosen, workers, keep, listener, model)
    except SimulationInterruptedError as stop:
        _show_partial(stop.partial, as_json=as_json)
        raise
    _show(result, before, as_json=as_json)
    if not as_json and fast:
        remark("by the queue model, an approximation; SUMO is the judge (--engine sumo)")
    _refuse(result, before)


def _schedule_problems(
    schedule: Path | None, plan: Path | None, day: str | None, engine: Engine
) -> list[Problem]:
    from signalopt.errors import Problem

    problems = []
    if schedule is not None and plan is not None:
        problems.append(Problem("--schedule", "a schedule and a plan", "one of both"))
    if schedule is not None and engine is Engine.MESO:
        problems.append(
            Problem("--schedule", "--engine meso", "--engine sumo", "it has no switches")
        )
    if schedule is None and day is not None:
        problems.append(Problem("--day", f"`{day}` without a schedule", "--schedule S.json"))
    return problems


def _meso_problems(keep: Path | None, emission_model: EmissionModel) -> list[Problem]:
    from signalopt.errors import Problem

    problems = []
    if keep is not None:
        found = "a folder for SUMO's files"
        problems.append(Problem("--keep", found, "no folder: --engine meso makes none"))
    if emission_model is not EmissionModel.FITTED:
        problems.append(Problem("--emissions", emission_model.value, "fitted with --engine meso"))
    return problems


def _show(result: SimulationResult, before: SimulationResult | None, *, as_json: bool) -> None:
    """Print a result, and how it compares with another one on the same seeds."""
    from signalopt.cli.figures import print_comparison, print_conduct, print_result
    from signalopt.cli.show import print_json, remark
    from signalopt.microsim.compare import compare as paired

    comparison = paired(before, result) if before else None
    if as_json:
        content = result.summary()
        if before and comparison:
            content |= {"compared": before.summary(), "comparison": comparison.summary()}
        print_json(content)
        return
    if comparison:
        print_comparison(comparison)
    else:
        print_result(result)
    if any(run.conduct for run in result.runs):
        print_conduct(result)
    remark(f"emissions: {result.emissions}")


def _refuse(result: SimulationResult, before: SimulationResult | None) -> None:
    """Raise what a result ends with: UnsafePlanError for unsafe lamps, SimulationError for lost seeds."""
    from signalopt.errors import SimulationError, UnsafePlanError

    failures = [*(before.failures if before else ()), *result.failures]
    lost = [f"seed {f.seed}: {f.reason}; repeat: {f.command}" for f in failures]
    if result.findings:
        unsafe = [str(finding) for finding in result.findings]
        head = f"the lamps shown under `{result.controller}` are not safe:"
        raise UnsafePlanError("\n".join([head, *unsafe, *lost]))
    if lost:
        raise SimulationError("\n".join(lost))


def _show_partial(partial: SimulationResult, *, as_json: bool) -> None:
    from signalopt.cli.figures import print_result
    from signalopt.cli.show import print_json

    if not partial.runs:
        return
    if as_json:
        print_json(partial.summary())
    else:
        print_result(partial)
