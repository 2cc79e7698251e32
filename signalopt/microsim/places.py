"""Emissions by intersection: its interior and the streets that lead to it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from signalopt.network.model import Edge, Network

_LONGEST_CHAIN = 8
_BACKWARDS = -0.7
"""Cosine of the angle between two pieces of street from which on the second leads back."""


def intersections_of(network: Network) -> dict[str, str]:
    """Edge to the intersection that its traffic comes to next; edges that lead out have none.

    An approach may consist of several pieces, one behind the other, as long as there is no choice.
    """
    at = {junction: place.id for place in network.intersections for junction in place.junctions}
    leaving: dict[str, list[str]] = {}
    for edge in network.edges:
        leaving.setdefault(edge.from_node, []).append(edge.id)
    found = {}
    for edge in network.edges:
        here, last = edge.to_node, edge
        for _ in range(_LONGEST_CHAIN):
            if here in at:
                found[edge.id] = at[here]
                break
            onward = [network.edge[name] for name in leaving.get(here, ())]
            onward = [e for e in onward if not _turns_back(last, e)]
            if len(onward) != 1:
                break
            here, last = onward[0].to_node, onward[0]
    return found


def _turns_back(edge: Edge, onward: Edge) -> bool:
    """Whether the way on leads back, as at a gate, where the street's other direction begins."""
    (x0, y0), (x1, y1) = edge.shape[-2:]
    (x2, y2), (x3, y3) = onward.shape[:2]
    along = (x1 - x0) * (x3 - x2) + (y1 - y0) * (y3 - y2)
    lengths = math.hypot(x1 - x0, y1 - y0) * math.hypot(x3 - x2, y3 - y2)
    return onward.to_node == edge.from_node or along < _BACKWARDS * lengths


def by_intersection(
    network: Network, edges: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> dict[str, dict[str, dict[str, float]]]:
    """Amounts by intersection, class and pollutant; what belongs to none is left out."""
    lead = intersections_of(network)
    at = {junction: place.id for place in network.intersections for junction in place.junctions}
    found: dict[str, dict[str, dict[str, float]]] = {p.id: {} for p in network.intersections}
    for edge, classes in edges.items():
        inside = edge.removeprefix(":").rsplit("_", 1)[0] if edge.startswith(":") else None
        place = at.get(inside) if inside is not None else lead.get(edge)
        if place is None:
            continue
        for name, amounts in classes.items():
            own = found[place].setdefault(name, {})
            for pollutant, amount in amounts.items():
                own[pollutant] = own.get(pollutant, 0.0) + amount
    return found
