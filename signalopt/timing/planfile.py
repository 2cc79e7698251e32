"""Plan files: JSON with a version number, exact round trip, every problem of a bad file at once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from signalopt.errors import InputError, Problem
from signalopt.files import read_text, write_text
from signalopt.timing.plan import AnyProgram, FixedProgram, IntersectionPlan, Plan

FORMAT = "signalopt-plan"
VERSION = 1
LAMPS = "lamps"
"""Key of the provenance with the hash of the lamps that a confirmation belongs to."""
_STAGED = TypeAdapter(IntersectionPlan)
_FIXED = TypeAdapter(FixedProgram)
_TOP_KEYS = {"format", "version", "name", "network", "intersections", "provenance"}


def plan_to_json(plan: Plan) -> str:
    """The text of a plan file: the same plan always gives the same text."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "name": plan.name,
        "network": plan.network,
        "provenance": dict(plan.provenance),
        "intersections": [
            _FIXED.dump_python(p, mode="json")
            if isinstance(p, FixedProgram)
            else _STAGED.dump_python(p, mode="json")
            for p in plan.intersections
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def plan_hash(plan: Plan) -> str:
    """SHA-256 (first 16 hex digits) of what the lamps will show: names and provenance left out."""
    bare = Plan("", plan.network, plan.intersections)
    return hashlib.sha256(plan_to_json(bare).encode()).hexdigest()[:16]


def write_plan(path: Path, plan: Plan) -> None:
    """Write a plan file. Raises OutputError."""
    write_text(path, plan_to_json(plan))


def read_plan(path: Path, network: str | None = None) -> Plan:
    """Read a plan file; with `network` given, refuse a plan made for another network.

    Raises InputError with every problem found.
    """
    return plan_from_json(read_text(path, "a timing plan (JSON)"), str(path), network)


def plan_from_json(text: str, where: str, network: str | None = None) -> Plan:
    """Parse the text of a plan file; `where` names it in problems. Raises InputError."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{where}:{error.lineno}"
        raise InputError(Problem(place, error.msg, "a timing plan in JSON")) from None
    problems = _head_problems(content, where)
    if problems:
        raise InputError(*problems)
    programs: list[AnyProgram] = []
    for index, entry in enumerate(content["intersections"]):
        place = f"{where}: intersections[{index}]"
        parsed = _parse_program(entry, place, problems)
        if parsed is not None:
            programs.append(parsed)
    if network is not None and content["network"] != network:
        found = f"a plan for network {content['network']}"
        hint = "optimise again for this scenario, or name the scenario that the plan was made for"
        problems.append(Problem(f"{where}: network", found, f"network {network}", hint))
    if problems:
        raise InputError(*problems)
    provenance = tuple((str(k), str(v)) for k, v in content.get("provenance", {}).items())
    return Plan(content["name"], content["network"], tuple(programs), provenance)


def plan_schema() -> dict[str, Any]:
    """JSON Schema of a plan file."""
    staged = _STAGED.json_schema(ref_template="#/$defs/{model}")
    fixed = _FIXED.json_schema(ref_template="#/$defs/{model}")
    definitions = {**staged.pop("$defs", {}), **fixed.pop("$defs", {})}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "signalopt timing plan",
        "type": "object",
        "required": ["format", "version", "name", "network", "intersections"],
        "additionalProperties": False,
        "properties": {
            "format": {"const": FORMAT},
            "version": {"const": VERSION},
            "name": {"type": "string"},
            "network": {"type": "string", "description": "fingerprint of the network"},
            "provenance": {"type": "object", "additionalProperties": {"type": "string"}},
            "intersections": {"type": "array", "items": {"anyOf": [staged, fixed]}},
        },
        "$defs": definitions,
    }


def _head_problems(content: object, where: str) -> list[Problem]:
    if not isinstance(content, dict):
        return [Problem(where, type(content).__name__, "an object with `format` and `version`")]
    if content.get("format") != FORMAT:
        found = f"format {content.get('format')!r}"
        return [Problem(f"{where}: format", found, repr(FORMAT), "is this a signalopt plan?")]
    problems = []
    if content.get("version") != VERSION:
        found = f"version {content.get('version')!r}"
        problems.append(Problem(f"{where}: version", found, f"version {VERSION}"))
    for key, kind in (("name", str), ("network", str), ("intersections", list)):
        if not isinstance(content.get(key), kind):
            found = type(content[key]).__name__ if key in content else "nothing"
            problems.append(Problem(f"{where}: {key}", found, kind.__name__))
    if not isinstance(content.get("provenance", {}), dict):
        problems.append(Problem(f"{where}: provenance", "no object", "an object of texts"))
    problems += [
        Problem(f"{where}: {key}", "an unknown key", f"one of {', '.join(sorted(_TOP_KEYS))}")
        for key in sorted(set(content) - _TOP_KEYS)
    ]
    return problems


def _parse_program(entry: object, place: str, problems: list[Problem]) -> AnyProgram | None:
    fixed = isinstance(entry, dict) and "phases" in entry
    adapter: TypeAdapter[Any] = _FIXED if fixed else _STAGED
    try:
        program: AnyProgram = adapter.validate_json(json.dumps(entry), strict=True, extra="forbid")
    except ValidationError as error:
        for detail in error.errors():
            path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in detail["loc"])
            found = "nothing" if detail["type"] == "missing" else repr(detail["input"])[:80]
            problems.append(Problem(place + path, found, detail["msg"]))
        return None
    return program
