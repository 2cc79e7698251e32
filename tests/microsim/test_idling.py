from __future__ import annotations

import pytest

from signalopt.errors import SimulationError
from signalopt.microsim.idling import idle_rates
from signalopt.microsim.schedule import VehicleType
from signalopt.microsim.simulate import simulate
from tests.microsim.conftest import WEST_RED, CaseMaker, cars


@pytest.mark.parametrize(("kind", "v_class"), [("car", "passenger"), ("bus", "bus")])
def test_rate_is_what_sumo_counts_for_a_standing_vehicle(
    make_case: CaseMaker, kind: str, v_class: str
) -> None:
    """The same stop, 300 s longer, must cost 300 s of idling."""
    emission_class = "HBEFA4/PC_petrol_Euro-4" if kind == "car" else ""
    rates = idle_rates(VehicleType(v_class, emission_class))
    kg = [
        simulate(
            make_case(cars([0], kind=kind), hard_stop_s=stop_s),
            WEST_RED,
            [1],
            emission_model="sumo-default",
        )
        .runs[0]
        .measures["co2_total_kg"]
        for stop_s in (300, 600)
    ]
    assert (kg[1] - kg[0]) * 1e6 == pytest.approx(300 * rates.co2_mgps, rel=1e-3)


def test_an_electric_car_does_not_idle() -> None:
    rates = idle_rates(VehicleType("passenger", "HBEFA4/PC_BEV"))
    assert (rates.fuel_mgps, rates.co2_mgps, rates.nox_mgps) == (0, 0, 0)


def test_an_unknown_emission_class_is_an_error() -> None:
    with pytest.raises(SimulationError, match="nonsense"):
        idle_rates(VehicleType("passenger", "HBEFA4/nonsense"))
