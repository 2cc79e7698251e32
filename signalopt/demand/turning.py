"""Entry volumes and turning shares made into routes by SUMO's jtrrouter."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

from signalopt.demand.graph import RoadGraph
from signalopt.demand.routes import ends_of
from signalopt.demand.tables import read_table
from signalopt.demand.trips import Span, write_xml
from signalopt.errors import InputError, Problem, SimulationError
from signalopt.network.model import Confidence
from signalopt.network.tools import run_tool


def read_entries(file: Path, graph: RoadGraph) -> dict[str, float]:
    """Entry volumes in veh/h by edge: columns `edge` (an edge or a gate) and `vph`.

    Raises InputError with file and line of every problem.
    """
    table = read_table(file, "entry volumes", ("edge", "vph"), ("confidence", "source"))
    candidates = sorted(graph.nodes | set(graph.edges))
    entries: dict[str, float] = {}
    for line, row in table.rows:
        name = table.name(
            line, row, "edge", lambda n: bool(ends_of(graph, n, origin=True)), candidates,
            "an edge, or a gate that streets lead from",
        )  # fmt: skip
        volume = table.number(line, row, "vph")
        table.confidence(line, row, Confidence.ESTIMATED)
        edges = ends_of(graph, name, origin=True)
        for edge in edges:
            entries[edge] = entries.get(edge, 0.0) + volume / len(edges)
    table.finish()
    if not sum(entries.values()):
        raise InputError(Problem(str(file), "no volume at all", "volumes above 0"))
    return entries


def read_shares(file: Path, graph: RoadGraph) -> dict[tuple[str, str], float]:
    """Turning shares by (from edge, to edge), scaled to a sum of 1 per from edge.

    Columns `from`, `to`, `share`. Raises InputError with file and line of every problem.
    """
    table = read_table(file, "turning shares", ("from", "to", "share"), ("confidence", "source"))
    shares: dict[tuple[str, str], float] = {}
    lines: dict[str, int] = {}
    for line, row in table.rows:
        source = table.name(
            line, row, "from", graph.edges.__contains__, tuple(graph.edges), "an edge"
        )
        target = row["to"].strip()
        followers = [edge for edge, _ in graph.turns.get(source, ())]
        if source in graph.edges:
            table.name(
                line, row, "to", followers.__contains__, followers, "an edge one can turn to"
            )
        table.confidence(line, row, Confidence.ESTIMATED)
        shares[source, target] = shares.get((source, target), 0.0) + table.number(
            line, row, "share"
        )
        lines.setdefault(source, line)
    sums: dict[str, float] = {}
    for (source, _), share in shares.items():
        sums[source] = sums.get(source, 0.0) + share
    for source, total in sums.items():
        if total <= 0:
            table.report(
                lines[source], "share", f"shares of {source} that are all 0", "a sum above 0"
            )
    table.finish()
    return {pair: share / sums[pair[0]] for pair, share in shares.items()}


def turning_routes(
    net_file: Path, graph: RoadGraph, entries: dict[str, float],
    shares: dict[tuple[str, str], float], span: Span, vehicle_type: str, types: Path, target: Path,
    seed: int, *, scale: float = 1.0, profile: tuple[float, ...] = (),
) -> None:  # fmt: skip
    """Write vehicles whose routes follow the shares into `target`.

    Edges without given shares turn by the network's own right of way. Raises InputError with
    jtrrouter's messages.
    """
    with TemporaryDirectory() as folder:
        flows, ratios = Path(folder) / "flows.xml", Path(folder) / "turns.xml"
        root = etree.Element("routes")
        pieces = [(s, e, f) for s, e, f in span.slices(profile) if f > 0]
        for number, (start, end, factor) in enumerate(pieces):
            for edge, vph in sorted(entries.items()):
                count = round(vph * scale * factor * (end - start) / 3600)
                if count:
                    etree.SubElement(
                        root, "flow", {"from": edge}, id=f"{edge}.{number}", begin=str(start),
                        end=str(end), number=str(count), type=vehicle_type,
                        departLane="best", departSpeed="max",
                    )  # fmt: skip
        write_xml(flows, root)
        table = etree.Element("edgeRelations")
        whole = etree.SubElement(
            table, "interval", begin=str(span.depart_begin_s), end=str(span.end_s)
        )
        for (source, target_edge), share in sorted(shares.items()):
            etree.SubElement(
                whole,
                "edgeRelation",
                {"from": source, "to": target_edge},
                probability=f"{share:.6f}",
            )
        write_xml(ratios, table)
        sinks = [edge for edge, turns in graph.turns.items() if not turns]
        arguments = ["--net-file", str(net_file), "--route-files", str(flows), "--turn-ratio-files",
                     str(ratios), "--additional-files", str(types), "--output-file", str(target),
                     "--seed", str(seed), "--no-step-log", "true", "--randomize-flows", "true",
                     "--begin", str(span.depart_begin_s), "--end", str(span.end_s)]  # fmt: skip
        if sinks:
            arguments += ["--sink-edges", ",".join(sorted(sinks))]
        try:
            run_tool("jtrrouter", arguments)
        except SimulationError as error:
            raise InputError(
                Problem("turning shares", str(error), "shares that lead out")
            ) from None
