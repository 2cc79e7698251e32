"""The additional files that put signals under a schedule for one day type, and a simulation under them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.export.waut import waut_additional
from signalopt.files import write_text
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate_files
from signalopt.microsim.states import shown_states
from signalopt.progress import Listener, ignore
from signalopt.scenario.case import Case
from signalopt.scenario.config import write_signals_off
from signalopt.timing.schedule import DAY_S, Schedule


def write_schedule_signals(
    case: Case, schedule: Schedule, day_type: str, folder: Path
) -> tuple[Path, ...]:
    """Write programs and switches of a day type, then the signals that the case switches off.

    Raises InputError for a schedule of another network, an unknown day type or switches without points,
    OutputError if nothing can be written.
    """
    problems = []
    if schedule.network != case.network.fingerprint:
        found, expected = f"network {schedule.network}", f"network {case.network.fingerprint}"
        hint = "the schedule was made for another network"
        problems.append(Problem(f"schedule `{schedule.name}`", found, expected, hint))
    if day_type not in schedule.day_type:
        known = ", ".join(f"`{name}`" for name in schedule.day_type)
        where = f"schedule `{schedule.name}`"
        problems.append(Problem(where, f"day type `{day_type}`", f"one of {known}"))
    if problems:
        raise InputError(*problems)
    path = folder / "schedule.add.xml"
    write_text(path, waut_additional(schedule, case.network.layouts, day_type))
    if not case.signals_off:
        return (path,)
    off = folder / "off.add.xml"
    write_signals_off(off, case.signals_off)
    return path, off


def schedule_states(
    case: Case, schedule: Schedule, day_type: str, begin_s: int = 0, end_s: int = DAY_S
) -> dict[str, tuple[str, ...]]:
    """What SUMO's lamps show on a day of a type, second by second, on empty streets. Errors as above."""
    return shown_states(
        case,
        lambda folder: write_schedule_signals(case, schedule, day_type, folder),
        1,
        begin_s,
        end_s,
        traffic=False,
    )


def simulate_schedule(
    case: Case,
    schedule: Schedule,
    day_type: str,
    seeds: Sequence[int],
    *,
    workers: int = 0,
    keep: Path | None = None,
    emission_model: str = "fitted",
    listener: Listener = ignore,
) -> SimulationResult:
    """`microsim.simulate` under a schedule, with the switches that fall into the case's time. Same errors."""
    return simulate_files(
        case,
        f"{schedule.name} ({day_type})",
        lambda folder: write_schedule_signals(case, schedule, day_type, folder),
        seeds,
        workers=workers,
        keep=keep,
        emission_model=emission_model,
        listener=listener,
    )
