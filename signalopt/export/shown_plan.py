"""Plans from exported files that were read back: stages where they show the lamps, else plain phases."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

from signalopt.errors import InputError, Problem
from signalopt.export.lamps import Lamp
from signalopt.export.shown import Shown, ShownProgram
from signalopt.export.stages import recognise_stages
from signalopt.network.model import Network
from signalopt.timing.day_calendar import CalendarRule
from signalopt.timing.plan import AnyProgram, FixedProgram, Plan
from signalopt.timing.schedule import DAY_S, DayType, Period, Schedule
from signalopt.timing.signals import Phase, SignalLayout

_LETTER = {Lamp.AMBER: "y", Lamp.RED: "r", Lamp.RED_AMBER: "u", Lamp.DARK: "o"}


def schedule_of_shown(shown: Shown, network: Network, name: str) -> Schedule:
    """The plans of a file (`plan 1` …, or `name` if it is the only one) and when they run.

    Formats without days run the first plan always. Raises InputError for lamps of fractions of seconds.
    """
    programs: dict[int, list[AnyProgram]] = defaultdict(list)
    problems: list[Problem] = []
    for (number, place), found in sorted(shown.programs.items()):
        try:
            programs[number].append(program_of_shown(network.layouts[place], found))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    names = {n: name if len(programs) == 1 else f"plan {n}" for n in programs}
    plans = tuple(Plan(names[n], network.fingerprint, tuple(held)) for n, held in programs.items())
    days = tuple(
        _day(index, day.weekdays, day.entries, names) for index, day in enumerate(shown.days or ())
    )
    if not days:
        whole = Period(0, DAY_S, plans[0].name)
        days = (DayType("every day", (whole,), (CalendarRule(),)),)
    return Schedule(name, network.fingerprint, plans, days)


def program_of_shown(layout: SignalLayout, found: ShownProgram) -> AnyProgram:
    """The stage plan that shows these lamps, or a fixed program of their phases.

    Groups that the file does not hold are red. Whole seconds only.
    """
    cycle = int(found.cycle_s)
    ends = [span.end_s for spans in found.lamps.values() for span in spans]
    if cycle != found.cycle_s or any(end != int(end) for end in ends):
        text = f"lamps of a cycle of {found.cycle_s:g} s with fractions of seconds"
        raise InputError(Problem(layout.intersection, text, "whole seconds"))
    letters = [["r"] * layout.link_count for _ in range(cycle)]
    for group in layout.groups:
        for span in found.lamps.get(group.id, ()):
            letter = _LETTER.get(span.lamp, "G")
            for second in range(int(span.start_s), int(span.end_s)):
                for link in group.links:
                    letters[second][link] = letter
    for line in letters:
        green = [link for link, letter in enumerate(line) if letter == "G"]
        for link in green:
            if any((link, other) in layout.yields for other in green):
                line[link] = "g"
    states = ["".join(line) for line in letters]
    phases = tuple(Phase(len(list(run)), state) for state, run in groupby(states))
    return recognise_stages(layout, FixedProgram(layout.intersection, found.offset_s, phases))


def _day(
    index: int,
    weekdays: tuple[int, ...],
    entries: tuple[tuple[int, int], ...],
    names: dict[int, str],
) -> DayType:
    begins = [begin for begin, _ in entries]
    ends = [*begins[1:], DAY_S]
    periods = tuple(
        Period(begin, end, names.get(number, f"plan {number}"))
        for (begin, number), end in zip(entries, ends, strict=True)
    )
    return DayType(f"day {index + 1}", periods, (CalendarRule(tuple(w + 1 for w in weekdays)),))
