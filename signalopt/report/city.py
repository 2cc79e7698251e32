"""Streets, intersections and movements with what was observed on them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from signalopt.microsim.edge_emissions import ByClass
from signalopt.network.degrees import to_degrees
from signalopt.network.model import Network, Turn
from signalopt.report.data_area import MeridianLine, MovementShown, PlaceShown, StreetShown, Values
from signalopt.report.observed import Observed
from signalopt.report.passages import Lost
from signalopt.report.streets import Street

_COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_TURNS = (Turn.LEFT, Turn.THROUGH, Turn.RIGHT, Turn.UTURN)
_GRID_LINES = 4


def streets_shown(
    network: Network, streets: Sequence[Street], before: Observed, after: Observed | None
) -> tuple[StreetShown, ...]:
    """All streets with their values on both sides."""
    names = {j: p.name or p.id for p in network.intersections for j in p.junctions}
    sides = [_street_values(streets, seen) for seen in (before, after) if seen is not None]
    return tuple(
        StreetShown(
            street.id, street.name,
            names.get(network.edge[street.edges[0]].from_node, ""),
            names.get(network.edge[street.edges[-1]].to_node, ""),
            street.lanes,
            tuple((round(x, 1), round(y, 1)) for x, y in street.shape),
            sides[0][street.id],
            sides[1][street.id] if after is not None else None,
        )
        for street in streets
    )  # fmt: skip


def places_shown(
    network: Network, streets: Sequence[Street], before: Observed, after: Observed | None
) -> tuple[PlaceShown, ...]:
    """All intersections: its interior and the streets that lead to it."""
    sides = [_place_values(network, streets, s) for s in (before, after) if s is not None]
    return tuple(
        PlaceShown(
            place.id, place.name or place.id, round(place.x_m, 1), round(place.y_m, 1),
            place.lon, place.lat, sides[0][place.id],
            sides[1][place.id] if after is not None else None,
        )
        for place in network.intersections
    )  # fmt: skip


def movements_shown(
    network: Network, before: Observed, after: Observed | None
) -> tuple[MovementShown, ...]:
    """Movements that somebody drove, by approach clockwise from north, left to right."""
    rows = []
    for place in network.intersections:
        found: dict[tuple[str, Turn], set[tuple[str, str, str]]] = {}
        origins: dict[str, str] = {}
        for m in place.movements:
            if m.turn is Turn.CROSSING or len(m.shape) < 2:
                continue
            found.setdefault((m.from_edge, m.turn), set()).add((place.id, m.from_edge, m.to_edge))
            origins.setdefault(m.from_edge, _origin(network, m.from_edge))
        order = sorted(
            found, key=lambda k: (_COMPASS.index(origins[k[0]]), k[0], _TURNS.index(k[1]))
        )
        for edge, turn in order:
            first = _together(before, found[edge, turn])
            second = _together(after, found[edge, turn]) if after is not None else None
            if not first.vehicles and not (second and second.vehicles):
                continue
            street = network.edge[edge].name if edge in network.edge else ""
            rows.append(
                MovementShown(
                    place.id, origins[edge], street, str(turn),
                    first.vehicles or (second.vehicles if second else 0),
                    _round(first.mean_s), _round(second.mean_s) if second else None,
                )
            )  # fmt: skip
    return tuple(rows)


def grid_of(network: Network, margin_m: float = 60.0) -> tuple[MeridianLine, ...]:
    """Lines of longitude and latitude at round degrees over the network; empty without a projection."""
    degrees = to_degrees(network)
    points = [point for edge in network.edges for point in edge.shape]
    if degrees is None or not points:
        return ()
    left, right = min(x for x, _ in points) - margin_m, max(x for x, _ in points) + margin_m
    low, high = min(y for _, y in points) - margin_m, max(y for _, y in points) + margin_m
    lines = []
    for parallel in (False, True):
        start, end = ((left, low), (left, high)) if parallel else ((left, low), (right, low))
        axis = 1 if parallel else 0
        first, last = degrees(start)[axis], degrees(end)[axis]
        for value in _round_values(first, last):
            # metres and degrees are proportional over a few kilometres; the far side is asked again
            share = (value - first) / (last - first)
            other = ((right, low), (right, high)) if parallel else ((left, high), (right, high))
            far_first, far_last = degrees(other[0])[axis], degrees(other[1])[axis]
            far = (value - far_first) / (far_last - far_first)
            lines.append(
                MeridianLine(value, parallel, _between(start, end, share), _between(*other, far))
            )
    return tuple(lines)


def _round_values(first: float, last: float) -> list[float]:
    step = next(
        (s for s in (0.002, 0.005, 0.01, 0.02, 0.05, 0.1) if (last - first) / s <= _GRID_LINES),
        1.0,
    )
    return [round(n * step, 6) for n in range(math.ceil(first / step), math.floor(last / step) + 1)]


def _between(
    start: tuple[float, float], end: tuple[float, float], share: float
) -> tuple[float, float]:
    return (
        round(start[0] + share * (end[0] - start[0]), 1),
        round(start[1] + share * (end[1] - start[1]), 1),
    )


def _street_values(streets: Sequence[Street], seen: Observed) -> dict[str, Values]:
    amounts = seen.emissions.mean()
    found = {}
    for street in streets:
        lost = [seen.passages.by_edge[e] for e in street.edges if e in seen.passages.by_edge]
        vehicles = max((one.vehicles for one in lost), default=0)
        per_km = 1000 / street.length_m if street.length_m > 0 else 0.0
        delay_s = sum(one.delay_s for one in lost) / vehicles if vehicles else None
        found[street.id] = Values(
            _round(max(0.0, delay_s) if delay_s is not None else None),
            _round(seen.queues[street.id].p95_m),
            *_emitted([amounts[e] for e in street.edges if e in amounts], per_km),
        )
    return found


def _place_values(network: Network, streets: Sequence[Street], seen: Observed) -> dict[str, Values]:
    amounts = seen.emissions.mean()
    found = {}
    for place in network.intersections:
        leading = [s for s in streets if network.edge[s.edges[-1]].to_node in place.junctions]
        own = [amounts[e] for street in leading for e in street.edges if e in amounts]
        own += [
            classes
            for edge, classes in amounts.items()
            if edge.startswith(":") and edge[1:].rsplit("_", 1)[0] in place.junctions
        ]
        worst = max((seen.queues[street.id].p95_m for street in leading), default=None)
        found[place.id] = Values(
            _round(seen.passages.of_intersection(place.id).mean_s), _round(worst),
            *_emitted(own, 1.0),
        )  # fmt: skip
    return found


def _emitted(parts: Sequence[ByClass], factor: float) -> tuple[float | None, float | None]:
    """CO2 in kg and soot in g of all classes of some edges, times a factor."""
    if not parts:
        return None, None
    co2 = sum(own["co2_g"] for classes in parts for own in classes.values())
    soot = sum(own["soot_mg"] for classes in parts for own in classes.values())
    return _round(co2 / 1000 * factor, 3), _round(soot / 1000 * factor, 4)


def _together(seen: Observed, movements: set[tuple[str, str, str]]) -> Lost:
    found = Lost()
    counted: Mapping[tuple[str, str, str], Lost] = seen.passages.by_movement
    for movement in movements & set(counted):
        found.vehicles += counted[movement].vehicles
        found.delay_s += counted[movement].delay_s
    return found


def _origin(network: Network, edge: str) -> str:
    """The compass point from which an approach comes."""
    known = network.edge.get(edge)
    if known is None or len(known.shape) < 2:
        return _COMPASS[0]
    (x0, y0), (x1, y1) = known.shape[-2:]
    bearing = math.degrees(math.atan2(x0 - x1, y0 - y1)) % 360
    return _COMPASS[round(bearing / 45) % 8]


def _round(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)
