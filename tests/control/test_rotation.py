"""Who comes next in the fallback program's order."""

from __future__ import annotations

import numpy as np

from signalopt.control.rotation import Rotation, rotation_of
from tests.control.hand_city import AVENUE, LEFT, STREET, hand_city

# A program that serves stage 0 twice, and a shorter one: A B A C and A B.
TWICE = Rotation(
    order=np.array([[0, 1, 0, 2], [0, 1, 0, 0]]),
    count=np.array([4, 2]),
    exists=np.array([[True] * 4, [True, True, False, False]]),
    planned_green_s=np.zeros((2, 4)),
    for_walkers=np.zeros((2, 4), np.bool_),
)
ALL = np.ones((2, 4), np.bool_)


def test_reads_the_program():
    city = hand_city(2)
    rotation = rotation_of(city)
    assert rotation.order.tolist() == [[AVENUE, LEFT, STREET]] * 2
    planned = [stage.green_s for stage in city.sites[0].fallback.stages]
    assert rotation.planned_green_s[0].tolist() == planned
    # Walkers cross with the avenue and with the street, not with the protected left turns.
    assert rotation.for_walkers[0].tolist() == [True, False, True]


def test_position_advances_to_the_nearest_place_of_the_stage():
    start = np.array([0, 0])
    assert TWICE.advanced(start, np.array([1, 1])).tolist() == [1, 1]
    assert TWICE.advanced(np.array([1, 1]), np.array([0, 0])).tolist() == [2, 0]
    assert TWICE.advanced(np.array([3, 1]), np.array([0, 1])).tolist() == [0, 1]


def test_position_stays_when_the_stage_is_not_in_the_program():
    assert TWICE.advanced(np.array([2, 1]), np.array([7, 2])).tolist() == [2, 1]


def test_next_position_takes_the_first_wanted_one_and_never_a_padded_one():
    assert TWICE.next_position(np.array([2, 1]), ALL).tolist() == [3, 0]
    only_b = np.array([[False, True, False, False]] * 2)
    assert TWICE.next_position(np.array([2, 0]), only_b).tolist() == [1, 1]


def test_next_position_falls_back_choice_by_choice():
    none = np.zeros((2, 4), np.bool_)
    only_c = np.array([[False, False, False, True], [False] * 4])
    assert TWICE.next_position(np.array([0, 0]), none, only_c).tolist() == [3, 1]
