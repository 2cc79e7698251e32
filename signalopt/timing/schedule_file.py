"""Schedule files: JSON with a version number, exact round trip, every problem of a bad file at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from signalopt.errors import InputError, Problem
from signalopt.files import read_text, write_text
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import plan_from_json, plan_schema, plan_to_json
from signalopt.timing.schedule import DayType, PlanSwitch, Schedule
from signalopt.timing.schedule_checks import checked

T = TypeVar("T")
FORMAT = "signalopt-schedule"
VERSION = 1
_DAY_TYPE = TypeAdapter(DayType)
_SWITCH = TypeAdapter(PlanSwitch)
_TEXTS = ("name", "network", "time_zone")
_LISTS = ("plans", "day_types", "midnight")
_KEYS = {"format", "version", "provenance", *_TEXTS, *_LISTS}


def schedule_to_json(schedule: Schedule) -> str:
    """The text of a schedule file: the same schedule always gives the same text."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "name": schedule.name,
        "network": schedule.network,
        "time_zone": schedule.time_zone,
        "provenance": dict(schedule.provenance),
        "day_types": [_DAY_TYPE.dump_python(d, mode="json") for d in schedule.day_types],
        "midnight": [_SWITCH.dump_python(s, mode="json") for s in schedule.midnight],
        "plans": [json.loads(plan_to_json(plan)) for plan in schedule.plans],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def schedule_hash(schedule: Schedule) -> str:
    """SHA-256 (first 16 hex digits) of what runs when: the schedule's name and all provenance left out."""
    plans = tuple(replace(plan, provenance=()) for plan in schedule.plans)
    bare = replace(schedule, name="", plans=plans, provenance=())
    return hashlib.sha256(schedule_to_json(bare).encode()).hexdigest()[:16]


def write_schedule(path: Path, schedule: Schedule) -> None:
    """Write a schedule file. Raises OutputError, and InputError for a schedule that does not hold."""
    write_text(path, schedule_to_json(checked(schedule, str(path))))


def read_schedule(path: Path, network: str | None = None) -> Schedule:
    """Read a schedule file; with `network` given, refuse one that was made for another network.

    Raises InputError with every problem found.
    """
    text = read_text(path, "a schedule of timing plans (JSON)")
    return schedule_from_json(text, str(path), network)


def schedule_from_json(text: str, where: str, network: str | None = None) -> Schedule:
    """Parse the text of a schedule file; `where` names it in problems. Raises InputError."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{where}:{error.lineno}"
        raise InputError(Problem(place, error.msg, "a schedule in JSON")) from None
    problems = _head_problems(content, where)
    if problems:
        raise InputError(*problems)
    plans = _plans(content["plans"], where, problems)
    days = _parsed(_DAY_TYPE, content["day_types"], f"{where}: day_types", problems)
    midnight = _parsed(_SWITCH, content["midnight"], f"{where}: midnight", problems)
    if network is not None and content["network"] != network:
        found = f"a schedule for network {content['network']}"
        hint = "make it again for this scenario, or name the scenario that it was made for"
        problems.append(Problem(f"{where}: network", found, f"network {network}", hint))
    if problems:
        raise InputError(*problems)
    provenance = tuple((str(k), str(v)) for k, v in content["provenance"].items())
    schedule = Schedule(
        content["name"], content["network"], plans, days, midnight, content["time_zone"], provenance
    )
    return checked(schedule, where)


def is_schedule(path: Path) -> bool:
    """Whether a JSON file says of itself that it is a schedule. Raises InputError if it cannot be read."""
    try:
        content = json.loads(read_text(path, "a plan or a schedule (JSON)"))
    except json.JSONDecodeError:
        return False
    return isinstance(content, dict) and content.get("format") == FORMAT


def schedule_schema() -> dict[str, Any]:
    """JSON Schema of a schedule file."""
    day = _DAY_TYPE.json_schema(ref_template="#/$defs/{model}")
    switch = _SWITCH.json_schema(ref_template="#/$defs/{model}")
    plan = plan_schema()
    plan.pop("$schema")
    definitions = {
        **day.pop("$defs", {}), **switch.pop("$defs", {}), **plan.pop("$defs", {})
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "signalopt schedule",
        "description": "Seconds are local time since midnight; intervals hold their begin, not their end.",
        "type": "object",
        "required": sorted(_KEYS),
        "additionalProperties": False,
        "properties": {
            "format": {"const": FORMAT},
            "version": {"const": VERSION},
            "name": {"type": "string"},
            "network": {"type": "string", "description": "fingerprint of the network"},
            "time_zone": {"type": "string", "description": "UTC+05:00 or a time zone's name"},
            "provenance": {"type": "object", "additionalProperties": {"type": "string"}},
            "plans": {"type": "array", "minItems": 1, "items": plan},
            "day_types": {"type": "array", "minItems": 1, "items": day},
            "midnight": {"type": "array", "items": switch},
        },
        "$defs": definitions,
    }


def _head_problems(content: object, where: str) -> list[Problem]:
    if not isinstance(content, dict):
        return [Problem(where, type(content).__name__, "an object with `format` and `version`")]
    if content.get("format") != FORMAT:
        found = f"format {content.get('format')!r}"
        hint = "this is a single plan" if content.get("format") == "signalopt-plan" else ""
        return [Problem(f"{where}: format", found, repr(FORMAT), hint)]
    problems = []
    if content.get("version") != VERSION:
        found = f"version {content.get('version')!r}"
        problems.append(Problem(f"{where}: version", found, f"version {VERSION}"))
    kinds: Mapping[str, type] = {
        **dict.fromkeys(_TEXTS, str), **dict.fromkeys(_LISTS, list), "provenance": dict
    }  # fmt: skip
    for key, kind in kinds.items():
        if not isinstance(content.get(key), kind):
            found = type(content[key]).__name__ if key in content else "nothing"
            problems.append(Problem(f"{where}: {key}", found, kind.__name__))
    problems += [
        Problem(f"{where}: {key}", "an unknown key", f"one of {', '.join(sorted(_KEYS))}")
        for key in sorted(set(content) - _KEYS)
    ]
    return problems


def _plans(entries: list[object], where: str, problems: list[Problem]) -> tuple[Plan, ...]:
    found = []
    for number, entry in enumerate(entries):
        try:
            found.append(plan_from_json(json.dumps(entry), f"{where}: plans[{number}]"))
        except InputError as error:
            problems += error.problems
    return tuple(found)


def _parsed(
    adapter: TypeAdapter[T], entries: list[object], where: str, problems: list[Problem]
) -> tuple[T, ...]:
    found = []
    for number, entry in enumerate(entries):
        try:
            text = json.dumps(entry)
            found.append(adapter.validate_json(text, strict=True, extra="forbid"))
        except ValidationError as error:
            for detail in error.errors():
                path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in detail["loc"])
                value = "nothing" if detail["type"] == "missing" else repr(detail["input"])[:80]
                problems.append(Problem(f"{where}[{number}]{path}", value, detail["msg"]))
    return tuple(found)
