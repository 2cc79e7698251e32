"""Writes an NTCIP set list for each intersection: every SET in the order in which it must be sent.

All plans of a schedule become patterns of one controller, which has one ring structure, one yellow and one
red clearance a phase for all of them; plans that need others are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signalopt.errors import InputError, Problem
from signalopt.export.ntcip import objects as o
from signalopt.export.rings.build import ring_program
from signalopt.export.rings.model import RingPhase, RingProgram
from signalopt.export.rings.numbers import aligned
from signalopt.export.table_text import table_text
from signalopt.export.timetable import Timetable
from signalopt.export.transliterate import distinct, told
from signalopt.export.written import Written
from signalopt.network.model import Intersection, Network

FOLDER = "ntcip"
COLUMNS = ("oid", "name", "type", "value")
MAP_COLUMNS = ("phase", "ring", "barrier", "position", "vehicle_groups", "pedestrian_groups")
LOST = (
    "flashing green: counted into the green",
    "red-amber: shown as red",
    "flashing green and early end of pedestrian greens: both are pedestrian clearance",
    "intergreens between pairs of signal groups: yellow and red clearance per phase only",
    "transitions between plans: the controller's own correction mode brings the offset about",
    "load switches: which phase drives which channel is the cabinet's wiring (see the .phases.csv)",
    "holidays and dates: set them in the controller's own calendar",
)
_MINUTE_S = 60
_ALL_MONTHS, _ALL_DATES = 0b1_1111_1111_1110, 0xFFFF_FFFE


@dataclass(frozen=True, slots=True)
class Setting:
    """One SET. value: decimal number, hex digits of an OCTET STRING, or dotted OID."""

    oid: str
    name: str
    value: str

    @property
    def syntax(self) -> str:
        """ASN.1 type of the value."""
        return o.OBJECTS[self.name].syntax


def ntcip_files(table: Timetable, network: Network) -> Written:
    """A set list and a phase map for each intersection that rings and barriers can hold."""
    names = distinct(place.id for place in network.intersections)
    files: dict[str, str | bytes] = {}
    refused: list[Problem] = list(_table_problems(table))
    if refused:
        return Written({}, (*LOST, *table.lost), tuple(refused))
    for place in network.intersections:
        try:
            programs = _programs(table, place)
        except InputError as error:
            refused += error.problems
            continue
        if not programs:
            continue
        stem = f"{FOLDER}/{names[place.id].written}"
        rows = (
            {"oid": s.oid, "name": s.name, "type": s.syntax, "value": s.value}
            for s in set_list(table, place, programs)
        )
        files[f"{stem}.csv"] = table_text(COLUMNS, rows)
        files[f"{stem}.phases.csv"] = _phase_map(programs[0][1])
    return Written(files, (*LOST, *table.lost), tuple(refused), told(names.values()))


def set_list(
    table: Timetable, place: Intersection, programs: Sequence[tuple[int, RingProgram]]
) -> tuple[Setting, ...]:
    """All SETs of one intersection: transaction, data, verify, back to normal.

    After the verify the manager polls dbCreateTransaction until it reads done (6), then sends the last.
    """
    begin, verify, normal = (
        _set("dbCreateTransaction", value) for value in (o.TRANSACTION, o.VERIFY, o.NORMAL)
    )
    settings = [begin]
    settings += [_set("coordCorrectionMode", 3), _set("coordForceMode", o.FIXED_FORCE_OFF)]
    settings += [_set("coordOperationalMode", 0), _set("timebaseAscPatternSync", 0)]
    settings += _phase_settings(place, [program for _, program in programs])
    sequences: dict[tuple[tuple[int, ...], ...], int] = {}
    for number, program in programs:
        order = tuple(tuple(p.number for p in program.ring(ring)) for ring in program.rings)
        known = sequences.setdefault(order, len(sequences) + 1)
        settings += _pattern_settings(number, program, known)
    for order, number in sequences.items():
        for ring, phases in enumerate(order, start=1):
            settings.append(_set("sequenceData", bytes(phases).hex(), number, ring))
    held = {number for number, _ in programs}
    settings += _calendar_settings(table, held)
    return (*settings, verify, normal)


def _set(name: str, value: int | str, *indices: int) -> Setting:
    return Setting(o.full_oid(name, *indices), name, str(value))


def _phase_settings(place: Intersection, programs: Sequence[RingProgram]) -> list[Setting]:
    """Phase table: what is common to all patterns."""
    settings = []
    for phase in sorted(programs[0].phases, key=lambda p: p.number):
        same = [p for program in programs for p in program.phases if p.number == phase.number]
        green = max(p.green_s for p in same)
        least = max((place.layout.group[g].min_green_s for g in phase.groups), default=0)
        least = min(least, *(int(p.green_s) for p in same))
        walk = min(p.walk_s for p in same)
        options = o.PHASE_ENABLED | o.MAX_VEHICLE_RECALL | o.DUAL_ENTRY
        if walk:
            options |= o.NON_ACTUATED_1 | o.PED_RECALL | o.REST_IN_WALK
        concurrent = bytes(programs[0].concurrent(phase)).hex()
        for name, value in (
            ("phaseWalk", int(walk)),
            ("phasePedestrianClear", int(phase.ped_clear_s)),
            ("phaseMinimumGreen", least),
            ("phasePassage", 0),
            ("phaseMaximum1", int(green)),
            ("phaseYellowChange", round(phase.amber_s * 10)),
            ("phaseRedClear", round(phase.red_s * 10)),
            ("phaseOptions", options),
            ("phaseRing", phase.ring),
            ("phaseConcurrency", concurrent),
        ):
            settings.append(_set(name, value, phase.number))
    return settings


def _pattern_settings(number: int, program: RingProgram, sequence: int) -> list[Setting]:
    """One pattern with its split table, both of the plan's number."""
    settings = []
    for phase in sorted(program.phases, key=lambda p: p.number):
        mode = o.WALK_RECALL if phase.walk_s else o.MAX_RECALL
        coordinated = int(phase.number in program.coordinated)
        settings += [
            _set("splitTime", int(phase.split_s), number, phase.number),
            _set("splitMode", mode, number, phase.number),
            _set("splitCoordPhase", coordinated, number, phase.number),
        ]
    return [
        *settings,
        _set("patternCycleTime", int(program.cycle_s), number),
        _set("patternOffsetTime", int(program.offset_s), number),
        _set("patternSplitNumber", number, number),
        _set("patternSequenceNumber", sequence, number),
    ]


def _calendar_settings(table: Timetable, held: set[int]) -> list[Setting]:
    """Action n runs pattern n; one day plan for each kind of day."""
    settings = [_set("timebaseAscPattern", number, number) for number in sorted(held)]
    for plan, day in enumerate(table.days, start=1):
        for event, (second, number) in enumerate(day.entries, start=1):
            action = f"{o.ACTION_OID}.{number}"
            settings += [
                _set("dayPlanHour", second // 3600, plan, event),
                _set("dayPlanMinute", second // _MINUTE_S % 60, plan, event),
                _set("dayPlanActionNumberOID", action, plan, event),
            ]
        # Bit 0 is unused; day 1 is Sunday.
        days = sum(1 << ((weekday + 1) % 7 + 1) for weekday in day.weekdays)
        settings += [
            _set("timeBaseScheduleMonth", _ALL_MONTHS, plan),
            _set("timeBaseScheduleDay", days, plan),
            _set("timeBaseScheduleDate", _ALL_DATES, plan),
            _set("timeBaseScheduleDayPlan", plan, plan),
        ]
    return settings


def _programs(table: Timetable, place: Intersection) -> list[tuple[int, RingProgram]]:
    """Ring programs of all plans with common phase numbers. Raises InputError with every reason."""
    problems: list[Problem] = []
    made: list[tuple[int, RingProgram]] = []
    for number, plan in enumerate(table.plans, start=1):
        program = plan.by_id.get(place.id)
        if program is None:
            continue
        try:
            ringed = ring_program(place.layout, program, most_rings=o.MOST_RINGS)
            if made:
                ringed = aligned(made[0][1], ringed, plan.name)
        except InputError as error:
            problems += error.problems
            continue
        problems += _limits(ringed)
        if made:
            problems += _common(made[0][1], ringed, plan.name)
        made.append((number, ringed))
    if problems:
        raise InputError(*dict.fromkeys(problems))
    return made


def _limits(program: RingProgram) -> list[Problem]:
    """What one byte, one tenth of a second or an ordinary controller cannot hold."""
    place, found = program.intersection, []
    if program.cycle_s > o.LONGEST_CYCLE_S:
        text = f"a cycle of {program.cycle_s:g} s"
        expected = f"{o.LONGEST_CYCLE_S} s or less (patternCycleTime is one byte)"
        found.append(Problem(place, text, expected))
    seconds = {program.cycle_s, program.offset_s, *(p.split_s for p in program.phases)}
    if any(value != int(value) for value in seconds):
        text = "cycle, offset or splits that are not whole seconds"
        found.append(Problem(place, text, "whole seconds (patternCycleTime, splitTime)"))
    most = max(p.number for p in program.phases)
    if most > o.MOST_PHASES:
        found.append(Problem(place, f"{most} phases", f"{o.MOST_PHASES} or fewer"))
    for phase in program.phases:
        name = "+".join(phase.key)
        if max(phase.amber_s, phase.red_s) > 25.5:
            text = f"{max(phase.amber_s, phase.red_s):g} s of yellow or red clearance for {name}"
            found.append(Problem(place, text, "25.5 s or less"))
        if phase.walk_s and phase.walk_s != int(phase.walk_s):
            found.append(
                Problem(place, f"a walk of {phase.walk_s:g} s for {name}", "whole seconds")
            )
    return found


def _common(first: RingProgram, other: RingProgram, name: str) -> list[Problem]:
    """Phase data that the two plans would need differently."""
    mates = {p.number: p for p in first.phases}
    problems = []
    for phase in other.phases:
        mate = mates[phase.number]
        what = f"phase {phase.number} ({'+'.join(phase.key)})"
        pairs: tuple[tuple[str, object, object], ...] = (
            ("yellow", mate.amber_s, phase.amber_s),
            ("red clearance", mate.red_s, phase.red_s),
            ("pedestrian clearance", mate.ped_clear_s, phase.ped_clear_s),
            ("pedestrian groups", mate.walkers, phase.walkers),
            ("concurrent phases", first.concurrent(mate), other.concurrent(phase)),
        )
        for word, have, want in pairs:
            if have != want:
                text = f"plan `{name}` needs {word} {want} for {what}, the first plan {have}"
                expected = "one value for all patterns (NTCIP 1202 phase table)"
                problems.append(Problem(other.intersection, text, expected))
    return problems


def _table_problems(table: Timetable) -> list[Problem]:
    """What no controller's calendar can hold."""
    found = []
    if len(table.plans) > min(o.MOST_PATTERNS, o.MOST_SPLITS):
        expected = f"{o.MOST_SPLITS} or fewer (split tables)"
        found.append(Problem("schedule", f"{len(table.plans)} plans", expected))
    if len(table.days) > o.MOST_DAY_PLANS:
        found.append(Problem("schedule", f"{len(table.days)} day types", f"{o.MOST_DAY_PLANS}"))
    for day in table.days:
        if len(day.entries) > o.MOST_EVENTS:
            text = f"{len(day.entries)} changes of plan on `{day.name}`"
            found.append(Problem("schedule", text, f"{o.MOST_EVENTS} or fewer a day (day plan)"))
        odd = [second for second, _ in day.entries if second % _MINUTE_S]
        if odd:
            text = f"a change at second {odd[0]} on `{day.name}`"
            found.append(Problem("schedule", text, "whole minutes (dayPlanMinute)"))
    return found


def _phase_map(program: RingProgram) -> str:
    """Which signal groups each phase drives, for the one who wires or checks the cabinet."""

    def cells(phase: RingPhase) -> dict[str, str]:
        return {
            "phase": str(phase.number),
            "ring": str(phase.ring),
            "barrier": str(phase.barrier),
            "position": str(phase.position),
            "vehicle_groups": " ".join(phase.groups),
            "pedestrian_groups": " ".join(phase.walkers),
        }

    ordered = sorted(program.phases, key=lambda p: p.number)
    return table_text(MAP_COLUMNS, map(cells, ordered))
