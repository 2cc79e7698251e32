"""The fingerprint of a network: the same for the same signals and streets, whatever the file's form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from signalopt.network.model import Edge, Intersection

LENGTH = 16


def fingerprint(
    edges: Sequence[Edge], intersections: Sequence[Intersection], designed: frozenset[str]
) -> str:
    """Hash of what a plan depends on: streets, links, conflicts and, where designed, the layout.

    Programs, formatting, names and coordinates do not matter. Groups and stages of intersections
    that are not in `designed` come from the net's own program and do not matter either.
    """
    streets = sorted([e.id, e.from_node, e.to_node, e.lanes, round(e.length_m)] for e in edges)
    places = []
    for place in sorted(intersections, key=lambda p: p.id):
        layout = place.layout
        links = sorted(
            [m.link, m.junction, m.from_edge, m.from_lane, m.to_edge, m.to_lane, m.turn]
            for m in place.movements
        )
        record: list[object] = [
            place.id,
            links,
            sorted(layout.conflicts),
            sorted(layout.yields),
        ]
        if place.id in designed:
            groups = [
                [g.id, g.links, g.min_green_s, g.crossing_m, g.undivided_m] for g in layout.groups
            ]
            times = [[c.ending, c.starting, c.intergreen_s] for c in layout.clearances]
            record += [groups, [[s.id, s.groups] for s in layout.stages], times]
        places.append(record)
    text = json.dumps([streets, places], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
