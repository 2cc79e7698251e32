"""Lane groups of UTDF: eight approach directions (by where traffic heads), left, through and right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signalopt.network.model import Edge, Intersection, Network, Turn

DIRECTIONS = ("NB", "SB", "EB", "WB", "NE", "NW", "SE", "SW")
TURNS = ("L", "T", "R")
LANE_GROUPS = tuple(d + t for d in DIRECTIONS for t in TURNS)
_HEADING_DEG = {"NB": 0, "NE": 45, "EB": 90, "SE": 135, "SB": 180, "SW": 225, "WB": 270, "NW": 315}
_PREFERENCE_DEG = 20.0
"""By so much the four main directions are preferred, so that a turned grid keeps its four names."""
_LETTER = {Turn.LEFT: "L", Turn.THROUGH: "T", Turn.RIGHT: "R", Turn.UTURN: "L"}


@dataclass(frozen=True, slots=True)
class LaneGroup:
    """Links of one approach and turn. U-turns count as lefts.

    lanes: lane indices; to_edges: where it leads, the most used first; groups: signal groups of its links.
    """

    name: str
    from_edge: str
    to_edges: tuple[str, ...]
    links: tuple[int, ...]
    lanes: frozenset[int]
    groups: tuple[str, ...]


def directions(edges: Sequence[Edge]) -> dict[str, str]:
    """A direction for each incoming edge, all different: those that fit best choose first.

    Edges beyond the eighth get none.
    """
    wishes = sorted(
        (_misfit_deg(edge, direction), edge.id, direction)
        for edge in edges
        for direction in DIRECTIONS
    )
    chosen: dict[str, str] = {}
    for _, edge_id, direction in wishes:
        if edge_id not in chosen and direction not in chosen.values():
            chosen[edge_id] = direction
    return chosen


def lane_groups(place: Intersection, network: Network) -> dict[str, LaneGroup]:
    """Lane groups of an intersection by name (`NBT`)."""
    incoming = [network.edge[e] for e in place.incoming_edges if e in network.edge]
    heading = directions(incoming)
    parts: dict[str, list[tuple[int, int, str, str]]] = {}
    for m in place.movements:
        if m.turn is Turn.CROSSING or m.from_edge not in heading:
            continue
        name = heading[m.from_edge] + _LETTER[m.turn]
        # U-turns last: the lane group is named after its left turn
        entry = (m.link, m.from_lane, m.from_edge, m.to_edge)
        own = parts.setdefault(name, [])
        own.insert(0, entry) if m.turn is not Turn.UTURN else own.append(entry)
    owner = place.layout.group_of_link
    result = {}
    for name, own in parts.items():
        ends = [end for *_, end in own]
        order = sorted(dict.fromkeys(ends), key=lambda e: -ends.count(e))
        result[name] = LaneGroup(
            name,
            own[0][2],
            tuple(order),
            tuple(sorted({link for link, *_ in own})),
            frozenset(lane for _, lane, *_ in own),
            tuple(dict.fromkeys(owner[link] for link, *_ in sorted(own) if link in owner)),
        )
    return result


def lane_counts(groups: Mapping[str, LaneGroup]) -> dict[str, tuple[int, int]]:
    """(lanes of its own, sharing code) of each lane group: 0 none, 1 shared with left, 2 right, 3 both.

    A shared lane counts for the through movement, without one for the left.
    """
    result = {}
    for name, group in groups.items():
        direction, turn = name[:2], name[2:]
        left, through, right = (
            groups[direction + t].lanes if direction + t in groups else frozenset() for t in TURNS
        )
        if turn == "T":
            code = (1 if through & left else 0) + (2 if through & right else 0)
            result[name] = (len(through), code)
        elif turn == "L":
            own = group.lanes - through
            result[name] = (len(own), 2 if not through and left & right else 0)
        else:
            own = group.lanes - through - (frozenset() if through else left)
            result[name] = (len(own), 0)
    return result


def _misfit_deg(edge: Edge, direction: str) -> float:
    if len(edge.shape) < 2:
        return 360.0
    (x0, y0), (x1, y1) = edge.shape[-2:]
    heading = math.degrees(math.atan2(x1 - x0, y1 - y0))
    gap = abs((heading - _HEADING_DEG[direction] + 180) % 360 - 180)
    return gap + (0.0 if direction.endswith("B") else _PREFERENCE_DEG)
