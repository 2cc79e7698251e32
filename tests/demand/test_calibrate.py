import json
from itertools import pairwise
from pathlib import Path

import pytest

from signalopt.demand.calibrate import calibrate_to_counts, geh, geh_table
from signalopt.demand.counts import candidate_routes, read_counts
from signalopt.demand.flows import movement_flows
from signalopt.demand.graph import RoadGraph
from signalopt.demand.routes import assign
from signalopt.demand.trips import Span, draw_trips, write_trips
from signalopt.errors import InputError
from signalopt.network.read_net import read_network

HEAD = "intersection,from,to,begin,end,count\n"


def test_geh_by_hand() -> None:
    assert geh(100, 100) == 0
    assert geh(0, 0) == 0
    assert geh(1200, 1000) == pytest.approx(6.030, abs=1e-3)  # sqrt(2 * 200^2 / 2200)


def test_counts_of_known_traffic_are_met(grid_net: Path, graph: RoadGraph, tmp_path: Path) -> None:
    truth = {("left1", "right1"): 400.0, ("top1", "bottom1"): 300.0, ("left0", "top2"): 200.0}
    write_trips(tmp_path / "truth.rou.xml", draw_trips(
        assign(graph, truth), Span(0, 0, 3600), (("car", 1.0),), 1
    ))  # fmt: skip
    flows = movement_flows([tmp_path / "truth.rou.xml"], 0, 3600)
    rows = [f"{graph.edges[a].to_node},{a},{b},0,3600,{v:.0f}" for (a, b), v in flows.items()]
    counts = tmp_path / "counts.csv"
    counts.write_text(HEAD + "\n".join(rows) + "\n")
    result = calibrate_to_counts(read_network(grid_net), counts, tmp_path / "out.rou.xml", seed=2)
    assert result.accepted
    assert result.share_within >= 0.95
    assert result.vehicles == pytest.approx(900, rel=0.1)
    content = json.loads(result.to_json())
    assert len(content["counts"]) == len(rows)
    assert content["counts"][0]["geh"] == max(c["geh"] for c in content["counts"])


def test_empty_routes_are_not_accepted(grid_net: Path, graph: RoadGraph, tmp_path: Path) -> None:
    counts, routes = tmp_path / "counts.csv", tmp_path / "none.rou.xml"
    counts.write_text(HEAD + "A1,left1A1,A1B1,0,3600,500\n")
    routes.write_text("<routes/>")
    table = geh_table(read_counts(counts, read_network(grid_net), graph, 0, 3600), [routes])
    assert table[0].geh == pytest.approx(31.6, abs=0.1)


def test_every_bad_row_is_named(grid_net: Path, graph: RoadGraph, tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text(
        HEAD + "A1,left1A1,B1C1,0,3600,5\nZZ,left1A1,A1B1,3600,0,-5\nA1,left1A1,A1B1,soon,3600,5\n"
    )
    with pytest.raises(InputError) as error:
        read_counts(counts, read_network(grid_net), graph, 0, 3600)
    text = str(error.value)
    for place in ("2: from, to", "3: intersection", "3: begin", "3: count", "4: begin"):
        assert f"{counts}:{place}" in text


def test_candidates_pass_every_turn_without_loops(graph: RoadGraph) -> None:
    turns = [(a, b) for a, found in graph.turns.items() for b, _ in found]
    routes = candidate_routes(graph, turns)
    passed = {pair for r in routes for pair in pairwise(r)}
    assert len(set(turns) & passed) > 0.9 * len(turns)
    assert all(len(set(r)) == len(r) for r in routes)
