"""The rolling horizon as a controller: sensible asks, bounds, and better than the program on a smoke case."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from signalopt.control.city import City, build_city
from signalopt.control.guard import judge_shown, new_guard
from signalopt.control.horizon import Horizon
from signalopt.control.loop import drive
from signalopt.control.meso_plant import MesoPlant
from signalopt.control.registry import controller_of
from signalopt.control.sensing import Sensing, SensingKind
from signalopt.errors import InputError
from signalopt.mesosim.draws import Draw
from signalopt.mesosim.model import MesoModel, prepare
from tests.control.hand_city import AVENUE, STREET, hand_city, seen_with
from tests.control.smoke_case import smoke_case


def test_it_goes_where_the_queue_is_and_holds_where_it_is_already() -> None:
    city = hand_city(2)
    seen = seen_with(city, {"N": 9, "S": 9}, {"E": 12, "W": 12})
    asks = Horizon().begin(city).decide(seen)
    assert asks.dtype == np.int16
    assert asks.tolist() == [AVENUE, STREET]


def test_one_vehicle_does_not_stop_a_platoon_that_is_about_to_arrive() -> None:
    city = hand_city()
    seen = seen_with(city, {"E": 1})
    seen.coming[:2, 1:6] = 1.0
    assert Horizon().begin(city).decide(seen)[0] == AVENUE
    seen = seen_with(city, {"E": 1})
    assert Horizon().begin(city).decide(seen)[0] == STREET


def test_sites_that_switch_or_follow_are_left_alone() -> None:
    city = hand_city(2)
    seen = seen_with(city, {"E": 20}, {"E": 20})
    seen.switching[0], seen.following[1] = True, True
    session = Horizon().begin(city)
    session.decide(seen)
    assert (session.planned_at < 0).all()


def test_every_parameter_out_of_bounds_is_told() -> None:
    with pytest.raises(InputError) as told:
        Horizon(interval_s=0, stop_s=-1.0)
    assert "interval_s" in str(told.value) and "stop_s" in str(told.value)
    with pytest.raises(InputError, match="four steps"):
        Horizon(horizon_s=30, step_s=10)


def test_the_command_line_knows_it() -> None:
    made = controller_of("horizon:horizon_s=90,coordinate=false")
    assert made == Horizon(horizon_s=90, coordinate=False)


@cache
def _smoke() -> tuple[MesoModel, City]:
    return prepare(smoke_case()), build_city(smoke_case())


def _delay(text: str, sensing: Sensing) -> float:
    case, (model, city) = smoke_case(), _smoke()
    plant = MesoPlant(model, city, Draw(5), sensing)
    guard = new_guard(city, now_s=case.depart_begin_s)
    found = drive(plant, guard, controller_of(text), sensing=sensing, seed=5, record=True)
    for site, states in enumerate(found.shown()):
        assert judge_shown(city, site, states) == ()
    assert found.refused.sum() == 0
    return float(plant.world.outcome().measure("delay_s")[0, 0])


@pytest.mark.parametrize("kind", list(SensingKind))
def test_it_waits_less_than_the_program_and_breaks_no_rule(kind: SensingKind) -> None:
    assert _delay("horizon", Sensing(kind)) < 0.85 * _delay("fixed", Sensing(kind))
