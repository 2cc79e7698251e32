"""`signalopt optimize`: how its options reach the job, and what is written for signals that are changed."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from signalopt.cli.main import app
from signalopt.network.regroup import regroup
from signalopt.network.stage_plan import StagePlan, designed_layouts, read_stage_plans
from signalopt.optimize import job
from signalopt.scenario.load import load_scenario
from signalopt.scenario.new_stages import case_with_layouts

real = job.optimize


@pytest.fixture
def asked(monkeypatch):
    """A job that is unconfirmed at once; with `redesign` it hands back today's lamps for other stages."""
    seen = {}

    def optimize(case, **options):
        seen.update(options)
        made = real(case, budget_s=0.5, workers=1, coordinate=options["coordinate"])
        if not options["redesign"]:
            return made
        place = case.network.intersections[0]
        groups = [group.id for group in regroup(place).groups]
        stages = {place.id: StagePlan(tuple((name,) for name in groups))}
        other = case_with_layouts(case, designed_layouts(case.network, stages))
        return replace(made, plan=other.today, case=other, stages=stages)

    monkeypatch.setattr(job, "optimize", optimize)
    return seen


def test_bands_are_asked_for(asked, tmp_path):
    file = tmp_path / "plan.json"
    found = CliRunner().invoke(
        app, ["optimize", "smoke", "-o", str(file), "--coordinate", "bandwidth", "--json"]
    )
    assert found.exit_code == 0, found.output
    assert asked["coordinate"] == "bandwidth"
    assert json.loads(found.stdout)["provenance"]["coordination"] == "bandwidth"
    assert "scenario_file" not in json.loads(found.stdout)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    wrong = CliRunner().invoke(app, ["optimize", "smoke", "-o", str(file), "--coordinate", "wide"])
    assert wrong.exit_code == 2


def test_a_plan_for_changed_signals_comes_with_stages_and_scenario(asked, tmp_path):
    file = tmp_path / "plan.json"
    found = CliRunner().invoke(app, ["optimize", "smoke", "-o", str(file), "--redesign", "--json"])
    assert found.exit_code == 0, found.output
    assert asked["redesign"]
    said = json.loads(found.stdout)
    assert set(read_stage_plans(tmp_path / "plan.stages.json")) == set(said["redesigned"])
    assert said["scenario_file"] == str(tmp_path / "plan.yaml")
    assert load_scenario(said["scenario_file"]).network.stages == tmp_path / "plan.stages.json"
    checked = CliRunner().invoke(app, ["check", str(file), said["scenario_file"], "--json"])
    assert checked.exit_code == 0, checked.output
