"""Who gives way to whom: the right-of-way table of the net's junctions, as lists of connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from signalopt.mesosim.junction_paths import JunctionPath
from signalopt.mesosim.net_detail import NetDetail
from signalopt.network.sumo_net import RawConnection, RawNet


def who_yields(
    net: RawNet, detail: NetDetail, links: Sequence[RawConnection], paths: Sequence[JunctionPath],
    crossing_of: Mapping[str, int],
) -> tuple[list[list[int]], list[list[int]]]:  # fmt: skip
    """For each connection the connections and the crossings that it gives way to (`response` rows)."""
    at = {(p.junction, p.request): k for k, p in enumerate(paths) if p.request >= 0}
    foes: list[list[int]] = [[] for _ in links]
    walks: list[list[int]] = [[] for _ in links]
    for k, path in enumerate(paths):
        rows = detail.responses.get(path.junction, ())
        if not 0 <= path.request < len(rows):
            continue
        internal = net.junctions[path.junction].internal_lanes
        for other in sorted(rows[path.request]):
            crossing = internal[other].rsplit("_", 1)[0] if other < len(internal) else ""
            if (path.junction, other) in at:
                foes[k].append(at[path.junction, other])
            elif crossing in crossing_of:
                walks[k].append(crossing_of[crossing])
    return foes, walks
