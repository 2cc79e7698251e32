"""`signalopt optimize`: a better plan, proved safe and confirmed in SUMO."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from signalopt.cli.options import Json, Scenario, Workers


class Objective(StrEnum):
    """What a plan is judged by."""

    DELAY = "delay"
    PERSON_DELAY = "person_delay"
    STOPS = "stops"
    CO2 = "co2"
    SOOT = "soot"
    BALANCED = "balanced"
    MONEY = "money"


class Coordinate(StrEnum):
    """What offsets are for."""

    DELAY = "delay"
    BANDWIDTH = "bandwidth"


def optimize(
    scenario: Scenario,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="P.json", help="Plan file to write.")
    ],
    objective: Annotated[
        Objective, typer.Option(help="What a plan is judged by.")
    ] = Objective.DELAY,
    budget: Annotated[
        float, typer.Option(metavar="SECONDS", help="Time to spend, the clock on the wall.")
    ] = 120.0,
    workers: Workers = 0,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Seed of the search and of its simulations.")
    ] = 1,
    robust: Annotated[
        bool,
        typer.Option(
            "--robust",
            help="Half of the weight on the worst of other days and demands, a fifth less to a fifth more.",
        ),
    ] = False,
    redesign: Annotated[
        bool,
        typer.Option(
            "--redesign",
            help="Let stages designed afresh compete with today's. If they win, the plan is for signals that"
            " are changed like that: P.stages.json and a scenario P.yaml that shows them are written too.",
        ),
    ] = False,
    coordinate: Annotated[
        Coordinate,
        typer.Option(
            help="What offsets are for: least delay, or the widest two-way bands of every street"
            " (no search follows then)."
        ),
    ] = Coordinate.DELAY,
    fleet: Annotated[
        str | None,
        typer.Option(
            metavar="FLEET",
            help="Fleet for emissions: a built-in name or a .csv/.toml file.  [default: the scenario's]",
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            metavar="C",
            help="Air temperature for emissions, degrees Celsius.  [default: the scenario's]",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Find a plan, prove it safe and confirm it in SUMO on seeds that the search has not seen.

    Compares with today's plan and with Webster splits and coordinated offsets. If no plan is better than
    today's, today's is written and that is said. Ctrl-C writes the best safe plan so far.

    Example: `signalopt optimize mangilik_el_am -o plan.json --objective co2 --budget 300`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.figures import print_optimisation
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.cli.targets import check_file_target
    from signalopt.optimize.job import optimize as run_job
    from signalopt.scenario.emission_setting import with_emissions
    from signalopt.scenario.new_stages import write_redesign
    from signalopt.timing.planfile import write_plan

    check_file_target(output)
    with shown_progress() as listener:
        case = with_emissions(make_case(scenario, listener), fleet, temperature)
        found = run_job(
            case,
            objective=objective.value,
            budget_s=budget,
            workers=workers,
            seed=seed,
            robust=robust,
            redesign=redesign,
            coordinate=coordinate.value,
            listener=listener,
        )
    write_plan(output, found.plan)
    files = {"plan_file": str(output)}
    if found.stages:
        stages, changed = write_redesign(output, found.stages, scenario)
        files |= {"stages_file": str(stages), "scenario_file": str(changed)}
    if as_json:
        print_json({"scenario": case.name, **files, **found.summary()})
    else:
        print_optimisation(found)
        say(f"plan: {output}")
        if found.stages:
            say(
                f"for the signals of {files['scenario_file']}, whose stages are {files['stages_file']}"
            )
    if found.interrupted:
        raise KeyboardInterrupt(f"the best safe plan so far is in {output}")
