from itertools import pairwise
from pathlib import Path

from lxml import etree

from signalopt.demand.buses import BusStop, Line, line_route, line_trips, write_stops
from signalopt.demand.graph import RoadGraph, read_graph
from signalopt.demand.trips import Span

SPAN = Span(0, 900, 4500)


def make(
    stops: tuple[BusStop, ...] = (), places: tuple[str, ...] = ("left0", "B2", "right0")
) -> Line:
    return Line("7", places, 300.0, "bus", stops)


def test_a_line_passes_its_places_in_order(graph: RoadGraph) -> None:
    route, problems = line_route(graph, make(), "x")
    assert not problems
    ends = [graph.edges[e].to_node for e in route]
    assert ends.index("B2") < ends.index("right0")
    assert route[0] == "left0A0"


def test_headways_are_regular_from_a_start_within_the_first(graph: RoadGraph) -> None:
    route, _ = line_route(graph, make(), "x")
    departs = [t.depart_s for t in line_trips(make(), route, SPAN, 1)]
    assert 0 <= departs[0] < 300
    assert {b - a for a, b in pairwise(departs)} == {300}
    assert len(departs) == 15


def test_bad_places_and_stops_are_all_named(graph: RoadGraph) -> None:
    _, problems = line_route(graph, make(places=("left0", "Z9")), "s.yaml: buses[0]")
    assert "`Z9`" in str(problems[0])
    stops = (BusStop("C2C1", 10, 20, False), BusStop("left0A0", 9000, 20, False))
    _, problems = line_route(graph, make(stops, ("left0", "right0")), "s.yaml: buses[0]")
    assert [p.where for p in problems] == [
        "s.yaml: buses[0].stops[0].edge",
        "s.yaml: buses[0].stops[1].from_end_m",
    ]


def test_lines_share_a_stop_and_stops_lie_on_the_road(grid_net: Path, tmp_path: Path) -> None:
    stop = BusStop("A0B0", 30, 20, True)
    graph = read_graph(grid_net, "bus")
    write_stops(tmp_path / "s.add.xml", graph, [make((stop,)), make((stop,))])
    found = etree.parse(str(tmp_path / "s.add.xml")).getroot().findall("busStop")
    assert len(found) == 1
    assert found[0].get("lane") == "A0B0_1"  # lane 0 is the pavement
    assert float(found[0].get("endPos", "")) - float(found[0].get("startPos", "")) == 26.0
