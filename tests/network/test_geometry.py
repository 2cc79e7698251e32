import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.network.geometry import close_pairs_m, heading_deg, length_m, sample, turn_angle_deg


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (((0, 0), (0, 50)), 0),
        (((0, 0), (50, 0)), 90),
        (((0, 0), (0, -50)), 180),
        (((0, 0), (-50, 0)), 270),
    ],
)
def test_headings_are_compass_degrees(
    path: tuple[tuple[float, float], ...], expected: float
) -> None:
    assert heading_deg(path, at_end=True) == pytest.approx(expected)
    assert heading_deg(path, at_end=False) == pytest.approx(expected)


def test_heading_at_the_stop_line_ignores_a_short_bend() -> None:
    path = ((0, 0), (0, 100), (0.5, 100.5))
    assert turn_angle_deg(heading_deg(path, at_end=True), 0) < 3


@given(st.floats(0, 360), st.floats(0, 360))
def test_turn_angle_is_symmetric_and_at_most_half_a_circle(a: float, b: float) -> None:
    assert 0 <= turn_angle_deg(a, b) <= 180
    assert turn_angle_deg(a, b) == pytest.approx(turn_angle_deg(b, a), abs=1e-6)


@given(st.floats(5, 30), st.floats(5, 30))
def test_crossing_paths_are_close_around_their_intersection(before: float, enter: float) -> None:
    first, second = ((-before, 0), (30, 0)), ((0, -enter), (0, 30))
    along, ahead = close_pairs_m(sample(first), sample(second), 2.0)
    assert along.max() == pytest.approx(before + 2, abs=0.6)
    assert ahead.min() == pytest.approx(enter - 2, abs=0.6)


def test_paths_that_never_meet_give_their_closest_pair() -> None:
    along, ahead = close_pairs_m(sample(((0, 0), (10, 0))), sample(((4, 5), (4, 20))), 2.0)
    assert (along.tolist(), ahead.tolist()) == ([4.0], [0.0])


def test_a_path_without_points_counts_as_its_stop_line() -> None:
    along, ahead = close_pairs_m(sample(()), sample(((0, 0), (1, 1))), 2.0)
    assert (along.tolist(), ahead.tolist()) == ([0.0], [0.0])


def test_length() -> None:
    assert length_m(((0, 0), (3, 4), (3, 5))) == pytest.approx(6)
    assert length_m(()) == 0
    assert math.isclose(length_m(((1, 1),)), 0)
