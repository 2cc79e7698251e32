import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from signalopt.demand.flows import movement_flows
from signalopt.errors import InputError, OutputError
from signalopt.network.tools import find_tool, run_tool
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario
from signalopt.timing.safety import judge_plan


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("net") / "grid.net.xml"
    run_tool("netgenerate", [
        "--grid", "--grid.number", "2", "--grid.length", "200", "--grid.attach-length", "150",
        "--default-junction-type", "traffic_light", "--default.lanenumber", "2",
        "--no-turnarounds", "true", "--output-file", str(target),
    ])  # fmt: skip
    return target


def user_scenario(folder: Path, net: Path, rest: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(f"title: mine\nnetwork: {{net: {net}}}\nwindow: {{begin: 0, end: 600}}\n{rest}")
    return path


def run_plain(case: Case) -> tuple[etree._Element, str]:
    """Run the case in plain SUMO from its own folder; give the statistics and what it said."""
    done = subprocess.run(
        [str(find_tool("sumo")), "-c", "case.sumocfg", "--statistic-output", "stats.xml"],
        cwd=case.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return etree.parse(str(case.folder / "stats.xml")).getroot(), done.stderr


def test_smoke_runs_in_plain_sumo_and_empties(tmp_path: Path) -> None:
    case = build_case(load_scenario("smoke"), tmp_path / "case")
    statistics, said = run_plain(case)
    vehicles = statistics.find("vehicles")
    manifest = json.loads((case.folder / "manifest.json").read_text())["case"]
    assert vehicles is not None
    assert int(vehicles.get("inserted", "")) == manifest["vehicles"] + manifest["buses"] > 300
    assert vehicles.get("running") == vehicles.get("waiting") == "0"
    assert case.has_pedestrians
    assert "Error" not in said
    config = etree.parse(str(case.config_file)).getroot()
    assert not any("/" in e.get("value", "") for e in config.find("input"))


def test_todays_plan_is_safe_and_common_along_the_avenue(tmp_path: Path) -> None:
    case = build_case(load_scenario("smoke"), tmp_path / "case")
    assert not list(judge_plan(case.network.layouts, case.today))
    cycles = {program.cycle_s for program in case.today.intersections}
    assert len(cycles) == 1
    assert len({p.offset_s for p in case.today.intersections}) == len(case.today.intersections)


def test_equal_scenarios_give_equal_files(tmp_path: Path) -> None:
    one = build_case(load_scenario("smoke"), tmp_path / "one")
    two = build_case(load_scenario("smoke"), tmp_path / "two")
    for file in sorted(one.folder.iterdir()):
        assert file.read_bytes() == (two.folder / file.name).read_bytes(), file.name
    other = build_case(replace(load_scenario("smoke"), seed=2), tmp_path / "three")
    assert other.fingerprint != one.fingerprint
    assert other.route_files[0].read_bytes() != one.route_files[0].read_bytes()


def test_the_cache_is_used_and_equal_to_a_fresh_build(tmp_path: Path) -> None:
    first = build_case(load_scenario("smoke"))
    stamp = (first.folder / "manifest.json").stat().st_mtime_ns
    again = build_case(load_scenario("smoke"))
    assert (again.folder / "manifest.json").stat().st_mtime_ns == stamp
    assert again.today == build_case(load_scenario("smoke"), tmp_path / "x").today
    assert not list(first.folder.parent.glob(".*"))


def test_a_users_case_keeps_its_own_programs(tmp_path: Path, net: Path) -> None:
    (tmp_path / "r.rou.xml").write_text(
        '<routes><flow id="f" begin="0" end="600" number="30" from="left0A0" to="B0right0"/></routes>'
    )
    path = user_scenario(tmp_path, net, "demand: {routes: r.rou.xml}\n")
    case = build_case(load_scenario(path), tmp_path / "case")
    assert case.today.name == "as found"
    assert len(case.today.intersections) == 4
    statistics, _ = run_plain(case)
    vehicles = statistics.find("vehicles")
    assert vehicles is not None
    assert vehicles.get("inserted") == "30"


def test_od_closures_and_outage(tmp_path: Path, net: Path) -> None:
    (tmp_path / "od.csv").write_text("from,to,vph\nleft0,right0,300\nleft1,right1,60\n")
    path = user_scenario(
        tmp_path, net,
        "demand: {od: od.csv}\nsignals_off: [B1]\n"
        "closures: [{edge: A0B0}]\n",
    )  # fmt: skip
    case = build_case(load_scenario(path), tmp_path / "case")
    flows = movement_flows(case.route_files, 0, 600)
    assert not any("A0B0" in pair for pair in flows)
    assert sum(v for (a, _), v in flows.items() if a == "left0A0") == pytest.approx(300, abs=6)
    assert case.signals_off == ("B1",)
    _, said = run_plain(case)
    assert "Error" not in said


def test_dark_lamps_are_dark_and_closed_lanes_empty(tmp_path: Path, net: Path) -> None:
    (tmp_path / "od.csv").write_text("from,to,vph\nleft1,right1,400\n")
    path = user_scenario(
        tmp_path, net,
        "demand: {od: od.csv}\nsignals_off: [B1]\nclosures: [{edge: A1B1, lanes: [0]}]\n",
    )  # fmt: skip
    case = build_case(load_scenario(path), tmp_path / "case")
    extra = case.folder / "watch.add.xml"
    extra.write_text(
        '<additional><timedEvent type="SaveTLSStates" source="B1" dest="states.xml"/>'
        '<laneData id="l" file="lanes.xml" excludeEmpty="true"/></additional>'
    )
    config = etree.parse(str(case.config_file)).getroot()
    named = config.find("input/additional-files")
    assert named is not None
    files = f"{named.get('value')},watch.add.xml"
    subprocess.run(
        [str(find_tool("sumo")), "-c", "case.sumocfg", "--additional-files", files],
        cwd=case.folder, check=True, capture_output=True,
    )  # fmt: skip
    states = etree.parse(str(case.folder / "states.xml")).getroot()
    assert {letter for s in states for letter in s.get("state", "")} <= {"O", "o"}
    lanes = {
        e.get("id") for e in etree.parse(str(case.folder / "lanes.xml")).getroot().iter("lane")
    }
    assert "A1B1_1" in lanes
    assert "A1B1_0" not in lanes


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("demand: {od: od.csv}\nsignals_off: [B9]", "`B9`"),
        ("demand: {od: od.csv}\nclosures: [{edge: A0B9}]", "did you mean `A0B"),
        ("demand: {od: od.csv}\nclosures: [{edge: A0B0, lanes: [7]}]", "lanes 0 to 1 of A0B0"),
        ("demand: {od: od.csv}\nclosures: [{edge: left0A0}]", "no way left from left0 to right0"),
        ("demand: {od: od.csv}\nbuses: [{line: '1', route: [left0, Q], headway_s: 60}]", "`Q`"),
        ("demand: {od: od.csv}\npedestrians: {by_intersection: {Z: 5}}", "`Z`"),
        ("demand: {od: od.csv}\nadditional: [tls.add.xml]", "no signal programs"),
        ("demand: {routes: none.rou.xml}", "no vehicle, trip or flow"),
        ("demand: {routes: late.rou.xml}", "nobody departs"),
        ("demand: {routes: broken.rou.xml}", "broken.rou.xml:3"),
    ],
)
def test_what_does_not_fit_the_network(tmp_path: Path, net: Path, rest: str, found: str) -> None:
    (tmp_path / "od.csv").write_text("from,to,vph\nleft0,right0,300\n")
    (tmp_path / "tls.add.xml").write_text("<additional><tlLogic id='A0'/></additional>")
    (tmp_path / "none.rou.xml").write_text("<routes/>")
    (tmp_path / "late.rou.xml").write_text(
        '<routes><trip id="a" depart="9000" from="left0A0" to="A0B0"/></routes>'
    )
    (tmp_path / "broken.rou.xml").write_text("<routes>\n<trip\n</routes>")
    with pytest.raises(InputError) as error:
        build_case(load_scenario(user_scenario(tmp_path, net, rest + "\n")), tmp_path / "case")
    assert found in str(error.value)
    assert not (tmp_path / "case" / "manifest.json").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        build_case(load_scenario("smoke"), tmp_path / "file" / "case")
