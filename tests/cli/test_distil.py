"""`signalopt distil`: everything wrong told at once, and one distillation from start to table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from signalopt.timing.planfile import read_plan
from tests.cli.conftest import Run


def test_everything_wrong_is_told_before_any_work(run: Run, tmp_path: Path):
    ended = run(
        "distil", "horizn", "smoke", "-o", tmp_path / "plan.xml", "--seeds", "3-1", "--budget", "-2",
    )  # fmt: skip
    assert ended.code == 2
    told = " ".join(ended.err.split())
    for part in ("did you mean `horizon`?", "ends in .json", "runs backwards", "--budget"):
        assert part in told, ended.err


def test_a_folder_is_no_output(run: Run, tmp_path: Path):
    folder = tmp_path / "plans.json"
    folder.mkdir()
    ended = run("distil", "fixed", "smoke", "-o", folder)
    assert ended.code == 2
    assert "--output" in ended.err


def test_scenarios_that_do_not_belong_together_are_refused(run: Run, tmp_path: Path):
    ended = run("distil", "fixed", "smoke", "smoke", "-o", tmp_path / "s.json")
    assert ended.code == 2
    assert "named twice" in " ".join(ended.err.split())
    assert not (tmp_path / "s.json").exists()


@pytest.mark.slow_ci
def test_a_controller_becomes_a_plan_that_is_compared_in_sumo(run: Run, tmp_path: Path):
    target = tmp_path / "plan.json"
    ended = run(
        "distil", "max-pressure", "smoke", "-o", target, "--budget", "0.2", "--seeds", "1-2",
        "--tuner", "--json",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    rows = {row["name"]: row for row in found["windows"][0]["rows"]}
    assert list(rows) == ["today", "distilled plan", "controller", "distilled + tuner"]
    assert rows["today"]["versus_today"] is None
    assert rows["controller"]["kept_of_the_controllers_gain"] is None
    assert rows["distilled plan"]["versus_today"]["changes"]["delay_s"]["n"] == 2
    assert all(not row["result"].get("safety") for row in rows.values())
    plan = read_plan(target)
    assert dict(plan.provenance)["made_by"] == "distil"
    assert run("check", target, "smoke").code == 0
