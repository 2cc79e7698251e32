"""Pedestrians per hour over each signalised crossing, counted from the walks of a case."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from signalopt.files import read_xml
from signalopt.network.model import Network, Turn


def walker_flows(
    network: Network, route_files: Sequence[Path], begin_s: float, end_s: float
) -> dict[str, dict[int, float]]:
    """Pedestrians per hour by intersection and crossing link, of persons who set out in [begin_s, end_s).

    A walk counts on a crossing if it goes from one of the crossed edges (that is, its pavement) to
    another. Walks along further edges count at each change; persons without a number as departure are left
    out, for this is an estimate of how busy crossings are.
    """
    at = {
        (a, b): (place.id, movement.link)
        for place in network.intersections
        for movement in place.movements
        if movement.turn is Turn.CROSSING
        for a in movement.crosses
        for b in movement.crosses
        if a != b
    }
    flows: dict[str, dict[int, float]] = {}
    factor = 3600 / (end_s - begin_s)
    for file in route_files:
        for person in read_xml(file, "SUMO routes").getroot().iterfind("person"):
            depart = person.get("depart", "")
            if not depart.replace(".", "", 1).isdigit() or not begin_s <= float(depart) < end_s:
                continue
            for walk in person.iterfind("walk"):
                ends = [walk.get("from", ""), walk.get("to", "")]
                for pair in pairwise(walk.get("edges", "").split() or ends):
                    if pair in at:
                        place, link = at[pair]
                        own = flows.setdefault(place, {})
                        own[link] = own.get(link, 0.0) + factor
    return flows
