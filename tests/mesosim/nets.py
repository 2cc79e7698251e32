"""Small hand-made streets for the queue model: net by netconvert, traffic by hand, plans letter by letter."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from signalopt.mesosim.model import MesoModel
from signalopt.network.read_net import read_network
from signalopt.network.sumo_net import RawConnection
from signalopt.network.tools import run_tool
from signalopt.scenario.case import Case
from signalopt.timing.plan import FixedProgram, Plan
from signalopt.timing.signals import Phase

CAR = (
    '<vType id="car" vClass="passenger" length="5" minGap="2.5" accel="2.6" decel="4.5" sigma="0"'
    ' tau="1" speedFactor="1" speedDev="0"/>'
)
Depart = tuple[float, str, str]
"""Second, edges, type."""


def street(
    folder: Path, nodes: Mapping[str, tuple[float, float, str]], edges: Sequence[str],
    departs: Iterable[Depart], *, connections: str = "", types: str = CAR, window_s: int = 3600,
    run_out_s: int = 1800, extra: str = "",
) -> Case:  # fmt: skip
    """A case. nodes: x, y, type; edges: `id from to lanes speed`; extra: more route elements."""
    node_text = "".join(
        f'<node id="{n}" x="{x}" y="{y}" type="{t}"/>' for n, (x, y, t) in nodes.items()
    )
    rows = [e.split() for e in edges]
    edge_text = "".join(
        f'<edge id="{i}" from="{a}" to="{b}" numLanes="{n}" speed="{v}"/>' for i, a, b, n, v in rows
    )
    (folder / "n.nod.xml").write_text(f"<nodes>{node_text}</nodes>")
    (folder / "e.edg.xml").write_text(f"<edges>{edge_text}</edges>")
    arguments = ["-n", str(folder / "n.nod.xml"), "-e", str(folder / "e.edg.xml")]
    if connections:
        (folder / "c.con.xml").write_text(f"<connections>{connections}</connections>")
        arguments += ["-x", str(folder / "c.con.xml")]
    net = folder / "street.net.xml"
    run_tool("netconvert", [*arguments, "-o", str(net), "--no-turnarounds", "true"])
    vehicles = "".join(
        f'<vehicle id="v{i}" type="{t}" depart="{d}"><route edges="{e}"/></vehicle>'
        for i, (d, e, t) in enumerate(sorted(departs))
    )
    routes = folder / "v.rou.xml"
    routes.write_text(f"<routes>{types}{vehicles}{extra}</routes>")
    network = read_network(net)
    return Case(
        name="street", title="", folder=folder, config_file=folder / "none.sumocfg", net_file=net,
        route_files=(routes,), additional_files=(), begin_s=0, end_s=window_s, depart_begin_s=0,
        hard_stop_s=window_s + run_out_s, step_length_s=1.0, network=network,
        today=Plan("today", network.fingerprint, ()), fingerprint="test", season="summer",
    )  # fmt: skip


CROSS = {
    "A": (0.0, 0.0, "priority"), "J": (500.0, 0.0, "traffic_light"), "B": (1000.0, 0.0, "priority"),
    "S": (500.0, -300.0, "priority"), "N": (500.0, 300.0, "priority"),
}  # fmt: skip
CROSS_EDGES = ("AJ A J 1 13.9", "JB J B 1 13.9", "SJ S J 1 13.9", "JN J N 1 13.9")


def cross(folder: Path, departs: Iterable[Depart], **options: int) -> Case:
    """Two one-way streets of one lane that cross at signal J: A to B and S to N."""
    return street(folder, CROSS, CROSS_EDGES, departs, **options)  # type: ignore[arg-type]


def regular(edges: str, headway_s: float, end_s: float, start_s: float = 0.0) -> list[Depart]:
    """A car each `headway_s`."""
    count = int((end_s - start_s) / headway_s)
    return [(round(start_s + i * headway_s, 2), edges, "car") for i in range(count)]


def poisson(edges: str, vph: float, end_s: float, seed: int = 1) -> list[Depart]:
    """Cars at random."""
    dice = random.Random(seed)
    departs, now = [], 0.0
    while (now := now + dice.expovariate(vph / 3600)) < end_s:
        departs.append((round(now, 2), edges, "car"))
    return departs


def signals(
    model: MesoModel, phases: Sequence[tuple[int, Callable[[RawConnection], str]]],
    offset_s: Mapping[str, int] | None = None,
) -> Plan:  # fmt: skip
    """The same phases at every signal: seconds, and the letter of a connection."""
    programs = []
    for signal in sorted({name for name, _ in model.street_index.lamps}):
        count = sum(name == signal for name, _ in model.street_index.lamps)
        by_link = {c.link: c for c in model.street_index.links if c.tl == signal}
        shown = tuple(
            Phase(
                seconds,
                "".join(letter(by_link[i]) if i in by_link else "r" for i in range(count)),
            )
            for seconds, letter in phases
        )
        offset = (offset_s or {}).get(signal, 0)
        programs.append(FixedProgram(signal, offset, shown))
    return Plan("by hand", model.network.fingerprint, tuple(programs))


def always(letter: str) -> Callable[[RawConnection], str]:
    """One letter for all."""
    return lambda _connection: letter


def only(edge: str, letter: str) -> Callable[[RawConnection], str]:
    """A letter for the connections of an edge, red for the others."""
    return lambda c: letter if c.from_edge == edge else "r"


def two_stages(
    model: MesoModel, main: str, green_s: int, cycle_s: int, amber_s: int = 3,
    offset_s: Mapping[str, int] | None = None,
) -> Plan:  # fmt: skip
    """Green for edge `main`, amber, then green for the others until the cycle ends."""
    return signals(
        model,
        (
            (green_s, only(main, "G")),
            (amber_s, only(main, "y")),
            (cycle_s - green_s - amber_s, lambda c: "r" if c.from_edge == main else "G"),
        ),
        offset_s,
    )
