"""Writes UTDF version 8, one combined CSV for each plan.

No commas in any text: readers of the format split lines at every comma.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from signalopt.errors import InputError, Problem
from signalopt.export.lamps import exact_s
from signalopt.export.rings.build import ring_program
from signalopt.export.rings.model import RingPhase, RingProgram
from signalopt.export.table_text import number_text
from signalopt.export.timetable import Timetable
from signalopt.export.transliterate import distinct, plain, told
from signalopt.export.utdf.lane_groups import (
    DIRECTIONS,
    LANE_GROUPS,
    LaneGroup,
    directions,
    lane_counts,
    lane_groups,
)
from signalopt.export.written import Written
from signalopt.network.model import Edge, Intersection, Network
from signalopt.timing.plan import Plan
from signalopt.timing.program import phases

FOLDER = "utdf"
PHASE_COLUMNS = tuple(f"D{number}" for number in range(1, 9))
MOST_DIGIT = 9
MPS_TO_KPH = 3.6
LOST = (
    "flashing green: counted into the green",
    "red-amber: shown as red",
    "which crossing a walk belongs to: pedestrian times are given by phase only",
    "intergreens between pairs of signal groups: yellow and all-red per phase only",
    "time of day: one file a plan",
    "volumes: a plan has none (enter counts, or use `Volume` rows of your own file)",
    "U-turns: counted as left turns",
)
_SIGNAL, _EXTERNAL, _BEND, _UNSIGNALISED = "0", "1", "2", "3"
_PRETIMED, _RECALL_MAXIMUM = "0", "3"

Line = tuple[str, ...]


def utdf_files(table: Timetable, network: Network) -> Written:
    """One file a plan in the folder `utdf`, numbered as the plans are."""
    names = distinct(plan.name for plan in table.plans)
    ids = node_ids(network)
    marks = distinct(place.id for place in network.intersections)
    refused: list[Problem] = []
    files: dict[str, str | bytes] = {}
    for number, plan in enumerate(table.plans, start=1):
        programs = _programs(plan, network, refused)
        if not programs:
            continue
        lines = [
            *_network_lines(),
            *_node_lines(network, ids, {k: v.written for k, v in marks.items()}),
            *_link_lines(network, ids),
            *_lane_lines(network, ids, plan, programs),
            *_plan_lines(programs, ids),
            *_phase_lines(network, programs, ids),
        ]
        text = "\n".join(",".join(line) for line in lines) + "\n"
        files[f"{FOLDER}/P{number}_{names[plan.name].written}.csv"] = text
    refused = list(dict.fromkeys(refused))
    return Written(
        files, (*LOST, *table.lost), tuple(refused), told([*names.values(), *marks.values()])
    )


def node_ids(network: Network) -> dict[str, int]:
    """INTID of every node: intersections from 1 in their order, other nodes after them.

    All junctions of one signal share its number.
    """
    ids: dict[str, int] = {}
    for number, place in enumerate(network.intersections, start=1):
        ids |= dict.fromkeys((place.id, *place.junctions), number)
    following = len(network.intersections) + 1
    for edge in network.edges:
        for node in (edge.from_node, edge.to_node):
            if node not in ids:
                ids[node] = following
                following += 1
    return ids


def _programs(plan: Plan, network: Network, refused: list[Problem]) -> dict[str, RingProgram]:
    made = {}
    for program in plan.intersections:
        place = network.intersection[program.intersection]
        try:
            ringed = ring_program(place.layout, program)
        except InputError as error:
            refused += error.problems
            continue
        problems = _limits(ringed, lane_groups(place, network))
        refused += problems
        if not problems:
            made[place.id] = ringed
    return made


def _limits(program: RingProgram, groups: Mapping[str, LaneGroup]) -> list[Problem]:
    place, problems = program.intersection, []
    most = max(phase.number for phase in program.phases)
    if most > len(PHASE_COLUMNS):
        text = f"phase number {most}"
        problems.append(Problem(place, text, f"phases 1 to {len(PHASE_COLUMNS)} (UTDF)"))
    if any(max(p.barrier, p.ring, p.position) > MOST_DIGIT for p in program.phases):
        problems.append(Problem(place, "more than 9 barriers", "one digit each (UTDF BRP)"))
    for name, group in groups.items():
        if len(group.groups) > 1:
            text = f"lane group {name} has links of signal groups {', '.join(group.groups)}"
            problems.append(Problem(place, text, "one signal group a lane group (UTDF)"))
    held = {group for lane in groups.values() for group in lane.groups}
    for phase in program.phases:
        lacking = [group for group in phase.groups if group not in held]
        if lacking:
            text = f"signal group `{lacking[0]}` without an approach of its own"
            problems.append(Problem(place, text, "an approach of one of 8 directions (UTDF)"))
    return problems


def _network_lines() -> list[Line]:
    return [
        ("[Network]",),
        ("Network Settings",),
        ("RECORDNAME", "DATA"),
        ("UTDFVERSION", "8"),
        ("Metric", "1"),
        ("yellowTime", "3.0"),
        ("allRedTime", "2.0"),
        ("ScenarioDate", ""),
        ("ScenarioTime", ""),
    ]


def _node_lines(network: Network, ids: Mapping[str, int], marks: Mapping[str, str]) -> list[Line]:
    header = (
        "INTID", "TYPE", "X", "Y", "Z", "DESCRIPTION", "CBD", "Inside Radius", "Outside Radius",
        "Roundabout Lanes", "Circle Speed",
    )  # fmt: skip
    lines: list[Line] = [("",), ("[Nodes]",), ("Node Data",), header]
    blank = ("",) * 5
    for place in network.intersections:
        where = (_metres(place.x_m), _metres(place.y_m), "0", marks[place.id])
        lines.append((str(ids[place.id]), _SIGNAL, *where, *blank))
    signals = set(range(1, len(network.intersections) + 1))
    seen = set(signals)
    neighbours: dict[int, set[int]] = {}
    for edge in network.edges:
        start, end = ids[edge.from_node], ids[edge.to_node]
        neighbours.setdefault(start, set()).add(end)
        neighbours.setdefault(end, set()).add(start)
    for edge in network.edges:
        for node, point in ((edge.from_node, edge.shape[0]), (edge.to_node, edge.shape[-1])):
            number = ids[node]
            if number in seen:
                continue
            seen.add(number)
            kind = {1: _EXTERNAL, 2: _BEND}.get(len(neighbours[number]), _UNSIGNALISED)
            where = (_metres(point[0]), _metres(point[1]), "0", "")
            lines.append((str(number), kind, *where, *blank))
    return lines


def _link_lines(network: Network, ids: Mapping[str, int]) -> list[Line]:
    lines: list[Line] = [
        ("",), ("[Links]",), ("Link Data",), ("RECORDNAME", "INTID", *DIRECTIONS),
    ]  # fmt: skip
    for number, heading in _approaches(network, ids).items():
        own = {direction: edge for edge, direction in heading}
        records: Sequence[tuple[str, Mapping[str, str]]] = (
            ("Up ID", {d: str(ids[e.from_node]) for d, e in own.items()}),
            ("Lanes", {d: str(e.lanes) for d, e in own.items()}),
            ("Name", {d: plain(e.name) for d, e in own.items()}),
            ("Distance", {d: _metres(e.length_m) for d, e in own.items()}),
            ("Speed", {d: number_text(round(e.speed_mps * MPS_TO_KPH)) for d, e in own.items()}),
        )
        for name, cells in records:
            lines.append((name, str(number), *(cells.get(d, "") for d in DIRECTIONS)))
    return lines


def _approaches(network: Network, ids: Mapping[str, int]) -> dict[int, list[tuple[Edge, str]]]:
    """Incoming edges of every node with their directions; inner edges of a signal left out."""
    incoming: dict[int, list[Edge]] = {}
    for edge in network.edges:
        if ids[edge.from_node] != ids[edge.to_node]:
            incoming.setdefault(ids[edge.to_node], []).append(edge)
    found = {}
    for number in sorted(incoming):
        heading = directions(incoming[number])
        found[number] = [(e, heading[e.id]) for e in incoming[number] if e.id in heading]
    return found


def _lane_lines(
    network: Network, ids: Mapping[str, int], plan: Plan, programs: Mapping[str, RingProgram]
) -> list[Line]:
    columns = (*LANE_GROUPS, "PED", "HOLD")
    lines: list[Line] = [
        ("",), ("[Lanes]",), ("Lane Group Data",), ("RECORDNAME", "INTID", *columns),
    ]  # fmt: skip
    for place in network.intersections:
        groups = lane_groups(place, network)
        counts = lane_counts(groups)
        edges = network.edge
        records: dict[str, dict[str, str]] = {
            "Up Node": {n: str(ids[edges[g.from_edge].from_node]) for n, g in groups.items()},
            "Dest Node": {
                n: str(ids[edges[g.to_edges[0]].to_node])
                for n, g in groups.items()
                if g.to_edges[0] in edges
            },
            "Lanes": {n: str(c[0]) for n, c in counts.items()},
            "Shared": {n: str(c[1]) for n, c in counts.items()},
        }
        ringed = programs.get(place.id)
        if ringed is not None:
            protected, permitted = _phases_of(place, plan, ringed, groups)
            records |= {"Phase1": protected, "PermPhase1": permitted}
        for name, cells in records.items():
            lines.append((name, str(ids[place.id]), *(cells.get(c, "") for c in columns)))
    return lines


def _phases_of(
    place: Intersection, plan: Plan, ringed: RingProgram, groups: Mapping[str, LaneGroup]
) -> tuple[dict[str, str], dict[str, str]]:
    """Phase of each lane group, among the permitted ones where it must yield at any second."""
    number = {g: str(phase.number) for phase in ringed.phases for g in phase.groups}
    shown = phases(place.layout, plan.by_id[place.id])
    protected: dict[str, str] = {}
    permitted: dict[str, str] = {}
    for name, lane in groups.items():
        if not lane.groups or lane.groups[0] not in number:
            continue
        weak = any(p.state[link] == "g" for p in shown for link in lane.links)
        (permitted if weak else protected)[name] = number[lane.groups[0]]
    return protected, permitted


def _plan_lines(programs: Mapping[str, RingProgram], ids: Mapping[str, int]) -> list[Line]:
    lines: list[Line] = [
        ("",), ("[Timeplans]",), ("Timing Plan Settings",), ("RECORDNAME", "INTID", "DATA"),
    ]  # fmt: skip
    for place, program in programs.items():
        number = str(ids[place])
        pair = program.coordinated[:2]
        reference = pair[0] if len(pair) == 1 else 100 * pair[0] + pair[1]
        for name, value in (
            ("Control Type", _PRETIMED),
            ("Cycle Length", number_text(program.cycle_s)),
            ("Lock Timings", "0"),
            ("Referenced To", "0"),
            ("Reference Phase", str(reference)),
            ("Offset", number_text(program.offset_s)),
            ("Master", "0"),
            ("Yield", "0"),
            ("Node 0", number),
            ("Node 1", "0"),
        ):
            lines.append((name, number, value))
    return lines


def _phase_lines(
    network: Network, programs: Mapping[str, RingProgram], ids: Mapping[str, int]
) -> list[Line]:
    lines: list[Line] = [
        ("",), ("[Phases]",), ("Phasing Data",), ("RECORDNAME", "INTID", *PHASE_COLUMNS),
    ]  # fmt: skip
    for place, program in programs.items():
        layout = network.layouts[place]
        cells: dict[str, dict[int, str]] = {}
        for phase in program.phases:
            least = max((layout.group[g].min_green_s for g in phase.groups), default=0)
            for record, value in _records(program, phase, float(least)).items():
                cells.setdefault(record, {})[phase.number] = value
        for record, values in cells.items():
            row = (values.get(n, "") for n in range(1, len(PHASE_COLUMNS) + 1))
            lines.append((record, str(ids[place]), *row))
    return lines


def _records(program: RingProgram, phase: RingPhase, least_s: float) -> dict[str, str]:
    """Records of one phase; local times count from the reference, others from the clock."""
    cycle, shift = program.cycle_s, program.offset_s
    green_end = exact_s(phase.start_s + phase.green_s)
    end = exact_s(phase.start_s + phase.split_s)
    least = min(least_s, phase.green_s)
    floor = exact_s(least + phase.amber_s + phase.red_s)
    times = {
        "BRP": f"{phase.barrier}{phase.ring}{phase.position}",
        "MinGreen": number_text(least),
        "MaxGreen": number_text(phase.green_s),
        "VehExt": "0",
        "Yellow": number_text(phase.amber_s),
        "AllRed": number_text(phase.red_s),
        "Recall": _RECALL_MAXIMUM,
        "Walk": number_text(phase.walk_s) if phase.walk_s else "",
        "DontWalk": number_text(phase.ped_clear_s) if phase.walk_s else "",
        "MinSplit": number_text(phase.split_s if phase.walk_s else floor),
    }
    local = {"LocalStart": phase.start_s, "LocalYield": green_end}
    clock = {"Start": phase.start_s, "End": end, "Yield": green_end}
    times |= {k: number_text(exact_s((v + shift) % cycle)) for k, v in clock.items()}
    return times | {k: number_text(exact_s(v % cycle)) for k, v in local.items()}


def _metres(value: float) -> str:
    return number_text(round(value, 1))
