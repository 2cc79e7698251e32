"""Sums over the lanes and movements of a stage, by hand."""

from __future__ import annotations

import numpy as np

from signalopt.control.stage_sums import stage_sums
from tests.control.hand_city import AVENUE, LANES, LEFT, STREET, hand_city, with_opposed_lefts


def test_lanes_count_in_the_stages_that_serve_them():
    sums = stage_sums(hand_city(2))
    value = np.arange(12.0)  # N 0, N-left 1, S 2, S-left 3, E 4, W 5, then site C1: 6 to 11
    assert sums.of_lanes(value).tolist() == [[0 + 2, 1 + 3, 4 + 5], [6 + 8, 7 + 9, 10 + 11]]


def test_movements_that_give_way_count_for_their_share():
    sums = stage_sums(with_opposed_lefts(hand_city()))
    ones = np.ones(8)
    # The avenue: two through movements, and two left turns that give way; they have their own stage too.
    assert sums.of_movements(ones, 1.0)[0].tolist() == [4, 2, 4]
    assert sums.of_movements(ones, 0.25)[0].tolist() == [2.5, 2, 4]


def test_a_movement_that_always_gives_way_counts_in_full():
    # The street's left turns have no stage of their own.
    sums = stage_sums(hand_city())
    assert sums.of_movements(np.ones(8), 0.0)[0, STREET] == 4


def test_vehicles_of_a_lane_share_out_among_its_movements():
    sums = stage_sums(hand_city())
    vehicles = np.array([1.0, 2, 3, 4, 5, 7])
    assert sums.of_vehicles(vehicles, 1.0)[0].tolist() == [1 + 3, 2 + 4, 5 + 7]


def test_lost_time_is_the_length_of_the_change():
    city = hand_city()
    sums = stage_sums(city)
    for (old, new), states in city.sites[0].changes.items():
        assert sums.lost_s[0, old, new] == len(states) > 0
    assert not sums.lost_s[0][np.eye(3, dtype=bool)].any()
    assert {AVENUE, LEFT, STREET} == set(range(3))
    assert len(LANES) == 6
