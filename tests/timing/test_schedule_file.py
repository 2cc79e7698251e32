import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings

from signalopt.errors import InputError
from signalopt.timing.planfile import plan_to_json
from signalopt.timing.schedule import Hold, PlanSwitch, Schedule, SwitchPoint
from signalopt.timing.schedule_file import (
    is_schedule,
    read_schedule,
    schedule_from_json,
    schedule_hash,
    schedule_schema,
    schedule_to_json,
    write_schedule,
)
from tests.timing.schedules import H, day, plan, plan_pairs, schedule

POINT = SwitchPoint("C", 7 * H + 5, 7 * H + 9, "avenue", (Hold(7 * H + 100, 7 * H + 110),))
SWITCHES = (
    PlanSwitch("night", "am", 7 * H, (POINT,)),
    PlanSwitch("am", "night", 22 * H),
)
FULL = replace(
    schedule(
        (plan("am", 90, 10), plan("night", 72, 0)),
        replace(day("тест", (0, "night"), (7, "am"), (22, "night")), switches=SWITCHES),
    ),
    midnight=(PlanSwitch("night", "night", 0, (SwitchPoint("C", 20, 20, "avenue"),)),),
    provenance=(("seed", "1"),),
)


def problems(text: str, network: str | None = None) -> list[str]:
    with pytest.raises(InputError) as error:
        schedule_from_json(text, "s.json", network)
    return [str(problem) for problem in error.value.problems]


def edited(**changes: object) -> str:
    return json.dumps({**json.loads(schedule_to_json(FULL)), **changes})


def test_round_trip_through_a_file_is_exact_and_fits_the_schema(tmp_path):
    write_schedule(tmp_path / "s.json", FULL)
    assert read_schedule(tmp_path / "s.json", "net-1") == FULL
    assert is_schedule(tmp_path / "s.json")
    jsonschema.validate(json.loads(schedule_to_json(FULL)), schedule_schema())


@settings(max_examples=20)
@given(plan_pairs())
def test_round_trip_of_random_plans(plans):
    found = schedule(plans, day("d", (0, "old"), (12, "new")))
    assert schedule_from_json(schedule_to_json(found), "x") == found


def test_the_published_schema_is_up_to_date():
    published = Path(__file__).parents[2] / "docs" / "schemas" / "schedule.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == schedule_schema()


def test_the_hash_is_of_what_runs_when():
    assert schedule_hash(replace(FULL, name="x", provenance=())) == schedule_hash(FULL)
    assert schedule_hash(replace(FULL, midnight=())) != schedule_hash(FULL)


def test_every_problem_of_an_edited_file_is_told():
    content = json.loads(schedule_to_json(FULL))
    content["day_types"][0]["periods"][0]["begin_s"] = "seven"
    content["day_types"][0]["colour"] = "red"
    content["plans"][0]["version"] = 9
    found = "\n".join(problems(json.dumps(content), "net-2"))
    assert "day_types[0].periods[0].begin_s" in found
    assert "day_types[0].colour" in found
    assert "plans[0]: version" in found
    assert "network net-2" in found


def test_broken_heads():
    assert "expected a schedule in JSON" in problems(schedule_to_json(FULL)[:-100])[0]
    assert "version 7" in problems(edited(version=7))[0]
    assert "an unknown key" in problems(edited(extra=1))[0]
    single = problems(plan_to_json(FULL.plans[0]))
    assert "this is a single plan" in single[0]
    assert len(problems(json.dumps({"format": "signalopt-schedule", "version": 1}))) == 7


def test_a_schedule_with_a_gap_is_neither_read_nor_written(tmp_path):
    content = json.loads(schedule_to_json(FULL))
    content["day_types"][0]["periods"].pop()
    assert "no plan from 22:00:00 to 24:00:00" in "\n".join(problems(json.dumps(content)))
    bad = replace(FULL, day_types=())
    with pytest.raises(InputError):
        write_schedule(tmp_path / "s.json", bad)
    assert not (tmp_path / "s.json").exists()


def test_a_plan_file_is_no_schedule(tmp_path):
    (tmp_path / "p.json").write_text(plan_to_json(FULL.plans[0]), encoding="utf-8")
    assert not is_schedule(tmp_path / "p.json")
    assert Schedule.of_plan(FULL.plans[0]).plans == (FULL.plans[0],)
