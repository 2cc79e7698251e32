"""Amounts, their bands, and the bands of differences; Monte Carlo against first order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.emissions.coefficients import Setting, class_expectation
from signalopt.emissions.estimate import POLLUTANTS, Activity, difference, emissions
from signalopt.emissions.factors import Draw, Z, load_factors
from signalopt.emissions.fleet import load_fleet
from signalopt.emissions.mix import Fleet, Share
from signalopt.errors import InputError

FLEET = load_fleet()
BEFORE = (
    Activity("car", 1000, 2000, 3000, 40000, 1000),
    Activity("bus", 30, 60, 120, 2000),
    Activity("truck", 20, 40, 80, 900),
)
AFTER = (
    Activity("car", 1000, 2000, 2700, 37000, 500),
    Activity("bus", 30, 60, 95, 1600),
    Activity("truck", 20, 40, 70, 800),
)


def test_one_vehicle_one_stop_by_hand() -> None:
    share = Share("car", "petrol", "4", 1.0, "measured", "test")
    fleet = Fleet("one", "", "", (share,), trip_km=1000.0, dead_catalyst_share=0.0)
    found = emissions([Activity("car", 1, 0.5, 1, 30)], fleet, 20)

    # closure mean 1.127 at 258 and 215 g/km; 0.5 km, one stop, 30 s
    at_20 = (145 + 2.5 * 43.5 + 80 * 0.752) / 258
    at_30 = (145 + 1.2 * 43.5 + 34.56 * 0.752) / 215
    hand = (0.5 * 145 + 43.5 + 30 * 0.752) / ((at_20 + at_30) / 2)
    assert found.total["co2_g"].central == pytest.approx(hand)
    assert hand == pytest.approx(122.7, abs=0.5)
    assert found.total["fuel_g"].central == pytest.approx(hand / 3.169)


def test_waiting_to_enter_is_idling_and_told_apart() -> None:
    inside = emissions([Activity("bus", 1, 1, 2, 100)], FLEET, 20)
    waiting = emissions([Activity("bus", 1, 1, 2, 60, entry_idle_s=40)], FLEET, 20)
    without = emissions([Activity("bus", 1, 1, 2, 60)], FLEET, 20)

    assert waiting.total["soot_mg"] == inside.total["soot_mg"]
    assert waiting.driven["soot_mg"].central == pytest.approx(without.total["soot_mg"].central)


def test_classes_add_up() -> None:
    found = emissions([*BEFORE, BEFORE[0]], FLEET, -20)

    for name in POLLUTANTS:
        parts = sum(row[name].central for row in found.by_class.values())
        assert found.total[name].central == pytest.approx(parts)
    alone = emissions([BEFORE[0]], FLEET, -20)
    assert found.by_class["car"]["co2_g"].central == pytest.approx(2 * alone.total["co2_g"].central)
    assert found.per_km("co2_g").central == pytest.approx(found.total["co2_g"].central / 4100)


def test_a_band_holds_its_central_value() -> None:
    for temperature in (20, -20):
        for row in emissions(BEFORE, FLEET, temperature).by_class.values():
            assert all(0 <= band.low <= band.central <= band.high for band in row.values())


def first_order(fleet: Fleet, activity: Activity) -> tuple[np.ndarray, np.ndarray]:
    """Half-widths down and up by pollutant: one factor at a time to its low and high, in squares."""
    setting = Setting(-20.0, fleet.trip_km, 50.0, False)
    shares = fleet.of_class(activity.kinematic_class)
    amounts = activity.terms(entry=True)

    def values(fixed: dict[str, float]) -> np.ndarray:
        return class_expectation(shares, setting, Draw(fixed=fixed))[0] @ amounts

    centre = values({})
    down, up = np.zeros(len(POLLUTANTS)), np.zeros(len(POLLUTANTS))
    for name in (*load_factors(), *(f"share {' '.join(s.key)}" for s in shares)):
        steps = [values({name: z}) - centre for z in (-Z, Z)]
        down += np.minimum(np.minimum(*steps), 0) ** 2
        up += np.maximum(np.maximum(*steps), 0) ** 2
    return np.sqrt(down), np.sqrt(up)


@pytest.mark.parametrize("kinematic_class", ["car", "bus", "truck"])
def test_monte_carlo_agrees_with_first_order(kinematic_class: str) -> None:
    activity = Activity(kinematic_class, 1, 10, 25, 800)
    total = emissions([activity], FLEET, -20).total
    down, up = first_order(FLEET, activity)

    # first order knows no products of wide factors, so that it is close where bands are narrow
    for name, low, high in zip(POLLUTANTS, down, up, strict=True):
        band = total[name]
        if band.central == 0:
            continue
        close = 0.10 if band.width < 0.6 * band.central else 0.25
        assert band.width == pytest.approx(low + high, rel=close), name
        assert band.central - band.low == pytest.approx(low, rel=0.35), name
        assert band.high - band.central == pytest.approx(high, rel=0.35), name


@pytest.mark.parametrize("pollutant", ["fuel_g", "co2_g", "nox_mg", "pm_mg", "soot_mg"])
@pytest.mark.parametrize("temperature", [20, -20])
def test_a_difference_is_surer_than_two_levels(pollutant: str, temperature: float) -> None:
    before, after = emissions(BEFORE, FLEET, temperature), emissions(AFTER, FLEET, temperature)
    found = difference(before, after)
    apart = np.hypot(before.total[pollutant].width, after.total[pollutant].width)

    assert found.total[pollutant].central == pytest.approx(
        after.total[pollutant].central - before.total[pollutant].central
    )
    assert found.total[pollutant].high < 0, "better in every draw"
    assert found.total[pollutant].width < apart / 4
    assert found.percent[pollutant].width < 5  # percent points


def test_a_plan_does_not_differ_from_itself() -> None:
    found = difference(emissions(BEFORE, FLEET, 20), emissions(BEFORE, FLEET, 20))

    assert all(band.width == band.central == 0 for band in found.total.values())


def test_a_difference_by_class_and_with_a_class_that_is_gone() -> None:
    found = difference(emissions(BEFORE, FLEET, 20), emissions(BEFORE[:2], FLEET, 20))

    assert found.by_class["car"]["co2_g"].central == 0
    assert found.by_class["truck"]["co2_g"].central < 0


def test_a_fleet_change_is_a_difference_too() -> None:
    cng = load_fleet("astana_2025_buses_cng")
    found = difference(emissions(BEFORE, FLEET, 20), emissions(BEFORE, cng, 20))

    assert found.by_class["bus"]["soot_mg"].high < 0
    assert found.by_class["car"]["soot_mg"].width == 0


@settings(max_examples=20, deadline=None)
@given(factor=st.floats(0.1, 10))
def test_emissions_are_linear(factor: float) -> None:
    a = BEFORE[1]
    twice = replace(a, km=a.km * factor, stops=a.stops * factor, idle_s=a.idle_s * factor)
    one, many = emissions([a], FLEET, 0), emissions([twice], FLEET, 0)

    for name in POLLUTANTS:
        assert many.total[name].high == pytest.approx(one.total[name].high * factor)


def test_temperature_out_of_range_is_clamped_and_said() -> None:
    found = emissions(BEFORE, FLEET, -40)

    assert found.temperature_c == -25
    assert "-25" in found.notes[0]
    assert any("0.59 kg CO2" in note for note in found.notes)
    assert emissions(BEFORE, FLEET, 20).notes == ()
    assert found.total["co2_g"] == emissions(BEFORE, FLEET, -25).total["co2_g"]


def test_impossible_activities_are_told_all_at_once() -> None:
    with pytest.raises(InputError) as error:
        emissions(
            [Activity("cars", 1, 1, 1, 1), Activity("bus", 1, -1, float("nan"), 1)], FLEET, 20
        )

    assert len(error.value.problems) == 3
    assert "did you mean car" in str(error.value)
    with pytest.raises(InputError, match="fleet one: found no class 'bus'"):
        share = Share("car", "petrol", "4", 1.0, "measured", "test")
        emissions([BEFORE[1]], Fleet("one", "", "", (share,), 10.0, 0.0), 20)


def test_nothing_driven() -> None:
    found = emissions([], FLEET, 20)

    assert found.total["co2_g"].central == 0
    with pytest.raises(ValueError, match="no vehicle-km"):
        found.per_km("co2_g")
    assert found.as_json()["km"] == 0
