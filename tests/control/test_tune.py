"""Tuning on the smoke scenario: better than a bad start, repeatable, refused where it makes no sense."""

from __future__ import annotations

import pytest

from signalopt.control.actuated import Actuated
from signalopt.control.fixed import FixedPlan
from signalopt.control.longest_queue import LongestQueue
from signalopt.control.registry import controller_of
from signalopt.control.sumo_actuated import SumoActuated
from signalopt.control.tune import controller_text, knobs_of, tune, tune_sumo_actuated
from signalopt.errors import InputError
from signalopt.mesosim.draws import Draw
from signalopt.progress import Progress
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import find_scenario, load_scenario

ONE = (Draw(11),)


@pytest.fixture(scope="module")
def smoke() -> Case:
    return build_case(load_scenario(find_scenario("smoke")))


def test_tuning_betters_a_bad_start_and_is_repeatable(smoke: Case):
    told: list[Progress] = []
    start = LongestQueue(interval_s=60)
    found = tune(smoke, start, draws=ONE, most_trials=9, listener=told.append)
    assert found.start.controller == start
    assert found.best.cost < 0.95 * found.start.cost
    assert len(found.trials) == 9
    assert [p.done for p in told if p.task.startswith("tune")] == list(range(1, 10))
    again = tune(smoke, start, draws=ONE, most_trials=9)
    assert again.trials == found.trials


@pytest.mark.slow
def test_sumos_own_programs_are_tuned_in_sumo(smoke: Case):
    start = SumoActuated(max_gap_s=15.0)
    found = tune_sumo_actuated(smoke, start, seeds=(71,), most_trials=4, workers=1)
    assert len(found.trials) == 4
    assert found.best.cost <= found.start.cost
    assert found.on == "SUMO, 1 seeds"


def test_text_of_a_controller_is_read_back():
    rule = Actuated(gap_s=2.125, max_green_s=45.0, skip=False)
    assert controller_of(controller_text(rule)) == rule
    assert controller_text(SumoActuated()).startswith("sumo-actuated:max_gap_s=3,")


def test_what_cannot_be_tuned_is_refused(smoke: Case):
    with pytest.raises(InputError, match="no parameters to tune"):
        knobs_of(FixedPlan())
    with pytest.raises(InputError) as caught:
        tune(smoke, Actuated(), draws=(), most_trials=0)
    assert len(caught.value.problems) == 2
