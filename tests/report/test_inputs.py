"""Targets of the command and files of other commands."""

import json
from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.report.inputs import Kind, kind_of, read_front, read_result

FRONT = (
    "plan,cycles_s,dominated,seeds,delay_s,delay_s_low,delay_s_high,"
    "co2_total_kg,co2_total_kg_low,co2_total_kg_high"
    """
today,80,false,3,30,28,32,100,95,105
front 1,90,true,3,25,24,26,101,,
front 2,90,false,0,,,,,,
"""
)


def test_kinds(tmp_path: Path) -> None:
    (tmp_path / "sweep" / "parts").mkdir(parents=True)
    front = tmp_path / "front" / "front.csv"
    front.parent.mkdir()
    front.write_text(FRONT)

    assert kind_of("smoke")[0] is Kind.SCENARIO
    assert kind_of(str(tmp_path / "own.yaml"))[0] is Kind.SCENARIO
    assert kind_of(str(tmp_path / "sweep"))[0] is Kind.SWEEP
    assert kind_of(str(front.parent)) == (Kind.FRONT, front)
    with pytest.raises(InputError, match="without results"):
        kind_of(str(tmp_path))


def test_front(tmp_path: Path) -> None:
    (tmp_path / "front.csv").write_text(FRONT)
    today, first = read_front(tmp_path)

    assert today.values["delay_s"].low == 28 and not today.dominated
    assert first.dominated and first.values["co2_total_kg"].low is None
    (tmp_path / "front.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="other columns"):
        read_front(tmp_path)


def test_result_and_its_plan(tmp_path: Path) -> None:
    row = {"plan": "x", "demand": 0.9, "simulator": "SUMO", "mean": 3, "ci95": [2, 4], "n": 2,
           "worst": 5, "incomplete": 0}  # fmt: skip
    content = {"scenario": "smoke", "plan_file": "gone/plan.json", "verdict": "better",
               "measure": "delay_s", "other_demand": [row]}  # fmt: skip
    path = tmp_path / "result.json"
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match="plan_file"):
        read_result(path)
    (tmp_path / "plan.json").write_text("{}")
    found = read_result(path)

    assert kind_of(str(tmp_path)) == (Kind.RESULT, path)
    assert found.plan_file == tmp_path / "plan.json"
    assert found.demand[0].value.high == 4 and found.today is None
    path.write_text(json.dumps(content | {"other_demand": [{"plan": 1}]}))
    with pytest.raises(InputError, match="other_demand"):
        read_result(path)


@pytest.mark.parametrize(
    ("text", "told"), [("{", "JSON"), ("[]", "no object"), ("{}", "other content")]
)
def test_other_json(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)

    with pytest.raises(InputError, match=told):
        kind_of(str(path))
