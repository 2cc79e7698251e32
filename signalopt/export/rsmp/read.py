"""Reads RSMP command messages back and checks what their schemas leave open: ranges and table grammar."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from signalopt.errors import InputError, Problem
from signalopt.export.rsmp.write import FOLDER, LONGEST_CYCLE_S, MOST_DAY_TABLES, MOST_PLANS
from signalopt.export.shown import Shown, ShownDay, ShownProgram
from signalopt.export.transliterate import distinct
from signalopt.network.model import Network

_ORDERS = {
    "M0015": "setOffset",
    "M0016": "setWeekTable",
    "M0017": "setTimeTable",
    "M0018": "setCycleTime",
}
_KEYS = ("mType", "type", "mId", "ntsOId", "xNId", "cId", "arg")
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass
class _Controller:
    """What the messages to one controller have said so far."""

    cycles: dict[int, int] = field(default_factory=dict)
    offsets: dict[int, int] = field(default_factory=dict)
    tables: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    week: dict[int, int] = field(default_factory=dict)


def read_rsmp(files: Mapping[str, str | bytes], network: Network) -> Shown:
    """Cycle, offset and times of each plan; lamps are not in the messages. Raises InputError."""
    places = {v.written: k for k, v in distinct(p.id for p in network.intersections).items()}
    programs: dict[tuple[int, str], ShownProgram] = {}
    weeks: dict[tuple[ShownDay, ...], str] = {}
    problems: list[Problem] = []
    for name, content in files.items():
        place = places.get(name.removeprefix(f"{FOLDER}/").removesuffix(".json"))
        if place is None:
            problems.append(Problem(name, "another name", "a signal of this network"))
            continue
        found = _read(content, name, problems)
        for number, cycle in found.cycles.items():
            if number not in found.offsets:
                problems.append(Problem(name, f"no offset (M0015) of plan {number}", "one"))
            offset = float(found.offsets.get(number, 0))
            programs[number, place] = ShownProgram(float(cycle), offset, {})
        weeks.setdefault(_week(found, name, problems), name)
    problems += [
        Problem(name, "time tables of its own", "the same tables in all files")
        for name in list(weeks.values())[1:]
    ]
    if problems:
        raise InputError(*problems)
    return Shown(programs, next(iter(weeks), ()))


def _read(content: str | bytes, name: str, problems: list[Problem]) -> _Controller:
    found = _Controller()
    try:
        messages = json.loads(content)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        problems.append(Problem(f"{name}:{line}", str(error), "RSMP messages in JSON"))
        return found
    if not isinstance(messages, list):
        problems.append(Problem(name, type(messages).__name__, "a list of RSMP messages"))
        return found
    for index, message in enumerate(messages):
        where = f"{name}: [{index}]"
        arguments = _arguments(message, where, problems)
        if arguments is not None:
            _apply(found, *arguments, where, problems)
    return found


def _arguments(
    message: Any, where: str, problems: list[Problem]
) -> tuple[str, dict[str, str]] | None:
    """Command code and values of one message."""
    before = len(problems)
    if not isinstance(message, dict) or any(key not in message for key in _KEYS):
        problems.append(Problem(where, "something else", f"a message with {', '.join(_KEYS)}"))
        return None
    if (message["mType"], message["type"]) != ("rSMsg", "CommandRequest"):
        problems.append(Problem(where, f"type `{message['type']}`", "rSMsg, CommandRequest"))
    if not _UUID4.fullmatch(str(message["mId"])):
        problems.append(Problem(f"{where}.mId", f"`{message['mId']}`", "a random UUID"))
    values: dict[str, str] = {}
    codes = set()
    arguments = message["arg"] if isinstance(message["arg"], list) else []
    for argument in arguments:
        if not isinstance(argument, dict) or {"cCI", "n", "cO", "v"} - set(argument):
            problems.append(Problem(f"{where}.arg", "something else", "cCI, n, cO and v"))
            continue
        codes.add((str(argument["cCI"]), str(argument["cO"])))
        values[str(argument["n"])] = str(argument["v"])
    if len(codes) != 1 or (code := next(iter(codes)))[1] != _ORDERS.get(code[0]):
        expected = "one of " + ", ".join(f"{c} {order}" for c, order in _ORDERS.items())
        problems.append(Problem(f"{where}.arg", f"{sorted(codes)}", expected))
        return None
    if {"status", "securityCode"} - set(values):
        problems.append(Problem(f"{where}.arg", ", ".join(values), "status and securityCode"))
    return None if len(problems) > before else (code[0], values)


def _apply(
    found: _Controller, code: str, values: Mapping[str, str], where: str, problems: list[Problem]
) -> None:
    status = values["status"]
    if code in ("M0015", "M0018"):
        low, high = (1, LONGEST_CYCLE_S) if code == "M0018" else (0, LONGEST_CYCLE_S)
        plan = _number(values.get("plan", ""), 1, 255, f"{where}.plan", problems)
        value = _number(status, low, high, f"{where}.status", problems)
        (found.cycles if code == "M0018" else found.offsets)[plan] = value
        return
    size, expected = (2, "d-t") if code == "M0016" else (4, "t-o-h-m")
    for part in status.split(","):
        cells = part.split("-")
        if len(cells) != size or not all(cell.isdecimal() for cell in cells):
            problems.append(Problem(f"{where}.status", f"`{part}`", f"`{expected}`"))
            continue
        place = f"{where}.status `{part}`"
        if code == "M0016":
            weekday = _number(cells[0], 0, 6, place, problems)
            found.week[weekday] = _number(cells[1], 0, MOST_DAY_TABLES, place, problems)
        else:
            day = _number(cells[0], 1, MOST_DAY_TABLES, place, problems)
            plan = _number(cells[1], 0, MOST_PLANS, place, problems)
            hour = _number(cells[2], 0, 23, place, problems)
            minute = _number(cells[3], 0, 59, place, problems)
            found.tables.setdefault(day, []).append((3600 * hour + 60 * minute, plan))


def _number(text: str, low: int, high: int, where: str, problems: list[Problem]) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        problems.append(Problem(where, f"`{text}`", f"a whole number, {low} to {high}"))
        return low
    return int(text)


def _week(found: _Controller, name: str, problems: list[Problem]) -> tuple[ShownDay, ...]:
    days: dict[int, list[int]] = {}
    for weekday, table in sorted(found.week.items()):
        days.setdefault(table, []).append(weekday)
    problems += [
        Problem(name, f"day table {table} in the week table (M0016)", "a day table (M0017)")
        for table in days
        if table not in found.tables
    ]
    return tuple(
        ShownDay(tuple(weekdays), tuple(sorted(found.tables.get(table, []))))
        for table, weekdays in days.items()
    )
