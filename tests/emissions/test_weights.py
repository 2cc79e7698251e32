from __future__ import annotations

import pytest

from signalopt.emissions.coefficients import coefficients
from signalopt.emissions.estimate import Activity, emissions
from signalopt.emissions.fleet import load_fleet
from signalopt.emissions.weights import load_objective, money_coefficients, money_eur, prices
from signalopt.errors import InputError
from signalopt.measures import MEASURES

FLEET = load_fleet()


def test_prices_by_hand() -> None:
    found = prices()
    transfer = 0.63**0.8

    assert transfer == pytest.approx(0.69, abs=0.002)
    assert found["pm"].central == pytest.approx(381 * transfer) == pytest.approx(263, abs=1)
    assert found["nox"].central == pytest.approx(14.7, abs=0.1)
    assert found["co2e"].central == 100


def test_money_of_a_result_by_hand() -> None:
    result = emissions([Activity("bus", 1, 1, 2.5, 75)], FLEET, 20)
    band = money_eur(0.5, result)
    hand = (
        0.5 * 4
        + result.total["co2e_g"].central * 100e-6
        + result.total["nox_mg"].central * 21.3e-6 * 0.63**0.8
        + result.total["pm_mg"].central * 381e-6 * 0.63**0.8
    )

    assert band.central == pytest.approx(hand)
    assert band.low < band.central < band.high


def test_a_euro_iii_bus_km_costs_what_the_reference_says() -> None:
    # 1142 g CO2, 11.3 g NOx, 225 mg PM at 20 km/h: 0.114 + 0.17 + 0.06 EUR
    found = prices()
    parts = (1142e-6 * found["co2e"].central, 11.284e-3 * found["nox"].central,
             225e-6 * found["pm"].central)  # fmt: skip

    assert parts == pytest.approx((0.114, 0.17, 0.06), abs=0.005)


def test_money_is_a_dot_product() -> None:
    activity = Activity("car", 5, 10, 20, 300)
    table = coefficients(FLEET, 20)
    row = money_coefficients(table)[table.classes.index("car")]

    expected = money_eur(0.0, emissions([activity], FLEET, 20)).central
    assert row @ activity.terms(entry=True) == pytest.approx(expected)


def test_objectives_are_made_of_known_measures() -> None:
    for name in ("delay", "co2", "soot", "balanced", "money"):
        objective = load_objective(name)
        assert set(objective.weights) <= set(MEASURES)
        assert all(MEASURES[m].better == "lower" for m in objective.weights)
        assert objective.source
    with pytest.raises(InputError, match="did you mean balanced"):
        load_objective("balance")


def test_balanced_is_one_for_the_reference_itself() -> None:
    objective = load_objective("balanced")
    today = {"delay_s": 60.0, "co2_total_kg": 500.0, "soot_total_g": 8.0}
    better = {"delay_s": 54.0, "co2_total_kg": 500.0, "soot_total_g": 6.0}

    assert objective.value(today, today) == pytest.approx(1)
    assert objective.value(better, today) == pytest.approx(1 - 0.5 * 0.1 - 0.25 * 0.25)
    with pytest.raises(ValueError, match="a reference"):
        objective.value(today)
    with pytest.raises(ValueError, match="soot_total_g"):
        objective.value({"delay_s": 1, "co2_total_kg": 1}, today)
