"""Built areas: signals, crossings, reachability, coordinates, cache, and that traffic gets through."""

from __future__ import annotations

import math
import shutil
import subprocess
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sumolib

from signalopt.assets import data_folder
from signalopt.errors import InputError, OutputError
from signalopt.network.area import list_areas, load_area
from signalopt.network.area_model import Area
from signalopt.network.build_area import area_key, area_rules, build_area, warnings_as_problems
from signalopt.network.rules import read_rules, rules_path
from signalopt.network.tools import find_tool, run_tool, tool_environment

AREAS = list_areas()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """`built(name)` gives the area, its net file and the net read by sumolib."""
    folder = tmp_path_factory.mktemp("nets")

    @cache
    def build(name: str) -> tuple[Area, Path, Any]:
        area = load_area(name)
        net_file = build_area(area, folder / name)
        return area, net_file, sumolib.net.readNet(str(net_file), withInternal=True)

    return build


@pytest.mark.parametrize("name", AREAS)
def test_one_signal_an_intersection(built: Any, name: str) -> None:
    area, _, net = built(name)
    assert {tls.getID() for tls in net.getTrafficLights()} == set(area.intersection)


@pytest.mark.parametrize("name", AREAS)
def test_every_arm_has_a_crossing_as_long_as_its_carriageways(built: Any, name: str) -> None:
    area, net_file, _ = built(name)
    crossed: dict[tuple[str, frozenset[str]], float] = {}
    for edge in ET.parse(net_file).getroot().iterfind("edge"):
        if edge.get("function") == "crossing":
            lane = edge.find("lane")
            assert lane is not None
            edges = frozenset((edge.get("crossingEdges") or "").split())
            place = edge.get("id", ":").removeprefix(":").rsplit("_c", 1)[0]
            crossed[place, edges] = float(lane.get("length", "0"))
    for place, arms in area.arms.items():
        for arm in arms.values():
            row = area.approach[(place, arm.letter)]
            stop = f"{arm.edge_in}.bay" if row.bay_m else arm.edge_in
            edges = frozenset(
                ([stop] if arm.lanes_in else []) + ([arm.edge_out] if arm.lanes_out else [])
            )
            lanes = arm.lanes_in + arm.lanes_out + row.left_bays + row.right_bays
            least = lanes * area.lane_width_m
            median_left = arm.section.median_m
            # bays take room from the median; skewed arms are crossed at an angle
            assert least - 0.5 <= crossed[place, edges] <= least + median_left + 6.0, (
                place,
                arm.letter,
            )
    assert len(crossed) == sum(len(arms) for arms in area.arms.values())


@pytest.mark.parametrize("name", AREAS)
def test_every_entry_reaches_every_exit_and_no_lane_is_blind(built: Any, name: str) -> None:
    area, _, net = built(name)
    exits = {
        net.getEdge(f"{gate.intersection}--{gate.id}"): gate.id
        for gate in area.gates
        if gate.has_exit
    }
    for gate in area.gates:
        if gate.has_entry:
            start = net.getEdge(f"{gate.id}--{gate.intersection}")
            reached = net.getReachable(start, vclass="passenger")
            assert {e for e, name in exits.items() if name != gate.id} <= reached
    blind = [
        lane.getID()
        for edge in net.getEdges(withInternal=False)
        if edge.getToNode().getID() not in area.gate
        for lane in edge.getLanes()
        if lane.allows("bus") and not lane.getOutgoing()
    ]
    assert blind == []


@pytest.mark.parametrize("name", AREAS)
def test_coordinates_come_back_within_a_metre(built: Any, name: str) -> None:
    area, _, net = built(name)
    for place in area.intersections:
        lon, lat = net.convertXY2LonLat(*net.getNode(place.id).getCoord())
        north = (lat - place.lat) * 111_200
        east = (lon - place.lon) * 111_320 * math.cos(math.radians(place.lat))
        assert math.hypot(north, east) < 1.0


@pytest.mark.parametrize("name", [name for name in AREAS if name != "smoke"])
def test_entries_hold_a_peak_queue(built: Any, name: str) -> None:
    area, _, net = built(name)
    for gate in area.gates:
        if gate.has_entry:
            first = net.getEdge(f"{gate.id}--{gate.intersection}")
            bay = [e for e in first.getOutgoing() if e.getID().endswith(".bay")]
            assert first.getLength() + sum(e.getLength() for e in bay) >= 500


@pytest.mark.parametrize("name", AREAS)
def test_bays_are_as_long_as_the_source_says(built: Any, name: str) -> None:
    area, _, net = built(name)
    for row in area.approaches:
        if row.bay_m:
            edge = net.getEdge(f"{area.arms[row.intersection][row.arm].edge_in}.bay")
            assert edge.getLength() == pytest.approx(row.bay_m, abs=12.5)


def test_rules_lie_beside_the_net(built: Any) -> None:
    area, net_file, net = built("tauelsizdik")
    rules = read_rules(rules_path(net_file))
    assert rules == area_rules(area)
    place = rules.intersections["Tauelsizdik_Koshkarbayev"]
    assert place.all_red_s == 4
    assert set(place.arms.values()) == {"N", "E", "S", "W"}
    assert set(place.streets) < set(place.arms)
    assert all(net.hasEdge(edge) for edge in place.arms)


def test_cache_is_used_and_notices_a_changed_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path / "cache"))
    folder = Path(shutil.copytree(data_folder("networks") / "smoke", tmp_path / "mine"))
    first = build_area(load_area(folder))
    stamp = first.stat().st_mtime_ns
    assert build_area(load_area(folder)) == first
    assert first.stat().st_mtime_ns == stamp
    path = folder / "sections.csv"
    path.write_text(path.read_text().replace("E,W,2,2,estimated", "E,W,2,3,estimated"))
    changed = load_area(folder)
    assert area_key(changed) not in first.parent.name
    second = build_area(changed)
    assert second != first
    assert sumolib.net.readNet(str(second)).getEdge("East--West").getLaneNumber() == 4


def test_two_builders_at_once_give_one_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path))
    area = load_area("smoke")
    with ThreadPoolExecutor(3) as pool:
        files = set(pool.map(build_area, [area] * 3))
    assert len(files) == 1
    assert [p.name for p in (tmp_path / "networks").iterdir()] == [f"smoke-{area_key(area)}"]


def test_the_same_source_gives_the_same_network(tmp_path: Path) -> None:
    area = load_area("smoke")
    nets = [build_area(area, tmp_path / name) for name in ("one", "two")]
    texts = [net.read_text().split("<net ", 1)[1] for net in nets]  # above it: date and file names
    assert texts[0] == texts[1]


def test_warnings_become_problems_except_harmless_ones() -> None:
    area = load_area("smoke")
    said = (
        "Warning: Lane 'a_1' is not connected from any incoming edge at junction 'b'.\n"
        "Success.\n"
        "Warning: Speed of left connection 'a_1->b_1' reduced by 5.00 due to turning radius.\n"
    )
    (problem,) = warnings_as_problems(area, said)
    assert "a_1" in problem.found


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(OutputError, match="file"):
        build_area(load_area("smoke"), blocked / "nets")


def test_netconvert_objecting_to_the_source_is_an_input_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grumbling(name: str, arguments: list[str]) -> str:
        return run_tool(name, arguments) + "\nWarning: Edge 'West--East' is in a bad mood.\n"

    monkeypatch.setattr("signalopt.network.build_area.run_tool", grumbling)
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path))
    with pytest.raises(InputError, match="West--East"):
        build_area(load_area("smoke"))
    assert list((tmp_path / "networks").iterdir()) == []  # nothing half-built stays


def test_traffic_and_pedestrians_get_through_the_smoke_area(built: Any, tmp_path: Path) -> None:
    area, net_file, _ = built("smoke")
    flows = []
    ends = [(gate.intersection, gate.id) for gate in area.gates]
    for number, (place, gate) in enumerate(ends):
        for to_place, to_gate in ends:
            if to_gate != gate:
                flows.append(
                    f'<flow id="{gate}.to.{to_gate}" from="{gate}--{place}" to="{to_place}--{to_gate}"'
                    f' begin="0" end="600" vehsPerHour="25" departLane="best"/>'
                )
        other = ends[(number + 3) % len(ends)]
        flows.append(
            f'<personFlow id="walk{number}" begin="0" end="600" perHour="30">'
            f'<walk from="{gate}--{place}" to="{other[0]}--{other[1]}"/></personFlow>'
        )
    routes = tmp_path / "r.rou.xml"
    routes.write_text("<routes>" + "".join(flows) + "</routes>")
    statistic = tmp_path / "s.xml"
    subprocess.run(
        [str(find_tool("sumo")), "-n", str(net_file), "-r", str(routes), "--no-step-log",
         "--end", "1800", "--time-to-teleport", "-1", "--statistic-output", str(statistic)],
        check=True, env=tool_environment(), capture_output=True,
    )  # fmt: skip
    root = ET.parse(statistic).getroot()
    vehicles, persons = root.find("vehicles"), root.find("persons")
    assert vehicles is not None
    assert persons is not None
    assert vehicles.get("inserted") == vehicles.get("loaded") != "0"
    assert vehicles.get("running") == "0"
    assert persons.get("running") == "0"
    assert root.find("safety").get("collisions") == "0"  # type: ignore[union-attr]
