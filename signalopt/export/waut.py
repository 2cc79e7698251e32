"""SUMO additional file of a whole day: programs by time of day with WAUT, one file a day type.

Every intersection has its own WAUT, so that each goes over in its own safe second. A WAUT begins to look
for the switching point (GSP, a second of the cycle) of the running program at `wautSwitch time`; in that
second SUMO puts the new program to its own GSP and, with `synchron`, holds the green there until the program
is on its clock. Therefore a program that comes twice a day is written twice, each time with the GSP of its
neighbours. Where no one second serves for coming and going, switches are written without procedure at the
exact second in which both programs show the same letters; a held green is then a program of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.export.sumo import add_logic, additional_root, additional_text
from signalopt.export.timetable import Timetable
from signalopt.export.transliterate import distinct, identifier
from signalopt.export.written import Written
from signalopt.network.model import Network
from signalopt.timing.day_lamps import Stretch, day_stretches
from signalopt.timing.plan import AnyProgram, FixedProgram, IntersectionPlan, Plan
from signalopt.timing.program import states_between
from signalopt.timing.schedule import DAY_S, Schedule
from signalopt.timing.schedule_checks import clock_text
from signalopt.timing.signals import Phase, SignalLayout
from signalopt.timing.switch_lamps import cycle_lamps, position_s

GSP_KEY = "GSP"


@dataclass(frozen=True, slots=True)
class _Variant:
    """A program as it runs in one stretch of the day: its id in the file, its GSP, its plan."""

    program_id: str
    plan: Plan
    program: AnyProgram
    gsp_s: int | None


@dataclass(frozen=True, slots=True)
class _Day:
    """One intersection's day: variants in order, seconds at which to look for the next, the way to switch."""

    variants: tuple[_Variant, ...]
    times_s: tuple[int, ...]
    by_gsp: bool
    repeats: bool


def waut_schedule(table: Timetable, network: Network) -> Written:
    """The files of `waut_files` as an export format. Raises InputError."""
    lost = (
        "flashing green: written as the green that it ends (SUMO has no flashing)",
        "calendar: one file a day type; SUMO knows no dates",
        "midnight: a WAUT without `period` is for one day (another last plan, or cycles unlike 24 hours)",
    )
    return Written(waut_files(table.schedule, network.layouts), lost)


def waut_files(schedule: Schedule, layouts: Mapping[str, SignalLayout]) -> dict[str, str]:
    """File names and texts: `schedule-DAYTYPE.add.xml` for each day type.

    Raises InputError with every switch point that the schedule lacks.
    """
    names = distinct(day.name for day in schedule.day_types)
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for day in schedule.day_types:
        try:
            text = waut_additional(schedule, layouts, day.name)
        except InputError as error:
            problems += error.problems
            continue
        texts[f"schedule-{names[day.name].written}.add.xml"] = text
    if problems:
        raise InputError(*problems)
    return texts


def waut_additional(schedule: Schedule, layouts: Mapping[str, SignalLayout], day_type: str) -> str:
    """The text of an additional file for a day from 0 to 86400 s of the simulation.

    Raises InputError with every switch point that the schedule lacks, KeyError for unknown names.
    """
    root = additional_root(
        f"Schedule: {schedule.name}, day type: {day_type}. Network fingerprint: {schedule.network}.",
        "Simulated second 0 is midnight. " + _plans_told(schedule, day_type),
        "Offset: second of the day, modulo the cycle, at which phase 0 starts.",
        "Whole seconds; the last seconds of each green flash on the street (SUMO shows G).",
    )
    days: dict[str, _Day] = {}
    problems: list[Problem] = []
    for name in schedule.intersections:
        try:
            days[name] = _day(schedule, layouts[name], day_type, name)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    for name, day in days.items():
        for variant in day.variants:
            params = {} if variant.gsp_s is None else {GSP_KEY: str(variant.gsp_s)}
            add_logic(
                root, variant.plan, variant.program, layouts[name], variant.program_id, params
            )
    switched = {name: day for name, day in days.items() if day.times_s}
    for name, day in switched.items():
        _add_waut(root, name, day)
    for name, day in switched.items():
        junction = etree.SubElement(root, "wautJunction", wautID=_waut_id(name), junctionID=name)
        if day.by_gsp:
            junction.set("procedure", "GSP")
            junction.set("synchron", "true")
    return additional_text(root)


def _plans_told(schedule: Schedule, day_type: str) -> str:
    timeline = schedule.day_type[day_type].timeline
    return ", ".join(f"{clock_text(p.begin_s)} {p.plan}" for p in timeline) + "."


def _waut_id(intersection: str) -> str:
    return f"day.{intersection}"


def _add_waut(root: etree._Element, name: str, day: _Day) -> None:
    waut = etree.SubElement(
        root, "WAUT", id=_waut_id(name), refTime="0", startProg=day.variants[0].program_id
    )
    if day.repeats:
        waut.set("period", str(DAY_S))
    for time_s, variant in zip(day.times_s, day.variants[1:], strict=True):
        etree.SubElement(waut, "wautSwitch", time=str(time_s), to=variant.program_id)


def _day(schedule: Schedule, layout: SignalLayout, day_type: str, name: str) -> _Day:
    stretches = day_stretches(schedule, day_type, name)
    running = [stretch for stretch in stretches if not stretch.held]
    repeats = _repeats(running)
    gsps = _gsps(layout, running, repeats=repeats)
    if gsps is None:
        variants = tuple(_variant(schedule, layout, stretch, None) for stretch in stretches)
        times = tuple(stretch.begin_s for stretch in stretches[1:])
        return _Day(variants, times, by_gsp=False, repeats=repeats)
    pairs = zip(running, gsps, strict=True)
    variants = tuple(_variant(schedule, layout, stretch, gsp) for stretch, gsp in pairs)
    nominal = [change.at_s for change in schedule.day_type[day_type].changes]
    times = tuple(_look_from_s(stretch, nominal) for stretch in running[:-1])
    return _Day(variants, times, by_gsp=True, repeats=repeats and gsps[0] == gsps[-1])


def _look_from_s(stretch: Stretch, nominal_s: Sequence[int]) -> int:
    """From when on SUMO looks for the GSP, so that it finds the second in which the program is left.

    That is the nominal second, or less than a cycle before. Soon after a program was joined with a hold SUMO
    counts the cycle wrongly until the phase is over; then only the second itself will do.
    """
    cycle_s = _cycle_s(stretch.program)
    asked_s = max(second for second in nominal_s if second <= stretch.end_s)
    from_s = max(asked_s, stretch.end_s - cycle_s + 1)
    return from_s if stretch.begin_s + 2 * cycle_s < from_s else stretch.end_s


def _gsps(
    layout: SignalLayout, running: Sequence[Stretch], *, repeats: bool
) -> tuple[int | None, ...] | None:
    """The GSP of each program: where it is left. The last one's: as the first's if it can, else where joined.

    None if a program would have to be left in another green than it was joined in, or earlier in it.
    """
    if len(running) == 1:
        return (None,)
    cycles = [cycle_lamps(layout, stretch.program) for stretch in running]
    found: list[int] = []
    for number, (stretch, lamps) in enumerate(zip(running, cycles, strict=True)):
        if lamps is None:
            return None
        begin = position_s(stretch.program, lamps.cycle_s, stretch.begin_s + stretch.clock_s)
        first, end = 0, lamps.cycle_s
        if number > 0:
            first, end = lamps.may_leave(begin, stretch.begin_s - running[number - 1].end_s)
        left = position_s(stretch.program, lamps.cycle_s, stretch.end_s + stretch.clock_s)
        if number == len(running) - 1:
            left = found[0] if repeats and first <= found[0] < end else begin
        if not first <= left < end:
            return None
        found.append(left)
    return tuple(found)


def _repeats(running: Sequence[Stretch]) -> bool:
    """Whether SUMO, whose clock knows no midnight, shows the second day like the first.

    The day must end in the program in which it began, and every cycle must divide the day.
    """
    whole = all(DAY_S % _cycle_s(stretch.program) == 0 for stretch in running)
    return whole and running[0].program == running[-1].program


def _variant(
    schedule: Schedule, layout: SignalLayout, stretch: Stretch, gsp_s: int | None
) -> _Variant:
    """The program of a stretch under an id of its own; one that stands still is a single phase."""
    plan = schedule.plan[stretch.plan]
    clock = clock_text(stretch.begin_s).replace(":", "")
    program_id = f"{identifier(plan.name)}_{clock}"
    program = stretch.program
    if stretch.held:
        # The cycle behind the hold is never shown; without it SUMO warns of links without green or amber.
        clock_s, cycle_s = stretch.end_s + stretch.clock_s, round(_cycle_s(program))
        cycle = states_between(layout, program, clock_s, clock_s + cycle_s)
        states = (cycle[0],) * (stretch.end_s - stretch.begin_s) + cycle
        shown = tuple(Phase(len(list(run)), state) for state, run in groupby(states))
        held = FixedProgram(layout.intersection, stretch.begin_s, shown)
        return _Variant(f"{program_id}_hold", plan, held, None)
    if stretch.clock_s:
        cycle_s = round(_cycle_s(program))
        offset_s = (round(program.offset_s) - stretch.clock_s) % cycle_s
        program = replace(program, offset_s=offset_s)
    return _Variant(program_id, plan, program, gsp_s)


def _cycle_s(program: AnyProgram) -> int:
    if isinstance(program, IntersectionPlan):
        return program.cycle_s
    return round(sum(phase.duration_s for phase in program.phases))
