import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.errors import InputError
from signalopt.timing.plan import FixedProgram, Plan
from signalopt.timing.planfile import (
    plan_from_json,
    plan_hash,
    plan_schema,
    plan_to_json,
    read_plan,
    write_plan,
)
from signalopt.timing.signals import Phase
from tests.layouts import four_arms, layouts_with_plans, plan_for

PLAN = Plan(
    "am",
    "net-1",
    (plan_for(four_arms()), FixedProgram("D", 2.5, (Phase(3.5, "Gr"), Phase(4, "rG")), "odd")),
    (("seed", "1"),),
)


def problems(text: str, network: str | None = None) -> list[str]:
    with pytest.raises(InputError) as error:
        plan_from_json(text, "p.json", network)
    return [str(problem) for problem in error.value.problems]


def changed(**changes: object) -> str:
    return json.dumps({**json.loads(plan_to_json(PLAN)), **changes})


@given(st.lists(layouts_with_plans(), max_size=3), st.text(max_size=20))
def test_round_trip_is_exact(cases, name):
    plan = Plan(name, "n", tuple(program for _, program in cases))
    assert plan_from_json(plan_to_json(plan), "x") == plan


def test_file_round_trip_and_schema(tmp_path):
    write_plan(tmp_path / "p.json", PLAN)
    assert read_plan(tmp_path / "p.json", "net-1") == PLAN
    jsonschema.validate(json.loads(plan_to_json(PLAN)), plan_schema())


def test_hash_ignores_names_but_not_seconds():
    renamed = Plan("other", PLAN.network, PLAN.intersections)
    assert plan_hash(renamed) == plan_hash(PLAN)
    assert plan_hash(PLAN.with_programs([plan_for(four_arms(), offset_s=1)])) != plan_hash(PLAN)


def test_broken_json_names_the_line():
    assert problems('{\n"format": \n}')[0].startswith("p.json:3:")


def test_another_network_is_refused_with_both_fingerprints():
    (problem,) = problems(plan_to_json(PLAN), "net-2")
    assert "net-1" in problem
    assert "net-2" in problem


def test_other_formats_and_versions_are_refused():
    assert "signalopt-plan" in problems('{"format": "x"}')[0]
    assert "version 1" in problems(changed(version=99))[0]
    assert "an object" in problems("[]")[0]


def test_all_problems_of_a_plan_are_reported_at_once():
    content = json.loads(plan_to_json(PLAN))
    content["intersections"][0]["stages"][0]["green_s"] = 12.5
    content["intersections"][0]["offset_s"] = "soon"
    del content["intersections"][1]["phases"][0]["state"]
    content["intersections"][1]["colour"] = "red"
    content["comment"] = "hello"
    found = problems(json.dumps(content))
    assert any("unknown key" in text for text in found)
    content.pop("comment")
    found = problems(json.dumps(content))
    assert len(found) == 4
    assert any("intersections[0].stages[0].green_s" in text for text in found)
    assert any("intersections[1].phases[0].state" in text for text in found)


def test_published_schema_is_current():
    published = Path(__file__).parents[2] / "docs" / "schemas" / "plan.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == plan_schema()
