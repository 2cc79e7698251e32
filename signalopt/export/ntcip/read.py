"""Reads set lists back: what a controller that holds them would show."""

from __future__ import annotations

from collections.abc import Mapping

from signalopt.errors import InputError, Problem
from signalopt.export.lamps import exact_s
from signalopt.export.ntcip import objects as o
from signalopt.export.ntcip.check import SetList, barrier_of, read_set_list, ring_sequences
from signalopt.export.ntcip.write import FOLDER, MAP_COLUMNS
from signalopt.export.rings.lamps import shown_program
from signalopt.export.rings.model import RingPhase
from signalopt.export.shown import Shown, ShownDay, ShownProgram
from signalopt.export.table_text import table_rows
from signalopt.export.transliterate import distinct
from signalopt.network.model import Network

Groups = Mapping[int, tuple[tuple[str, ...], tuple[str, ...]]]


def read_ntcip(files: Mapping[str, str | bytes], network: Network) -> Shown:
    """Read set lists with their phase maps. Raises InputError with every problem, file and line each."""
    places = {v.written: k for k, v in distinct(p.id for p in network.intersections).items()}
    programs: dict[tuple[int, str], ShownProgram] = {}
    days: dict[tuple[ShownDay, ...], str] = {}
    problems: list[Problem] = []
    for name, content in files.items():
        stem = name.removeprefix(f"{FOLDER}/").removesuffix(".csv")
        if stem.endswith(".phases"):
            continue
        try:
            place = places.get(stem)
            if place is None:
                raise InputError(Problem(name, f"`{stem}`", "a signal of this network"))
            sets = read_set_list(_text(content), name)
            map_name = f"{FOLDER}/{stem}.phases.csv"
            if map_name not in files:
                raise InputError(Problem(map_name, "no such file", "the phase map of the set list"))
            groups = read_phase_map(_text(files[map_name]), map_name)
            known = [group.id for group in network.layouts[place].groups]
            for (pattern,) in sets.indices("patternCycleTime"):
                programs[pattern, place] = _program(sets, pattern, groups, known)
            days.setdefault(_days(sets), name)
        except InputError as error:
            problems += error.problems
    if len(days) > 1:
        problems += [
            Problem(name, "a calendar of its own", "the same calendar in all set lists")
            for name in list(days.values())[1:]
        ]
    if problems:
        raise InputError(*problems)
    return Shown(programs, next(iter(days), ()))


def read_phase_map(text: str, where: str) -> Groups:
    """Vehicle groups and walkers by phase number. Raises InputError."""
    problems: list[Problem] = []
    result: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for line, row in table_rows(text, where, MAP_COLUMNS, problems):
        if not row["phase"].isdecimal():
            problems.append(Problem(f"{where}:{line}", f"`{row['phase']}`", "a phase number"))
            continue
        vehicles, walkers = row["vehicle_groups"].split(), row["pedestrian_groups"].split()
        result[int(row["phase"])] = (tuple(vehicles), tuple(walkers))
    if problems:
        raise InputError(*problems)
    return result


def _program(sets: SetList, pattern: int, groups: Groups, known: list[str]) -> ShownProgram:
    split = sets.number("patternSplitNumber", pattern)
    rings = ring_sequences(sets, sets.number("patternSequenceNumber", pattern))
    listed = [phase for phases in rings.values() for phase in phases]
    together = {p: set(bytes.fromhex(sets.text("phaseConcurrency", p))) for p in listed}
    phases = []
    begin = 0.0
    for barrier, members in enumerate(_barriers(rings, together), start=1):
        longest = 0.0
        for ring, own in rings.items():
            now = begin
            for position, number in enumerate((p for p in own if p in members), start=1):
                length = sets.number("splitTime", split, number)
                amber = sets.number("phaseYellowChange", number) / 10
                red = sets.number("phaseRedClear", number) / 10
                green = exact_s(length - amber - red)
                if green < sets.number("phaseMinimumGreen", number):
                    where = f"{sets.where}: pattern {pattern}"
                    found = f"a green of {green:g} s in phase {number}"
                    raise InputError(Problem(where, found, "phaseMinimumGreen or more"))
                vehicles, walkers = groups.get(number, ((), ()))
                phases.append(
                    RingPhase(
                        number, ring, barrier, position, vehicles, walkers, now, green, amber, red,
                        _walk_s(sets, number, green),
                    )
                )  # fmt: skip
                now += length
            longest = max(longest, now - begin)
        begin += longest
    return shown_program(
        float(sets.number("patternCycleTime", pattern)),
        float(sets.number("patternOffsetTime", pattern)),
        phases,
        known,
    )


def _walk_s(sets: SetList, phase: int, green_s: float) -> float:
    """A phase that rests in walk walks until its clearance just fits into the green."""
    walk = sets.number("phaseWalk", phase)
    if walk and sets.number("phaseOptions", phase) & o.REST_IN_WALK:
        return exact_s(green_s - sets.number("phasePedestrianClear", phase))
    return float(walk)


def _barriers(
    rings: Mapping[int, tuple[int, ...]], together: Mapping[int, set[int]]
) -> list[frozenset[int]]:
    """Phases between barriers in the order of running: next comes what is next in all its rings."""
    waiting = {ring: list(phases) for ring, phases in rings.items()}
    order: list[frozenset[int]] = []
    while any(waiting.values()):
        heads = [barrier_of(phases[0], together) for phases in waiting.values() if phases]
        ready = next(
            (g for g in heads if all(not g & set(p) or p[0] in g for p in waiting.values())),
            heads[0],
        )
        order.append(ready)
        waiting = {r: [p for p in phases if p not in ready] for r, phases in waiting.items()}
    return order


def _days(sets: SetList) -> tuple[ShownDay, ...]:
    """The week of the schedule table and its day plans."""
    days = []
    for (entry,) in sets.indices("timeBaseScheduleDayPlan"):
        plan = sets.number("timeBaseScheduleDayPlan", entry)
        bits = sets.number("timeBaseScheduleDay", entry)
        weekdays = tuple(w for w in range(7) if bits >> ((w + 1) % 7 + 1) & 1)
        events = []
        for number, event in sets.indices("dayPlanHour"):
            if number != plan:
                continue
            second = 3600 * sets.number("dayPlanHour", plan, event)
            second += 60 * sets.number("dayPlanMinute", plan, event)
            action = sets.text("dayPlanActionNumberOID", plan, event).rpartition(".")[2]
            events.append((second, sets.number("timebaseAscPattern", int(action))))
        days.append(ShownDay(weekdays, tuple(sorted(events))))
    return tuple(days)


def _text(content: str | bytes) -> str:
    return content if isinstance(content, str) else content.decode("utf-8", "replace")
