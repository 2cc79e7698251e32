"""Pedestrians over signalised crossings: from the pavement on one side to the one on the other."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from signalopt.demand.graph import allows
from signalopt.demand.trips import Span, write_xml
from signalopt.demand.vehicles import PEDESTRIAN_TYPE
from signalopt.files import read_xml
from signalopt.network.model import Network, Turn

_WALK_M = 15.0
"""Walk before and after the crossing; short, so that the crossing is what is measured."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A signalised crossing and the pavements (edge, whether its end lies here) on its two sides.

    link: its signal link index.
    """

    intersection: str
    link: int
    edge: str
    sides: tuple[tuple[str, bool], tuple[str, bool]]


def crossings(network: Network) -> tuple[Crossing, ...]:
    """Signalised crossings that have a pavement on both sides, in the network's order."""
    root = read_xml(network.net_file, "a SUMO network").getroot()
    pavements = {
        edge.get("id", "")
        for edge in root.iterfind("edge")
        if edge.get("function", "normal") == "normal"
        and any(allows(lane, "pedestrian") for lane in edge.iterfind("lane"))
    }
    beside: dict[str, list[tuple[str, bool]]] = {}
    crossing_sides: dict[str, list[str]] = {}
    kinds = {e.get("id", ""): e.get("function", "normal") for e in root.iterfind("edge")}
    for link in root.iterfind("connection"):
        source, target = link.get("from", ""), link.get("to", "")
        if kinds.get(target) == "walkingarea" and source in pavements:
            beside.setdefault(target, []).append((source, True))
        elif kinds.get(source) == "walkingarea" and target in pavements:
            beside.setdefault(source, []).append((target, False))
        elif kinds.get(source) == "walkingarea" and kinds.get(target) == "crossing":
            crossing_sides.setdefault(target, []).append(source)
        elif kinds.get(source) == "crossing" and kinds.get(target) == "walkingarea":
            crossing_sides.setdefault(source, []).append(target)
    crossed = {
        e.get("id", ""): frozenset(e.get("crossingEdges", "").split())
        for e in root.iterfind("edge")
    }
    found = []
    for place in network.intersections:
        for movement in place.movements:
            if movement.turn is not Turn.CROSSING:
                continue
            ends = {movement.from_edge, movement.to_edge}
            edges = [key for key, sides in crossing_sides.items() if set(sides) == ends]
            for edge in edges:
                own = crossed[edge]
                sides = [_nearest(beside.get(side, []), own) for side in crossing_sides[edge][:2]]
                if len(sides) == 2 and sides[0] and sides[1]:
                    found.append(Crossing(place.id, movement.link, edge, (sides[0], sides[1])))
    return tuple(dict.fromkeys(found))


def _nearest(pavements: list[tuple[str, bool]], crossed: frozenset[str]) -> tuple[str, bool] | None:
    """The pavement beside the crossed street if there is one, else any."""
    own = sorted(set(pavements), key=lambda side: (side[0] not in crossed, side))
    return own[0] if own else None


def write_walks(
    path: Path, places: Iterable[Crossing], pph: Mapping[str, float], default_pph: float,
    span: Span, seed: int,
) -> int:  # fmt: skip
    """Write the persons of all crossings as a SUMO route file; return how many.

    pph: pedestrians per hour and crossing by intersection id, else default_pph, both directions
    together. Raises OutputError.
    """
    dice = random.Random(f"walks {seed}")
    walks: list[tuple[int, int, tuple[str, bool], tuple[str, bool]]] = []
    hours = (span.end_s - span.depart_begin_s) / 3600
    for place in places:
        expected = pph.get(place.intersection, default_pph) * hours
        count = int(expected) + (dice.random() < expected % 1)
        for _ in range(count):
            depart = dice.randrange(span.depart_begin_s, span.end_s)
            one, other = place.sides if dice.random() < 0.5 else place.sides[::-1]
            walks.append((depart, len(walks), one, other))
    root = etree.Element("routes")
    for number, (depart, _, one, other) in enumerate(sorted(walks)):
        person = etree.SubElement(
            root, "person", id=f"p{number}", type=PEDESTRIAN_TYPE, depart=str(depart),
            departPos=_position(one),
        )  # fmt: skip
        etree.SubElement(
            person, "walk", {"from": one[0], "to": other[0], "arrivalPos": _position(other)}
        )
    write_xml(path, root)
    return len(walks)


def crossing_flows(
    network: Network, route_files: Iterable[Path], begin_s: float, end_s: float
) -> dict[str, dict[int, float]]:
    """Pedestrians an hour over signalised crossings by intersection and link, by departure.

    Counts persons who walk straight from one pavement of a crossing to the other.
    """
    walks: dict[frozenset[str], float] = {}
    for path in route_files:
        for person in read_xml(path, "a SUMO route file").getroot().iterfind("person"):
            if begin_s <= float(person.get("depart", "0")) < end_s:
                for walk in person.iterfind("walk"):
                    ends = frozenset((walk.get("from", ""), walk.get("to", "")))
                    walks[ends] = walks.get(ends, 0.0) + 3600 / (end_s - begin_s)
    if not walks:
        return {}
    places = crossings(network)
    ends_of = {place: frozenset(edge for edge, _ in place.sides) for place in places}
    alike = Counter(ends_of.values())
    flows: dict[str, dict[int, float]] = {}
    for place, ends in ends_of.items():
        if ends in walks:
            flows.setdefault(place.intersection, {})[place.link] = walks[ends] / alike[ends]
    return flows


def _position(side: tuple[str, bool]) -> str:
    """Position `_WALK_M` from the crossing: counted from the end where the edge ends there."""
    return f"-{_WALK_M:g}" if side[1] else f"{_WALK_M:g}"
