"""The network side of GMNS: nodes, links and movements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyproj
from pyproj.exceptions import CRSError, ProjError

from signalopt.export.table_text import number_text
from signalopt.export.transliterate import Name, distinct
from signalopt.network.model import Intersection, Movement, Network, Turn

Cells = dict[str, str]
MPS_TO_KPH = 3.6
_TYPE = {Turn.LEFT: "left", Turn.THROUGH: "thru", Turn.RIGHT: "right", Turn.UTURN: "uturn"}


def movement_id(place: str, link: int) -> str:
    """Id of the movement of a signal link."""
    return f"{place}_{link}"


def crossing_id(place: str, link: int) -> str:
    """Id of the link row that stands for a pedestrian crossing."""
    return f"{place}_walk_{link}"


def node_rows(network: Network, ids: Mapping[str, str]) -> list[Cells]:
    """All ends of edges and all intersections; degrees where the network knows its projection."""
    points: dict[str, tuple[float, float]] = {}
    for edge in network.edges:
        if edge.shape:
            points.setdefault(edge.from_node, edge.shape[0])
            points.setdefault(edge.to_node, edge.shape[-1])
    signals = {junction: place for place in network.intersections for junction in place.junctions}
    for junction, place in signals.items():
        if len(place.junctions) == 1 or junction not in points:
            points[junction] = (place.x_m, place.y_m)
    for place in network.intersections:
        points.setdefault(place.id, (place.x_m, place.y_m))
        signals.setdefault(place.id, place)
    placed = _degrees(network, points)
    rows = []
    for name, (x, y) in placed.items():
        signal = signals.get(name)
        rows.append(
            {
                "node_id": ids[name],
                "name": signal.name if signal is not None else "",
                "x_coord": number_text(x),
                "y_coord": number_text(y),
                "ctrl_type": "signal" if signal is not None else "none",
            }
        )
    return rows


@dataclass(frozen=True)
class Ids:
    """Ids of nodes, links and movements as they are written, by our own names."""

    nodes: Mapping[str, Name]
    links: Mapping[str, Name]
    moves: Mapping[str, Name]


def ids_of(network: Network) -> Ids:
    """Distinct ASCII ids; the same network always gives the same ones."""
    ends = [node for edge in network.edges for node in (edge.from_node, edge.to_node)]
    junctions = [j for place in network.intersections for j in (*place.junctions, place.id)]
    all_moves = [(p.id, m) for p in network.intersections for m in p.movements]
    walks = [crossing_id(p, m.link) for p, m in all_moves if m.turn is Turn.CROSSING]
    return Ids(
        distinct((*ends, *junctions)),
        distinct((*(edge.id for edge in network.edges), *walks)),
        distinct(movement_id(p, m.link) for p, m in all_moves),
    )


def link_rows(network: Network, nodes: Mapping[str, str], ids: Mapping[str, str]) -> list[Cells]:
    """Streets, and a link of its own for every signalised crossing."""
    rows = [
        {
            "link_id": ids[edge.id],
            "name": edge.name,
            "from_node_id": nodes[edge.from_node],
            "to_node_id": nodes[edge.to_node],
            "directed": "true",
            "length": number_text(round(edge.length_m, 2)),
            "free_speed": number_text(min(200.0, round(edge.speed_mps * MPS_TO_KPH, 1))),
            "lanes": str(edge.lanes),
            "allowed_uses": "auto",
        }
        for edge in network.edges
    ]
    for place in network.intersections:
        rows += [
            {
                "link_id": ids[crossing_id(place.id, m.link)],
                "from_node_id": nodes[_node(place, m)],
                "to_node_id": nodes[_node(place, m)],
                "directed": "false",
                "length": number_text(round(m.length_m, 2)),
                "facility_type": "crosswalk",
                "allowed_uses": "walk",
            }
            for m in _first_of_link(place)
            if m.turn is Turn.CROSSING
        ]
    return rows


def movement_rows(
    network: Network, nodes: Mapping[str, str], links: Mapping[str, str], ids: Mapping[str, str]
) -> list[Cells]:
    """One movement for each signal link of vehicles; GMNS counts lanes from the left, from 1."""
    rows = []
    leftmost = _leftmost(network)
    for place in network.intersections:
        for m in _first_of_link(place):
            if m.turn is Turn.CROSSING or m.from_edge not in links or m.to_edge not in links:
                continue
            start = str(leftmost[m.from_edge] - m.from_lane + 1)
            end = str(leftmost[m.to_edge] - m.to_lane + 1)
            rows.append(
                {
                    "mvmt_id": ids[movement_id(place.id, m.link)],
                    "node_id": nodes[_node(place, m)],
                    "ib_link_id": links[m.from_edge],
                    "start_ib_lane": start,
                    "end_ib_lane": start,
                    "ob_link_id": links[m.to_edge],
                    "start_ob_lane": end,
                    "end_ob_lane": end,
                    "type": _TYPE[m.turn],
                    "ctrl_type": "signal",
                    "allowed_uses": "auto",
                }
            )
    return rows


def _leftmost(network: Network) -> dict[str, int]:
    """The highest lane index in use on each edge: SUMO counts from the right."""
    found: dict[str, int] = {}
    for place in network.intersections:
        for m in place.movements:
            if m.turn is not Turn.CROSSING:
                found[m.from_edge] = max(found.get(m.from_edge, 0), m.from_lane)
                found[m.to_edge] = max(found.get(m.to_edge, 0), m.to_lane)
    return found


def _first_of_link(place: Intersection) -> list[Movement]:
    """One movement for each signal link (a link may serve several exit lanes)."""
    first: dict[int, Movement] = {}
    for movement in place.movements:
        first.setdefault(movement.link, movement)
    return list(first.values())


def _node(place: Intersection, movement: Movement) -> str:
    return movement.junction if movement.junction in place.junctions else place.id


def _degrees(
    network: Network, points: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Points as (longitude, latitude) by the net's projection, in network metres without one."""
    known = next(
        (p for p in network.intersections if p.lat is not None and p.lon is not None), None
    )
    if known is None or not network.projection:
        return dict(points)
    try:
        crs = pyproj.CRS.from_proj4(network.projection)
        back = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        there = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except (CRSError, ProjError):
        return dict(points)
    # The net may be shifted against its projection: one known point tells by how much.
    east, north = back.transform(known.lon, known.lat)
    dx, dy = east - known.x_m, north - known.y_m
    result = {}
    for name, (x, y) in points.items():
        lon, lat = there.transform(x + dx, y + dy)
        result[name] = (round(lon, 6), round(lat, 6))
    return result
