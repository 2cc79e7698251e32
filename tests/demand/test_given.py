from pathlib import Path

import pytest
from lxml import etree

from signalopt.demand.given import check_route_files, detour_routes, expand_routes, tidy_routes
from signalopt.demand.graph import ANY_CLASS, RoadGraph, read_graph
from signalopt.errors import InputError

GOOD = """<routes>
 <vType id="mine" length="6"/>
 <flow id="f" type="mine" begin="0" end="600" number="20" from="left1A1" to="C1right1"/>
 <trip id="t" depart="30" from="left0A0" to="C2right2"/>
 <vehicle id="v" depart="5"><route edges="left1A1 A1B1"/></vehicle>
</routes>"""


@pytest.fixture(scope="module")
def whole(grid_net: Path) -> RoadGraph:
    return read_graph(grid_net, ANY_CLASS)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "r.rou.xml"
    path.write_text(text)
    return path


def test_flows_and_trips_become_sorted_vehicles(
    grid_net: Path, whole: RoadGraph, tmp_path: Path
) -> None:
    path, target = write(tmp_path, GOOD), tmp_path / "out.rou.xml"
    check_route_files([path], whole)
    expand_routes(grid_net, [path], [], target, 1, 0, 600)
    assert tidy_routes(target, 0, 600, 1.0, 1) == 22
    root = etree.parse(str(target)).getroot()
    assert not root.findall("flow")
    assert all(v.find("route") is not None for v in root.findall("vehicle"))
    departs = [float(v.get("depart", "")) for v in root.findall("vehicle")]
    assert departs == sorted(departs)
    assert root.find("vType[@id='mine']") is not None


@pytest.mark.parametrize(("scale", "least", "most"), [(0.5, 5, 17), (2.0, 40, 44)])
def test_scale_thins_out_or_copies(
    grid_net: Path, tmp_path: Path, scale: float, least: int, most: int
) -> None:
    path, target = write(tmp_path, GOOD), tmp_path / "out.rou.xml"
    expand_routes(grid_net, [path], [], target, 1, 0, 600)
    assert least <= tidy_routes(target, 0, 600, scale, 1) <= most


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('<vehicle id="a" depart="0"><route edges="left1A1 nowhere"/></vehicle>', "edge `nowhere`"),
        ('<vehicle id="a" depart="0"><route edges="left1A1 B1C1"/></vehicle>', "left1A1 then B1C1"),
        ('<trip id="a" depart="0" from="gone" to="A1B1"/>', "edge `gone`"),
        (
            '<flow id="a" begin="0" end="9" vehsPerHour="-5" from="A1B1" to="B1C1"/>',
            'vehsPerHour="-5"',
        ),
        (
            '<flow id="a" begin="9" end="5" number="5" from="A1B1" to="B1C1"/>',
            "begin 9 after end 5",
        ),
        ('<flow id="a" begin="0" end="5" probability="3" from="A1B1" to="B1C1"/>', "probability 3"),
    ],
)
def test_bad_lines_are_named(whole: RoadGraph, tmp_path: Path, line: str, found: str) -> None:
    path = write(tmp_path, f"<routes>\n{line}\n</routes>")
    with pytest.raises(InputError) as error:
        check_route_files([path], whole)
    assert found in str(error.value)
    assert f"{path}:2" in str(error.value)


def test_an_empty_file_is_refused(whole: RoadGraph, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no vehicle, trip or flow"):
        check_route_files([write(tmp_path, "<routes/>")], whole)


def test_a_wrong_network_does_not_flood_the_screen(whole: RoadGraph, tmp_path: Path) -> None:
    lines = "\n".join(f'<trip id="{n}" depart="0" from="x{n}" to="A1B1"/>' for n in range(90))
    with pytest.raises(InputError, match="70 more problems"):
        check_route_files([write(tmp_path, f"<routes>{lines}</routes>")], whole)


def test_closed_ways_are_driven_round(grid_net: Path, graph: RoadGraph, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("<trip", "<!-- ").replace('C2right2"/>', 'C2right2" -->'))
    target = tmp_path / "out.rou.xml"
    expand_routes(grid_net, [path], [], target, 1, 0, 600)
    lost = detour_routes(target, graph.without(frozenset({"A1B1"})), 0, 600)
    assert lost == ("v",)  # its last edge is the closed one
    flow = [v for v in etree.parse(str(target)).getroot().iter("vehicle") if v.get("id") != "v"]
    routes = {v.find("route").get("edges") for v in flow}  # type: ignore[union-attr]
    assert len(flow) == 20
    assert all("A1B1" not in r.split() and r.endswith("C1right1") for r in routes if r)
