"""Arms of an intersection: which edges, in and out, lie in the same direction, and their letters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from signalopt.network.geometry import heading_deg, turn_angle_deg
from signalopt.network.model import Movement, Turn
from signalopt.network.sumo_net import RawEdge, RawNet

COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
SAME_ARM_DEG = 30.0
"""Edges whose directions differ by less belong to one arm."""


def headings(net: RawNet, edge_ids: Sequence[str]) -> dict[str, float]:
    """Heading of each incoming edge at its stop line, degrees from north."""
    return {edge_id: _bearing_deg(net.edges.get(edge_id), incoming=True) for edge_id in edge_ids}


def arms_of(
    net: RawNet, movements: Sequence[Movement], given: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Arm letter of each edge that enters or leaves an intersection or is crossed by walkers.

    `given` letters are kept; other edges join the arm of the given edges in their direction, or get the
    letter of their compass direction (four letters if that tells them apart, else eight, else numbers).
    """
    given = given or {}
    bearings = _bearings(net, movements)
    letters = {edge: given[edge] for edge in bearings if edge in given}
    clusters: list[list[str]] = []
    for edge in sorted(set(bearings) - set(letters), key=lambda e: (bearings[e], e)):
        near = [e for e in letters if turn_angle_deg(bearings[e], bearings[edge]) < SAME_ARM_DEG]
        if near:
            letters[edge] = letters[near[0]]
            continue
        for cluster in clusters:
            if turn_angle_deg(bearings[cluster[0]], bearings[edge]) < SAME_ARM_DEG:
                cluster.append(edge)
                break
        else:
            clusters.append([edge])
    names = _names([_mean_deg([bearings[e] for e in c]) for c in clusters], set(letters.values()))
    for cluster, name in zip(clusters, names, strict=True):
        letters.update(dict.fromkeys(cluster, name))
    return letters


def _bearings(net: RawNet, movements: Sequence[Movement]) -> dict[str, float]:
    """Direction in which each edge lies, seen from the intersection."""
    incoming = {m.from_edge for m in movements if m.turn is not Turn.CROSSING}
    others = {m.to_edge for m in movements if m.turn is not Turn.CROSSING}
    nodes = {net.edges[e].to_node for e in incoming if e in net.edges}
    for crossed in (e for m in movements for e in m.crosses):
        edge = net.edges.get(crossed)
        is_incoming = edge is not None and (
            edge.to_node in nodes or edge.to_node in _ends(movements)
        )
        (incoming if is_incoming else others).add(crossed)
    found = {e: _bearing_deg(net.edges.get(e), incoming=False) for e in others - incoming}
    found |= {e: (_bearing_deg(net.edges.get(e), incoming=True) + 180) % 360 for e in incoming}
    return found


def _ends(movements: Sequence[Movement]) -> set[str]:
    return {m.junction for m in movements}


def _bearing_deg(edge: RawEdge | None, *, incoming: bool) -> float:
    shapes = [lane.shape for lane in edge.lanes if len(lane.shape) > 1] if edge is not None else []
    return heading_deg(shapes[-1], at_end=incoming) if shapes else 0.0


def _mean_deg(angles: Sequence[float]) -> float:
    east = sum(math.sin(math.radians(a)) for a in angles)
    north = sum(math.cos(math.radians(a)) for a in angles)
    return math.degrees(math.atan2(east, north)) % 360


def _names(bearings: Sequence[float], taken: set[str]) -> list[str]:
    """A letter for each direction, all different."""
    for choice in (COMPASS[::2], COMPASS):
        step = 360 / len(choice)
        names = [choice[round(b / step) % len(choice)] for b in bearings]
        if len(set(names)) == len(names) and not taken & set(names):
            return names
    used, result = set(taken), []
    for name in names:
        number, free = 2, name
        while free in used:
            free, number = f"{name}{number}", number + 1
        used.add(free)
        result.append(free)
    return result
