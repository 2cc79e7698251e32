"""A redesign as files: the plan, its stages and the scenario that shows them fit each other everywhere."""

import json

import pytest
from typer.testing import CliRunner

from signalopt.cli.main import app
from signalopt.errors import InputError
from signalopt.network.stage_plan import REDESIGNED, StagePlan, write_stage_plans
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.designs import OWN, competing_designs
from signalopt.optimize.redesign import alternatives
from signalopt.scenario.build import build_case
from signalopt.scenario.load import find_scenario, load_scenario
from signalopt.scenario.new_stages import shown_by_letters, write_redesign
from signalopt.timing.plan import FixedProgram
from signalopt.timing.planfile import write_plan
from signalopt.timing.program import cycle_states


@pytest.fixture(scope="module")
def case():
    return build_case(load_scenario(find_scenario("smoke")))


@pytest.fixture(scope="module")
def flows(case):
    return case_flows(case)


@pytest.fixture(scope="module")
def designs(case, flows):
    return competing_designs(case, flows)[0]


@pytest.fixture(scope="module")
def chosen(case, flows, designs):
    """The design that changes everything, and its Webster plan."""
    design = designs[1]
    programs = {}
    for name, stages in design.stages.items():
        found = alternatives(case.network.intersection[name], flows.demand[name])
        programs[name] = next(a.plan for a in found if a.design == stages)
    return design, design.case.today.with_programs(programs.values(), "new")


@pytest.fixture
def changed(chosen, tmp_path):
    """The same with its plan written, and the files that go with it."""
    design, plan = chosen
    write_plan(tmp_path / "new.json", plan)
    stages_file, scenario_file = write_redesign(tmp_path / "new.json", design.stages, "smoke")
    return design, plan, stages_file, scenario_file


def test_todays_stages_compete_with_different_designs(case, designs):
    assert designs[0].label == OWN
    assert designs[0].case is case
    assert not designs[0].stages
    assert 2 <= len(designs) <= 4
    marks = {design.case.network.fingerprint for design in designs}
    assert len(marks) == len(designs)


def test_the_written_scenario_is_the_case_that_was_optimised(changed):
    design, plan, stages_file, scenario_file = changed
    assert (stages_file.name, scenario_file.name) == ("new.stages.json", "new.yaml")
    read = build_case(load_scenario(scenario_file))
    assert read.network.fingerprint == design.case.network.fingerprint == plan.network
    assert read.network.layouts == design.case.network.layouts
    assert read.today.intersections == design.case.today.intersections
    again = build_case(load_scenario(scenario_file))  # from the cache
    assert again.network.layouts == read.network.layouts


def test_commands_take_the_plan_with_its_scenario_and_with_no_other(changed, tmp_path):
    _, plan, _, scenario_file = changed
    runner, file = CliRunner(), str(tmp_path / "new.json")
    checked = runner.invoke(app, ["check", file, str(scenario_file), "--json"])
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["safe"]
    out = tmp_path / "out"
    exported = runner.invoke(
        app, ["export", file, str(scenario_file), "--format", "csv,sumo", "-o", str(out)]
    )
    assert exported.exit_code == 0, exported.output
    assert any(out.rglob("*.csv"))
    refused = runner.invoke(app, ["check", file, "smoke"])
    assert refused.exit_code == 2
    assert plan.network in refused.output.replace("\n", "")


def test_lamps_are_the_same_by_letters(case, changed):
    design, plan, _, _ = changed
    shown = shown_by_letters(design.case, plan, case.network.fingerprint)
    for program in shown.intersections:
        assert isinstance(program, FixedProgram)
        name = program.intersection
        assert cycle_states(case.network.layouts[name], program) == cycle_states(
            design.case.network.layouts[name], plan.by_id[name]
        )


def test_a_design_for_other_signals_is_refused_with_its_file(case, tmp_path):
    stages = {"Nowhere": StagePlan((("A",), ("B",)))}
    _, scenario_file = write_redesign(tmp_path / "bad.json", stages, "smoke")
    with pytest.raises(InputError, match="no such intersection") as caught:
        build_case(load_scenario(scenario_file))
    assert "bad.stages.json" in caught.value.problems[0].where
    (tmp_path / "bad.stages.json").unlink()
    with pytest.raises(InputError, match=r"bad\.stages\.json"):
        build_case(load_scenario(scenario_file))


def test_a_scenario_beside_the_plan_may_be_a_file(case, changed, tmp_path):
    design, plan, stages_file, scenario_file = changed
    folder = tmp_path / "deeper"
    folder.mkdir()
    base = tmp_path / "own.yaml"
    base.write_text("extends: smoke\ntitle: mine\n")
    _, written = write_redesign(folder / "p.json", design.stages, str(base))
    assert load_scenario(written).title == "mine"
    assert any(REDESIGNED in place.layout.notes for place in build_case(
        load_scenario(written)).network.intersections)  # fmt: skip
    write_stage_plans(stages_file, {})
    assert build_case(load_scenario(scenario_file)).network.fingerprint == case.network.fingerprint
    assert plan.network != case.network.fingerprint
