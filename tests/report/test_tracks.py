"""Trajectories: reading, cutting, storing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.errors import SimulationError
from signalopt.report.tracks import (
    GRAIN_M,
    Track,
    decode_path,
    encode_path,
    pieces_inside,
    read_tracks,
)

places = st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000))


@given(st.lists(places, max_size=30), places)
def test_paths_come_back_to_the_grain(
    points: list[tuple[float, float]], origin: tuple[float, float]
) -> None:
    back = decode_path(encode_path(points, origin), origin)

    assert len(back) == len(points)
    for (x, y), (u, v) in zip(points, back, strict=True):
        assert abs(x - u) <= GRAIN_M / 2 + 1e-6 and abs(y - v) <= GRAIN_M / 2 + 1e-6


def test_a_known_path() -> None:
    """0.2 m steps: first (1, -1) -> zigzag 2, 1; then standing -> 0, 0."""
    assert encode_path([(0.2, -0.2), (0.2, -0.2)], (0, 0)) == "AgEAAA"

    with pytest.raises(ValueError, match="middle"):
        decode_path("gA", (0, 0))


def test_reading_ends_with_the_window(tmp_path: Path) -> None:
    vehicle = '<vehicle id="a" x="{}" y="0" angle="90" type="car"/><person id="p" x="0" y="0"/>'
    moments = "".join(
        f'<timestep time="{t:.2f}">{vehicle.format(10 * t)}</timestep>' for t in range(6)
    )
    file = tmp_path / "f.xml"
    file.write_text(f"<fcd-export>{moments}", encoding="utf-8")  # cut off behind the window
    found = read_tracks(file, 1, 4)

    assert [track.vehicle for track in found] == ["a"]
    assert found[0].points == [(1, 10.0, 0.0, 90.0), (2, 20.0, 0.0, 90.0), (3, 30.0, 0.0, 90.0)]
    with pytest.raises(SimulationError, match="trajectories"):
        read_tracks(file, 1, 9)


def test_pieces_are_whole_and_inside() -> None:
    points = [(t, float(x), 0.0, 90.0) for t, x in enumerate((0, 1, 9, 1, 2, 2))] + [
        (9, 1.0, 0.0, 90.0)
    ]
    found = list(pieces_inside(Track("a", "car", points), lambda x, _: x < 5))

    assert [[p[0] for p in piece] for piece in found] == [[0, 1], [3, 4, 5]]
