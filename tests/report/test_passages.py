"""Delay from exit times, by hand."""

from pathlib import Path

import pytest

from signalopt.errors import SimulationError
from signalopt.report.passages import read_passages
from signalopt.scenario.case import Case

HEAD, TAIL = "<routes>", "</routes>"


def write(path: Path, *vehicles: str) -> Path:
    path.write_text(HEAD + "".join(vehicles) + TAIL, encoding="utf-8")
    return path


def test_delay_is_time_less_free_flow_since_the_signal_before(case: Case, tmp_path: Path) -> None:
    edges = case.network.edge
    path = ["West.W--West", "West.W--West.bay", "West--East", "West--East.bay", "East--East.E"]
    over = {(m.from_edge, m.to_edge): m for p in case.network.intersections for m in p.movements}
    first = over["West.W--West.bay", "West--East"]
    free_s = [edges[e].length_m / edges[e].speed_mps for e in path]
    free_s[1] += first.length_m / first.speed_mps
    exits = [100.0, 130.0, 160.0, 190.0, 230.0]
    vehicle = (
        f'<vehicle id="a" depart="90" speedFactor="1.0"><route edges="{" ".join(path)}"'
        f' exitTimes="{" ".join(str(t) for t in exits)}"/></vehicle>'
    )
    found = read_passages(write(tmp_path / "r.xml", vehicle), case.network, 80, 100)

    lost = found.by_movement["West", "West.W--West.bay", "West--East"]
    assert lost.vehicles == 1
    assert lost.delay_s == pytest.approx(130 - 90 - free_s[0] - free_s[1])
    assert found.by_edge["West--East"].delay_s == pytest.approx(30 - free_s[2])
    assert "East--East.E" not in found.by_edge  # where a trip ends is nobody's delay
    assert found.of_intersection("West").mean_s == pytest.approx(lost.delay_s)
    assert found.of_intersection("nowhere").mean_s is None


def test_who_counts(case: Case, tmp_path: Path) -> None:
    route = '<route edges="West.W--West West.W--West.bay West--East" exitTimes="{}"/>'
    good = route.format("40.00 60.00 90.00")
    file = write(
        tmp_path / "r.xml",
        f'<vehicle id="early" depart="5">{good}</vehicle>',
        f'<vehicle id="bus" depart="20">{good}<stop busStop="x"/></vehicle>',
        f'<vehicle id="stuck" depart="20">{route.format("40.00 -1 -1")}</vehicle>',
        f'<vehicle id="slow" depart="20" speedFactor="0.5">{good}</vehicle>',
        f'<vehicle id="quick" depart="20">{good}</vehicle>',
    )
    found = read_passages(file, case.network, 10, 100)

    assert found.by_movement["West", "West.W--West.bay", "West--East"].vehicles == 2
    edge = case.network.edge["West.W--West"]
    free_s = edge.length_m / edge.speed_mps
    assert found.by_edge["West.W--West"].delay_s == pytest.approx(2 * 20 - 3 * free_s)


def test_a_cut_file_is_told(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "r.xml"
    file.write_text("<routes><vehicle", encoding="utf-8")

    with pytest.raises(SimulationError, match="vehicle routes"):
        read_passages(file, case.network, 0, 100)
