import pytest

from signalopt.timing.clearance import (
    pedestrian_intergreen_s,
    pedestrian_min_green_s,
    vehicle_intergreen_s,
    vehicle_to_pedestrian_intergreen_s,
)


@pytest.mark.parametrize(
    ("clear_m", "enter_m", "expected_s"),
    [
        (20.0, 10.0, 5),  # 3 + 26/10 - 0.9 = 4.7 -> amber + all-red of 5 s decide
        (40.0, 5.0, 8),  # 3 + 46/10 - 0.45 = 7.15 -> 8
        (4.0, 40.0, 5),  # computed 0.4 s: never below amber + all-red
    ],
)
def test_vehicle_intergreen_by_hand(clear_m, enter_m, expected_s):
    assert vehicle_intergreen_s(clear_m, enter_m) == expected_s


def test_police_rule_raises_the_intergreen_to_seven_seconds():
    assert vehicle_intergreen_s(10, 10, all_red_s=4) == 7


def test_pedestrians_start_without_entering_time():
    # 3 + (24 + 6) / 10 = 6
    assert vehicle_to_pedestrian_intergreen_s(24) == 6


@pytest.mark.parametrize(
    ("crossing_m", "green_s", "clear_s"), [(13, 15, 3), (25, 25, 5), (26, 25, 5)]
)
def test_pedestrian_times_of_the_norm(crossing_m, green_s, clear_s):
    assert pedestrian_min_green_s(crossing_m) == green_s
    assert pedestrian_intergreen_s(crossing_m) == clear_s


def test_walkers_reach_the_refuge_of_a_divided_crossing():
    # 28 m: 28 / 5.2 = 5.4 -> 6 s; 14 m to the island: 14 / 1.3 - 3 = 7.8 -> 8 s
    assert pedestrian_intergreen_s(28) == 6
    assert pedestrian_intergreen_s(28, 14) == 8
