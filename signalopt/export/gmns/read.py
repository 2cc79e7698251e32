"""Checks GMNS tables and reads their plans back into what lamps show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from signalopt.errors import InputError, Problem
from signalopt.export.gmns.streets import Ids, crossing_id, ids_of, movement_id
from signalopt.export.gmns.tables import ALL_DAY, DAY_COLUMNS, NUMBERS, TABLES, file_name
from signalopt.export.lamps import exact_s
from signalopt.export.rings.lamps import shown_program
from signalopt.export.rings.model import RingPhase
from signalopt.export.shown import DAY_S, Shown, ShownDay, ShownProgram
from signalopt.export.table_text import Row, number, table_rows
from signalopt.network.model import Network, Turn

Tables = Mapping[str, tuple[Row, ...]]
_PLAN_ID = re.compile(r"(?P<controller>.+)_(?P<timeday>P(?P<plan>\d+)_D(?P<day>\d+)_\d{6})")


def read_gmns(files: Mapping[str, str | bytes], network: Network) -> Shown:
    """Read signal tables that signalopt wrote. Raises InputError with every problem, file and line each."""
    tables, problems = _tables(files)
    problems += _table_problems(tables) if not problems else []
    problems += _ring_problems(tables) if not problems else []
    if problems:
        raise InputError(*problems)
    ids = ids_of(network)
    controllers = {ids.nodes[place.id].written: place.id for place in network.intersections}
    served = _served(tables, network, ids)
    programs: dict[tuple[int, str], ShownProgram] = {}
    offsets = {
        row["timing_plan_id"]: float(row["offset"]) for _, row in tables["signal_coordination"]
    }
    for line, row in tables["signal_timing_plan"]:
        found = _PLAN_ID.fullmatch(row["timing_plan_id"])
        place = None if found is None else controllers.get(row["controller_id"])
        if found is None or place is None:
            where = f"{file_name('signal_timing_plan')}:{line}"
            name = f"`{row['timing_plan_id']}` of `{row['controller_id']}`"
            problems.append(Problem(where, name, "a plan of an intersection of this network"))
            continue
        own = [
            (n, r) for n, r in tables["signal_timing_phase"]
            if r["timing_plan_id"] == row["timing_plan_id"]
        ]  # fmt: skip
        phases = _phases(own, served)
        groups = [group.id for group in network.layouts[place].groups]
        programs[int(found["plan"]), place] = shown_program(
            float(row["cycle_length"]), offsets[row["timing_plan_id"]], phases, groups
        )
    if problems:
        raise InputError(*problems)
    return Shown(programs, _days(tables))


def _tables(files: Mapping[str, str | bytes]) -> tuple[Tables, list[Problem]]:
    problems: list[Problem] = []
    tables = {}
    for name, table in TABLES.items():
        content = files.get(file_name(name))
        if content is None:
            problems.append(Problem(file_name(name), "no such file", f"the GMNS table {name}"))
            continue
        text = content if isinstance(content, str) else content.decode("utf-8", "replace")
        tables[name] = table_rows(text, file_name(name), table.columns, problems)
    return tables, problems


def _table_problems(tables: Tables) -> list[Problem]:
    """Blank required cells, repeated keys, numbers out of range, references to nothing."""
    problems: list[Problem] = []
    keys = {name: {row[TABLES[name].key] for _, row in rows} for name, rows in tables.items()}
    for name, rows in tables.items():
        table = TABLES[name]
        seen: set[str] = set()
        for line, row in rows:
            where = f"{file_name(name)}:{line}"
            key = row[table.key]
            if key in seen:
                found = f"`{key}` a second time"
                problems.append(Problem(f"{where}: {table.key}", found, "each key once"))
            seen.add(key)
            problems += [
                Problem(f"{where}: {column}", "nothing", "a value")
                for column in table.required
                if not row[column]
            ]
            for column in table.columns:
                if row[column] and (column in NUMBERS or column in table.limits):
                    low, high = table.limits.get(column, (-float("inf"), float("inf")))
                    number(row[column], f"{where}: {column}", problems, low, high)
                words = table.words.get(column, ())
                if words and row[column] and row[column] not in words:
                    found = f"`{row[column]}`"
                    problems.append(Problem(f"{where}: {column}", found, " | ".join(words)))
                target = table.refers.get(column)
                if target and row[column] and row[column] not in keys[target]:
                    found = f"`{row[column]}`"
                    problems.append(Problem(f"{where}: {column}", found, f"a {target}"))
    return problems


def _ring_problems(tables: Tables) -> list[Problem]:
    """Rings of a barrier must last equally long, and all barriers together one cycle."""
    problems: list[Problem] = []
    where = file_name("signal_timing_phase")
    offsets = {row["timing_plan_id"] for _, row in tables["signal_coordination"]}
    for line, plan in tables["signal_timing_plan"]:
        own = [
            r for _, r in tables["signal_timing_phase"]
            if r["timing_plan_id"] == plan["timing_plan_id"]
        ]  # fmt: skip
        if plan["timing_plan_id"] not in offsets or not plan["cycle_length"]:
            place = f"{file_name('signal_timing_plan')}:{line}"
            problems.append(Problem(place, "no cycle or no coordination", "both"))
            continue
        total = 0.0
        for barrier in sorted({int(r["barrier"]) for r in own}):
            sums: dict[str, float] = {}
            for r in own:
                if int(r["barrier"]) == barrier:
                    split = float(r["max_green"] or 0) + float(r["clearance"] or 0)
                    sums[r["ring"]] = exact_s(sums.get(r["ring"], 0.0) + split)
            if len(set(sums.values())) > 1:
                text = ", ".join(f"ring {ring} {seconds:g} s" for ring, seconds in sums.items())
                found = f"plan `{plan['timing_plan_id']}`, barrier {barrier}: {text}"
                problems.append(Problem(where, found, "rings of equal length in a barrier"))
            total = exact_s(total + max(sums.values()))
        cycle = float(plan["cycle_length"])
        if abs(total - cycle) > 1e-6:
            found = f"plan `{plan['timing_plan_id']}`: rings that sum to {total:g} s"
            problems.append(Problem(where, found, f"the cycle of {cycle:g} s"))
    return problems


def _served(tables: Tables, network: Network, ids: Ids) -> dict[str, tuple[set[str], set[str]]]:
    """Vehicle groups and walkers of each timing phase id, from its movements and crossings."""
    group_of_move: dict[str, str] = {}
    group_of_walk: dict[str, str] = {}
    for place in network.intersections:
        for m in place.movements:
            group = place.layout.group_of_link.get(m.link)
            if group is None:
                continue
            if m.turn is Turn.CROSSING:
                group_of_walk[ids.links[crossing_id(place.id, m.link)].written] = group
            else:
                group_of_move[ids.moves[movement_id(place.id, m.link)].written] = group
    served: dict[str, tuple[set[str], set[str]]] = {}
    for _, row in tables["signal_phase_mvmt"]:
        vehicles, walkers = served.setdefault(row["timing_phase_id"], (set(), set()))
        if row["mvmt_id"] in group_of_move:
            vehicles.add(group_of_move[row["mvmt_id"]])
        if row["link_id"] in group_of_walk:
            walkers.add(group_of_walk[row["link_id"]])
    return served


def _phases(
    rows: Sequence[Row], served: Mapping[str, tuple[set[str], set[str]]]
) -> list[RingPhase]:
    """Phases with their starts: barriers after each other, positions after each other."""
    barriers = sorted({int(row["barrier"]) for _, row in rows})
    result = []
    begin = 0.0
    for barrier in barriers:
        own = [row for _, row in rows if int(row["barrier"]) == barrier]
        longest = 0.0
        for ring in sorted({int(row["ring"]) for row in own}):
            now = begin
            line = sorted(
                (r for r in own if int(r["ring"]) == ring), key=lambda r: int(r["position"])
            )
            for row in line:
                green, clear = float(row["max_green"]), float(row["clearance"])
                vehicles, walkers = served.get(row["timing_phase_id"], (set(), set()))
                walk = float(row["walk_time"] or 0)
                result.append(
                    RingPhase(
                        int(row["signal_phase_num"]), ring, barrier, int(row["position"]),
                        tuple(sorted(vehicles)), tuple(sorted(walkers)), now, green, 0.0, clear,
                        walk,
                    )
                )  # fmt: skip
                now = exact_s(now + green + clear)
            longest = max(longest, now - begin)
        begin = exact_s(begin + longest)
    return result


def _days(tables: Tables) -> tuple[ShownDay, ...]:
    """Days of equal weekdays, from the time sets that plans use."""
    found: dict[tuple[int, ...], set[tuple[int, int]]] = {}
    used = {row["timeday_id"] for _, row in tables["signal_timing_plan"]}
    for _, row in tables["time_set_definitions"]:
        if row["timeday_id"] not in used:
            continue
        weekdays = tuple(w for w, column in enumerate(DAY_COLUMNS) if row[column] == "true")
        plan = int(row["timeday_id"].partition("_")[0].removeprefix("P"))
        found.setdefault(weekdays, set()).add((_second(row["start_time"]), plan))
    return tuple(ShownDay(weekdays, tuple(sorted(e))) for weekdays, e in found.items())


def _second(text: str) -> int:
    if text == ALL_DAY[1]:
        return DAY_S
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + seconds
