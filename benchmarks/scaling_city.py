"""A synthetic city for the scaling benchmark: a grid of signals, random trips of a few blocks, SUMO files.

The load of an intersection is the same in a city of any size: trips are drawn until the blocks they cross
add up to `PASSAGES_VPH` vehicles an hour for each signal. So what grows from city to city is its size alone.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from signalopt.files import make_folder, read_xml, write_text
from signalopt.network.tools import run_tool

BLOCK_M = 250.0
JITTER_M = 15.0
"""Standard deviation of each crossing's place: no two blocks are alike, so routes have no ties."""
GATE_M = 200.0
PASSAGES_VPH = 900.0
"""Vehicles an hour through a signal on average; the benchmark names signals that this oversaturates."""
FEWEST_BLOCKS, MOST_BLOCKS = 2, 8
"""Length of a trip, along streets: drivers do not cross a larger city more often."""
WINDOW_S = 1800


@dataclass(frozen=True, slots=True)
class City:
    """A generated city: its .sumocfg, columns and rows of signals, and vehicles in the window."""

    config: Path
    columns: int
    rows: int
    vehicles: int


def shape_of(intersections: int) -> tuple[int, int]:
    """Columns and rows of the squarest full grid.

    Raises ValueError below three by two: with fewer, some trips would have to turn around.
    """
    side = math.isqrt(max(1, intersections))
    rows = next(n for n in range(side, 0, -1) if intersections % n == 0)
    columns = intersections // rows
    if rows < 2 or columns < 3:
        raise ValueError(f"{intersections} intersections make no full grid of three by two or more")
    return columns, rows


def make_city(intersections: int, folder: Path, *, seed: int = 1) -> City:
    """Write net, trips and configuration of a city into `folder`; equal arguments give equal files.

    Raises ValueError for a number that makes no grid, and what SUMO's tools raise.
    """
    columns, rows = shape_of(intersections)
    make_folder(folder)
    net = folder / "city.net.xml"
    run_tool("netgenerate", [
        "--grid", "true", "--grid.x-number", str(columns), "--grid.y-number", str(rows),
        "--grid.length", f"{BLOCK_M:g}", "--grid.attach-length", f"{GATE_M:g}",
        "--perturb-x", f"norm(0,{JITTER_M:g})", "--perturb-y", f"norm(0,{JITTER_M:g})",
        "--default.lanenumber", "2", "--default-junction-type", "traffic_light",
        "--no-turnarounds", "true", "--seed", str(seed), "--output-file", str(net),
    ])  # fmt: skip
    trips = city_trips(net, intersections, seed=seed)
    lines = (
        f'  <trip id="{number}" depart="{depart:.2f}" from="{begin}" to="{end}"'
        ' departLane="best" departSpeed="max"/>\n'
        for number, (depart, begin, end) in enumerate(trips)
    )
    write_text(folder / "city.rou.xml", f"<routes>\n{''.join(lines)}</routes>\n")
    config = folder / "city.sumocfg"
    write_text(
        config,
        '<configuration>\n  <net-file value="city.net.xml"/>\n'
        '  <route-files value="city.rou.xml"/>\n'
        f'  <begin value="0"/>\n  <end value="{WINDOW_S}"/>\n</configuration>\n',
    )
    return City(config, columns, rows, len(trips))


def city_trips(net: Path, intersections: int, *, seed: int) -> list[tuple[float, str, str]]:
    """(departure s, first edge, last edge) by departure, for PASSAGES_VPH at every signal on average."""
    root = read_xml(net, "a SUMO network").getroot()
    signals = _signals(root)
    streets = [e for e in root.iterfind("edge") if e.get("function") is None]
    arriving = [e for e in streets if e.get("to") in signals]
    leaving = [e for e in streets if e.get("from") in signals]
    dice = random.Random(f"city {intersections} {seed}")
    wanted = intersections * PASSAGES_VPH * WINDOW_S / 3600
    passed, trips = 0, []
    while passed < wanted:
        first, last = dice.choice(arriving), dice.choice(leaving)
        (x, y), (u, v) = signals[first.get("to", "")], signals[last.get("from", "")]
        blocks = round((abs(x - u) + abs(y - v)) / BLOCK_M)
        if not FEWEST_BLOCKS <= blocks <= MOST_BLOCKS:
            continue
        passed += blocks + 1
        departs = round(dice.uniform(0, WINDOW_S - 1), 2)
        trips.append((departs, first.get("id", ""), last.get("id", "")))
    return sorted(trips)


def _signals(root: etree._Element) -> dict[str, tuple[float, float]]:
    """Places of the signalised crossings, metres."""
    return {
        node.get("id", ""): (float(node.get("x", "0")), float(node.get("y", "0")))
        for node in root.iterfind("junction")
        if node.get("type") == "traffic_light"
    }
