"""`signalopt schedule`: plans by time of day and day type, with safe switch seconds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalopt.cli.optimize import Objective
from signalopt.cli.options import Json, Seeds, Workers, parse_seeds

if TYPE_CHECKING:
    from signalopt.optimize.day_demand import Given
    from signalopt.optimize.day_trial import WindowTrial
    from signalopt.optimize.schedule_result import ScheduleResult
    from signalopt.progress import Listener
    from signalopt.timing.schedule import Schedule


def schedule(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="SCENARIO...",
            help="Scenarios of single hours of one area. The ending of a name tells the day type "
            "(am, midday, pm: weekday; midday: weekend too; september, summer_am, snow, event); "
            "DAYTYPE=SCENARIO says it outright.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="S.json", help="Schedule file to write.")
    ],
    objective: Annotated[
        Objective, typer.Option(help="What the plans are judged by.")
    ] = Objective.DELAY,
    budget: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", help="Time for break points and plans, simulation not counted."
        ),
    ] = 600.0,
    plans: Annotated[
        int, typer.Option(min=1, max=16, metavar="N", help="Most plans, all day types together.")
    ] = 4,
    breaks: Annotated[
        str,
        typer.Option(
            metavar="LIST",
            help="Change plans at these times of the commonest day type, such as "
            "`06:30,10:00,16:30,20:00`.  [default: found from the demand]",
        ),
    ] = "",
    days: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Day types, their calendars and levels by hour (TOML, docs/schedules.md).",
        ),
    ] = None,
    time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help="`UTC+05:00` or a name such as `Asia/Almaty`.")
    ] = "UTC+05:00",
    simulated: Annotated[
        str,
        typer.Option(
            "--simulate",
            metavar="WHAT",
            help="`switches`: an hour around each switch; `HH:MM-HH:MM`: these hours; `none`.",
        ),
    ] = "switches",
    seeds: Seeds = "1-2",
    workers: Workers = 0,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of the search.")] = 1,
    as_json: Json = False,
) -> None:
    """Find when plans should change over the day, optimise each, and prove every transition safe.

    Break points come from the traffic of the day: the scenarios' hours, and the level of every other hour by
    day type (estimated). Few plans, each worth its switches; if one serves all day, that is said.
    The commonest day type is then simulated with its real transitions, against today's plan.

    Example: `signalopt schedule mangilik_el_am mangilik_el_midday mangilik_el_pm -o schedule.json`
    """
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.cli.targets import check_file_target
    from signalopt.demand.day_profile import built_in_profiles, read_profiles
    from signalopt.optimize.day_demand import day_demands
    from signalopt.optimize.day_schedule import make_schedule
    from signalopt.timing.schedule_file import write_schedule

    check_file_target(output)
    chosen_seeds, breaks_s = parse_seeds(seeds), _clocks(breaks, "--breaks")
    span = None if simulated in ("switches", "none") else _span(simulated)
    profiles = built_in_profiles() if days is None else read_profiles(days)
    with shown_progress() as listener:
        traffic = day_demands(_given(scenarios, listener), profiles)
        found = make_schedule(
            output.stem, traffic, objective=objective.value, budget_s=budget, workers=workers,
            seed=seed, most_plans=plans, breaks_s=breaks_s, time_zone=time_zone, listener=listener,
        )  # fmt: skip
        write_schedule(output, found.schedule)
        windows = [] if simulated == "none" else _windows(found, span)
        trials = _trials(found, windows, chosen_seeds, workers, listener)
    if as_json:
        print_json(
            {
                "schedule_file": str(output),
                **found.summary(),
                "trials": [trial.summary() for trial in trials],
            }
        )
        return
    _print_schedule(found)
    for trial in trials:
        _print_trial(trial)
    say(f"schedule: {output}")


def _given(texts: list[str], listener: Listener) -> list[Given]:
    from signalopt.optimize.day_demand import Given
    from signalopt.progress import Progress
    from signalopt.scenario.build import build_case
    from signalopt.scenario.load import load_scenario

    found = []
    for number, text in enumerate(texts):
        day_type, equals, name = text.partition("=")
        loaded = load_scenario(name if equals else text)
        listener(Progress("build scenarios", number, len(texts), loaded.name))
        found.append(Given(loaded, build_case(loaded), day_type if equals else ""))
    listener(Progress("build scenarios", len(texts), len(texts)))
    return found


def _clocks(text: str, option: str) -> tuple[int, ...]:
    """Times of day from `06:30,10:00`. Raises InputError."""
    from signalopt.errors import InputError, Problem
    from signalopt.scenario.schema import parse_clock

    found, problems = [], []
    for part in (p.strip() for p in text.split(",") if p.strip()):
        try:
            second = parse_clock(part)
        except ValueError:
            second = None
        if isinstance(second, int) and 0 <= second <= 86400:
            found.append(second)
        else:
            problems.append(Problem(option, f"`{part}`", "times of day such as 06:30"))
    if problems:
        raise InputError(*problems)
    return tuple(found)


def _span(text: str) -> tuple[int, int]:
    from signalopt.errors import InputError, Problem

    ends = text.split("-")
    times = _clocks(",".join(ends), "--simulate") if len(ends) == 2 else ()
    if len(times) != 2 or times[0] >= times[1]:
        expected = "`switches`, `none` or hours such as 06:00-11:00"
        raise InputError(Problem("--simulate", f"`{text}`", expected))
    return times[0], times[1]


def _windows(found: ScheduleResult, span: tuple[int, int] | None) -> list[tuple[int, int]]:
    from signalopt.optimize.day_trial import switch_windows

    if span is not None:
        return [span]
    return list(switch_windows(found.schedule, found.commonest.name, 3600))


def _trials(
    found: ScheduleResult,
    windows: list[tuple[int, int]],
    seeds: tuple[int, ...],
    workers: int,
    listener: Listener,
) -> list[WindowTrial]:
    from signalopt.optimize.day_trial import try_window

    return [
        try_window(
            found.commonest, found.schedule, window, seeds, workers=workers, listener=listener
        )
        for window in windows
    ]


def _print_schedule(found: ScheduleResult) -> None:
    from signalopt.cli.show import clock, print_table, say

    rows = [
        (
            day.name,
            f"{clock(p.begin_s)}-{clock(p.end_s)}",
            p.plan,
            _settled(found.schedule, day.name, p.begin_s),
        )
        for day in found.schedule.day_types
        for p in day.timeline
    ]
    print_table("plans by time of day", ("day type", "time", "plan", "all on the clock by"), rows)
    hours = [
        (p.name, f"{p.day_type} {clock(p.second)}", p.made_from, "/".join(map(str, found.cycles_s(p.name))),
         p.result.verdict.name.lower())
        for p in found.planned
    ]  # fmt: skip
    print_table("plans", ("plan", "made for", "from", "cycle s", "verdict"), hours)
    say(
        f"modelled cost of the year's mean day: {found.one_plan_h:.0f} vehicle hours with one plan, "
        f"{found.chosen_h:.0f} with these (estimated)"
    )
    for text in found.remarks:
        say(f"remark: {text}")


def _settled(schedule: Schedule, day_type: str, begin_s: int) -> str:
    from signalopt.timing.schedule_checks import clock_text

    day = schedule.day_type[day_type]
    switch = next((day.known(c) for c in day.changes if c.at_s == begin_s), None)
    if switch is None:
        return ""
    return clock_text(max((p.settled_s for p in switch.points), default=begin_s))


def _print_trial(trial: WindowTrial) -> None:
    from signalopt.cli.figures import print_comparison
    from signalopt.cli.show import clock, print_table

    rows = [
        (clock(s.begin_s), str(s.vehicles), f"{s.today_s:.1f}", f"{s.schedule_s:.1f}")
        for s in trial.slices
    ]
    columns = ("departure from", "vehicles", "today s/veh", "schedule s/veh")
    title = f"mean delay, {trial.day_type} {clock(trial.begin_s)}-{clock(trial.end_s)}"
    print_table(title, columns, rows, right=columns[1:])
    print_comparison(trial.comparison, ("delay_s", "stops", "co2_g"))
