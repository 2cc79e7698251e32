"""JSON Schema of a scenario, for editors: `scenarios/schema.json` is this function's text."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from signalopt.scenario.schema import Scenario

MERGED = ("NetworkChoice", "Window", "Demand", "Gates", "Turns", "Shares", "Pedestrians")
"""Mappings that `extends` merges key by key: a varying file may leave out their required keys."""


def scenario_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario file.

    A file that extends another may leave out what the other gives, so little is required.
    """
    schema = TypeAdapter(Scenario).json_schema(mode="validation")
    properties: dict[str, Any] = schema["properties"]
    for name in ("name", "file"):
        properties.pop(name, None)
    clock = schema["$defs"]["Window"]["properties"]["begin"]
    properties["extends"] = {
        "type": "string",
        "description": "name or file of the scenario that this one varies; `key: null` takes away",
    }
    for name in ("begin", "end"):
        properties[name] = {**clock, "description": f"short for window.{name}"}
    required = schema.pop("required")
    schema["anyOf"] = [
        {"required": ["extends"]},
        {"required": [name for name in required if name != "window"]},
    ]
    for name in MERGED:
        schema["$defs"][name].pop("required", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "signalopt scenario",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def scenario_schema_text() -> str:
    """The text of `scenarios/schema.json`."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"
