"""A crossing of two one-way streets, small enough to calculate by hand, as a Case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from signalopt.network.model import Confidence, Intersection, Movement, Network, Turn
from signalopt.network.tools import run_tool
from signalopt.scenario.case import Case, Note
from signalopt.timing.plan import FixedProgram, Plan
from signalopt.timing.signals import GroupKind, Phase, SignalGroup, SignalLayout, Stage

FINGERPRINT = "crossing-1"
SPEED_MPS = 10.0
TYPES = """
<vType id="car" vClass="passenger" sigma="0" speedDev="0" accel="2.5" decel="4.5" minGap="2.5"
       length="5" emissionClass="HBEFA4/PC_petrol_Euro-4"/>
<vType id="bus" vClass="bus" sigma="0" speedDev="0" length="12"/>
"""

CaseMaker = Callable[..., Case]


def fixed_plan(
    phases: Sequence[tuple[float, str]], name: str = "by hand", offset_s: int = 0
) -> Plan:
    """Link 0: south to north; link 1: west to east (netconvert counts clockwise from north)."""
    program = FixedProgram("C", offset_s, tuple(Phase(d, s) for d, s in phases))
    return Plan(name, FINGERPRINT, (program,))


WEST_GREEN = fixed_plan([(60, "rG"), (30, "rG")], "west green")
WEST_RED = fixed_plan([(60, "Gr"), (30, "Gr")], "west red")
SHARED = fixed_plan([(40, "Gr"), (5, "yr"), (40, "rG"), (5, "ry")], "shared")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def crossing(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float, bool], Path]:
    """Net file of the crossing with an approach of this length, built once a session."""
    built: dict[tuple[float, bool], Path] = {}

    def build(approach_m: float, sidewalks: bool) -> Path:
        if (approach_m, sidewalks) not in built:
            folder = tmp_path_factory.mktemp("crossing")
            built[approach_m, sidewalks] = _build_net(folder, approach_m, sidewalks)
        return built[approach_m, sidewalks]

    return build


def _build_net(folder: Path, approach_m: float, sidewalks: bool) -> Path:
    nodes = {"W": (-approach_m, 0), "C": (0, 0), "E": (500, 0), "S": (0, -300), "N": (0, 300)}
    kinds = {"C": "traffic_light"}
    walk = ' sidewalkWidth="2"' if sidewalks else ""
    files = {
        "n.nod.xml": "<nodes>"
        + "".join(
            f'<node id="{n}" x="{x}" y="{y}" type="{kinds.get(n, "priority")}"/>'
            for n, (x, y) in nodes.items()
        )
        + "</nodes>",
        "n.edg.xml": "<edges>"
        + "".join(
            f'<edge id="{a}{b}" from="{a}" to="{b}" numLanes="1" speed="{SPEED_MPS}"{walk}/>'
            for a, b in ("WC", "CE", "SC", "CN")
        )
        + "</edges>",
        "n.con.xml": '<connections><connection from="WC" to="CE"/><connection from="SC" to="CN"/>'
        "</connections>",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    net = folder / "n.net.xml"
    run_tool(
        "netconvert",
        ["-n", str(folder / "n.nod.xml"), "-e", str(folder / "n.edg.xml"), "-x",
         str(folder / "n.con.xml"), "-o", str(net), "--no-turnarounds", "true",
         "--default.junctions.radius", "2"],
    )  # fmt: skip
    return net


def _network(net_file: Path) -> Network:
    moves = tuple(
        Movement(link, Turn.THROUGH, a, b, 0, 0, "C", 10, SPEED_MPS, ())
        for link, (a, b) in enumerate((("SC", "CN"), ("WC", "CE")))
    )
    layout = SignalLayout(
        "C", 2,
        (SignalGroup("S", GroupKind.VEHICLE, (0,), 5), SignalGroup("W", GroupKind.VEHICLE, (1,), 5)),
        (Stage("1", ("S",)), Stage("2", ("W",))),
        frozenset({(0, 1), (1, 0)}), frozenset(), (),
    )  # fmt: skip
    place = Intersection("C", "C", ("C",), 0, 0, None, None, moves, layout, None)
    return Network(net_file, FINGERPRINT, (), (place,))


def cars(
    departures: Sequence[float], edges: str = "WC CE", kind: str = "car", stem: str = "v"
) -> str:
    return "".join(
        f'<vehicle id="{stem}{i}" type="{kind}" depart="{t}" departPos="0" departSpeed="max">'
        f'<route edges="{edges}"/></vehicle>\n'
        for i, t in enumerate(departures)
    )


@pytest.fixture
def make_case(tmp_path: Path, crossing: Callable[[float, bool], Path]) -> CaseMaker:
    """Make a case from the text of its trips; keywords replace fields of Case."""

    def make(
        trips: str, *, approach_m: float = 500, sidewalks: bool = False, **changes: object
    ) -> Case:
        net = crossing(approach_m, sidewalks)
        routes, types = tmp_path / "trips.rou.xml", tmp_path / "types.add.xml"
        routes.write_text(f"<routes>\n{trips}</routes>\n")
        types.write_text(f"<additional>{TYPES}</additional>")
        case = Case(
            name="crossing", title="Crossing", folder=tmp_path, config_file=tmp_path / "x.sumocfg",
            net_file=net, route_files=(routes,), additional_files=(types,),
            begin_s=0, end_s=300, depart_begin_s=0, hard_stop_s=900, step_length_s=1.0,
            network=_network(net), today=WEST_GREEN, fingerprint="case-1", season="summer",
            occupancy=(("car", 1.5), ("bus", 40.0)),
            notes=(Note("demand", "invented", Confidence.ESTIMATED),),
        )  # fmt: skip
        return replace(case, **changes)  # type: ignore[arg-type]

    return make
