"""Streets as people see them: pieces between two junctions joined, so that a bay is no street of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass

from signalopt.network.model import Edge, Network

Point = tuple[float, float]
_BACKWARDS = -0.8
"""Cosine of the angle between two pieces below which the second leads back."""


@dataclass(frozen=True)
class Street:
    """One direction of a street between two junctions. `edges`: its pieces in driving direction."""

    id: str
    name: str
    edges: tuple[str, ...]
    lengths_m: tuple[float, ...]
    lanes: int
    shape: tuple[Point, ...]

    @property
    def length_m(self) -> float:
        """Length of all pieces, junctions left out."""
        return sum(self.lengths_m)


def streets_of(network: Network) -> tuple[Street, ...]:
    """Every edge of the network in exactly one street, in the order of the first pieces.

    Two edges are one street where the first leads, turning round apart, to nothing but the second and
    the second is fed, turning round apart, by nothing but the first. Turning round is seen from the
    nodes and from the direction: at a gate the way back begins with a node of its own.
    """
    signalled = {junction for place in network.intersections for junction in place.junctions}
    leaving: dict[str, list[Edge]] = {}
    entering: dict[str, list[Edge]] = {}
    for edge in network.edges:
        leaving.setdefault(edge.from_node, []).append(edge)
        entering.setdefault(edge.to_node, []).append(edge)

    after: dict[str, Edge] = {}
    for edge in network.edges:
        if edge.to_node in signalled:
            continue
        onward = [e for e in leaving.get(edge.to_node, ()) if not _turns_round(edge, e)]
        if len(onward) != 1:
            continue
        feeding = [e for e in entering[edge.to_node] if not _turns_round(e, onward[0])]
        if feeding == [edge]:
            after[edge.id] = onward[0]
    inner = {edge.id for edge in after.values()}
    chains, seen = [], set()
    # a ring of pieces has no first one: its edges stay alone
    for edge in sorted(network.edges, key=lambda e: e.id in inner):
        if edge.id in seen or (edge.id in inner and edge.id not in after):
            if edge.id not in seen:
                chains.append([edge])
                seen.add(edge.id)
            continue
        chain = [edge]
        seen.add(edge.id)
        while chain[-1].id in after and after[chain[-1].id].id not in seen:
            chain.append(after[chain[-1].id])
            seen.add(chain[-1].id)
        chains.append(chain)
    position = {edge.id: index for index, edge in enumerate(network.edges)}
    return tuple(_street(chain) for chain in sorted(chains, key=lambda c: position[c[0].id]))


def _turns_round(edge: Edge, onward: Edge) -> bool:
    if onward.to_node == edge.from_node:
        return True
    if len(edge.shape) < 2 or len(onward.shape) < 2:
        return False
    (ax, ay), (bx, by) = edge.shape[-2:]
    (cx, cy), (dx, dy) = onward.shape[:2]
    along = (bx - ax) * (dx - cx) + (by - ay) * (dy - cy)
    return along < _BACKWARDS * math.dist((ax, ay), (bx, by)) * math.dist((cx, cy), (dx, dy))


def _street(chain: list[Edge]) -> Street:
    shape: list[Point] = []
    for edge in chain:
        shape += [point for point in edge.shape if not shape or shape[-1] != point]
    return Street(
        id=chain[0].id,
        name=next((edge.name for edge in chain if edge.name), ""),
        edges=tuple(edge.id for edge in chain),
        lengths_m=tuple(edge.length_m for edge in chain),
        lanes=chain[0].lanes,
        shape=tuple(shape),
    )
