"""`simulate --controller`: what the options exclude is told at once, and how a controlled run ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from signalopt.cli.control_options import ControlOptions, SensingName
from signalopt.control import simulate as control_simulate
from signalopt.timing.findings import Finding, Rule
from tests.cli.conftest import Run

if TYPE_CHECKING:
    from signalopt.microsim.result import SimulationResult

NOTHING = ControlOptions(None, None, None, None, None, None, None)
UNSAFE = Finding("A0", Rule.INTERGREEN, ("N", "E"), "`E` starts 1 s after `N`", 7, 1, 4)


def test_no_options_are_no_problem_and_no_controller() -> None:
    assert NOTHING.problems(None, None) == []
    assert NOTHING.made() == (None, [])


def test_what_the_options_name_is_made() -> None:
    options = replace(
        NOTHING, controller="max-pressure:interval_s=5", sensing=SensingName.RADAR, range_m=90.0,
        fail_detectors="0.25", fail_communication="A0, B0",
    )  # fmt: skip
    steered, problems = options.made()
    assert not problems
    assert options.problems(None, None) == []
    assert steered is not None
    assert (steered.controller.name, steered.controller.interval_s) == ("max-pressure", 5)
    assert (steered.sensing.kind, steered.sensing.range_m) == ("radar", 90)
    assert (steered.faults.detectors, steered.faults.sites) == (0.25, ("A0", "B0"))


@pytest.mark.parametrize("text", ["1.5", "-0.1", "nan", "a,,b", ""])
def test_a_share_is_a_share_and_names_are_names(text: str) -> None:
    steered, (problem,) = replace(NOTHING, controller="fixed", fail_detectors=text).made()
    assert steered is None
    assert problem.where == "--fail-detectors"


def test_all_conflicts_are_told_at_once(run: Run) -> None:
    ended = run(
        "simulate", "smoke", "--controller", "maxpressure", "--schedule", "s.json", "--plan",
        "p.json", "--sensing", "perfect", "--advance-m", "2", "--range-m", "50", "--engine", "meso",
        "--keep", "folder", "--fail-detectors", "3", "--json",
    )  # fmt: skip
    assert ended.code == 2
    problems = json.loads(ended.out)["error"]["problems"]
    told = sorted({problem["where"] for problem in problems})
    assert told == [
        "--advance-m", "--controller", "--fail-detectors", "--keep", "--range-m", "--schedule",
        "controller", "sensing: advance_m",
    ]  # fmt: skip
    assert any("max-pressure" in problem["hint"] for problem in problems)


def test_options_of_controllers_want_a_controller(run: Run) -> None:
    ended = run(
        "simulate", "smoke", "--controller-plan", "p.json", "--sensing", "radar", "--advance-m",
        "60", "--range-m", "100", "--fail-detectors", "0.1", "--fail-communication", "0.1",
    )  # fmt: skip
    assert ended.code == 2
    lines = ended.err.splitlines()
    assert len(lines) == 6
    assert all("--controller NAME as well" in line for line in lines)


def test_a_policy_that_is_not_there_is_told(run: Run) -> None:
    ended = run("simulate", "smoke", "--controller", "policies/nowhere")
    assert ended.code == 2
    assert "policies/nowhere" in ended.err


def test_a_plan_of_another_network_cannot_be_the_fallback(run: Run, own: Path) -> None:
    path = own / "p.add.xml"
    path.write_text(
        '<additional><tlLogic id="Z" type="static" programID="x" offset="0">'
        '<phase duration="30" state="G"/></tlLogic></additional>'
    )
    ended = run("simulate", own / "own.yaml", "--controller", "fixed", "--controller-plan", path)
    assert ended.code == 2
    assert "Z" in ended.err


@pytest.mark.parametrize("engine", ["meso", pytest.param("sumo", marks=pytest.mark.slow_ci)])
def test_a_controlled_run_tells_what_it_was(run: Run, own: Path, engine: str) -> None:
    ended = run(
        "simulate", own / "own.yaml", "--controller", "fixed", "--seeds", "1", "--engine", engine,
        "--compare", "today", "--json",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert found["controller"] == "fixed"
    assert found["safety"] == []
    assert found["conduct"]["following_share"]["mean"] == 1
    assert found["manifest"]["faults"] == "none"
    assert found["manifest"]["fallback_plan"] == found["compared"]["plan"]
    assert found["measures"]["delay_s"]["mean"] == found["compared"]["measures"]["delay_s"]["mean"]
    assert (found["comparison"]["before"], found["comparison"]["after"]) == ("as found", "fixed")


def _ends_with(change: Callable[[SimulationResult], SimulationResult]) -> Callable[..., object]:
    real = control_simulate.simulate_control

    def changed(*arguments: object, **keywords: object) -> SimulationResult:
        return change(real(*arguments, **keywords))  # type: ignore[arg-type]

    return changed


def test_unsafe_lamps_end_with_1_after_the_figures(
    run: Run, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsafe(result: SimulationResult) -> SimulationResult:
        return replace(result, runs=tuple(replace(r, findings=(UNSAFE,)) for r in result.runs))

    monkeypatch.setattr(control_simulate, "simulate_control", _ends_with(unsafe))
    ended = run(
        "simulate", own / "own.yaml", "--controller", "fixed", "--seeds", "1-2", "--engine", "meso"
    )
    assert ended.code == 1
    assert ended.err.count("starts 1 s after") == 1
    assert "under the fallback program: 100" in ended.out
    assert "travel time" in ended.out


def test_failures_begin_with_the_measured_window(run: Run, own: Path) -> None:
    scenario = own / "own.yaml"
    text = scenario.read_text().replace("begin: 0, end: 60", "begin: 3, end: 60, warmup_s: 3")
    scenario.write_text(text)
    ended = run(
        "simulate", scenario, "--controller", "max-wave", "--seeds", "1", "--engine", "meso",
        "--fail-communication", "1", "--json",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert found["manifest"]["faults"].endswith("from 3 s to the end")
    assert 0 < found["conduct"]["fallen_share"]["mean"] < 1
