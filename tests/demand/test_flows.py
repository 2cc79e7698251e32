from pathlib import Path

import pytest

from signalopt.demand.flows import link_flows, movement_flows, spread_over_links
from signalopt.network.model import Network, Turn
from signalopt.network.read_net import read_network

ROUTES = """<routes>
 <route id="named" edges="left1A1 A1B1 B1C1"/>
 <vehicle id="a" type="car" depart="0"><route edges="left1A1 A1B1 B1C1"/></vehicle>
 <vehicle id="b" type="truck" depart="10"><route edges="left1A1 A1B1"/></vehicle>
 <vehicle id="c" type="car" depart="20" route="named"/>
 <vehicle id="late" type="car" depart="1800"><route edges="left1A1 A1B1"/></vehicle>
</routes>"""


@pytest.fixture(scope="module")
def network(grid_net: Path) -> Network:
    return read_network(grid_net)


@pytest.fixture
def routes(tmp_path: Path) -> Path:
    path = tmp_path / "r.rou.xml"
    path.write_text(ROUTES)
    return path


def test_movement_flows_count_departures_of_the_window(routes: Path) -> None:
    flows = movement_flows([routes], 0, 1800)
    assert flows == {("left1A1", "A1B1"): 6.0, ("A1B1", "B1C1"): 4.0}


def test_trucks_count_double_in_passenger_car_units(routes: Path) -> None:
    assert movement_flows([routes], 0, 1800, pcu=True)["left1A1", "A1B1"] == 8.0


def test_link_flows_add_up_to_the_movement(network: Network, routes: Path) -> None:
    flows = link_flows(network, [routes], 0, 1800)["A1"]
    place = network.intersection["A1"]
    links = [m.link for m in place.movements if (m.from_edge, m.to_edge) == ("left1A1", "A1B1")]
    assert sum(flows[link] for link in links) == pytest.approx(6.0)
    assert sum(flows.values()) == pytest.approx(6.0)


def test_lanes_of_an_approach_fill_evenly(network: Network) -> None:
    place = network.intersection["B1"]
    pairs = {
        (m.from_edge, m.to_edge)
        for m in place.movements
        if m.turn is not Turn.CROSSING and m.from_edge == "A1B1"
    }
    through = ("A1B1", "B1C1")
    flows = spread_over_links(network, {p: 900.0 if p == through else 100.0 for p in pairs})["B1"]
    lanes: dict[int, float] = {}
    for m in place.movements:
        if m.turn is not Turn.CROSSING and m.from_edge == "A1B1":
            lanes[m.from_lane] = lanes.get(m.from_lane, 0.0) + flows[m.link]
    shared = {m.from_lane for m in place.movements if (m.from_edge, m.to_edge) == through}
    loads = [lanes[lane] for lane in shared]
    assert max(loads) == pytest.approx(min(loads), rel=0.05)
    assert sum(lanes.values()) == pytest.approx(900 + 100 * (len(pairs) - 1))
