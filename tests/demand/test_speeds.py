from pathlib import Path

import pytest

from signalopt.demand.graph import RoadGraph
from signalopt.demand.speeds import avenue_speed, calibrate_scale


def test_calibration_finds_the_scale_of_a_falling_speed() -> None:
    result = calibrate_scale(lambda scale: 50 - 20 * scale, 32.0, 0.5, 1.5, tolerance_kph=0.2)
    assert result.best.scale == pytest.approx(0.9, abs=0.01)
    assert abs(result.best.speed_kph - 32) <= 0.2


def test_calibration_gives_up_after_its_rounds() -> None:
    result = calibrate_scale(lambda _: 20.0, 32.0, 0.5, 1.5, rounds=4)
    assert len(result.steps) == 4


def test_time_and_space_mean_by_hand(tmp_path: Path, graph: RoadGraph) -> None:
    """Two vehicles over one section of a corridor: 30 s and 90 s for the same length."""
    edges, renamed = ("left1A1", "A1B1"), {"A1B1": "A1--B1"}
    named = RoadGraph(
        graph.net_file, {renamed.get(k, k): e for k, e in graph.edges.items()}, graph.turns,
        graph.all_edges, graph.nodes,
    )  # fmt: skip
    lines = "".join(
        f'<vehicle><route edges="{edges[0]} A1--B1" exitTimes="{100:g} {100 + s:g}"/></vehicle>'
        for s in (30, 90)
    )
    path = tmp_path / "v.xml"
    path.write_text(f"<routes>{lines}</routes>")
    found = avenue_speed(path, named, ("A1", "B1"), 0, 1000)
    length_m = 300.0  # between stop lines, junction included
    assert found.passages == 2
    assert found.space_mean_kph == pytest.approx(3.6 * 2 * length_m / 120, rel=0.05)
    assert found.time_mean_kph == pytest.approx(3.6 * (length_m / 30 + length_m / 90) / 2, rel=0.05)
    assert avenue_speed(path, named, ("A1", "B1"), 0, 120).passages == 0
