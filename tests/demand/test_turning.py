from pathlib import Path

import pytest

from signalopt.demand.flows import movement_flows
from signalopt.demand.given import tidy_routes
from signalopt.demand.graph import RoadGraph
from signalopt.demand.trips import Span
from signalopt.demand.turning import read_entries, read_shares, turning_routes
from signalopt.demand.vehicles import vehicle_types_xml
from signalopt.errors import InputError
from signalopt.scenario.config import write_types


def test_shares_are_followed(grid_net: Path, graph: RoadGraph, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("edge,vph\nleft1,1000\n")
    (tmp_path / "s.csv").write_text(
        "from,to,share\nleft1A1,A1B1,6\nleft1A1,A1A2,3\nleft1A1,A1A0,1\n"
    )
    types, target = tmp_path / "t.add.xml", tmp_path / "out.rou.xml"
    write_types(types, vehicle_types_xml("summer"))
    entries = read_entries(tmp_path / "e.csv", graph)
    shares = read_shares(tmp_path / "s.csv", graph)
    assert shares["left1A1", "A1B1"] == pytest.approx(0.6)
    turning_routes(grid_net, graph, entries, shares, Span(0, 0, 3600), "car", types, target, 1)
    assert tidy_routes(target, 0, 3600, 1.0, 1) == 1000
    flows = movement_flows([target], 0, 3600)
    assert flows["left1A1", "A1B1"] == pytest.approx(600, abs=60)
    assert flows["left1A1", "A1A0"] == pytest.approx(100, abs=40)


def test_bad_entries_and_shares_are_named(graph: RoadGraph, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("edge,vph\nleft1,-1\nlefty,5\n")
    with pytest.raises(InputError) as error:
        read_entries(tmp_path / "e.csv", graph)
    assert "e.csv:2: vph" in str(error.value)
    assert "e.csv:3: edge" in str(error.value)
    (tmp_path / "s.csv").write_text("from,to,share\nleft1A1,B1C1,1\nA1B1,B1C1,0\n")
    with pytest.raises(InputError) as error:
        read_shares(tmp_path / "s.csv", graph)
    assert "s.csv:2: to" in str(error.value)
    assert "s.csv:3: share" in str(error.value)
