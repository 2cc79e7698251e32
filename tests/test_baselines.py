"""The committed baselines hold: nothing that we changed made emissions or delay worse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from signalopt.cli.main import app

FOLDER = Path(__file__).resolve().parent.parent / "baselines"
LIMITS = ("co2_g:1%", "soot_mg:2%", "delay_s:2%")


@pytest.mark.slow_ci
@pytest.mark.parametrize(("name", "first"), [("smoke", 5), ("astana", 2)])
def test_no_regression_against_the_committed_baseline(name: str, first: int) -> None:
    limits = [part for limit in LIMITS for part in ("--fail", limit)]
    ended = CliRunner().invoke(
        app, ["baseline", "compare", name, "--folder", str(FOLDER), "--first", str(first), *limits,
              "--strict", "--json", "-"],
    )  # fmt: skip
    assert ended.exit_code == 0, ended.output
    found = json.loads(ended.stdout)
    assert found["verdict"] == "passed"
    assert {limit["measure"] for s in found["scenarios"] for limit in s["limits"]} == {
        "co2_g", "soot_mg", "delay_s",
    }  # fmt: skip
