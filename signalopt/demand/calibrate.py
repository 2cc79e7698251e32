"""Calibration of demand to turning counts, judged by the GEH statistic.

GEH = sqrt(2 (M - C)^2 / (M + C)) with modelled and counted volumes in veh/h (G. E. Havers; Design Manual
for Roads and Bridges, volume 12, section 2: GEH below 5 on at least 85 % of the counts).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from signalopt.demand.counts import TurnCount, read_counts, sample_routes
from signalopt.demand.flows import movement_flows
from signalopt.demand.given import tidy_routes
from signalopt.demand.graph import read_graph
from signalopt.network.model import Network

GEH_LIMIT = 5.0
GEH_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class GehRow:
    """One count with its model volume, both in veh/h."""

    intersection: str
    from_edge: str
    to_edge: str
    begin_s: int
    end_s: int
    counted_vph: float
    modelled_vph: float
    geh: float


@dataclass(frozen=True)
class Calibration:
    """Routes that were fitted to counts, and how well."""

    route_file: Path
    vehicles: int
    rows: tuple[GehRow, ...]

    @property
    def share_within(self) -> float:
        """Share of counts with GEH below 5."""
        return sum(row.geh < GEH_LIMIT for row in self.rows) / len(self.rows)

    @property
    def accepted(self) -> bool:
        """Whether at least 85 % of the counts have GEH below 5."""
        return self.share_within >= GEH_SHARE

    def to_json(self) -> str:
        """The result as JSON text."""
        content = {
            "vehicles": self.vehicles,
            "share_geh_below_5": round(self.share_within, 4),
            "accepted": self.accepted,
            "counts": [_row_data(row) for row in self.rows],
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _row_data(row: GehRow) -> dict[str, object]:
    return {
        "intersection": row.intersection,
        "from": row.from_edge,
        "to": row.to_edge,
        "begin_s": row.begin_s,
        "end_s": row.end_s,
        "counted_vph": round(row.counted_vph, 1),
        "modelled_vph": round(row.modelled_vph, 1),
        "geh": round(row.geh, 2),
    }


def geh(modelled_vph: float, counted_vph: float) -> float:
    """GEH statistic of two hourly volumes; 0 for two empty ones."""
    total = modelled_vph + counted_vph
    return math.sqrt(2 * (modelled_vph - counted_vph) ** 2 / total) if total > 0 else 0.0


def geh_table(counts: Sequence[TurnCount], route_files: Sequence[Path]) -> tuple[GehRow, ...]:
    """Compare counts with the vehicles of route files, departures counted, worst GEH first."""
    flows = {
        (begin, end): movement_flows(route_files, begin, end)
        for begin, end in {(c.begin_s, c.end_s) for c in counts}
    }
    rows = []
    for c in counts:
        modelled = flows[c.begin_s, c.end_s].get((c.from_edge, c.to_edge), 0.0)
        place = (c.intersection, c.from_edge, c.to_edge, c.begin_s, c.end_s)
        rows.append(GehRow(*place, c.vph, modelled, geh(modelled, c.vph)))
    return tuple(sorted(rows, key=lambda r: (-r.geh, r.intersection, r.from_edge, r.to_edge)))


def calibrate_to_counts(
    network: Network, counts_file: Path, target: Path, *, begin_s: int = 0, end_s: int = 86400,
    seed: int = 1,
) -> Calibration:  # fmt: skip
    """Write vehicles that meet a CSV of turning counts into `target`; return the GEH table.

    begin_s, end_s: used for rows without times. Raises InputError with every problem of the CSV.
    """
    graph = read_graph(network.net_file)
    counts = read_counts(counts_file, network, graph, begin_s, end_s)
    sample_routes(graph, counts, target, seed)
    first, last = min(c.begin_s for c in counts), max(c.end_s for c in counts)
    vehicles = tidy_routes(target, first, last, 1.0, seed)
    return Calibration(target, vehicles, geh_table(counts, (target,)))
