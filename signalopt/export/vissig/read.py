"""Reads `.sig` files back and checks them: displays, times within the cycle, the intergreen matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.export.lamps import Lamp, Span, exact_s
from signalopt.export.shown import Shown, ShownDay, ShownProgram, painted
from signalopt.export.vissig.write import AMBER, FOLDER, GREEN, PERMANENT_GREEN, RED, RED_AMBER
from signalopt.network.model import Network

_WHAT = "a VISSIG supply file"


def read_vissig(files: Mapping[str, str | bytes], network: Network) -> Shown:
    """Read `.sig` files. Raises InputError with every problem, file and line each."""
    programs: dict[tuple[int, str], ShownProgram] = {}
    days: dict[tuple[ShownDay, ...], str] = {}
    problems: list[Problem] = []
    for name, content in files.items():
        if not (name.startswith(FOLDER) or name.endswith(".sig")):
            continue
        root = _parsed(content, name, problems)
        if root is None:
            continue
        place = network.intersection.get(root.get("name", ""))
        if place is None:
            found = f"controller `{root.get('name', '')}`"
            where = f"{name}:{root.sourceline}"
            problems.append(Problem(where, found, "a signal of this network"))
            continue
        groups = {sg.get("id", ""): sg.get("name", "") for sg in root.findall("sgs/sg")}
        unknown = sorted(set(groups.values()) - set(place.layout.group))
        if unknown:
            problems.append(Problem(name, f"signal group `{unknown[0]}`", "groups of the network"))
            continue
        matrix = _matrix(root)
        for prog in root.findall("progs/prog"):
            shown = _program(prog, groups, matrix, name, problems)
            if shown is not None:
                programs[int(prog.get("id", "0")), place.id] = shown
        days.setdefault(_days(root, name, problems), name)
    problems += [
        Problem(name, "daily lists of its own", "the same lists in all files")
        for name in list(days.values())[1:]
    ]
    if problems:
        raise InputError(*problems)
    return Shown(programs, next(iter(days), ()))


def _parsed(content: str | bytes, name: str, problems: list[Problem]) -> etree._Element | None:
    data = content.encode() if isinstance(content, str) else content
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        where = f"{name}:{error.lineno or 1}"
        problems.append(Problem(where, error.msg or "broken XML", _WHAT))
        return None
    if root.tag != "sc":
        problems.append(Problem(f"{name}:{root.sourceline}", f"<{root.tag}>", f"{_WHAT} (<sc>)"))
        return None
    return root


def _matrix(root: etree._Element) -> dict[tuple[str, str], int]:
    return {
        (row.get("clearingsg", ""), row.get("enteringsg", "")): int(row.get("value", "0"))
        for row in root.findall("intergreenmatrices/intergreenmatrix/intergreen")
    }


def _program(
    prog: etree._Element,
    groups: Mapping[str, str],
    matrix: Mapping[tuple[str, str], int],
    name: str,
    problems: list[Problem],
) -> ShownProgram | None:
    before = len(problems)
    where = f"{name}:{prog.sourceline}"
    cycle = _ms(prog, "cycletime", where, problems)
    offset = _ms(prog, "offset", where, problems)
    if cycle <= 0:
        problems.append(Problem(where, f"cycletime {cycle}", "more than 0 ms"))
    if not (prog.get("id") or "").isdecimal():
        problems.append(Problem(where, f"prog id `{prog.get('id')}`", "a number"))
    if len(problems) > before:
        return None
    lamps: dict[str, tuple[Span, ...]] = {}
    greens: dict[str, list[tuple[int, int]]] = {}
    for sg in prog.findall("sgs/sg"):
        identity = sg.get("sg_id", "")
        place = f"{name}:{sg.sourceline}"
        if identity not in groups:
            problems.append(Problem(place, f"sg_id `{identity}`", "a signal group of the file"))
            continue
        found = _greens(sg, cycle, place, problems)
        if found is None:
            continue
        windows, amber, red_amber = found
        greens[identity] = windows
        lamps[groups[identity]] = _spans(windows, amber, red_amber, cycle)
    problems += [
        Problem(where, f"no signal group `{name_}`", "every signal group in each program")
        for identity, name_ in groups.items()
        if identity not in greens and len(problems) == before
    ]
    if len(problems) == before:
        problems += _intergreens(greens, matrix, groups, cycle, where)
    return None if len(problems) > before else ShownProgram(cycle / 1000, offset / 1000, lamps)


def _greens(
    sg: etree._Element, cycle: int, where: str, problems: list[Problem]
) -> tuple[list[tuple[int, int]], int, int] | None:
    """Greens (begin, end), amber and red-amber of one group in ms; None where something is wrong."""
    before = len(problems)
    fixed = {
        state.get("display", ""): _ms(state, "duration", where, problems)
        for state in sg.findall("fixedstates/fixedstate")
    }
    commands = []
    for cmd in sg.findall("cmds/cmd"):
        begin, display = _ms(cmd, "begin", where, problems), cmd.get("display", "")
        if display not in (GREEN, RED):
            problems.append(Problem(where, f"display `{display}`", "1 (red) or 3 (green)"))
        if not 0 <= begin < cycle:
            problems.append(Problem(where, f"begin {begin} ms", f"0 to before {cycle} ms"))
        commands.append((begin, display))
    if len(problems) > before:
        return None
    commands.sort()
    amber, red_amber = fixed.get(AMBER, 0), fixed.get(RED_AMBER, 0)
    if len({display for _, display in commands}) < 2:
        permanent = sg.get("signal_sequence") == PERMANENT_GREEN
        return ([(0, cycle)] if permanent else [], 0, 0)
    windows = []
    following = [*commands[1:], (commands[0][0] + cycle, commands[0][1])]
    for (begin, display), (end, other) in zip(commands, following, strict=True):
        if display == other:
            problems.append(Problem(where, f"display {display} twice", "green and red in turn"))
            return None
        if display == GREEN:
            windows.append((begin, end - amber))
    if any(end <= begin for begin, end in windows):
        problems.append(Problem(where, "a green of 0 ms or less", "begin(red) - amber after green"))
        return None
    return windows, amber, red_amber


def _spans(
    windows: Sequence[tuple[int, int]], amber: int, red_amber: int, cycle: int
) -> tuple[Span, ...]:
    strokes = []
    for begin, end in windows:
        strokes += [
            (Lamp.RED_AMBER, (begin - red_amber) / 1000, begin / 1000),
            (Lamp.AMBER, end / 1000, (end + amber) / 1000),
            (Lamp.GREEN, begin / 1000, end / 1000),
        ]
    return painted(exact_s(cycle / 1000), strokes)


def _intergreens(
    greens: Mapping[str, Sequence[tuple[int, int]]],
    matrix: Mapping[tuple[str, str], int],
    groups: Mapping[str, str],
    cycle: int,
    where: str,
) -> list[Problem]:
    """Every green start against every green end before it, modulo the cycle."""
    problems = []
    for (clearing, entering), least in matrix.items():
        ends = [end for begin, end in greens.get(clearing, ()) if end - begin < cycle]
        starts = [begin for begin, _ in greens.get(entering, ())]
        gaps = [(start - end) % cycle for end in ends for start in starts]
        if gaps and min(gaps) < least:
            pair = f"{groups.get(clearing, clearing)} to {groups.get(entering, entering)}"
            found = f"{min(gaps)} ms from {pair}"
            problems.append(Problem(where, found, f"the matrix's {least} ms or more"))
    return problems


def _days(root: etree._Element, name: str, problems: list[Problem]) -> tuple[ShownDay, ...]:
    days = []
    for entry in root.findall("dailyProgLists/dailyProgList"):
        where = f"{name}:{entry.sourceline}"
        weekdays = (entry.get("name") or "").partition(" ")[0]
        if not weekdays.isdecimal():
            continue  # a list that somebody else named: it says no weekdays
        events = [
            (_ms(item, "time", where, problems) // 1000, int(item.get("prog_id", "0")))
            for item in entry.findall("dailyProgListItems/dailyProgListItem")
        ]
        if sorted(events) != events:
            problems.append(Problem(where, "times out of order", "ascending times"))
        days.append(ShownDay(tuple(int(d) - 1 for d in weekdays), tuple(events)))
    return tuple(days)


def _ms(element: etree._Element, name: str, where: str, problems: list[Problem]) -> int:
    text = element.get(name, "")
    if not text.isdecimal():
        problems.append(Problem(where, f"{name} `{text}`", "milliseconds, 0 or more"))
        return 0
    return int(text)
