"""The schema for editors accepts every built-in scenario and finds common mistakes."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from signalopt.assets import data_folder
from signalopt.scenario.json_schema import MERGED, scenario_schema
from signalopt.scenario.load import list_scenarios

PUBLISHED = Path(__file__).parents[2] / "scenarios" / "schema.json"
SOUND = {
    "title": "mine",
    "network": {"net": "x.net.xml"},
    "demand": {"routes": "x.rou.xml"},
    "window": {"begin": "07:30", "end": "08:30"},
}


def is_valid(document: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(scenario_schema()).is_valid(document))


def test_the_published_schema_is_the_one_of_the_code() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == scenario_schema(), "run `make docs`"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(scenario_schema())
    assert set(MERGED) <= set(scenario_schema()["$defs"])


@pytest.mark.parametrize("name", list_scenarios())
def test_built_in_scenarios_fit(name: str) -> None:
    text = (data_folder("scenarios") / f"{name}.yaml").read_text(encoding="utf-8")

    jsonschema.validate(yaml.safe_load(text), scenario_schema())


@pytest.mark.parametrize(
    "document",
    [
        SOUND,
        {
            "title": "mine",
            "network": SOUND["network"],
            "demand": SOUND["demand"],
            "begin": 0,
            "end": 60,
        },
        {"extends": "smoke", "demand": {"scale": 1.1}},
        {"extends": "smoke", "demand": {"gates": None, "routes": ["a.rou.xml", "b.rou.xml"]}},
    ],
)
def test_what_may_be_written(document: dict[str, Any]) -> None:
    assert is_valid(document)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {**SOUND, "colour": "blue"},
        {**SOUND, "window": {"begin": "7.30", "end": "08:30"}},
        {**SOUND, "demand": {"routes": "x.rou.xml", "scale": -1}},
        {**SOUND, "season": "spring"},
        {**SOUND, "name": "mine"},
        {**SOUND, "closures": [{"lanes": [0]}]},
    ],
)
def test_what_may_not(document: dict[str, Any]) -> None:
    assert not is_valid(document)
