"""`signalopt distil`: what a controller does, as a fixed plan or a schedule that any cabinet can run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signalopt.cli.options import Json, Seeds, Workers, parse_seeds
from signalopt.cli.tune import Seeing

if TYPE_CHECKING:
    from signalopt.control.controller import Controller
    from signalopt.control.distil import Distilled
    from signalopt.control.distil_schedule import DistilledDay
    from signalopt.control.distil_table import Row
    from signalopt.control.sensing import Sensing
    from signalopt.errors import Problem
    from signalopt.optimize.day_demand import Given
    from signalopt.progress import Listener


def distil(
    controller: Annotated[
        str,
        typer.Argument(
            metavar="CONTROLLER",
            help="A controller (`horizon`, `max-pressure:interval_s=5`) or the folder of a policy.",
        ),
    ],
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="SCENARIO...",
            help="One scenario gives a plan; several hours of one area give a schedule. "
            "DAYTYPE=SCENARIO names the day type where the ending of the name does not.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE.json", help="Plan or schedule to write.")
    ],
    budget: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            help="Search on the queue model around each plan; 0: as taken from the controller.",
        ),
    ] = 30.0,
    direct_budget: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", help="Also compare with `optimize` at this budget; 0: do not."
        ),
    ] = 0.0,
    tuner: Annotated[
        bool,
        typer.Option(
            "--tuner", help="Also compare with the tuner, which adjusts the distilled plan."
        ),
    ] = False,
    sensing: Annotated[Seeing, typer.Option(help="What the controller sees.")] = Seeing.DETECTORS,
    seeds: Seeds = "1-5",
    workers: Workers = 0,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of the search.")] = 1,
    as_json: Json = False,
) -> None:
    """Turn what a controller does into a fixed plan (or one for each hour), and show what the plan keeps.

    The controller steers the queue model; its usual stage order, cycle and greens become a plan, which is
    coordinated, improved a little and proved safe. SUMO then compares it with today's plan and the controller
    itself, on the same seeds. Ends with 1 if no safe plan comes of it, with 3 if a run fails.

    Examples: `signalopt distil horizon mangilik_el_am -o plan.json` -
    `signalopt distil policies/astana mangilik_el_am mangilik_el_pm -o schedule.json --seeds 1-3`
    """
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.control.sensing import Sensing, SensingKind
    from signalopt.errors import SimulationError

    chosen, seeds_chosen = _request(controller, output, seeds, budget, direct_budget)
    seeing = Sensing(SensingKind(sensing.value))
    with shown_progress() as listener:
        given = _given(scenarios, chosen, listener)
        day = _distilled(output, given, chosen, budget, seeing, workers, seed, listener)
        tables = [
            _table(found, seeds_chosen, seeing, direct_budget, workers, seed, listener, tuner=tuner)
            for found in day
        ]
    if as_json:
        print_json(
            {
                "file": str(output),
                "controller": chosen.name,
                "sensing": seeing.label(),
                "windows": [
                    {**_summary(found), "rows": [row.summary() for row in rows]}
                    for found, rows in zip(day, tables, strict=True)
                ],
            }
        )
    else:
        for found, rows in zip(day, tables, strict=True):
            _print(found, rows, seeing)
        say(f"{'plan' if len(day) == 1 else 'schedule'}: {output}")
    failures = [(f.seed, f.reason) for rows in tables for row in rows for f in row.result.failures]
    if failures:
        raise SimulationError("\n".join(f"seed {number}: {reason}" for number, reason in failures))


def _request(
    controller: str, output: Path, seeds: str, budget: float, direct_budget: float
) -> tuple[Controller, tuple[int, ...]]:
    """Everything that can be refused before any work, all at once."""
    from signalopt.cli.targets import check_file_target
    from signalopt.control.registry import controller_of
    from signalopt.errors import InputError, OutputError, Problem

    problems: list[Problem] = []
    chosen: Controller | None = None
    numbers: tuple[int, ...] = ()
    try:
        chosen = controller_of(controller)
    except InputError as error:
        problems += error.problems
    try:
        numbers = parse_seeds(seeds)
    except InputError as error:
        problems += error.problems
    if output.suffix != ".json":
        problems.append(Problem("--output", f"`{output.name}`", "a name that ends in .json"))
    try:
        check_file_target(output)
    except OutputError as error:
        problems.append(Problem("--output", str(error), "a file that can be written"))
    for option, value in (("--budget", budget), ("--direct-budget", direct_budget)):
        if not 0 <= value < float("inf"):
            problems.append(Problem(option, f"{value:g} s", "0 seconds or more"))
    if problems or chosen is None:
        raise InputError(*problems)
    return chosen, numbers


def _given(texts: Sequence[str], controller: Controller, listener: Listener) -> list[Given]:
    """The scenarios built; all that cannot be steered, or belong to another network, told at once."""
    from signalopt.cli.cases import make_case
    from signalopt.control.city import build_city
    from signalopt.errors import InputError, Problem
    from signalopt.optimize.day_demand import Given, named_twice
    from signalopt.scenario.load import load_scenario

    found: list[Given] = []
    problems: list[Problem] = []
    for text in texts:
        day_type, equals, name = text.partition("=")
        name = name if equals else text
        try:
            case = make_case(name, listener)
            controller.begin(build_city(case), 0)
        except InputError as error:
            problems += error.problems
            continue
        found.append(Given(load_scenario(name), case, day_type if equals else ""))
    for entry in found[1:]:
        first, own = found[0].case.network.fingerprint, entry.case.network.fingerprint
        if own != first:
            wanted = f"network {first} of `{found[0].case.name}`"
            problems.append(Problem(entry.case.name, f"network {own}", wanted))
    problems += named_twice([entry.case.name for entry in found])
    if problems:
        raise InputError(*problems)
    return found


def _distilled(
    output: Path,
    given: Sequence[Given],
    controller: Controller,
    budget: float,
    seeing: Sensing,
    workers: int,
    seed: int,
    listener: Listener,
) -> tuple[Distilled, ...]:
    """The plans of all windows; the plan or the schedule is written."""
    from signalopt.control.distil import distil as distilled
    from signalopt.control.distil_schedule import distil_day
    from signalopt.demand.day_profile import built_in_profiles
    from signalopt.timing.planfile import write_plan
    from signalopt.timing.schedule_file import write_schedule

    if len(given) == 1:
        found = distilled(
            given[0].case, controller, name=output.stem, budget_s=budget, sensing=seeing,
            workers=workers, seed=seed, listener=listener,
        )  # fmt: skip
        write_plan(output, found.plan)
        return (found,)
    day: DistilledDay = distil_day(
        output.stem, given, controller, built_in_profiles(), budget_s=budget, sensing=seeing,
        workers=workers, seed=seed, listener=listener,
    )  # fmt: skip
    write_schedule(output, day.schedule)
    return day.plans


def _table(
    found: Distilled,
    seeds: Sequence[int],
    seeing: Sensing,
    direct_budget: float,
    workers: int,
    seed: int,
    listener: Listener,
    *,
    tuner: bool,
) -> tuple[Row, ...]:
    """What SUMO says of every way to run the signals, on the same seeds."""
    from signalopt.control.distil_table import (
        CONTROLLER,
        DIRECT,
        DISTILLED,
        TODAY,
        TUNER,
        rows_of,
    )
    from signalopt.control.simulate import simulate_control
    from signalopt.control.tuner import Tuner
    from signalopt.microsim.simulate import simulate
    from signalopt.optimize.job import optimize

    case = found.case
    plans = {TODAY: case.today, DISTILLED: found.plan}
    if direct_budget > 0:
        direct = optimize(
            case, budget_s=direct_budget, workers=workers, seed=seed, listener=listener
        )
        plans[DIRECT] = direct.plan
    results = {
        name: simulate(case, plan, seeds, workers=workers, listener=listener)
        for name, plan in plans.items()
    }
    results[CONTROLLER] = simulate_control(
        case, found.controller, seeds, sensing=seeing, workers=workers, listener=listener
    )
    if tuner:
        results[TUNER] = simulate_control(
            case, Tuner(), seeds, plan=found.plan, sensing=seeing, workers=workers,
            listener=listener,
        )  # fmt: skip
    return rows_of(results)


def _summary(found: Distilled) -> dict[str, Any]:
    return {
        "scenario": found.case.name,
        "case_fingerprint": found.case.fingerprint,
        "plan": found.plan.name,
        "cycles_s": list(found.cycles_s),
        "controller_cycle_s": found.controller_cycle_s,
        "queue_model": {
            "today": found.today_cost,
            "as_taken": found.shown_cost,
            "plan": found.plan_cost,
            "controller_delay_s": found.controller_delay_s,
            "runs": found.runs,
        },
        "cut_short": found.cut_short,
        "remarks": list(found.remarks),
    }


def _print(found: Distilled, rows: Sequence[Row], seeing: Sensing) -> None:
    from signalopt.cli.figures import interval, number, percent
    from signalopt.cli.show import print_table, remark, say

    lines = []
    for row in rows:
        delay, change = row.mean("delay_s"), row.change("delay_s")
        others = [row.change(name) for name in ("stops", "co2_g")]
        kept = ""
        if row.kept is not None:
            low, high = row.kept.low, row.kept.high
            spread = "" if low is None or high is None else f" [{100 * low:.0f}, {100 * high:.0f}]"
            kept = f"{100 * row.kept.mean:.0f} %{spread}"
        lines.append(
            (
                row.name,
                f"{number(delay.mean)} {interval(delay)}" if delay else "",
                percent(change.relative) if change else "",
                *(percent(other.relative) if other else "" for other in others),
                kept,
            )
        )
    count = len(rows[0].result.runs)
    title = f"{found.case.name}: SUMO, {count} seeds, mean and paired changes [95 % interval]"
    columns = ("", "delay s/veh", "delay", "stops", "CO2", "kept of the controller's gain")
    print_table(title, columns, lines)
    say(
        f"{found.controller.name}, {seeing.label()}: rotations of {found.controller_cycle_s} s;"
        f" cycles of the plan: {'/'.join(map(str, found.cycles_s))} s"
    )
    say(
        f"queue model: today {found.today_cost:.1f}, plan as taken {found.shown_cost:.1f}, after"
        f" {found.runs} runs {found.plan_cost:.1f} s/veh"
    )
    for text in found.remarks:
        remark(text)
