"""A net file as arrays: lanes, the waiting pockets inside junctions, connections and who yields to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from signalopt.mesosim.junction_paths import JunctionPath, apart_m, junction_paths
from signalopt.mesosim.kernel_events import FAR
from signalopt.mesosim.net_detail import NetDetail
from signalopt.mesosim.records import EDGE, LANE, LINK, Records, records
from signalopt.mesosim.right_of_way import who_yields
from signalopt.mesosim.vehicle_types import V_CLASSES
from signalopt.network.sumo_net import RawConnection, RawNet, streets

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Streets:
    """Records of lanes (normal ones, then pockets), connections and edges, and who yields to whom.

    A pocket is the part of an internal lane in front of SUMO's internal junction, where a turn waits
    for its gap inside the junction; the connection that leads into it has its foes behind it. The
    connections out of a lane are contiguous. foes: connections to give way to; walks: crossings.
    """

    lanes: Records
    links: Records
    edges: Records
    foes: Ints
    walks: Ints
    releases: int


@dataclass(frozen=True)
class StreetIndex:
    """Names behind the arrays."""

    lanes: tuple[str, ...]
    lane_of: dict[str, int]
    edge_of: dict[str, int]
    edges: tuple[str, ...]
    links: tuple[RawConnection, ...]
    crossings: tuple[str, ...]
    crossing_of: dict[str, int]
    lamp_of: dict[tuple[str, int], int]
    lamps: tuple[tuple[str, int], ...]

    def lane_from(self, connection: RawConnection) -> int:
        """Number of the lane that a connection starts from."""
        return self.lane_of[f"{connection.from_edge}_{connection.from_lane}"]

    def lane_to(self, connection: RawConnection) -> int:
        """Number of the lane that a connection ends on."""
        return self.lane_of[f"{connection.to_edge}_{connection.to_lane}"]


SHORTEST_VEHICLE_M = 3.0
"""Room that release records are kept for: no motor vehicle with its gap is shorter."""


def lamp_index(net: RawNet) -> tuple[tuple[str, int], ...]:
    """All (signal, link index) pairs of the net's programs, in order; the order of the lamp arrays."""
    return tuple(
        (signal, link)
        for signal in sorted(net.programs)
        for link in range(len(net.programs[signal].phases[0].state))
    )


def build_streets(net: RawNet, detail: NetDetail) -> tuple[Streets, StreetIndex]:
    """Turn a net into records. Lanes for walkers only and rails are left out."""
    index = _index(net, detail)
    paths = junction_paths(net, index.links)
    inner = [k for k, path in enumerate(paths) if path.pocket_m > 0]
    lanes, pocket_of = _lanes(net, index, paths, inner)
    foes, walks = who_yields(net, detail, index.links, paths, index.crossing_of)
    # a turn with a pocket gives way behind it, not at the stop line
    order = [*range(len(paths)), *inner]
    foes = [[] if n < len(paths) and pocket_of[n] >= 0 else foes[k] for n, k in enumerate(order)]
    walks = [[] if n < len(paths) and pocket_of[n] >= 0 else walks[k] for n, k in enumerate(order)]
    foe_first, walk_first = _first(foes), _first(walks)
    apart = _apart(index, paths)
    normal = len(index.lanes)
    links = records(
        len(order), LINK,
        from_lane=[*(index.lane_from(c) for c in index.links), *range(normal, normal + len(inner))],
        to_edge=[index.edge_of[index.links[k].to_edge] for k in order],
        to_lane=[index.lane_to(index.links[k]) for k in order],
        pocket=[*pocket_of, *[-1] * len(inner)],
        lamp=[*(index.lamp_of.get((c.tl, c.link), -1) for c in index.links), *[-1] * len(inner)],
        foe0=foe_first[:-1], foe1=foe_first[1:], walk0=walk_first[:-1], walk1=walk_first[1:],
        m=[paths[k].link_m for k in order], mps=[paths[k].mps for k in order], last=-FAR,
        apart=[*apart, *[0.0] * len(inner)],
    )  # fmt: skip
    edges = records(
        len(index.edges), EDGE,
        lane0=[index.lane_of[net.edges[e].lanes[0].id] for e in index.edges],
        lanes=[len(net.edges[e].lanes) for e in index.edges],
    )  # fmt: skip
    made = Streets(lanes, links, edges, _flat(foes), _flat(walks), int(lanes["rel_size"].sum()))
    pockets = tuple(index.links[k].via for k in inner)
    return made, replace(index, lanes=(*index.lanes, *pockets))


def _index(net: RawNet, detail: NetDetail) -> StreetIndex:
    edges = [
        edge
        for edge in streets(net.edges.values())
        if any(_drivable(lane.id, detail) for lane in edge.lanes)
    ]
    lanes = [lane.id for edge in edges for lane in edge.lanes]
    lane_of = {lane: number for number, lane in enumerate(lanes)}
    links = [
        c
        for c in net.connections
        for ends in [(f"{c.from_edge}_{c.from_lane}", f"{c.to_edge}_{c.to_lane}")]
        if all(lane in lane_of and _drivable(lane, detail) for lane in ends)
    ]
    links.sort(key=lambda c: lane_of[f"{c.from_edge}_{c.from_lane}"])
    crossings = sorted(e.id for e in net.edges.values() if e.function == "crossing")
    lamps = lamp_index(net)
    return StreetIndex(
        lanes=tuple(lanes),
        lane_of=lane_of,
        edge_of={edge.id: number for number, edge in enumerate(edges)},
        edges=tuple(edge.id for edge in edges),
        links=tuple(links),
        crossings=tuple(crossings),
        crossing_of={name: number for number, name in enumerate(crossings)},
        lamp_of={pair: number for number, pair in enumerate(lamps)},
        lamps=lamps,
    )


def _lanes(
    net: RawNet, index: StreetIndex, paths: Sequence[JunctionPath], inner: Sequence[int]
) -> tuple[Records, list[int]]:
    """Records of normal lanes and pockets, and the pocket of each connection (-1: none)."""
    normal = [net.lane[name] for name in index.lanes]
    count, links = len(normal), len(index.links)
    first, number = np.zeros(count + len(inner), np.int32), np.zeros(count + len(inner), np.int32)
    for k in reversed(range(links)):
        lane = index.lane_from(index.links[k])
        first[lane] = k
        number[lane] += 1
    first[count:], number[count:] = np.arange(links, links + len(inner)), 1
    pocket_of = [-1] * links
    for n, k in enumerate(inner):
        pocket_of[k] = count + n
    metres = [*(lane.length_m for lane in normal), *(paths[k].pocket_m for k in inner)]
    room = np.array([int(m / SHORTEST_VEHICLE_M) + 8 for m in metres], np.int32)
    made = records(
        count + len(inner), LANE, m=metres,
        mps=[*(lane.speed_mps for lane in normal), *(paths[k].mps for k in inner)],
        edge=[*(index.edge_of[lane.edge] for lane in normal), *[-1] * len(inner)],
        link0=first, links=number, pocket=[0] * count + [1] * len(inner),
        rel0=np.cumsum(room) - room, rel_size=room, head=-1, tail=-1, wait_first=-1,
        last_t=-FAR, last_in=-FAR, depth=FAR, link=-1,
    )  # fmt: skip
    return made, pocket_of


def _apart(index: StreetIndex, paths: Sequence[JunctionPath]) -> list[float]:
    """Of each connection with a pocket: how far it stays beside others from the same lane, else 0."""
    same: dict[int, list[int]] = {}
    for k, connection in enumerate(index.links):
        same.setdefault(index.lane_from(connection), []).append(k)
    return [
        apart_m(
            path, [paths[other] for other in same[index.lane_from(index.links[k])] if other != k]
        )
        if path.pocket_m > 0
        else 0.0
        for k, path in enumerate(paths)
    ]


def _drivable(lane_id: str, detail: NetDetail) -> bool:
    return any(detail.permissions[lane_id].admits(v_class) for v_class in V_CLASSES)


def _first(rows: Sequence[Sequence[int]]) -> Ints:
    return np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)


def _flat(rows: Sequence[Sequence[int]]) -> Ints:
    return np.array([item for row in rows for item in row], np.int32)
