"""The way of each connection over its junction: where a turn waits inside, how far and how fast it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signalopt.network.sumo_net import RawConnection, RawNet


@dataclass(frozen=True, slots=True)
class JunctionPath:
    """pocket_m: part in front of SUMO's internal junction, 0 where there is none; link_m: the rest.

    request: row of the connection in the right-of-way table of `junction`, -1 without one.
    """

    junction: str
    pocket_m: float
    link_m: float
    mps: float
    request: int


def junction_paths(net: RawNet, links: Sequence[RawConnection]) -> list[JunctionPath]:
    """The paths of connections, in their order. Nets without internal lanes give paths of no length."""
    follow = {
        f"{c.from_edge}_{c.from_lane}": c for c in net.connections if c.from_edge.startswith(":")
    }
    return [_path(net, follow, connection) for connection in links]


def _path(net: RawNet, follow: dict[str, RawConnection], connection: RawConnection) -> JunctionPath:
    names: list[str] = []
    via = connection.via
    while via and via in net.lane and via not in names:
        names.append(via)
        after = follow.get(via)
        via = after.via if after is not None else ""
    junction = net.edges[connection.from_edge].to_node
    if not names:
        lane = net.lane[f"{connection.from_edge}_{connection.from_lane}"]
        return JunctionPath(junction, 0.0, 0.0, lane.speed_mps, -1)
    lanes = [net.lane[name] for name in names]
    internal = net.junctions[junction].internal_lanes if junction in net.junctions else ()
    return JunctionPath(
        junction=junction,
        pocket_m=sum(lane.length_m for lane in lanes[:-1]),
        link_m=lanes[-1].length_m,
        mps=min(lane.speed_mps for lane in lanes),
        request=internal.index(names[-1]) if names[-1] in internal else -1,
    )
