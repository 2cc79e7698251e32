"""Turning counts: read from CSV, and made into vehicles by SUMO's routeSampler.

Candidate routes lead from every edge where the network begins to every edge where it ends, and through
every counted turn; routeSampler chooses how often each is driven so that the counts are met.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

from signalopt.demand.graph import RoadGraph
from signalopt.demand.routes import Route, edge_costs, shortest_routes
from signalopt.demand.tables import read_table
from signalopt.demand.trips import write_xml
from signalopt.errors import InputError, MissingToolError, Problem, SimulationError
from signalopt.network.model import Confidence, Network
from signalopt.network.tools import sumo_home, tool_environment

LONGEST_RATIO = 1.3
"""A candidate may cost at most this multiple of the quickest way between its ends (estimated)."""
_TIMEOUT_S = 600


@dataclass(frozen=True, slots=True)
class TurnCount:
    """`count` vehicles that turned from one edge into another between two seconds of the day."""

    intersection: str
    from_edge: str
    to_edge: str
    begin_s: int
    end_s: int
    count: float
    confidence: Confidence = Confidence.MEASURED

    @property
    def vph(self) -> float:
        """Vehicles an hour."""
        return self.count * 3600 / (self.end_s - self.begin_s)


def read_counts(
    file: Path, network: Network, graph: RoadGraph, begin_s: int, end_s: int
) -> tuple[TurnCount, ...]:
    """Read counts: intersection, from, to, begin, end, count (begin, end empty: begin_s, end_s).

    `from` may be the edge before a short piece with turn bays. Raises InputError with file and line
    of every problem.
    """
    columns = ("intersection", "from", "to", "begin", "end", "count")
    table = read_table(file, "turning counts", columns, ("confidence", "source"))
    counts: list[TurnCount] = []
    for line, row in table.rows:
        place = table.name(
            line, row, "intersection", network.intersection.__contains__, tuple(network.intersection),
            "a signalised intersection",
        )  # fmt: skip
        source = table.name(
            line, row, "from", graph.edges.__contains__, tuple(graph.edges), "an edge"
        )
        target = table.name(
            line, row, "to", graph.edges.__contains__, tuple(graph.edges), "an edge"
        )
        begin = table.clock(line, row, "begin", begin_s)
        end = table.clock(line, row, "end", end_s)
        number = table.number(line, row, "count")
        mark = table.confidence(line, row, Confidence.MEASURED)
        if begin >= end:
            table.report(line, "begin", f"{begin} s not before {end} s", "begin before end")
        if source in graph.edges and target in graph.edges:
            turn = _turn(graph, source, target)
            if turn is None:
                found = f"{source} to {target}"
                table.report(line, "from, to", found, "edges with a turn between them")
            elif any((c.from_edge, c.to_edge, c.begin_s) == (*turn, begin) for c in counts):
                table.report(line, "from, to", "a turn counted twice", "one row a turn and time")
            elif begin < end:
                counts.append(TurnCount(place, *turn, begin, end, number, mark))
    table.finish()
    if not any(c.count for c in counts):
        raise InputError(Problem(str(file), "no count above 0", "counted vehicles"))
    return tuple(counts)


def _turn(graph: RoadGraph, source: str, target: str) -> tuple[str, str] | None:
    """The turn meant by two edges; the source may be followed by a piece with turn bays."""
    followers = [edge for edge, _ in graph.turns[source]]
    if target in followers:
        return source, target
    for edge in followers:
        if not graph.edges[source].signal and any(t == target for t, _ in graph.turns[edge]):
            return edge, target
    return None


def candidate_routes(graph: RoadGraph, turns: Sequence[tuple[str, str]]) -> tuple[Route, ...]:
    """Routes from every beginning to every end of the network, and through each turn."""
    entered = {target for found in graph.turns.values() for target, _ in found}
    entries = [edge for edge in graph.edges if edge not in entered] or list(graph.edges)
    exits = [edge for edge, found in graph.turns.items() if not found] or list(graph.edges)
    costs = edge_costs(graph, {})
    to_all = {entry: shortest_routes(graph, (entry,), costs) for entry in entries}
    routes: dict[Route, None] = {}
    for entry in entries:
        routes |= dict.fromkeys(
            to_all[entry][e][1] for e in exits if e in to_all[entry] and _apart(graph, entry, e)
        )
    for source, target in turns:
        onward = shortest_routes(graph, (target,), costs)
        through: list[tuple[float, Route]] = []
        for entry in entries:
            if source not in to_all[entry]:
                continue
            cost, first = to_all[entry][source]
            for end in exits:
                if end not in onward or not _apart(graph, entry, end):
                    continue
                rest_cost, rest = onward[end]
                best = to_all[entry][end][0]
                through.append(((cost + rest_cost) / best, (*first, *rest)))
        good = [route for ratio, route in through if ratio <= LONGEST_RATIO]
        routes |= dict.fromkeys(good or [route for _, route in sorted(through)[:1]])
    return tuple(route for route in routes if len(set(route)) == len(route) > 1)


def _apart(graph: RoadGraph, entry: str, end: str) -> bool:
    """Whether a trip does not go back to where it came from."""
    return graph.edges[entry].from_node != graph.edges[end].to_node


def sample_routes(graph: RoadGraph, counts: Sequence[TurnCount], target: Path, seed: int) -> None:
    """Write vehicles that meet the counts into `target`, by SUMO's routeSampler.

    Raises SimulationError with the tool's own message, MissingToolError where it is not installed.
    """
    tool = sumo_home() / "tools" / "routeSampler.py"
    if not tool.is_file():
        raise MissingToolError("SUMO's tools/routeSampler.py is missing: reinstall eclipse-sumo")
    with TemporaryDirectory() as name:
        folder = Path(name)
        candidates, wanted = folder / "candidates.rou.xml", folder / "counts.xml"
        root = etree.Element("routes")
        turns = list(dict.fromkeys((c.from_edge, c.to_edge) for c in counts))
        for number, route in enumerate(candidate_routes(graph, turns)):
            etree.SubElement(root, "route", id=f"c{number}", edges=" ".join(route))
        write_xml(candidates, root)
        write_xml(wanted, _counts_xml(counts))
        command = [
            sys.executable, str(tool), "--route-files", str(candidates), "--turn-files", str(wanted),
            "--turn-attribute", "count", "--output-file", str(target), "--seed", str(seed),
            "--optimize", "full",
            # few vehicles that pass many counts, as real ones do; below 1 no count is given up for it
            "--minimize-vehicles", "0.5", "--prefix", "c",
            "--attributes", 'type="car" departLane="best" departSpeed="max"',
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, env=tool_environment(),
                timeout=_TIMEOUT_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise SimulationError(f"routeSampler did not end within {_TIMEOUT_S} s") from None
    if done.returncode != 0 or not target.is_file():
        raise SimulationError(f"routeSampler failed: {(done.stderr or done.stdout).strip()[-500:]}")


def _counts_xml(counts: Sequence[TurnCount]) -> etree._Element:
    root = etree.Element("data")
    for begin, end in sorted({(c.begin_s, c.end_s) for c in counts}):
        interval = etree.SubElement(root, "interval", id="counts", begin=str(begin), end=str(end))
        for c in counts:
            if (c.begin_s, c.end_s) == (begin, end):
                attributes = {"from": c.from_edge, "to": c.to_edge, "count": f"{c.count:g}"}
                etree.SubElement(interval, "edgeRelation", attributes)
    return root
