"""Shape and level: hand-calculated stop, and the closure of every class at 20 and 30 km/h."""

from __future__ import annotations

import numpy as np
import pytest

from signalopt.emissions.factors import Draw, load_factors
from signalopt.emissions.phemlight_cycle import own_response
from signalopt.emissions.phemlight_vehicle import phem_vehicle
from signalopt.emissions.response import (
    IDLE,
    KM,
    PARTIAL,
    STOP,
    closure_states,
    closure_table,
    hot,
    load_responses,
    shape,
    stop_speed_factor,
)
from signalopt.emissions.technology import POLLUTANTS_WITH_LEVEL, load_technologies

PETROL_4 = ("car", "petrol", "4")
BASES = (PETROL_4, ("car", "diesel", "4"), ("bus", "diesel", "3"), ("bus", "cng", "eev"))


def of(key: tuple[str, str, str], pollutant: str) -> np.ndarray:
    return hot(load_technologies()[key], pollutant, Draw())[0]


def test_one_stop_of_a_petrol_car_by_hand() -> None:
    # raw 145 g/km, 43.5 g a stop, 0.752 g/s; at 20 km/h 180 - 72 - 2.5 x 11.2 = 80 s at rest per km
    at_20 = 145 + 2.5 * 43.5 + 80 * 0.752
    at_30 = 145 + 1.2 * 43.5 + (120 - 72 - 1.2 * 11.2) * 0.752
    closure = (at_20 / 258 + at_30 / 215) / 2
    found = of(PETROL_4, "co2_g")

    assert closure == pytest.approx(1.13, abs=0.005)
    assert found[KM] == pytest.approx(145 / closure) == pytest.approx(128, abs=0.7)
    assert found[STOP] == pytest.approx(43.5 / closure) == pytest.approx(38.5, abs=0.2)
    assert found[IDLE] == pytest.approx(0.752 / closure) == pytest.approx(0.665, abs=0.005)
    assert found[PARTIAL] == pytest.approx(found[STOP] / 2)


def test_a_stop_is_worth_58_seconds_of_idling() -> None:
    found = of(PETROL_4, "co2_g")

    assert found[STOP] / found[IDLE] == pytest.approx(58, abs=0.5)


# raw model over the hot factor of EMEP/EEA at 20 and 30 km/h, as the reference found it
@pytest.mark.parametrize(
    ("key", "pollutant", "at_20", "at_30"),
    [
        (PETROL_4, "co2_g", 1.22, 1.04),
        (PETROL_4, "nox_mg", 1.05, 0.85),
        (PETROL_4, "pm_mg", 1.85, 1.21),
        (("car", "diesel", "4"), "co2_g", 1.42, 1.17),
        (("car", "diesel", "4"), "nox_mg", 1.52, 1.23),
        (("car", "diesel", "4"), "pm_mg", 0.99, 0.81),
        # bus: (489.6 + 2.5 x 241.7 + 75 x 1.739) / 1142, (489.6 + 1.2 x 241.7 + 32.2 x 1.739) / 928
        (("bus", "diesel", "3"), "co2_g", 1.072, 0.900),
        (("bus", "diesel", "3"), "nox_mg", 1.128, 1.041),
        (("bus", "diesel", "3"), "pm_mg", 1.114, 0.976),
        (("bus", "cng", "eev"), "co2_g", 1.052, 0.895),
    ],
)
def test_raw_closure_of_the_base_classes(
    key: tuple[str, str, str], pollutant: str, at_20: float, at_30: float
) -> None:
    (row,) = (r for r in closure_table() if (r.technology.key, r.pollutant) == (key, pollutant))

    assert row.raw_20 == pytest.approx(at_20, rel=0.03)
    assert row.raw_30 == pytest.approx(at_30, rel=0.03)


def test_every_class_meets_its_level_in_the_mean_of_both_speeds() -> None:
    table = closure_table()

    assert len(table) == sum(
        t.level[p][0] > 0 for t in load_technologies().values() for p in POLLUTANTS_WITH_LEVEL
    )
    for row in table:
        assert (row.at_20 + row.at_30) / 2 == pytest.approx(1), row.technology.title
        assert 0.75 < row.at_30 <= row.at_20 < 1.25, row.technology.title


def test_shape_factors_leave_the_level_alone() -> None:
    technology = load_technologies()[PETROL_4]
    dear = hot(technology, "co2_g", Draw(fixed={"stop_light": 1.96}))[0]
    response = load_responses()["petrol_car"]
    quotients = [
        state.per_km(response, dear) / level
        for state, level in zip(closure_states(), technology.level["co2_g"], strict=True)
    ]

    assert np.mean(quotients) == pytest.approx(1)
    assert dear[STOP] / dear[IDLE] == pytest.approx(1.25 * 57.8, rel=0.01)


OWN_VEHICLES = {
    "van_diesel": "LCV_EU3_D_III",
    "bus_diesel": "CO_EUIII_D",
    "bus_cng": "CO_EUV_CNG",
    "truck_diesel": "RT_EUIII_D_II",
    "articulated_diesel": "CO_EUIII_D_LONG",
}


@pytest.mark.parametrize(("base", "vehicle"), OWN_VEHICLES.items())
def test_shapes_are_those_of_the_vehicle_files(base: str, vehicle: str) -> None:
    raw, found = load_responses()[base].raw, own_response(phem_vehicle(vehicle))
    for i, part in enumerate((found.per_km, found.per_stop, found.per_idle_s)):
        assert raw["co2_g"][i] == pytest.approx(part.co2_gps, rel=0.002)
        assert raw["nox_mg"][i] == pytest.approx(part.nox_mgps, rel=0.002)
        assert raw["pm_mg"][i] == pytest.approx(part.pm_mgps, rel=0.002)
    assert load_responses()[base].lost_time_s == pytest.approx(found.lost_s, abs=0.1)


@pytest.mark.parametrize(("base", "vehicle"), OWN_VEHICLES.items())
def test_stop_speed_law_meets_the_vehicle_files(base: str, vehicle: str) -> None:
    own = {
        v: own_response(phem_vehicle(vehicle), v / 3.6).per_stop.co2_gps for v in (30, 40, 50, 60)
    }
    for speed in (30, 40, 60):
        law = stop_speed_factor(load_responses()[base], speed)
        assert law == pytest.approx(own[speed] / own[50], rel=0.09)


def test_stop_speed_law_of_the_petrol_car() -> None:
    # CO2 of a full stop from 20, 30, 40, 60 km/h over that from 50: measured in SUMO
    petrol = load_responses()["petrol_car"]
    for speed, cars in ((20, 12.6), (30, 21.3), (40, 31.6), (60, 56.1)):
        assert stop_speed_factor(petrol, speed) == pytest.approx(cars / 43.5, rel=0.06)


def test_a_slowing_costs_less_than_a_stop() -> None:
    # from 50 to 30 km/h and back, by the law of the stop's cost
    share = load_factors()["partial_stop_share"]

    assert pytest.approx(share.central, abs=0.01) == 1 - (30 / 50) ** 1.37
    assert pytest.approx(share.high, abs=0.02) == 1 - (20 / 50) ** 1.37
    assert pytest.approx(share.low, abs=0.05) == 1 - (40 / 50) ** 1.37


def test_shapes_have_no_negative_term() -> None:
    for response in load_responses().values():
        for pollutant in response.raw:
            if pollutant != "electricity_kwh":
                assert (shape(response, pollutant, Draw(200)) >= 0).all()
