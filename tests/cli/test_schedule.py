"""`signalopt schedule`, and what `check`, `simulate` and `export` do with its file."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from signalopt.timing.schedule_file import read_schedule, schedule_schema, write_schedule
from tests.cli.conftest import Run
from tests.export.areas import area
from tests.export.day_schedules import busy_day


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schedule") / "busy.json"
    write_schedule(path, busy_day(area("smoke"), 21))
    return path


def test_bad_requests_are_told_before_any_work(run: Run, tmp_path: Path):
    for options, told in (
        (("--breaks", "7:00,25:99"), "times of day such as 06:30"),
        (("--simulate", "always"), "`switches`, `none` or hours"),
        (("--simulate", "10:00-09:00"), "`switches`, `none` or hours"),
        (("--seeds", "3-1"), "runs backwards"),
        (("--days", tmp_path / "none.toml"), "none.toml"),
    ):
        ended = run("schedule", "smoke", "-o", tmp_path / "s.json", *options)
        assert ended.code == 2, ended.err
        assert told in ended.err
    assert not (tmp_path / "s.json").exists()


def test_break_times_must_lie_on_half_hours(run: Run, tmp_path: Path):
    for breaks, told in (("06:40,20:00", "a full or half hour"), ("07:00", "two or more")):
        ended = run("schedule", "smoke", "-o", tmp_path / "s.json", "--breaks", breaks)
        assert ended.code == 2
        assert told in ended.err


def test_check_judges_plans_and_transitions(run: Run, busy: Path, tmp_path: Path):
    ended = run("check", busy, "smoke", "--json")
    found = json.loads(ended.out)
    assert ended.code == 0
    assert found["safe"]
    assert all(set(remark) == {"kind", "where", "text"} for remark in found["remarks"])
    content = json.loads(busy.read_text(encoding="utf-8"))
    content["day_types"][0]["switches"].pop()
    (tmp_path / "cut.json").write_text(json.dumps(content), encoding="utf-8")
    ended = run("check", tmp_path / "cut.json", "smoke")
    assert ended.code == 1
    assert "no switch second" in ended.out


def test_a_schedule_is_simulated_with_its_day_type(run: Run, busy: Path):
    ended = run("simulate", "smoke", "--schedule", busy, "--seeds", "1", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["plan"] == "random (workday)"
    assert "one of `workday`" in run("simulate", "smoke", "--schedule", busy, "--day", "x").err
    assert run("simulate", "smoke", "--day", "x").code == 2
    assert run("simulate", "smoke", "--schedule", busy, "--engine", "meso").code == 2


def test_the_schema_is_printed(run: Run):
    assert json.loads(run("schema", "schedule").out) == schedule_schema()


@pytest.mark.slow_ci
def test_a_schedule_from_the_demand_is_safe_and_simulated(run: Run, tmp_path: Path):
    path = tmp_path / "s.json"
    ended = run(
        "schedule", "smoke", "-o", path, "--budget", "12", "--breaks", "07:00,20:00",
        "--workers", "1", "--seeds", "1", "--json",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert [t["begin_s"] for t in found["trials"]] == [6.5 * 3600, 19.5 * 3600]
    assert all(len(t["slices"]) == 4 for t in found["trials"])
    schedule = read_schedule(path)
    assert len(schedule.day_types[0].changes) == 2
    jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), schedule_schema())
    assert run("check", path, "smoke").code == 0


@pytest.mark.slow_ci
def test_one_plan_all_day_where_no_second_is_worth_it(run: Run, tmp_path: Path):
    ended = run(
        "schedule", "smoke", "-o", tmp_path / "s.json", "--budget", "8", "--plans", "1",
        "--workers", "1", "--simulate", "none",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert "one plan serves all day" in ended.out
