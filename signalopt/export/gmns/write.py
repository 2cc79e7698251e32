"""Writes GMNS tables: the network, its controllers and their plans as phases on rings."""

from __future__ import annotations

from collections.abc import Mapping

from signalopt.errors import InputError, Problem
from signalopt.export.gmns.streets import (
    Cells,
    crossing_id,
    ids_of,
    link_rows,
    movement_id,
    movement_rows,
    node_rows,
)
from signalopt.export.gmns.tables import ALL_DAY, DAY_COLUMNS, TABLES, file_name
from signalopt.export.lamps import exact_s
from signalopt.export.rings.build import ring_program
from signalopt.export.rings.model import RingPhase, RingProgram
from signalopt.export.shown import DAY_S
from signalopt.export.table_text import number_text, table_text
from signalopt.export.timetable import Timetable
from signalopt.export.transliterate import told
from signalopt.export.written import Written
from signalopt.network.model import Intersection, Network
from signalopt.timing.program import phases
from signalopt.timing.signals import GREEN

LONGEST_CYCLE_S = 600
LONGEST_CLEARANCE_S = 120
MOST_BARRIERS = 12
LOST = (
    "flashing green: counted into the green",
    "red-amber: shown as red",
    "amber and all-red: one clearance time for both",
    "flashing green and early end of pedestrian greens: both are pedestrian clearance",
    "intergreens between pairs of signal groups: clearance per phase only",
    "switch seconds and transitions between plans",
)


def gmns_files(table: Timetable, network: Network) -> Written:
    """GMNS folder of a schedule. Intersections that rings cannot hold are refused, with the reason."""
    ids = ids_of(network)
    node_ids = {k: v.written for k, v in ids.nodes.items()}
    link_ids = {k: v.written for k, v in ids.links.items()}
    move_ids = {k: v.written for k, v in ids.moves.items()}
    rows: dict[str, list[Cells]] = {name: [] for name in TABLES}
    rows["node"] = node_rows(network, node_ids)
    rows["link"] = link_rows(network, node_ids, link_ids)
    rows["movement"] = movement_rows(network, node_ids, link_ids, move_ids)
    known = {row["mvmt_id"] for row in rows["movement"]}
    rows["time_set_definitions"], sets = _time_sets(table)
    refused: list[Problem] = []
    for place in network.intersections:
        controller = node_ids[place.id]
        made = _programs(table, place, refused)
        if made is None:
            continue
        rows["signal_controller"].append({"controller_id": controller})
        for number, program in made.items():
            for timeday in sets[number]:
                plan_id = f"{controller}_{timeday}"
                keys = (plan_id, controller, timeday)
                _plan_rows(rows, place, program, keys, (move_ids, link_ids, known))
        _protection(rows, table, place, controller, move_ids)
    files = {file_name(name): table_text(TABLES[name].columns, own) for name, own in rows.items()}
    names = told([*ids.nodes.values(), *(ids.links[e.id] for e in network.edges)])
    return Written(files, (*LOST, *table.lost), tuple(refused), names)


def _programs(
    table: Timetable, place: Intersection, refused: list[Problem]
) -> dict[int, RingProgram] | None:
    """Ring programs by plan number, None (and the reasons) if any plan cannot be held."""
    made: dict[int, RingProgram] = {}
    problems: list[Problem] = []
    for number, plan in enumerate(table.plans, start=1):
        program = plan.by_id.get(place.id)
        if program is None:
            continue
        try:
            made[number] = ring_program(place.layout, program)
        except InputError as error:
            problems += error.problems
            continue
        problems += _limits(made[number])
    refused += dict.fromkeys(problems)
    return made if made and not problems else None


def _limits(program: RingProgram) -> list[Problem]:
    place, found = program.intersection, []
    if program.cycle_s > LONGEST_CYCLE_S:
        text = f"a cycle of {program.cycle_s:g} s"
        found.append(Problem(place, text, f"{LONGEST_CYCLE_S} s or less (GMNS)"))
    if len(program.barriers_s) > MOST_BARRIERS:
        text = f"{len(program.barriers_s)} barriers"
        found.append(Problem(place, text, f"{MOST_BARRIERS} or fewer (GMNS)"))
    for phase in program.phases:
        longest = max(exact_s(phase.amber_s + phase.red_s), phase.walk_s, phase.ped_clear_s)
        if longest > LONGEST_CLEARANCE_S:
            text = f"{longest:g} s of clearance or walk in phase {phase.number}"
            found.append(Problem(place, text, f"{LONGEST_CLEARANCE_S} s or less (GMNS)"))
    return found


def _time_sets(table: Timetable) -> tuple[list[Cells], dict[int, list[str]]]:
    """Rows of time sets, and the ids of the sets of each plan number."""
    rows: list[Cells] = []
    sets: dict[int, list[str]] = {number: [] for number in table.number.values()}
    for index, day in enumerate(table.days, start=1):
        ends = (*(begin for begin, _ in day.entries[1:]), DAY_S)
        for (begin, number), end in zip(day.entries, ends, strict=True):
            name = f"P{number}_D{index}_{begin // 3600:02d}{begin // 60 % 60:02d}{begin % 60:02d}"
            days = {c: str(w in day.weekdays).lower() for w, c in enumerate(DAY_COLUMNS)}
            start = {"start_time": _clock(begin), "end_time": _clock(end)}
            rows.append({"timeday_id": name, **days, "holiday": "false", **start})
            sets[number].append(name)
    return rows, sets


def _clock(second: int) -> str:
    if second >= DAY_S:
        return ALL_DAY[1]
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def _plan_rows(
    rows: Mapping[str, list[Cells]],
    place: Intersection,
    program: RingProgram,
    ids: tuple[str, str, str],
    names: tuple[Mapping[str, str], Mapping[str, str], set[str]],
) -> None:
    plan_id, controller, timeday = ids
    cycle = number_text(program.cycle_s)
    head = {"timing_plan_id": plan_id, "controller_id": controller}
    rows["signal_timing_plan"].append({**head, "timeday_id": timeday, "cycle_length": cycle})
    rows["signal_coordination"].append(
        {
            "coordination_id": plan_id,
            **head,
            "coord_contr_id": controller,
            "coord_phase": str(program.coordinated[0]) if program.coordinated else "",
            "coord_ref_to": "begin_of_green",
            "offset": number_text(program.offset_s),
        }
    )
    for phase in program.phases:
        phase_id = f"{plan_id}_{phase.number}"
        green = number_text(phase.green_s)
        rows["signal_timing_phase"].append(
            {
                "timing_phase_id": phase_id,
                "timing_plan_id": plan_id,
                "signal_phase_num": str(phase.number),
                "min_green": green,
                "max_green": green,
                "extension": "0",
                "clearance": number_text(exact_s(phase.amber_s + phase.red_s)),
                "walk_time": number_text(phase.walk_s) if phase.walk_s else "",
                "ped_clearance": number_text(phase.ped_clear_s) if phase.walk_s else "",
                "ring": str(phase.ring),
                "barrier": str(phase.barrier),
                "position": str(phase.position),
            }
        )
        rows["signal_phase_mvmt"].extend(_served(place, phase, phase_id, names))


def _served(
    place: Intersection,
    phase: RingPhase,
    phase_id: str,
    names: tuple[Mapping[str, str], Mapping[str, str], set[str]],
) -> list[Cells]:
    """Movements and crossings of a phase; a link of no known street is left out."""
    move_ids, link_ids, known = names
    served: list[Cells] = []
    for group in phase.groups:
        for link in place.layout.group[group].links:
            move = move_ids.get(movement_id(place.id, link), "")
            if move in known:
                name = f"{phase_id}_{link}"
                served.append(
                    {"signal_phase_mvmt_id": name, "timing_phase_id": phase_id, "mvmt_id": move}
                )
    for walker in phase.walkers:
        for link in place.layout.group[walker].links:
            walk = link_ids.get(crossing_id(place.id, link))
            if walk is not None:
                name = f"{phase_id}_{link}"
                row = {"signal_phase_mvmt_id": name, "timing_phase_id": phase_id, "link_id": walk}
                served.append({**row, "protection": "protected"})
    return served


def _protection(
    rows: Mapping[str, list[Cells]],
    table: Timetable,
    place: Intersection,
    controller: str,
    move_ids: Mapping[str, str],
) -> None:
    """Mark movements that must yield at any second of a plan as permitted, others as protected."""
    yielding: dict[str, set[str]] = {}
    for number, plan in enumerate(table.plans, start=1):
        program = plan.by_id.get(place.id)
        shown = () if program is None else phases(place.layout, program)
        letters = {
            link: {p.state[link] for p in shown} & GREEN for link in range(place.layout.link_count)
        }
        prefix = f"{controller}_P{number}_"
        yielding[prefix] = {
            move_ids[movement_id(place.id, link)]
            for link, seen in letters.items()
            if "g" in seen and movement_id(place.id, link) in move_ids
        }
    for row in rows["signal_phase_mvmt"]:
        for prefix, weak in yielding.items():
            if row.get("mvmt_id") and row["timing_phase_id"].startswith(prefix):
                row["protection"] = "permitted" if row["mvmt_id"] in weak else "protected"
