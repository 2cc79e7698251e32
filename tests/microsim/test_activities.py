"""SUMO's counts as activity of the emission model, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.emissions.technology import kinematic_classes
from signalopt.microsim.activities import activity_of, base_amounts, equivalents, lost_km
from signalopt.microsim.sums import Sums

CAR = Sums(
    vehicles=3, inserted=2, stops=4, services=1, distance_m=2000, duration_s=260, time_loss_s=100,
    waiting_s=60, dwell_s=20, depart_delay_s=15, lost_km=0.5,
)  # fmt: skip


def test_every_class_has_equivalents() -> None:
    assert set(equivalents()) == set(kinematic_classes())


def test_an_activity_by_hand() -> None:
    e = equivalents()["car"]
    found = activity_of("car", CAR)

    stops = 2 * e.stops_per_trip + 2 * e.stops_per_km + 5 * e.stops_per_halt
    assert found.stops == pytest.approx(stops + 0.5 * e.stops_per_lost_km)
    assert found.idle_s == pytest.approx(80 + 40 * e.idle_per_slow_s)
    assert (found.km, found.entry_idle_s, found.mean_trip_km) == (2.0, 15, 1.0)


def test_km_lost_by_hand() -> None:
    # 1 km in 100 s of moving, 25 of them lost: a quarter more could have been driven
    assert lost_km(1000, 25, 100) == 0.25
    assert lost_km(1000, 300, 100) == 1.0
    assert lost_km(0, 25, 0) == lost_km(1000, -1, 100) == 0.0


@given(slow_s=st.floats(1, 50), crawl=st.floats(1, 10))
def test_a_crawl_loses_less_than_the_same_seconds_at_speed(slow_s: float, crawl: float) -> None:
    assert lost_km(1000, slow_s, 60) >= lost_km(1000 / crawl, slow_s, 60)


def test_without_a_count_by_vehicle_lost_km_follow_from_the_sums() -> None:
    bare = Sums(
        inserted=1, distance_m=1000, duration_s=140, time_loss_s=65, waiting_s=40, vehicles=1
    )
    e = equivalents()["bus"]

    assert activity_of("bus", bare).stops == pytest.approx(
        e.stops_per_trip + e.stops_per_km + 0.25 * e.stops_per_lost_km
    )


def test_what_the_base_vehicle_emits() -> None:
    found = activity_of("truck", CAR)
    km, stop, idle_s = dict(equivalents()["truck"].response)["co2_g"]

    hand = km * found.km + stop * found.stops + idle_s * found.idle_s
    assert base_amounts(found)["co2_g"] == pytest.approx(hand)
