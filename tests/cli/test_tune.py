"""`signalopt tune`: refusals before any work, and one tuning from start to confirmation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from tests.cli.conftest import Run


def test_bad_requests_are_told_before_any_work(run: Run, tmp_path: Path):
    for options, told in (
        (("--controller", "actuatd"), "did you mean `actuated`?"),
        (("--controller", "fixed"), "no parameters to tune"),
        (("--controller", "actuated:gap=2"), "did you mean `gap_s`?"),
        (("--controller", "actuated:gap_s=-1"), "0 to 20 s"),
        (("-o", tmp_path / "tuned.add.xml"), "a name that ends in .json"),
        (("--seeds", "3-1"), "runs backwards"),
    ):
        ended = run("tune", "smoke", *options)
        assert ended.code == 2, ended.err
        assert told in " ".join(ended.err.split())


@pytest.mark.slow
def test_a_controller_is_tuned_and_confirmed(run: Run, tmp_path: Path):
    target = tmp_path / "tuned.json"
    ended = run(
        "tune", "smoke", "--controller", "longest-queue:interval_s=60", "--trials", 5,
        "--seeds", "1", "-o", target, "--json",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert found == json.loads(target.read_text(encoding="utf-8"))
    assert len(found["trials"]) == 5
    assert found["delay_s"]["best"] < found["delay_s"]["start"]
    assert found["controller"].startswith("longest-queue:interval_s=")
    assert found["confirmed_in_sumo"]["changes"]["delay_s"]


@pytest.mark.slow
def test_sumos_own_programs_become_a_file_that_simulate_runs(run: Run, tmp_path: Path):
    target = tmp_path / "actuated.add.xml"
    tuned = run(
        "tune", "smoke", "--controller", "sumo-actuated", "--trials", 2, "--seeds", "1",
        "-o", target,
    )  # fmt: skip
    assert tuned.code == 0, tuned.err
    kinds = {logic.get("type") for logic in etree.parse(str(target)).iter("tlLogic")}
    assert kinds == {"actuated"}
    ended = run("simulate", "smoke", "--plan", target, "--seeds", "1", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["plan"] == target.name
