"""Lines, trajectories, bounds, levels of service."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.report.alongside import Line, along
from signalopt.report.diagrams import thinned, trajectories
from signalopt.report.section_map import nice
from signalopt.report.section_movements import level_of_service
from signalopt.report.tracks import Track

BENT = Line(((-160.0, 0.0), (0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (100.0, 260.0)),
            (-160.0, 0.0, 100.0, 200.0, 360.0))  # fmt: skip


def test_along_a_bent_line() -> None:
    at, away, way = along(BENT, np.array([(50.0, 3.0), (96.0, 50.0), (100.0, 300.0)]))

    assert at.tolist() == [50.0, 150.0, 360.0]
    assert away.tolist() == [3.0, 4.0, 40.0]
    assert way[1].tolist() == [0.0, 1.0]


def test_trajectories_take_those_along_the_avenue() -> None:
    along_it = Track("a", "car", [(t, 10.0 * t, 2.0, 90.0) for t in range(8)])
    back = Track("b", "car", [(t, 90.0 - 10 * t, -4.0, 270.0) for t in range(8)])
    across = Track("c", "car", [(t, 50.0, -30.0 + 10 * t, 0.0) for t in range(8)])
    far = Track("d", "car", [(t, 10.0 * t, 60.0, 90.0) for t in range(8)])
    found = list(trajectories(BENT, [along_it, back, across, far], 0))

    assert found == [(True, ((0, 0.0), (7, 70.0))), (False, ((0, 90.0), (7, 20.0)))]


@given(st.lists(st.floats(0, 500), min_size=2, max_size=60))
def test_thinned_lines_stray_little(metres: list[float]) -> None:
    points = [(float(t), m) for t, m in enumerate(metres)]
    kept = thinned(points, 5.0)

    assert kept[0] == points[0] and kept[-1] == points[-1]
    shown = np.interp([t for t, _ in points], [t for t, _ in kept], [m for _, m in kept])
    assert np.abs(shown - [m for _, m in points]).max() <= 5.0 + 1e-6


@pytest.mark.parametrize(
    ("delay_s", "letter"),
    [(0, "A"), (10, "A"), (10.1, "B"), (35, "C"), (55, "D"), (80, "E"), (81, "F")],
)
def test_levels_of_service(delay_s: float, letter: str) -> None:
    assert level_of_service(delay_s) == letter


@given(st.floats(1e-6, 1e9))
def test_nice_numbers_are_just_below(value: float) -> None:
    found = nice(value)

    assert found <= value * 1.0001 and found * 2.51 > value
    assert f"{found:e}"[0] in "125"
