"""What a SUMO additional file with WAUT makes lamps show, worked out without SUMO and without the plans.

Written from SUMO's rules: a switch waits until the running program is at its GSP; with `synchron` the new
program is put to its own GSP and stays in that phase until it is where its offset says. Without procedure
the change is at once. Times are seconds of the day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.network.model import Network
from signalopt.timing.day_lamps import Lamps
from signalopt.timing.schedule import DAY_S

_WHAT = "an additional file with tlLogic programs and WAUT"


@dataclass(frozen=True, slots=True)
class _Logic:
    """A program second by second: letters (cycle, links), offset, GSP."""

    letters: Lamps
    offset_s: int
    gsp_s: int | None

    @property
    def cycle_s(self) -> int:
        return len(self.letters)

    def position(self, second: int) -> int:
        return (second - self.offset_s) % self.cycle_s


def waut_lamps(text: str | bytes, network: Network, where: str = "file") -> dict[str, Lamps]:
    """Letters of each second of [0, 86400) by intersection of the file.

    Raises InputError with every problem: broken XML, unknown signals, wrong lengths of states, seconds that
    are not whole, switches out of order or to programs that are not there, a GSP that is missing.
    """
    data = text.encode() if isinstance(text, str) else text
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True, huge_tree=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(
            Problem(f"{where}:{error.lineno or 1}", error.msg or "broken XML", _WHAT)
        ) from None
    problems: list[Problem] = []
    logics = _logics(root, network, where, problems)
    wauts = {waut.get("id", ""): waut for waut in root.iter("WAUT")}
    shown: dict[str, Lamps] = {}
    for element in root.iter("wautJunction"):
        name, here = element.get("junctionID", ""), f"{where}:{element.sourceline}"
        waut = wauts.get(element.get("wautID", ""))
        if waut is None or name not in logics:
            found = f"junction `{name}` with WAUT `{element.get('wautID')}`"
            problems.append(Problem(here, found, "a WAUT and programs of the file"))
            continue
        switches = _switches(waut, logics[name], where, problems)
        if switches is not None:
            by_gsp = element.get("procedure") == "GSP" and element.get("synchron") == "true"
            shown[name] = _day(logics[name], switches, here, problems, by_gsp=by_gsp)
    for name, own in logics.items():
        if name not in shown and len(own) == 1:
            shown[name] = _running(next(iter(own.values())), 0, DAY_S)
        elif name not in shown and not problems:
            found = f"{len(own)} programs of `{name}` and no WAUT"
            problems.append(Problem(where, found, "a wautJunction for it"))
    if problems:
        raise InputError(*problems)
    return shown


def _logics(
    root: etree._Element, network: Network, where: str, problems: list[Problem]
) -> dict[str, dict[str, _Logic]]:
    found: dict[str, dict[str, _Logic]] = {}
    for element in root.iter("tlLogic"):
        name, here = element.get("id", ""), f"{where}:{element.sourceline}"
        place = network.intersection.get(name)
        if place is None:
            problems.append(Problem(here, f"tlLogic `{name}`", "a signal of the network"))
            continue
        try:
            logic = _logic(element, place.layout.link_count)
        except ValueError as error:
            problems.append(Problem(here, str(error), "whole seconds and a letter for each link"))
            continue
        own = found.setdefault(name, {})
        program_id = element.get("programID", "")
        if program_id in own:
            problems.append(Problem(here, f"program `{program_id}` again", "each id once"))
        own[program_id] = logic
    if not found and not problems:
        problems.append(Problem(where, "no tlLogic", _WHAT))
    return found


def _logic(element: etree._Element, links: int) -> _Logic:
    letters: list[bytes] = []
    for phase in element.iter("phase"):
        seconds, state = _whole(phase.get("duration", "")), phase.get("state", "")
        if len(state) != links:
            raise ValueError(f"a state of {len(state)} letters for {links} links")
        letters += [state.encode()] * seconds
    if not letters:
        raise ValueError("a cycle of 0 s")
    gsp = next((p.get("value", "") for p in element.iter("param") if p.get("key") == "GSP"), None)
    lamps = np.frombuffer(b"".join(letters), dtype=np.uint8).reshape(len(letters), links)
    offset_s = _whole(element.get("offset", "0"))
    return _Logic(lamps, offset_s, None if gsp is None else _whole(gsp))


def _whole(text: str) -> int:
    value = float(text)
    if value != int(value):
        raise ValueError(f"{text} s")
    return int(value)


def _switches(
    waut: etree._Element, own: Mapping[str, _Logic], where: str, problems: list[Problem]
) -> list[tuple[int, str]] | None:
    """(second, program) in order, the start program at second 0; None after a problem."""
    before = len(problems)
    found = [(0, waut.get("startProg", ""))]
    for element in waut.iter("wautSwitch"):
        here = f"{where}:{element.sourceline}"
        try:
            second = _whole(element.get("time", "")) + _whole(waut.get("refTime", "0"))
        except ValueError as error:
            problems.append(Problem(here, str(error), "whole seconds"))
            continue
        if second < found[-1][0]:
            problems.append(Problem(here, f"{second} s", f"not before {found[-1][0]} s"))
        found.append((second, element.get("to", "")))
    for _, program_id in found:
        if program_id not in own:
            here = f"{where}:{waut.sourceline}"
            known = ", ".join(f"`{name}`" for name in own)
            problems.append(Problem(here, f"program `{program_id}`", f"one of {known}"))
    return found if len(problems) == before else None


def _day(
    own: Mapping[str, _Logic],
    switches: Sequence[tuple[int, str]],
    here: str,
    problems: list[Problem],
    *,
    by_gsp: bool,
) -> Lamps:
    """Letters of a day of one junction."""
    running, begun_s = own[switches[0][1]], 0
    parts: list[Lamps] = []
    for asked_s, program_id in switches[1:]:
        new, from_s = own[program_id], max(asked_s, begun_s)
        leave_s, join_s = from_s, from_s
        if by_gsp:
            if running.gsp_s is None or new.gsp_s is None:
                problems.append(
                    Problem(here, "a program without GSP", "a param GSP in each program")
                )
                break
            leave_s = from_s + (running.gsp_s - running.position(from_s)) % running.cycle_s
            join_s = leave_s + (new.gsp_s - new.position(leave_s)) % new.cycle_s
        parts.append(_running(running, begun_s, leave_s))
        if join_s > leave_s and new.gsp_s is not None:
            parts.append(np.repeat(new.letters[[new.gsp_s]], join_s - leave_s, axis=0))
        running, begun_s = new, join_s
    parts.append(_running(running, begun_s, DAY_S))
    return np.concatenate(parts)[:DAY_S]


def _running(logic: _Logic, begin_s: int, end_s: int) -> Lamps:
    found: Lamps = logic.letters[(np.arange(begin_s, end_s) - logic.offset_s) % logic.cycle_s]
    return found
