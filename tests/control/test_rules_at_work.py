"""The rule-based controllers steer a scenario on the queue model: safe lamps, nobody forgotten, no jam."""

from __future__ import annotations

from functools import cache

import pytest

from signalopt.control.city import City, build_city
from signalopt.control.guard import judge_shown, new_guard
from signalopt.control.loop import Drive, drive
from signalopt.control.meso_plant import MesoPlant
from signalopt.control.registry import controller_of
from signalopt.control.sensing import Sensing, SensingKind
from signalopt.mesosim.draws import Draw
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import find_scenario, load_scenario

WORST_SHARE = 1.15
"""Of the delay under today's plan; on an isolated pair of intersections the rules should be no worse."""


@cache
def _smoke() -> tuple[Case, MesoModel, City]:
    case = build_case(load_scenario(find_scenario("smoke")))
    return case, prepare(case), build_city(case)


def _driven(text: str, sensing: Sensing) -> tuple[Drive, float]:
    case, model, city = _smoke()
    plant = MesoPlant(model, city, Draw(5), sensing)
    guard = new_guard(city, now_s=case.depart_begin_s)
    found = drive(plant, guard, controller_of(text), sensing=sensing, seed=5, record=True)
    outcome = plant.world.outcome()
    assert outcome.measure("unfinished")[0, 0] == 0
    return found, float(outcome.measure("delay_s")[0, 0])


@cache
def _today_delay_s() -> float:
    return _driven("fixed", Sensing())[1]


@pytest.mark.parametrize("kind", [SensingKind.DETECTORS, SensingKind.PERFECT])
@pytest.mark.parametrize("name", ["actuated", "longest-queue", "max-wave", "max-pressure"])
def test_lamps_are_safe_and_everybody_gets_through(name: str, kind: SensingKind):
    found, delay_s = _driven(name, Sensing(kind))
    for number, states in enumerate(found.shown()):
        assert judge_shown(found.city, number, states, first_second=found.first_second) == ()
    assert found.figures()["following_share"] < 0.5  # it is the controller that steers
    assert delay_s < WORST_SHARE * _today_delay_s()
