"""Origin-destination volumes: from gate totals by Furness balancing, or from a CSV.

Furness (1965), "Time function iteration", Traffic Engineering and Control 7: rows and columns of a
prior matrix are scaled in turn until both totals fit. The prior favours through traffic: each turn on
the quickest route multiplies it by `TURN_WEIGHT`, and detours make it fade (both estimated).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from signalopt.demand.graph import RoadGraph
from signalopt.demand.routes import ODPair, Route, best_routes, edge_costs, ends_of
from signalopt.demand.tables import read_table
from signalopt.errors import InputError, Problem
from signalopt.files import write_text
from signalopt.network.model import Confidence

TURN_WEIGHT = {"l": 0.25, "L": 0.25, "r": 0.35, "R": 0.35, "t": 0.05}
DETOUR_FADE = 3.0
LONGEST_DETOUR = 2.0


@dataclass(frozen=True, slots=True)
class GateVolume:
    """Vehicles an hour that enter and leave the area at a gate, with the mark of the figure."""

    gate: str
    entry_vph: float
    exit_vph: float
    confidence: Confidence
    source: str


def read_gates(file: Path, period: str, graph: RoadGraph) -> tuple[GateVolume, ...]:
    """Read the rows of one period: period, gate, entry_vph, exit_vph, confidence, source.

    Raises InputError with file and line of every problem.
    """
    columns = ("period", "gate", "entry_vph", "exit_vph")
    table = read_table(file, "gate volumes", columns, ("confidence", "source"))
    gates: list[GateVolume] = []
    periods: set[str] = set()
    candidates = sorted(graph.nodes)
    for line, row in table.rows:
        periods.add(row["period"].strip())
        if row["period"].strip() != period:
            continue
        gate = table.name(
            line, row, "gate", lambda name: name in graph.nodes or name in graph.edges, candidates,
            "a gate or an edge of the network",
        )  # fmt: skip
        entry, leave = (table.number(line, row, c) for c in ("entry_vph", "exit_vph"))
        if entry > 0 and not ends_of(graph, gate, origin=True) and gate in graph.nodes:
            table.report(line, "entry_vph", f"{entry:g}", "0", f"no street leads from {gate}")
        if leave > 0 and not ends_of(graph, gate, origin=False) and gate in graph.nodes:
            table.report(line, "exit_vph", f"{leave:g}", "0", f"no street leads to {gate}")
        if any(other.gate == gate for other in gates):
            table.report(line, "gate", f"{gate} a second time", "each gate once a period")
        mark = table.confidence(line, row, Confidence.ESTIMATED)
        gates.append(GateVolume(gate, entry, leave, mark, row.get("source", "").strip()))
    if period not in periods:
        known = ", ".join(sorted(periods))
        table.problems.append(Problem(str(file), f"no row of period `{period}`", f"one of {known}"))
    table.finish()
    if not any(g.entry_vph > 0 for g in gates) or not any(g.exit_vph > 0 for g in gates):
        raise InputError(Problem(str(file), "no volume at all", "entry and exit volumes above 0"))
    return tuple(gates)


def scale_gates(file: Path, factor: float, target: Path) -> None:
    """Write a copy of a table of gate volumes with every volume multiplied. Raises OutputError."""
    table = read_table(
        file, "gate volumes", ("period", "gate", "entry_vph", "exit_vph"), ("confidence", "source")
    )
    lines = [",".join(table.rows[0][1])]
    for line, row in table.rows:
        scaled = {
            column: f"{table.number(line, row, column) * factor:.1f}"
            for column in ("entry_vph", "exit_vph")
        }
        cells = [scaled.get(column, cell) for column, cell in row.items()]
        lines.append(",".join(f'"{cell}"' if "," in cell else cell for cell in cells))
    table.finish()
    write_text(target, "\n".join(lines) + "\n")


def gate_od(graph: RoadGraph, gates: tuple[GateVolume, ...]) -> dict[ODPair, float]:
    """OD volumes in vehicles an hour whose row sums are the gates' entries.

    Exits are scaled to the sum of entries. Raises InputError if a gate with volume reaches nothing.
    """
    pairs = tuple((a.gate, b.gate) for a in gates for b in gates if a.gate != b.gate)
    routes = best_routes(graph, pairs, edge_costs(graph, {}))
    prior = {pair: _prior(graph, route) for pair, route in routes.items()}
    entries = {g.gate: g.entry_vph for g in gates}
    exits = {g.gate: g.exit_vph for g in gates}
    problems = [
        Problem(f"gate {gate}", "no way to any gate with exits", "a connected network")
        for gate, volume in entries.items()
        if volume > 0
        and not any(w > 0 and exits[b] > 0 for (a, b), w in prior.items() if a == gate)
    ]
    if problems:
        raise InputError(*problems)
    return furness(prior, entries, exits)


def _prior(graph: RoadGraph, route: Route) -> float:
    weight = 1.0
    for edge, follow in pairwise(route):
        weight *= TURN_WEIGHT.get(dict(graph.turns[edge])[follow], 1.0)
    start, end = graph.edges[route[0]].start, graph.edges[route[-1]].end
    length_m = sum(graph.edges[edge].length_m for edge in route)
    detour = length_m / max(math.dist(start, end), 1.0)
    if detour > LONGEST_DETOUR:
        return 0.0
    fade = math.exp(-DETOUR_FADE * max(0.0, detour - math.sqrt(2)))
    return fade * weight


def furness(
    prior: Mapping[ODPair, float], entries: Mapping[str, float], exits: Mapping[str, float],
    rounds: int = 100,
) -> dict[ODPair, float]:  # fmt: skip
    """Scale `prior` to row sums `entries` and column sums proportional to `exits`.

    Rows are exact; columns are as near as the prior's empty cells allow.
    """
    ratio = sum(entries.values()) / max(sum(exits.values()), 1e-9)
    cells = {p: w * entries[p[0]] * exits[p[1]] for p, w in prior.items() if w > 0}
    cells = {pair: value for pair, value in cells.items() if value > 0}
    for _ in range(rounds):
        for axis, wanted, factor in ((1, exits, ratio), (0, entries, 1.0)):
            sums: dict[str, float] = {}
            for pair, value in cells.items():
                sums[pair[axis]] = sums.get(pair[axis], 0.0) + value
            cells = {
                pair: value * wanted[pair[axis]] * factor / sums[pair[axis]]
                for pair, value in cells.items()
            }
    return cells


def read_od(file: Path, graph: RoadGraph) -> dict[ODPair, float]:
    """Read OD volumes: from, to, vph (ends are gates or edges); equal pairs add up.

    Raises InputError with file and line of every problem, unconnected pairs included.
    """
    table = read_table(file, "OD volumes", ("from", "to", "vph"), ("confidence", "source"))
    candidates = sorted(graph.nodes | set(graph.edges))
    volumes: dict[ODPair, float] = {}
    lines: dict[ODPair, int] = {}
    for line, row in table.rows:
        pair = (
            table.name(
                line, row, "from", lambda n: bool(ends_of(graph, n, origin=True)), candidates,
                "a gate or an edge with traffic from it",
            ),
            table.name(
                line, row, "to", lambda n: bool(ends_of(graph, n, origin=False)), candidates,
                "a gate or an edge with traffic to it",
            ),
        )  # fmt: skip
        table.confidence(line, row, Confidence.ESTIMATED)
        volumes[pair] = volumes.get(pair, 0.0) + table.number(line, row, "vph")
        lines.setdefault(pair, line)
    table.finish()
    reached = best_routes(graph, tuple(volumes), edge_costs(graph, {}))
    for pair, line in lines.items():
        if pair not in reached and volumes[pair] > 0:
            table.report(line, "from, to", f"{pair[0]} to {pair[1]}", "a pair joined by streets")
    table.finish()
    if not sum(volumes.values()):
        raise InputError(Problem(str(file), "no volume at all", "volumes above 0"))
    return volumes
