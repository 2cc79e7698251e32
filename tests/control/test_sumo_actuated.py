"""SUMO's actuated programs: the plan's phases with limits, valid for SUMO and safe when it runs them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from signalopt.control.sumo_actuated import (
    FILE_NAME,
    SumoActuated,
    SumoKind,
    actuated_text,
    write_actuated,
)
from signalopt.errors import InputError
from signalopt.export.sumo import NETWORK_KEY, PROGRAM_ID
from signalopt.microsim.states import shown_states
from signalopt.network.tools import sumo_home
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import find_scenario, load_scenario
from signalopt.testing import assert_states_safe
from signalopt.timing.plan import FixedProgram
from signalopt.timing.program import phases
from signalopt.timing.signals import Phase
from tests.export.export_sample import IDS, sample_network, sample_plan

NETWORK, PLAN = sample_network(), sample_plan()


STANDARD = SumoActuated()


def _root(parameters: SumoActuated = STANDARD) -> etree._Element:
    return etree.fromstring(actuated_text(PLAN, NETWORK.layouts, parameters).encode())


def _params(logic: etree._Element) -> dict[str, str]:
    return {p.get("key"): p.get("value") for p in logic.iter("param")}


def test_phases_are_those_of_the_plan_and_some_may_vary():
    for program, logic in zip(PLAN.intersections, _root().iter("tlLogic"), strict=True):
        shown = [(float(p.get("duration")), p.get("state")) for p in logic.iter("phase")]
        planned = phases(NETWORK.layouts[program.intersection], program)
        assert shown == [(p.duration_s, p.state) for p in planned]
        varying = [p for p in logic.iter("phase") if p.get("minDur")]
        assert varying
        for phase in varying:
            assert "y" not in phase.get("state")
            limits = [float(phase.get(key)) for key in ("minDur", "duration", "maxDur")]
            assert limits == sorted(limits)


def test_parameters_reach_the_file():
    made = SumoActuated(max_gap_s=2.5, detector_gap_s=1.5, passing_time_s=2.2)
    logic = next(_root(made).iter("tlLogic"))
    assert logic.get("type") == "actuated"
    assert logic.get("programID") == PROGRAM_ID
    found = _params(logic)
    assert (found["max-gap"], found["detector-gap"], found["passing-time"]) == ("2.5", "1.5", "2.2")
    assert found[NETWORK_KEY] == NETWORK.fingerprint


def test_delay_based_has_its_own_parameters():
    made = SumoActuated(SumoKind.DELAY_BASED, detector_range_m=80, min_time_loss_s=2)
    logic = next(_root(made).iter("tlLogic"))
    assert logic.get("type") == "delay_based"
    assert _params(logic)["detectorRange"] == "80"
    assert "max-gap" not in _params(logic)


def test_programs_that_are_not_stages_stay_static():
    links = NETWORK.layouts[IDS[0]].link_count
    fixed = FixedProgram(IDS[0], 3, (Phase(10.5, "r" * links), Phase(3, "G" * links)))
    plan = replace(PLAN, intersections=(fixed,))
    logic = next(
        etree.fromstring(actuated_text(plan, NETWORK.layouts, SumoActuated()).encode()).iter(
            "tlLogic"
        )
    )
    assert logic.get("type") == "static"
    assert [float(p.get("duration")) for p in logic.iter("phase")] == [10.5, 3]


def test_valid_against_sumos_schema():
    xsd = sumo_home() / "data" / "xsd" / "additional_file.xsd"
    schema = etree.XMLSchema(etree.parse(str(xsd)))
    for kind in SumoKind:
        schema.assertValid(_root(SumoActuated(kind)))


def test_all_parameters_out_of_range_are_told_at_once():
    with pytest.raises(InputError) as caught:
        SumoActuated(max_gap_s=-1, max_share=0, detector_range_m=float("nan"))
    assert len(caught.value.problems) == 3


@pytest.fixture(scope="module")
def smoke() -> Case:
    return build_case(load_scenario(find_scenario("smoke")))


@pytest.mark.parametrize("kind", list(SumoKind))
def test_what_sumo_shows_is_safe_and_follows_the_traffic(smoke: Case, kind: SumoKind):
    made = SumoActuated(kind)
    shown = shown_states(
        smoke,
        lambda folder: write_actuated(smoke, smoke.today, folder, made),
        1, smoke.begin_s, smoke.begin_s + 600,
    )  # fmt: skip
    for name, states in shown.items():
        assert_states_safe(smoke.network.layouts[name], states)
        starts = [s for s in range(1, 600) if states[s] != states[s - 1]]
        cycle_s = smoke.today.by_id[name].cycle_s
        assert any(states[s] != states[s + cycle_s] for s in range(600 - cycle_s)), starts


def test_signals_out_of_order_stay_so(smoke: Case, tmp_path: Path):
    name = smoke.today.intersections[0].intersection
    files = write_actuated(
        replace(smoke, signals_off=(name,)), smoke.today, tmp_path, SumoActuated()
    )
    assert [path.name for path in files] == [FILE_NAME, "off.add.xml"]
    assert name in files[1].read_text()
