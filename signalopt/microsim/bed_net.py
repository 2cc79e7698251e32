"""The intersection of the test beds: four legs, one signalised approach with a single movement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from lxml import etree

from signalopt.files import read_xml
from signalopt.network.model import Turn
from signalopt.network.tools import run_tool

APPROACH = "w_in"
APPROACH_M = 600
STEP_S = 1
"""Step length of the project's simulations."""

_EXIT_M, _CROSS_LANES = 400, 3
_SIGNAL = "c"
_EXIT = {Turn.THROUGH: "e_out", Turn.LEFT: "n_out", Turn.RIGHT: "s_out"}


@dataclass(frozen=True, slots=True)
class Cycle:
    """The approach's signal in seconds: green starts at first_green_s and every cycle_s from there."""

    first_green_s: int
    green_s: int
    amber_s: int
    red_s: int
    red_amber_s: int

    @property
    def cycle_s(self) -> int:
        """Seconds from green to green."""
        return self.green_s + self.amber_s + self.red_s + self.red_amber_s


@dataclass(frozen=True, slots=True)
class Crossing:
    """A front bumper over a loop. `lane` is the lane's index on the approach.

    SUMO stamps what happens in the step from t to t + 1 with times in (t - 1, t], but a signal that
    turns green for that step with t; time_s has one step added, so that both share a clock.
    """

    time_s: float
    lane: int
    speed_mps: float
    vehicle_type: str


@dataclass(frozen=True, slots=True)
class BedNet:
    """One test bed with its files in `folder`.

    limit_mps: speed limit of the streets; link_speed_mps: that of the path over the junction, None:
    as netconvert finds it from the radius. loop_m: distance of the loops before the stop line.
    """

    folder: Path
    turn: Turn
    lanes: int
    cycle: Cycle
    limit_mps: float
    link_speed_mps: float | None = None
    loops_m: tuple[float, ...] = (0.1,)

    @property
    def route(self) -> str:
        """Edges of the one route through the bed."""
        return f"{APPROACH} {_EXIT[self.turn]}"

    def build(self) -> float:
        """Build net, signal and loops; returns the speed limit of the path over the junction (m/s).

        Raises SimulationError if netconvert fails.
        """
        for name, root in (("nod", self._nodes()), ("edg", self._edges()), ("con", self._turns())):
            etree.ElementTree(root).write(self._path(f"bed.{name}.xml"))
        run_tool("netconvert", [
            "-n", self._path("bed.nod.xml"), "-e", self._path("bed.edg.xml"),
            "-x", self._path("bed.con.xml"), "-o", self._path("bed.net.xml"), "--no-turnarounds",
        ])  # fmt: skip
        net = read_xml(self.folder / "bed.net.xml", "a SUMO network")
        links = [c for c in net.iter("connection") if c.get("tl") == _SIGNAL]
        ours = {int(c.get("linkIndex", "")): c for c in links if c.get("from") == APPROACH}
        self._write_signal(set(ours), 1 + max(int(c.get("linkIndex", "")) for c in links))
        paths = {c.get("via") for c in ours.values()}
        return fmean(float(e.get("speed", "")) for e in net.iter("lane") if e.get("id") in paths)

    def simulate(self, types_xml: str, vehicles: Sequence[str], seed: int, end_s: int) -> str:
        """Run SUMO over `vehicle` elements with route `r`; returns what it printed.

        Raises SimulationError if SUMO fails.
        """
        lines = ["<routes>", types_xml, f'<route id="r" edges="{self.route}"/>', *vehicles]
        routes = self.folder / "bed.rou.xml"
        routes.write_text("\n".join([*lines, "</routes>"]), encoding="utf-8")
        # Standing closer than minGap is no collision: only touching counts (mingap-factor 0).
        return run_tool("sumo", [
            "-n", self._path("bed.net.xml"), "-r", str(routes), "-a", self._path("bed.add.xml"),
            "--step-length", str(STEP_S), "--seed", str(seed), "--end", str(end_s),
            "--time-to-teleport", "-1", "--collision.action", "warn",
            "--collision.mingap-factor", "0", "--no-step-log", "--xml-validation", "never",
        ])  # fmt: skip

    def crossings(self, loop_m: float) -> list[Crossing]:
        """What the loops at this distance before the stop line saw in the last run, by time."""
        tree = read_xml(self.folder / f"loops_{loop_m:g}.xml", "output of instant induction loops")
        return [
            Crossing(
                float(e.get("time", "")) + STEP_S,
                int(e.get("id", "").rsplit("_", 1)[1]),
                float(e.get("speed", "")),
                e.get("type", ""),
            )
            for e in tree.iter("instantOut")
            if e.get("state") == "enter"
        ]

    def _nodes(self) -> etree._Element:
        root = etree.Element("nodes")
        etree.SubElement(root, "node", id=_SIGNAL, x="0", y="0", type="traffic_light")
        legs = {"w": (-APPROACH_M, 0), "e": (_EXIT_M, 0), "n": (0, _EXIT_M), "s": (0, -_EXIT_M)}
        for leg, (x, y) in legs.items():
            etree.SubElement(root, "node", id=leg, x=str(x), y=str(y), type="priority")
        return root

    def _edges(self) -> etree._Element:
        root = etree.Element("edges")
        for leg in "wens":
            for edge, start, end in ((f"{leg}_in", leg, _SIGNAL), (f"{leg}_out", _SIGNAL, leg)):
                lanes = self.lanes if edge == APPROACH else _CROSS_LANES
                ends = {"from": start, "to": end}
                speed = f"{self.limit_mps:.3f}"
                etree.SubElement(root, "edge", ends, id=edge, numLanes=str(lanes), speed=speed)
        return root

    def _turns(self) -> etree._Element:
        root = etree.Element("connections")
        # left turners keep to the inner lanes of their exit, all others to the outer ones
        shift = _CROSS_LANES - self.lanes if self.turn is Turn.LEFT else 0
        for lane in range(self.lanes):
            link = etree.SubElement(root, "connection", {"from": APPROACH}, to=_EXIT[self.turn])
            link.set("fromLane", str(lane))
            link.set("toLane", str(lane + shift))
            if self.link_speed_mps is not None:
                link.set("speed", f"{self.link_speed_mps:.3f}")
        return root

    def _write_signal(self, links: set[int], size: int) -> None:
        root = etree.Element("additional")
        offset = str(self.cycle.first_green_s % self.cycle.cycle_s)
        logic = etree.SubElement(
            root, "tlLogic", id=_SIGNAL, type="static", programID="bed", offset=offset
        )
        c = self.cycle
        shown = (("G", c.green_s), ("y", c.amber_s), ("r", c.red_s), ("u", c.red_amber_s))
        for letter, seconds in shown:
            state = "".join(letter if i in links else "r" for i in range(size))
            etree.SubElement(logic, "phase", duration=str(seconds), state=state)
        for loop_m in self.loops_m:
            for lane in range(self.lanes):
                loop = etree.SubElement(root, "instantInductionLoop", id=f"{loop_m:g}_{lane}")
                loop.set("lane", f"{APPROACH}_{lane}")
                loop.set("pos", f"{-loop_m:g}")
                loop.set("file", f"loops_{loop_m:g}.xml")
        etree.ElementTree(root).write(self._path("bed.add.xml"))

    def _path(self, name: str) -> str:
        return str(self.folder / name)
