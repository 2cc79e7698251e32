from __future__ import annotations

import pytest

from signalopt.demand.vehicles import season_named
from signalopt.errors import InputError, SimulationError
from signalopt.microsim.bed_net import Crossing
from signalopt.microsim.signal_conduct import measure_conduct
from signalopt.microsim.test_bed import (
    SUMO_DEFAULT_TYPES,
    SaturationResult,
    discharge,
    measure_saturation,
)
from signalopt.network.model import Turn

FIRST, CYCLE, GREENS = 240, 150, 4  # of the bed's signal


@pytest.fixture(scope="module")
def summer() -> SaturationResult:
    return measure_saturation(Turn.THROUGH, 2, "summer", 0.0, (1, 2))


def regular_queue(headway_s: float, lost_s: float, heavy_every: int = 0) -> list[Crossing]:
    """Vehicles at lost + k headways after each green, none after 60 s."""
    times = [lost_s + headway_s * k for k in range(1, 100)]
    return [
        Crossing(
            FIRST + CYCLE * green + time_s, 0, 10.0,
            "truck" if heavy_every and number % heavy_every == 0 else "car",
        )
        for green in range(GREENS)
        for number, time_s in enumerate(t for t in times if t < 60)
    ]  # fmt: skip


def test_hcm_formulas_find_the_headway_and_lost_time_of_a_regular_queue():
    found = discharge(regular_queue(2.0, 2.5))
    assert found.headway_s == pytest.approx(2.0)
    assert found.lost_s == pytest.approx(2.5)
    # 28 crossings take 56 s of the 57.5 s that were left
    assert found.gain_s == pytest.approx(28 * 2 - 60 + 2.5)
    assert found.equivalent == 1


def test_the_first_four_vehicles_do_not_count():
    queue = regular_queue(2.0, 2.5)
    late_start = [
        Crossing(c.time_s + 3, 0, c.speed_mps, c.vehicle_type)
        for c in queue
        if (c.time_s - FIRST) % CYCLE < 56.5
    ]
    found = discharge(late_start)
    assert found.headway_s == pytest.approx(2.0)
    assert found.lost_s == pytest.approx(5.5)


def test_trucks_count_twice_in_passenger_cars():
    assert discharge(regular_queue(2.0, 2.0, heavy_every=2)).equivalent == pytest.approx(
        1.5, abs=0.03
    )


def test_too_short_a_queue_is_an_error():
    with pytest.raises(SimulationError, match="only 5 vehicles crossed in green 1"):
        discharge(regular_queue(10.0, 2.0))
    with pytest.raises(SimulationError, match="nobody crossed"):
        discharge([])


def test_summer_through_lane_discharges_1800_with_two_seconds_lost(summer):
    assert summer.saturation_vph.mean == pytest.approx(1800, rel=0.05)
    assert summer.start_up_lost_s.mean == pytest.approx(2.0, abs=0.4)
    assert summer.saturation_pcuph == summer.saturation_vph
    assert summer.headways > 200
    assert summer.headway_s.low < summer.headway_s.mean < summer.headway_s.high


@pytest.mark.parametrize(("season", "least", "most"), [("snow", 0.17, 0.27), ("slush", 0.12, 0.22)])
def test_snow_and_slush_cost_what_was_measured_elsewhere(summer, season, least, most):
    worse = measure_saturation(Turn.THROUGH, 2, season, 0.0, (1, 2))
    assert least < 1 - worse.saturation_vph.mean / summer.saturation_vph.mean < most


def test_sumo_defaults_discharge_too_fast(summer):
    default = measure_saturation(
        Turn.THROUGH, 2, "summer", 0.0, (1, 2), types_xml=SUMO_DEFAULT_TYPES
    )
    assert default.saturation_vph.mean > 1.05 * summer.saturation_vph.mean


def test_turns_are_slower_and_the_tighter_right_turn_slowest(summer):
    left = measure_saturation(Turn.LEFT, 1, "summer", 0.0, (1,))
    right = measure_saturation(Turn.RIGHT, 1, "summer", 0.0, (1,))
    assert right.link_speed_mps < left.link_speed_mps < summer.link_speed_mps
    flows = [r.saturation_vph.mean for r in (right, left, summer)]
    assert flows == sorted(flows)


def test_trucks_take_the_place_of_about_two_cars(summer):
    mixed = measure_saturation(Turn.THROUGH, 2, "summer", 0.1, (1, 2))
    loss = summer.saturation_vph.mean / mixed.saturation_vph.mean
    assert 1.5 < 1 + (loss - 1) / 0.1 < 2.5


def test_the_same_seed_gives_the_same_result():
    first, second = (measure_saturation(Turn.LEFT, 1, "snow", 0.2, (7,)) for _ in range(2))
    assert first == second


def test_unknown_season_is_refused():
    with pytest.raises(InputError):
        measure_saturation(Turn.THROUGH, 1, "spring")


@pytest.mark.parametrize("season", ["summer", "snow"])
def test_nobody_runs_red_or_brakes_in_panic_at_an_amber_of_three_seconds(season):
    conduct = measure_conduct(season, (1,))
    assert conduct.crossings > 500
    assert conduct.at_amber > 0, "else the dilemma zone was never met"
    assert (conduct.at_red, conduct.emergency_brakings, conduct.collisions) == (0, 0, 0)
    target = 55 * season_named(season).free_speed_ratio
    assert conduct.free_speed_kph.mean == pytest.approx(target, rel=0.04)
