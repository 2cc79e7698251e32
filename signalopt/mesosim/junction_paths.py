"""The way of each connection over its junction: where a turn waits inside, how far and how fast it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from signalopt.network.geometry import sample
from signalopt.network.polyline import Polyline
from signalopt.network.sumo_net import RawConnection, RawNet

BESIDE_M = 3.2
"""Vehicles on paths from one lane pass each other where the paths are a lane's width apart (SUMO's
default width; MSLink counts paths that are closer as one)."""
STEP_M = 0.5


@dataclass(frozen=True, slots=True)
class JunctionPath:
    """pocket_m: part in front of SUMO's internal junction, 0 where there is none; link_m: the rest.

    request: row of the connection in the right-of-way table of `junction`, -1 without one. shape: the
    line over the junction, empty without internal lanes.
    """

    junction: str
    pocket_m: float
    link_m: float
    mps: float
    request: int
    shape: Polyline = ()


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
        shape=tuple(point for lane in lanes for point in lane.shape),
    )


def apart_m(path: JunctionPath, others: Sequence[JunctionPath]) -> float:
    """Metres along a path after which all others from the same lane are a lane's width away from it.

    The whole length for paths that stay beside each other, 0 where there are no others.
    """
    points, along = sample(path.shape, STEP_M)
    if not others or not len(points):
        return 0.0
    near = np.zeros(len(points), np.bool_)
    for other in others:
        rest, _ = sample(other.shape, STEP_M)
        near |= np.hypot(*(points[:, None] - rest[None]).T).min(axis=0) < BESIDE_M
    return float(along[near].max(initial=0.0))
