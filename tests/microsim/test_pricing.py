"""Pricing: amounts by hand, the device's ratio, and the measures that follow."""

from __future__ import annotations

import pytest

from signalopt.emissions.coefficients import POLLUTANTS, class_coefficients
from signalopt.emissions.fleet import load_fleet
from signalopt.errors import InputError
from signalopt.microsim.activities import activity_of, base_amounts
from signalopt.microsim.pricing import (
    FITTED,
    PHEMLIGHT5,
    Priced,
    emission_measures,
    pricing_of,
    summed,
)
from signalopt.microsim.schedule import Schedule, VehicleType
from signalopt.microsim.sums import Sums

FLEET = load_fleet()
SCHEDULE = Schedule(
    {}, frozenset(),
    {"bus": VehicleType("bus"), "ebus": VehicleType("bus", "Energy/unknown"),
     "bike": VehicleType("bicycle")},
)  # fmt: skip
SUMS = Sums(
    vehicles=2, inserted=2, distance_m=1500, duration_s=200, time_loss_s=80, waiting_s=50, stops=3,
    depart_delay_s=10, lost_km=0.2,
)  # fmt: skip


def test_fitted_amounts_are_coefficients_times_activity() -> None:
    found = pricing_of(FITTED, SCHEDULE, FLEET, -20.0).price("bus", SUMS)
    central, _ = class_coefficients(FLEET, "bus", -20.0)
    activity = activity_of("bus", SUMS)
    at = POLLUTANTS.index("soot_mg")

    assert found.total["soot_mg"] == pytest.approx(central[at] @ activity.terms(entry=True))
    assert found.driven["soot_mg"] == pytest.approx(central[at] @ activity.terms(entry=False))
    assert found.driven["soot_mg"] < found.total["soot_mg"]


def test_the_device_moves_what_was_driven_and_not_the_wait() -> None:
    base = base_amounts(activity_of("bus", SUMS))
    counted = Sums(
        **{f: getattr(SUMS, f) for f in Sums.__dataclass_fields__}
        | {"device_co2_mg": 1100 * base["co2_g"], "device_nox_mg": base["nox_mg"],
           "device_pm_mg": 0.9 * base["pm_mg"]}
    )  # fmt: skip
    fitted = pricing_of(FITTED, SCHEDULE, FLEET, 20.0).price("bus", SUMS)
    device = pricing_of(PHEMLIGHT5, SCHEDULE, FLEET, 20.0).price("bus", counted)

    for name, factor in (("co2_g", 1.1), ("fuel_g", 1.1), ("nox_mg", 1.0), ("soot_mg", 0.9)):
        assert device.driven[name] == pytest.approx(factor * fitted.driven[name])
        wait = fitted.total[name] - fitted.driven[name]
        assert device.total[name] - device.driven[name] == pytest.approx(wait)


def test_an_electric_type_has_a_meter_and_a_bicycle_nothing() -> None:
    pricing = pricing_of(FITTED, SCHEDULE, FLEET, 20.0)

    assert pricing.price("ebus", SUMS).total["co2_g"] == 0
    assert pricing.price("ebus", SUMS).total["electricity_kwh"] > 0
    assert pricing.price("bike", SUMS) == Priced({}, {})


def test_measures_by_hand() -> None:
    both = summed([Priced({"co2_g": 300.0}, {"co2_g": 250.0}), Priced({"co2_g": 100.0}, {})])
    found = emission_measures(both, 2000)

    assert found == {"co2_total_kg": 0.4, "co2_g": 200.0, "co2_driven_g": 125.0}
    assert emission_measures(both, 0) == {"co2_total_kg": 0.4}


def test_an_unknown_model_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean phemlight5"):
        pricing_of("phemlight", SCHEDULE, FLEET, 20.0)
