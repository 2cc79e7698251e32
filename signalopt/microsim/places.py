"""Emissions by intersection: its interior and the streets that lead to it."""

from __future__ import annotations

from collections.abc import Mapping

from signalopt.network.model import Network

_LONGEST_CHAIN = 8


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
        here, before = edge.to_node, edge.from_node
        for _ in range(_LONGEST_CHAIN):
            if here in at:
                found[edge.id] = at[here]
                break
            onward = [network.edge[name] for name in leaving.get(here, ())]
            onward = [e for e in onward if e.to_node != before]
            if len(onward) != 1:
                break
            before, here = here, onward[0].to_node
    return found


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
