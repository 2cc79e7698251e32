"""Writes RSMP `CommandRequest` messages of the TLC interface, one JSON file an intersection.

M0018 cycle time and M0015 offset of each plan, M0017 day tables (time of day to plan), M0016 week table
(weekday to day table). The message schemas do not check ranges; the ones here are the interface's own.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping

from signalopt.errors import Problem
from signalopt.export.lamps import cycle_length_s
from signalopt.export.timetable import Timetable
from signalopt.export.transliterate import distinct, told
from signalopt.export.written import Written
from signalopt.network.model import Intersection, Network
from signalopt.timing.plan import AnyProgram

FOLDER = "rsmp"
SITE = "AA+BBCCC=DDDEE"
"""Component ids are given by the authority; this stands for them with the intersection's number."""
SECURITY_CODE = "0000"
"""A placeholder: the technician puts the controller's own code in its place."""
LONGEST_CYCLE_S = 255
MOST_PLANS = 16
MOST_DAY_TABLES = 12
_MINUTE_S = 60
LOST = (
    "greens, stages, interstages and signal groups: they stay in the controller's configuration",
    "component ids and security codes: placeholders, to be replaced before sending",
    "switch seconds and transitions between plans",
)


def rsmp_files(table: Timetable, network: Network) -> Written:
    """One file of messages for each intersection."""
    names = distinct(place.id for place in network.intersections)
    refused = list(_table_problems(table))
    files: dict[str, str | bytes] = {}
    if not refused:
        for number, place in enumerate(network.intersections, start=1):
            programs = {
                n: plan.by_id[place.id]
                for n, plan in enumerate(table.plans, start=1)
                if place.id in plan.by_id
            }
            problems = _problems(place, programs)
            refused += problems
            if programs and not problems:
                content = _messages(table, place, f"{SITE}{number:03d}", programs)
                text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
                files[f"{FOLDER}/{names[place.id].written}.json"] = text
    return Written(files, (*LOST, *table.lost), tuple(refused), told(names.values()))


def _messages(
    table: Timetable, place: Intersection, component: str, programs: Mapping[int, AnyProgram]
) -> list[dict[str, object]]:
    messages = []
    for number, program in programs.items():
        cycle = int(cycle_length_s(place.layout, program))
        offset = int(program.offset_s) % cycle
        plan = str(number)
        messages.append(_command(component, "M0018", "setCycleTime", str(cycle), plan))
        messages.append(_command(component, "M0015", "setOffset", str(offset), plan))
    days = [
        f"{index}-{number}-{second // 3600}-{second // _MINUTE_S % 60}"
        for index, day in enumerate(table.days, start=1)
        for second, number in day.entries
    ]
    messages.append(_command(component, "M0017", "setTimeTable", ",".join(days)))
    week = sorted(
        (weekday, index)
        for index, day in enumerate(table.days, start=1)
        for weekday in day.weekdays
    )
    text = ",".join(f"{weekday}-{index}" for weekday, index in week)
    messages.append(_command(component, "M0016", "setWeekTable", text))
    return messages


def _command(
    component: str, code: str, order: str, status: str, plan: str | None = None
) -> dict[str, object]:
    values = [("status", status), ("securityCode", SECURITY_CODE)]
    if plan is not None:
        values.append(("plan", plan))
    digest = hashlib.sha256(f"{component} {code} {values}".encode()).digest()
    return {
        "mType": "rSMsg",
        "type": "CommandRequest",
        "mId": str(uuid.UUID(bytes=digest[:16], version=4)),
        "ntsOId": "",
        "xNId": "",
        "cId": component,
        "arg": [{"cCI": code, "n": name, "cO": order, "v": value} for name, value in values],
    }


def _problems(place: Intersection, programs: Mapping[int, AnyProgram]) -> list[Problem]:
    found = []
    for program in programs.values():
        cycle = cycle_length_s(place.layout, program)
        if cycle > LONGEST_CYCLE_S:
            expected = f"{LONGEST_CYCLE_S} s or less (RSMP M0018)"
            found.append(Problem(place.id, f"a cycle of {cycle:g} s", expected))
        if cycle != int(cycle) or program.offset_s != int(program.offset_s):
            text = f"cycle {cycle:g} s, offset {program.offset_s:g} s"
            found.append(Problem(place.id, text, "whole seconds (RSMP M0015, M0018)"))
    return found


def _table_problems(table: Timetable) -> list[Problem]:
    found = []
    if len(table.plans) > MOST_PLANS:
        expected = f"{MOST_PLANS} or fewer (RSMP M0017)"
        found.append(Problem("schedule", f"{len(table.plans)} plans", expected))
    if len(table.days) > MOST_DAY_TABLES:
        text = f"{len(table.days)} day types"
        found.append(Problem("schedule", text, f"{MOST_DAY_TABLES} or fewer (RSMP M0017)"))
    for day in table.days:
        odd = [second for second, _ in day.entries if second % _MINUTE_S]
        if odd:
            text = f"a change at second {odd[0]} on `{day.name}`"
            found.append(Problem("schedule", text, "whole minutes (RSMP M0017)"))
    return found
