"""Writes VISSIG `.sig` files.

`begin` of a command is the moment when the named display starts; amber and red-amber are fixed states that
lie before it: green ends at begin(red) - amber, and red-amber lasts until begin(green). Milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from signalopt.errors import Problem
from signalopt.export.lamps import (
    Lamp,
    Span,
    cycle_length_s,
    exact_s,
    green_windows,
    group_spans,
    uneven_groups,
)
from signalopt.export.timetable import Timetable
from signalopt.export.transliterate import distinct, told
from signalopt.export.written import Written
from signalopt.network.model import Intersection, Network
from signalopt.timing.plan import AnyProgram
from signalopt.timing.signals import GroupKind, SignalGroup, SignalLayout

FOLDER = "vissig"
RED, RED_AMBER, GREEN, AMBER = "1", "2", "3", "4"
PERMANENT_RED, PERMANENT_GREEN, FULL, WALKERS, NO_RED_AMBER = "1", "2", "3", "4", "7"
FIRST_DAILY_LIST = 1000
LOST = (
    "flashing green: counted into the green",
    "priority and yielding greens are not told apart",
    "minimum greens and conflicts other than the intergreen matrix",
    "weekdays: a daily list for each kind of day is written, its days stand in its name",
)


def vissig_files(table: Timetable, network: Network) -> Written:
    """One `.sig` file for each intersection, with a program for each plan."""
    names = distinct(place.id for place in network.intersections)
    files: dict[str, str | bytes] = {}
    refused: list[Problem] = []
    lost = list(LOST)
    for number, place in enumerate(network.intersections, start=1):
        programs = {
            n: plan.by_id[place.id]
            for n, plan in enumerate(table.plans, start=1)
            if place.id in plan.by_id
        }
        problems = _problems(place.layout, programs)
        refused += problems
        if programs and not problems:
            name = f"{FOLDER}/{names[place.id].written}.sig"
            files[name] = _sig(table, place, number, programs)
    return Written(files, (*lost, *table.lost), tuple(refused), told(names.values()))


def _problems(layout: SignalLayout, programs: Mapping[int, AnyProgram]) -> list[Problem]:
    found = []
    for program in programs.values():
        for name in uneven_groups(layout, program):
            text = f"links of signal group `{name}` show different lamps"
            found.append(Problem(layout.intersection, text, "one lamp a signal group (VISSIG)"))
        for name, spans in group_spans(layout, program).items():
            if any(span.lamp is Lamp.DARK for span in spans):
                text = f"signal group `{name}` is dark at times"
                found.append(Problem(layout.intersection, text, "red, green or amber (VISSIG)"))
            elif _restarts(spans):
                text = f"signal group `{name}` shows amber or red-amber of different lengths"
                found.append(Problem(layout.intersection, text, "one length each (VISSIG)"))
    return list(dict.fromkeys(found))


def _restarts(spans: tuple[Span, ...]) -> bool:
    """Whether ambers or red-ambers of one group differ, so that no fixed state can hold them."""
    cycle = spans[-1].end_s if spans else 0.0
    greens = green_windows(spans)
    if not greens or greens[0].length_s >= cycle:
        return any(span.lamp is not Lamp.RED for span in spans) and not greens
    for lamp in (Lamp.AMBER, Lamp.RED_AMBER):
        total = exact_s(sum(s.end_s - s.start_s for s in spans if s.lamp is lamp))
        ends = [w.end_s if lamp is Lamp.AMBER else w.start_s for w in greens]
        lengths = {_beside(spans, end % cycle, lamp, cycle) for end in ends}
        if len(lengths) > 1 or abs(total - sum(lengths) * len(greens)) > 1e-6:
            return True
    return False


def _beside(spans: tuple[Span, ...], second: float, lamp: Lamp, cycle_s: float) -> float:
    """Seconds of amber after, or of red-amber before, a second of the cycle."""
    length, forward = 0.0, lamp is Lamp.AMBER
    for _ in range(2):  # a stretch may be cut by the cycle's end
        for span in spans if forward else reversed(spans):
            edge = span.start_s if forward else span.end_s
            if (
                span.lamp is lamp
                and abs((edge - second + cycle_s / 2) % cycle_s - cycle_s / 2) < 1e-6
            ):
                length += span.end_s - span.start_s
                second = (span.end_s if forward else span.start_s) % cycle_s
    return exact_s(length)


def _sig(
    table: Timetable, place: Intersection, number: int, programs: Mapping[int, AnyProgram]
) -> str:
    layout = place.layout
    ids = {group.id: str(index) for index, group in enumerate(layout.groups, start=1)}
    fractional = any(
        value != int(value)
        for program in programs.values()
        for spans in group_spans(layout, program).values()
        for value in (program.offset_s, *(span.end_s for span in spans))
    )
    root = etree.Element(
        "sc", id=str(number), name=place.id, frequency="10" if fractional else "1", steps="0",
        defaultIntergreenMatrix="1",
    )  # fmt: skip
    groups = etree.SubElement(root, "sgs")
    for group in layout.groups:
        sg = etree.SubElement(
            groups, "sg", id=ids[group.id], name=group.id, defaultSignalSequence=_sequence(group)
        )
        if group.name:
            etree.SubElement(sg, "notes").text = group.name
        durations = etree.SubElement(sg, "defaultDurations")
        etree.SubElement(
            durations, "defaultDuration", display=GREEN, duration=_ms(group.min_green_s)
        )
    matrices = etree.SubElement(root, "intergreenmatrices")
    matrix = etree.SubElement(matrices, "intergreenmatrix", id="1", name="required")
    for row in layout.clearances:
        etree.SubElement(
            matrix, "intergreen", clearingsg=ids[row.ending], enteringsg=ids[row.starting],
            value=_ms(row.intergreen_s),
        )  # fmt: skip
    progs = etree.SubElement(root, "progs")
    for plan, program in programs.items():
        _prog(progs, table, place, plan, program, ids)
    _stages(root, layout, ids)
    for empty in ("interstageProgs", "stageProgs"):
        etree.SubElement(root, empty)
    _daily(root, table, set(programs))
    text: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return text.decode()


def _prog(
    progs: etree._Element,
    table: Timetable,
    place: Intersection,
    number: int,
    program: AnyProgram,
    ids: Mapping[str, str],
) -> None:
    layout = place.layout
    plan = table.plans[number - 1]
    switch = table.switch_second(plan, place.id)
    cycle = cycle_length_s(layout, program)
    prog = etree.SubElement(
        progs, "prog", id=str(number), cycletime=_ms(cycle), switchpoint=_ms(switch or 0),
        offset=_ms(exact_s(program.offset_s % cycle)), intergreens="1", fitness="0.000000",
        vehicleCount="0", name=plan.name,
    )  # fmt: skip
    groups = etree.SubElement(prog, "sgs")
    for group in layout.groups:
        spans = group_spans(layout, program)[group.id]
        _group(groups, ids[group.id], spans, cycle)


def _group(
    parent: etree._Element,
    identity: str,
    spans: tuple[Span, ...],
    cycle: float,
) -> None:
    """Commands in the order of the cycle; amber and red-amber as fixed states."""
    windows = green_windows(spans)
    permanent = bool(windows) and windows[0].length_s >= cycle
    if permanent or not windows:
        sequence = PERMANENT_GREEN if permanent else PERMANENT_RED
        sg = etree.SubElement(parent, "sg", sg_id=identity, signal_sequence=sequence)
        cmds = etree.SubElement(sg, "cmds")
        etree.SubElement(cmds, "cmd", display=GREEN if permanent else RED, begin="0")
        etree.SubElement(sg, "fixedstates")
        return
    amber = _beside(spans, windows[0].end_s % cycle, Lamp.AMBER, cycle)
    before = _beside(spans, windows[0].start_s, Lamp.RED_AMBER, cycle)
    sequence = FULL if before else NO_RED_AMBER if amber else WALKERS
    sg = etree.SubElement(parent, "sg", sg_id=identity, signal_sequence=sequence)
    cmds = etree.SubElement(sg, "cmds")
    commands = [(window.start_s, GREEN) for window in windows]
    commands += [(exact_s((window.end_s + amber) % cycle), RED) for window in windows]
    for begin, display in sorted(commands):
        etree.SubElement(cmds, "cmd", display=display, begin=_ms(begin))
    fixed = etree.SubElement(sg, "fixedstates")
    for display, length in ((RED_AMBER, before), (AMBER, amber)):
        if length:
            etree.SubElement(fixed, "fixedstate", display=display, duration=_ms(length))


def _stages(root: etree._Element, layout: SignalLayout, ids: Mapping[str, str]) -> None:
    stages = etree.SubElement(root, "stages")
    for number, stage in enumerate(layout.stages, start=1):
        entry = etree.SubElement(
            stages, "stage", id=str(number), name=stage.id, isPseudoStage="false"
        )
        activations = etree.SubElement(entry, "activations")
        for group, identity in ids.items():
            state = "ON" if group in stage.groups else "OFF"
            etree.SubElement(activations, "activation", sg_id=identity, activation=state)


def _daily(root: etree._Element, table: Timetable, known: set[int]) -> None:
    """A daily list for each kind of day; its weekdays (1 = Monday) stand in the name."""
    lists = etree.SubElement(root, "dailyProgLists")
    for index, day in enumerate(table.days):
        weekdays = "".join(str(weekday + 1) for weekday in day.weekdays)
        entry = etree.SubElement(
            lists, "dailyProgList", id=str(FIRST_DAILY_LIST + index), name=f"{weekdays} {day.name}"
        )
        items = etree.SubElement(entry, "dailyProgListItems")
        for second, number in day.entries:
            if number in known:
                etree.SubElement(items, "dailyProgListItem", time=_ms(second), prog_id=str(number))


def _sequence(group: SignalGroup) -> str:
    if group.kind is GroupKind.PEDESTRIAN:
        return WALKERS
    return FULL if group.red_amber_s else NO_RED_AMBER


def _ms(seconds: float) -> str:
    return str(round(seconds * 1000))
