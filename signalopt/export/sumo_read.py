"""Reads timing plans from SUMO additional files, so that `check` and `simulate` can judge any of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.export.stages import recognise_stages
from signalopt.export.sumo import NETWORK_KEY, PLAN_KEY
from signalopt.files import read_xml
from signalopt.network.model import Network
from signalopt.timing.plan import AnyProgram, FixedProgram, Plan
from signalopt.timing.signals import Phase

_WHAT = "a SUMO additional file with tlLogic programs"
_STATE = re.compile(r"[ruyYgGoOs]+")


def read_sumo_additional(path: Path, network: Network, program_id: str | None = None) -> Plan:
    """Read the static `tlLogic` programs of an additional file (or of a net) as a plan.

    A program that shows exactly what a stage plan of the intersection's layout would show becomes that
    IntersectionPlan, every other one a FixedProgram. With `program_id` only programs of that id are
    read; without it each intersection must have one program. The plan's name is the one that
    signalopt wrote into the file, else the file's name.

    Raises InputError with every problem of the file (file and line each).
    """
    return sumo_plan(read_xml(path, _WHAT).getroot(), path, network, program_id)


def sumo_plan(
    root: etree._Element, path: Path, network: Network, program_id: str | None = None
) -> Plan:
    """The plan in an additional file's parsed XML; `path` names it in problems. Raises InputError."""
    problems: list[Problem] = []
    if root.tag not in ("additional", "net", "tlLogics"):
        found = f"a file of <{root.tag}>"
        raise InputError(Problem(f"{path}:{root.sourceline}", found, _WHAT))
    logics = [
        logic
        for logic in root.iter("tlLogic")
        if program_id is None or logic.get("programID") == program_id
    ]
    if not logics:
        which = "no tlLogic" if program_id is None else f"no tlLogic with programID `{program_id}`"
        problems.append(Problem(str(path), which, "one tlLogic for each intersection of the plan"))
    problems += _repeated(path, logics)
    programs = [_read_logic(path, logic, network, problems) for logic in logics]
    problems += _foreign(path, logics, network)
    if problems:
        raise InputError(*problems)
    name = next((v for v in (_param(logic, PLAN_KEY) for logic in logics) if v), path.name)
    provenance = (("source", path.name),)
    read = tuple(program for program in programs if program is not None)
    return Plan(name, network.fingerprint, read, provenance)


def _read_logic(
    path: Path, logic: etree._Element, network: Network, problems: list[Problem]
) -> AnyProgram | None:
    identity = logic.get("id", "")
    place = network.intersection.get(identity)
    before = len(problems)
    where = f"{path}:{logic.sourceline}"
    if place is None:
        known = ", ".join(sorted(network.intersection)[:8])
        problems.append(
            Problem(where, f"tlLogic `{identity}`", "a signal of the network", f"it has {known}, …")
        )
    kind = logic.get("type", "static")
    if kind != "static":
        hint = "only fixed-time programs can be judged before they run"
        problems.append(Problem(where, f"type `{kind}`", "type `static`", hint))
    offset = _seconds(logic.get("offset", "0"))
    if offset is None:
        problems.append(Problem(where, f"offset `{logic.get('offset')}`", "seconds"))
    links = None if place is None else place.layout.link_count
    lines = logic.findall("phase")
    shown = [_read_phase(path, line, links, problems) for line in lines]
    if not lines:
        problems.append(Problem(where, "no phases", "at least one <phase>"))
    kept = tuple(phase for phase in shown if phase is not None and phase.duration_s > 0)
    if lines and len(problems) == before and not kept:
        problems.append(Problem(where, "a cycle of 0 s", "phases with a duration"))
    if len(problems) > before or place is None or offset is None:
        return None
    cycle = sum(phase.duration_s for phase in kept)
    fixed = FixedProgram(identity, offset % cycle, kept)
    return recognise_stages(place.layout, fixed)


def _read_phase(
    path: Path, line: etree._Element, links: int | None, problems: list[Problem]
) -> Phase | None:
    before = len(problems)
    where = f"{path}:{line.sourceline}"
    duration = _seconds(line.get("duration", ""))
    if duration is None or duration < 0:
        found = f"duration `{line.get('duration', '')}`"
        problems.append(Problem(where, found, "seconds, 0 or more"))
    state = line.get("state", "")
    if not _STATE.fullmatch(state):
        problems.append(Problem(where, f"state `{state}`", "letters of r u y Y g G o O s"))
    elif links is not None and len(state) != links:
        found = f"a state of {len(state)} letters"
        problems.append(Problem(where, found, f"{links} letters, one for each signal link"))
    if line.get("next") is not None:
        hint = "write the phases in the order in which they run"
        problems.append(Problem(where, "attribute `next`", "phases in their order", hint))
    if len(problems) > before or duration is None:
        return None
    return Phase(duration, state)


def _repeated(path: Path, logics: Iterable[etree._Element]) -> list[Problem]:
    seen: dict[str, etree._Element] = {}
    problems = []
    for logic in logics:
        identity = logic.get("id", "")
        if identity in seen:
            first = seen[identity]
            found = (
                f"a second program `{logic.get('programID')}` for `{identity}` "
                f"(the first, `{first.get('programID')}`, is in line {first.sourceline})"
            )
            expected = "one program for each intersection"
            hint = "a file with several plans holds several answers: keep one programID"
            problems.append(Problem(f"{path}:{logic.sourceline}", found, expected, hint))
        seen.setdefault(identity, logic)
    return problems


def _foreign(path: Path, logics: Iterable[etree._Element], network: Network) -> list[Problem]:
    """Fingerprints in the file that are not the network's: one problem for each."""
    found: dict[str, etree._Element] = {}
    for logic in logics:
        fingerprint = _param(logic, NETWORK_KEY)
        if fingerprint and fingerprint != network.fingerprint:
            found.setdefault(fingerprint, logic)
    hint = "the plan was made for another network, or signals and lanes have changed since"
    return [
        Problem(
            f"{path}:{logic.sourceline}",
            f"a plan for network {fingerprint}",
            f"network {network.fingerprint}",
            hint,
        )
        for fingerprint, logic in found.items()
    ]


def _param(logic: etree._Element, key: str) -> str | None:
    values = (line.get("value") for line in logic.findall("param") if line.get("key") == key)
    return next(values, None)


def _seconds(text: str) -> float | None:
    """A finite number of seconds, whole ones as int; None if it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value
