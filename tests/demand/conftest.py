"""A 3 x 3 grid of signals with stubs: junctions A0..C2, gates like `top0`, `left1`."""

from pathlib import Path

import pytest

from signalopt.demand.graph import RoadGraph, read_graph
from signalopt.network.tools import run_tool


@pytest.fixture(scope="session")
def grid_net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("grid") / "grid.net.xml"
    run_tool(
        "netgenerate",
        ["--grid", "--grid.number", "3", "--grid.length", "300", "--grid.attach-length", "200",
         "--default.lanenumber", "2", "--default-junction-type", "traffic_light",
         "--no-turnarounds", "true", "--sidewalks.guess", "true",
         "--crossings.guess", "true", "--output-file", str(target)],
    )  # fmt: skip
    return target


@pytest.fixture(scope="session")
def graph(grid_net: Path) -> RoadGraph:
    return read_graph(grid_net)
