"""Winter by hand at -20 °C, trips of 10 km."""

from __future__ import annotations

import math

import numpy as np
import pytest

from signalopt.emissions.factors import Draw
from signalopt.emissions.response import IDLE, KM, STOP, hot
from signalopt.emissions.technology import load_technologies
from signalopt.emissions.winter import (
    cold_ratio,
    cold_share,
    diesel_nox_hot,
    heating_kw,
    petrol_pm_ratio,
    valid_temperature,
    warm_up_co2_g,
    winter_factors,
)

PETROL, DIESEL = ("car", "petrol", "4"), ("car", "diesel", "4")


def factors(key: tuple[str, str, str], pollutant: str, t: float, trip_km: float) -> np.ndarray:
    return winter_factors(load_technologies()[key], pollutant, t, trip_km, Draw())[0]


def test_cold_share_by_hand() -> None:
    # 0.6474 - 0.02545 x 10 - (0.00974 - 0.000385 x 10) x -20
    assert cold_share(-20, 10) == pytest.approx(0.5107)
    assert cold_share(20, 100) == 0
    assert cold_share(-25, 0.5) <= 1


def test_petrol_at_minus_20_by_hand() -> None:
    found = factors(PETROL, "co2_g", -20, 10)
    b, ratio = 0.5107, (1.47 + 0.18) / 1.16

    assert found[KM] == pytest.approx(1.16 * (1 + b * (ratio - 1)), rel=1e-3)
    assert found[KM] == pytest.approx(1.41, abs=0.005)
    assert found[IDLE] == pytest.approx(1.30 * (1 + b * 0.5), rel=1e-3)
    assert found[STOP] == pytest.approx(1 + b * (ratio - 1), rel=1e-3)


def test_a_stop_is_worth_44_idle_seconds_in_winter_instead_of_58() -> None:
    hot_engine = hot(load_technologies()[PETROL], "co2_g", Draw())[0]
    winter = hot_engine * factors(PETROL, "co2_g", -20, 1000)  # long trips: no cold start

    assert hot_engine[STOP] / hot_engine[IDLE] == pytest.approx(58, abs=0.5)
    assert winter[STOP] / winter[IDLE] == pytest.approx(44, abs=1)


def test_summer_changes_all_terms_of_fuel_alike() -> None:
    found = factors(PETROL, "co2_g", 20, 10)

    # COPERT has an 8 % cold start even at 20 °C: b = 0.2751, r = 1.29
    assert found == pytest.approx(np.full(4, 1 + 0.2751 * 0.29), rel=1e-3)


def test_petrol_pm_at_minus_20_by_hand() -> None:
    ratio = math.exp(0.05 * 40)

    assert petrol_pm_ratio(-20) == pytest.approx(ratio) == pytest.approx(7.39, abs=0.01)
    assert petrol_pm_ratio(-25) == 8
    assert petrol_pm_ratio(25) == 1
    assert factors(PETROL, "pm_mg", -20, 10)[KM] == pytest.approx(4.3, abs=0.05)
    # a Euro 2 car: 0.8 mg soot in summer, 3.4 in winter
    assert 0.8 * factors(("car", "petrol", "2"), "pm_mg", -20, 10)[KM] == pytest.approx(
        3.4, abs=0.05
    )


def test_diesel_car_at_minus_20_by_hand() -> None:
    assert cold_ratio("diesel_pm", -20) == cold_ratio("diesel_pm", -10) == pytest.approx(4.1)
    assert factors(DIESEL, "pm_mg", -20, 10)[KM] == pytest.approx(2.58, abs=0.01)
    assert factors(DIESEL, "co2_g", -20, 10)[KM] == pytest.approx(1.33, abs=0.005)
    assert diesel_nox_hot("car", "4", -20) == 1.7
    assert diesel_nox_hot("car", "4", 9) == pytest.approx(1.35)
    assert diesel_nox_hot("car", "4", 20) == 1
    assert diesel_nox_hot("car", "2", -20) == 1


def test_heavy_vehicles_have_no_cold_start_and_their_soot_no_winter() -> None:
    for key in (("bus", "diesel", "3"), ("truck", "diesel", "5"), ("bus", "cng", "eev")):
        assert factors(key, "pm_mg", -20, 1) == pytest.approx(np.ones(4))
        fuel = factors(key, "co2_g", -20, 1)
        assert 1.12 <= fuel[KM] <= 1.15
        assert 1.15 <= fuel[IDLE] <= 1.30
        assert fuel[STOP] == 1


def test_temperature_is_clamped_and_said() -> None:
    assert valid_temperature(-20) == (-20, ())
    used, notes = valid_temperature(-40)

    assert used == -25
    assert "-40" in notes[0] and "-25" in notes[0]
    assert valid_temperature(45)[0] == 30


def test_small_figures_beside_the_model() -> None:
    assert warm_up_co2_g() == pytest.approx(590, abs=5)
    assert heating_kw("bus", -20) == pytest.approx(0.3 * 38)
    assert heating_kw("bus", 20) == 0
    assert heating_kw("truck", -20) == 0
