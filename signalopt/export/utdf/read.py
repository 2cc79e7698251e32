"""From a UTDF file to lamps, to a plan of ours and to turning counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from signalopt.errors import InputError, Problem
from signalopt.export.rings.lamps import shown_program
from signalopt.export.rings.model import RingPhase
from signalopt.export.shown import Shown, ShownProgram
from signalopt.export.transliterate import distinct
from signalopt.export.utdf.lane_groups import LaneGroup, lane_groups
from signalopt.export.utdf.parse import UtdfFile, parse_utdf
from signalopt.export.utdf.timings import NodeTiming, node_timings
from signalopt.network.model import Network

_PHASE_RECORDS = ("Phase1", "Phase2", "Phase3", "Phase4")
_PERMITTED_RECORDS = tuple(f"Perm{name}" for name in _PHASE_RECORDS)
_FILE = re.compile(r"P(\d+)_")


@dataclass(frozen=True, slots=True)
class TurnVolume:
    """Vehicles an hour of one lane group, as the file has them."""

    intersection: str
    lane_group: str
    from_edge: str
    to_edges: tuple[str, ...]
    vph: float


def read_utdf(files: Mapping[str, str | bytes], network: Network) -> Shown:
    """What files that signalopt wrote make lamps show. Raises InputError."""
    programs: dict[tuple[int, str], ShownProgram] = {}
    for name, content in files.items():
        text = content if isinstance(content, str) else content.decode("utf-8", "replace")
        number = _FILE.match(name.rpartition("/")[2])
        if number is None:
            raise InputError(Problem(name, "a file name without plan number", "P1_name.csv"))
        file = parse_utdf(text, name)
        timings = node_timings(file)
        for node, place in matched_nodes(file, network, {}).items():
            if node not in timings:
                continue
            groups = lane_groups(network.intersection[place], network)
            own = group_phases(file, node, groups)
            timing = timings[node]
            phases = [
                RingPhase(
                    p.number, p.ring, p.barrier, p.position,
                    tuple(g for g, numbers in own.items() if p.number in numbers), (),
                    p.start_s, p.green_s, p.yellow_s, p.red_s, p.walk_s,
                )
                for p in timing.phases
            ]  # fmt: skip
            known = [group.id for group in network.layouts[place].groups]
            programs[int(number[1]), place] = shown_program(
                timing.cycle_s, timing.offset_s, phases, known
            )
    return Shown(programs)


def matched_nodes(file: UtdfFile, network: Network, given: Mapping[int, str]) -> dict[int, str]:
    """Intersections by node number: as given, else by the node's DESCRIPTION (id or name).

    Raises InputError for numbers and intersections that do not exist.
    """
    marks = distinct(place.id for place in network.intersections)
    by_text = {p.name.casefold(): p.id for p in network.intersections if p.name}
    by_text |= {marks[p.id].written.casefold(): p.id for p in network.intersections}
    by_text |= {p.id.casefold(): p.id for p in network.intersections}
    nodes = {record.node for record in file.sections["Nodes"]}
    problems = []
    for node, name in given.items():
        if node not in nodes:
            problems.append(Problem(file.where, f"no node {node}", "a node of the file"))
        if name not in network.intersection:
            near = get_close_matches(name, network.intersection, n=1)
            hint = f"did you mean `{near[0]}`?" if near else ""
            problems.append(Problem(f"node {node}", f"`{name}`", "a signal of the network", hint))
    if problems:
        raise InputError(*problems)
    found = {}
    for record in file.sections["Nodes"]:
        text = record.cells.get("DESCRIPTION", "").casefold()
        place = given.get(record.node) or by_text.get(text)
        if place is not None:
            found[record.node] = place
    return found


def group_phases(
    file: UtdfFile, node: int, groups: Mapping[str, LaneGroup]
) -> dict[str, frozenset[int]]:
    """Phases in which each signal group is green: those of its through lanes, else of its turns.

    Right turns often share a group with the through lanes and have no phase of their own in UTDF.
    """
    records = file.of("Lanes", node)
    found: dict[str, dict[str, set[int]]] = {}
    for name, lane in groups.items():
        for record in (*_PHASE_RECORDS, *_PERMITTED_RECORDS):
            cell = records[record].cells.get(name, "") if record in records else ""
            numbers = {abs(int(cell))} if cell.removeprefix("-").isdecimal() else set()
            for group in lane.groups:
                found.setdefault(group, {}).setdefault(name[2:], set()).update(numbers - {0})
    return {
        group: frozenset(next((turns[t] for t in "TLR" if turns.get(t)), set()))
        for group, turns in found.items()
    }


def turn_volumes(
    file: UtdfFile, network: Network, nodes: Mapping[int, str]
) -> tuple[TurnVolume, ...]:
    """Volumes of lane groups at the matched nodes. Raises InputError for volumes that are no numbers.

    Volumes of lane groups that the network does not have are problems as well.
    """
    problems: list[Problem] = []
    volumes = []
    for node, place in nodes.items():
        record = file.of("Lanes", node).get("Volume")
        if record is None:
            continue
        groups = lane_groups(network.intersection[place], network)
        for name, cell in record.cells.items():
            if name in ("RECORDNAME", "INTID", "PED", "HOLD") or not cell:
                continue
            where = f"{file.where}:{record.line}: {name}"
            if not cell.replace(".", "", 1).isdecimal():
                problems.append(Problem(where, f"`{cell}`", "vehicles an hour, 0 or more"))
                continue
            lane = groups.get(name)
            if lane is None:
                if float(cell) > 0:
                    expected = f"a turn of `{place}`: {', '.join(groups)}"
                    problems.append(Problem(where, f"{cell} vehicles an hour", expected))
                continue
            volumes.append(TurnVolume(place, name, lane.from_edge, lane.to_edges, float(cell)))
    if problems:
        raise InputError(*problems)
    return tuple(volumes)


def timings_of(file: UtdfFile, nodes: Mapping[int, str]) -> dict[str, NodeTiming]:
    """Timings of the matched nodes by intersection. Raises InputError."""
    timings = node_timings(file)
    return {place: timings[node] for node, place in nodes.items() if node in timings}
