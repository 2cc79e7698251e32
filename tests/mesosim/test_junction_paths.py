"""How far two paths from one lane stay beside each other."""

import math

import pytest

from signalopt.mesosim.junction_paths import JunctionPath, apart_m
from signalopt.network.polyline import Polyline


def _path(*shape: tuple[float, float]) -> JunctionPath:
    return JunctionPath("J", 5.0, 10.0, 8.0, 0, shape)


STRAIGHT: Polyline = ((0.0, 0.0), (30.0, 0.0))


@pytest.mark.parametrize("angle_deg", [20, 45, 90])
def test_paths_part_where_a_lane_fits_between(angle_deg: int) -> None:
    angle = math.radians(angle_deg)
    turn = _path((0.0, 0.0), (30 * math.cos(angle), 30 * math.sin(angle)))
    # a point s metres along the turn is s * sin(angle) from the straight path
    assert apart_m(turn, [_path(*STRAIGHT)]) == pytest.approx(3.2 / math.sin(angle), abs=0.5)


def test_paths_that_never_part_stay_beside_each_other_to_the_end() -> None:
    beside = _path((0.0, 1.0), (30.0, 1.0))
    assert apart_m(beside, [_path(*STRAIGHT)]) == pytest.approx(30.0)


def test_the_nearest_of_several_others_counts_and_none_is_none() -> None:
    turn = _path((0.0, 0.0), (0.0, 30.0))
    slow = _path((0.0, 0.0), (20.0, 20.0))
    assert apart_m(turn, [_path(*STRAIGHT), slow]) > apart_m(turn, [_path(*STRAIGHT)])
    assert apart_m(turn, []) == 0.0
    assert apart_m(_path(), [_path(*STRAIGHT)]) == 0.0
