"""Bands of a batch: the mean run, moved as a whole where the device counted something else."""

from __future__ import annotations

import pytest

from signalopt.emissions.activity import Activity
from signalopt.emissions.estimate import emissions
from signalopt.emissions.fleet import load_fleet
from signalopt.microsim.emission_detail import Emitted, detail_of
from signalopt.microsim.kinematics import Kind

FLEET = load_fleet()
CAR, BUS = Kind("car", False), Kind("bus", False)
ONE, TWO = Activity("car", 10, 20, 30, 400), Activity("car", 10, 22, 40, 300)
ONE_BUS = Activity("bus", 1, 2, 4, 60)


def test_the_mean_run_is_priced() -> None:
    runs = [[Emitted(CAR, ONE, {}), Emitted(BUS, ONE_BUS, {})], [Emitted(CAR, TWO, {})]]
    found = detail_of(runs, "fitted", FLEET, -20.0)
    hand = emissions(
        [Activity("car", 10, 21, 35, 350), Activity("bus", 0.5, 1, 2, 30)], FLEET, -20.0
    )

    assert found is not None
    for name in ("co2_g", "soot_mg"):
        assert found.result.total[name].central == pytest.approx(hand.total[name].central)
        assert found.result.total[name].high == pytest.approx(hand.total[name].high)
    assert set(found.result.by_class) == {"car", "bus"}


def test_what_was_counted_moves_the_band() -> None:
    plain = detail_of([[Emitted(CAR, ONE, {})]], "fitted", FLEET, 20.0)
    assert plain is not None
    counted = 1.2 * plain.result.total["co2_g"].central
    moved = detail_of([[Emitted(CAR, ONE, {"co2_g": counted})]], "phemlight5", FLEET, 20.0)

    assert moved is not None
    assert moved.result.total["co2_g"].low == pytest.approx(1.2 * plain.result.total["co2_g"].low)
    assert moved.result.total["soot_mg"] == plain.result.total["soot_mg"]


def test_electric_vehicles_stand_apart_and_nobody_is_nothing() -> None:
    runs = [[Emitted(BUS, ONE_BUS, {}), Emitted(Kind("bus", True), ONE_BUS, {})]]
    found = detail_of(runs, "fitted", FLEET, 20.0)

    assert found is not None
    assert set(found.result.by_class) == {"bus", "bus, electric"}
    assert found.result.by_class["bus, electric"]["soot_mg"].central == 0
    assert detail_of([[], []], "fitted", FLEET, 20.0) is None
