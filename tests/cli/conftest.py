"""A tiny SUMO case of the user's own, and a way to run the program in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from signalopt.cli.main import app
from signalopt.network.tools import run_tool

ROUTES = """<routes>
 <vType id="sedan" accel="2.6"/>
 <vehicle id="a" type="sedan" depart="1"><route edges="left0A0 A0B0 B0right0"/></vehicle>
 <vehicle id="b" type="sedan" depart="5"><route edges="right0B0 B0A0 A0left0"/></vehicle>
</routes>
"""
SCENARIO = """title: two crossings
network: {net: net.net.xml}
demand: {routes: a.rou.xml}
window: {begin: 0, end: 60, run_out_s: 300}
"""


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: object) -> Ended:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return Ended(result.exit_code, result.stdout, result.stderr)

    return invoke


@pytest.fixture(scope="session")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A net of two crossings in a row, both with signals, with arms on all sides."""
    net = tmp_path_factory.mktemp("grid") / "net.net.xml"
    run_tool(
        "netgenerate",
        ["--grid", "--grid.x-number", "2", "--grid.y-number", "1", "--grid.attach-length", "150",
         "--grid.length", "200", "--default.junctions.type", "traffic_light",
         "--no-turnarounds", "true", "-o", str(net)],
    )  # fmt: skip
    return net


@pytest.fixture
def own(tmp_path: Path, grid: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a sound scenario `own.yaml`; tests break one file of it."""
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "net.net.xml").write_bytes(grid.read_bytes())
    (folder / "a.rou.xml").write_text(ROUTES, encoding="utf-8")
    (folder / "own.yaml").write_text(SCENARIO, encoding="utf-8")
    return folder
