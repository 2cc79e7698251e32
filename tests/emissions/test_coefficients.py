from __future__ import annotations

import numpy as np
import pytest

from signalopt.emissions.coefficients import POLLUTANTS, coefficients
from signalopt.emissions.factors import Draw
from signalopt.emissions.fleet import load_fleet
from signalopt.emissions.mix import Fleet, Share, with_fuel
from signalopt.emissions.response import IDLE, KM, STOP, hot
from signalopt.emissions.technology import load_technologies

FLEET = load_fleet()


def single(*key: str) -> Fleet:
    share = Share(key[0], key[1], key[2], 1.0, "measured", "test")
    return Fleet("one", "one", "", (share,), trip_km=10.0, dead_catalyst_share=0.0)


@pytest.mark.parametrize("pollutant", ["co2_g", "nox_mg", "pm_mg"])
def test_fleet_expectation_equals_the_hand_sum(pollutant: str) -> None:
    found = coefficients(FLEET, 20, warm=True).of("truck", pollutant)
    hand = sum(
        share.share * hot(load_technologies()[share.key], pollutant, Draw())[0]
        for share in FLEET.of_class("truck")
    )

    assert found == pytest.approx(hand)


def test_soot_is_pm_times_share_and_fuel_is_carbon() -> None:
    bus = coefficients(single("bus", "diesel", "3"), 20, warm=True)

    assert bus.of("bus", "soot_mg") == pytest.approx(0.70 * bus.of("bus", "pm_mg"))
    assert bus.of("bus", "fuel_g") == pytest.approx(bus.of("bus", "co2_g") / 3.168)
    assert (bus.of("bus", "co2e_g") == bus.of("bus", "co2_g")).all()


def test_methane_of_a_gas_bus() -> None:
    gas = coefficients(single("bus", "cng", "eev"), 20, warm=True)
    # 0.98 g CH4 x 29.8 = 29 g on 1136 g: 2.6 %
    ratio = gas.of("bus", "co2e_g")[KM] / gas.of("bus", "co2_g")[KM]

    assert ratio == pytest.approx(1 + 0.98 * 29.8 / 1136) == pytest.approx(1.026, abs=0.0005)


def test_wear_is_apart_from_soot_and_follows_km_and_stops() -> None:
    car = coefficients(single("car", "petrol", "4"), 20)
    wear = car.of("car", "nonexhaust_pm10_mg")

    assert wear[KM] == pytest.approx(6.4 + 7.5)
    assert wear[STOP] == pytest.approx(7.4 / 1.85)
    assert wear[IDLE] == 0
    assert car.of("car", "soot_mg")[KM] < 0.1


def test_an_electric_bus_has_no_tailpipe_but_a_meter() -> None:
    summer = coefficients(single("bus", "electric", "none"), 20)
    winter = coefficients(single("bus", "electric", "none"), -20)
    tailpipe = [p for p in POLLUTANTS if p not in ("nonexhaust_pm10_mg", "electricity_kwh")]

    assert all((summer.of("bus", p) == 0).all() for p in tailpipe)
    # 20 km/h: 1 km, 2.5 stops, 75 s at rest
    at_20 = np.array([1.0, 2.5, 0.0, 75.0])
    assert summer.of("bus", "electricity_kwh") @ at_20 == pytest.approx(1.29, abs=0.01)
    heat = 0.3 * 38 * (72 + 2.5 * 13.2 + 75) / 3600
    gain = (winter.of("bus", "electricity_kwh") - summer.of("bus", "electricity_kwh")) @ at_20
    assert gain == pytest.approx(heat)


def test_more_electric_buses_mean_less_soot() -> None:
    soot = [
        coefficients(with_fuel(FLEET, "bus", "electric", share), 20).of("bus", "soot_mg")[STOP]
        for share in (0.0, 0.3, 1.0)
    ]

    assert soot[0] > soot[1] > soot[2] == 0
    assert soot[1] == pytest.approx(0.7 * soot[0])


def test_a_declared_share_is_exact_in_every_draw() -> None:
    fleet = with_fuel(FLEET, "bus", "electric", 0.30)
    alone = coefficients(single("bus", "electric", "none"), 20)
    kwh = coefficients(fleet, 20)
    i, j = kwh.classes.index("bus"), POLLUTANTS.index("electricity_kwh")

    assert kwh.draws[:, i, j, KM] == pytest.approx(0.30 * alone.draws[:, 0, j, KM])


def test_arrays_cannot_be_changed_and_have_their_shape() -> None:
    found = coefficients(FLEET, -10)

    assert found.central.shape == (5, 8, 4)
    assert found.draws.shape[1:] == found.central.shape
    with pytest.raises(ValueError, match="read-only"):
        found.central[0, 0, 0] = 1
    assert (found.central >= 0).all() and (found.draws >= 0).all()


def test_a_faster_street_makes_stops_dearer_and_nothing_else() -> None:
    slow, fast = coefficients(FLEET, 20), coefficients(FLEET, 20, cruise_kph=60)
    ratio = fast.of("car", "co2_g") / slow.of("car", "co2_g").clip(1e-12)

    assert ratio[STOP] == pytest.approx(1.2**1.37)
    assert ratio[KM] == ratio[IDLE] == 1


def test_a_short_part_of_a_trip_is_not_a_short_trip() -> None:
    inside = coefficients(FLEET, -20, trip_km=2.0)
    default = coefficients(FLEET, -20)
    longer = coefficients(FLEET, -20, trip_km=20.0)

    assert (inside.central == default.central).all()
    assert longer.of("car", "co2_g")[KM] < default.of("car", "co2_g")[KM]
