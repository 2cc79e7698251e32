from pathlib import Path

from lxml import etree

from signalopt.demand.flows import link_flows
from signalopt.demand.pedestrians import crossings, write_walks
from signalopt.demand.trips import Span
from signalopt.demand.vehicles import vehicle_types_xml
from signalopt.network.read_net import read_network
from signalopt.network.tools import run_tool
from signalopt.scenario.config import write_types


def test_everybody_walks_over_the_crossing_meant(grid_net: Path, tmp_path: Path) -> None:
    places = crossings(read_network(grid_net))
    assert len(places) > 20
    chosen = places[0]
    walks, types = tmp_path / "w.rou.xml", tmp_path / "t.add.xml"
    write_types(types, vehicle_types_xml("summer"))
    assert write_walks(walks, [chosen], {}, 120, Span(0, 0, 600), 1) == 20
    run_tool("sumo", [
        "--net-file", str(grid_net), "--route-files", str(walks), "--additional-files", str(types),
        "--no-step-log", "true", "--end", "2000", "--tripinfo-output", str(tmp_path / "trips.xml"),
        "--fcd-output", str(tmp_path / "fcd.xml"),
    ])  # fmt: skip
    infos = etree.parse(str(tmp_path / "trips.xml")).getroot().findall("personinfo")
    assert len(infos) == 20
    seen = {p.get("edge") for p in etree.parse(str(tmp_path / "fcd.xml")).getroot().iter("person")}
    used = {edge for edge in seen if edge and "_c" in edge}
    assert used == {chosen.edge}


def test_intersections_may_have_their_own_volumes(grid_net: Path, tmp_path: Path) -> None:
    places = crossings(read_network(grid_net))
    own = {places[0].intersection: 0.0}
    count = write_walks(tmp_path / "w.xml", places, own, 60, Span(0, 0, 3600), 1)
    others = [p for p in places if p.intersection not in own]
    assert count == 60 * len(others)


def test_crossing_flows_count_what_was_written(grid_net: Path, tmp_path: Path) -> None:
    network = read_network(grid_net)
    chosen = crossings(network)[3]
    write_walks(tmp_path / "w.xml", [chosen], {}, 120, Span(0, 0, 1800), 1)
    flows = link_flows(network, [tmp_path / "w.xml"], 0, 1800)
    assert flows[chosen.intersection][chosen.link] == 120
    assert sum(v for place in flows.values() for v in place.values()) == 120
