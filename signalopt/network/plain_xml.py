"""From an area to SUMO's plain XML: nodes, edges, connections, crossings, with real coordinates.

Edges carry explicit shapes: the left edge of each carriageway lies half a median right of the street's
centre line (`spreadType="right"`); both carriageways of a street meet a crossing in ONE junction. The
last piece of an approach with bays or a bus lane is an edge of its own, `<from>--<to>.bay`. Lane 0 of
every edge is the sidewalk.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from signalopt.network.approach_lanes import (
    LaneLink,
    StopLine,
    intersection_links,
    lane_links,
    road_edge_m,
    stop_line,
)
from signalopt.network.area_model import ARMS, Area, Arm, Section
from signalopt.network.area_problems import centre_points
from signalopt.network.polyline import (
    Point,
    Polyline,
    Projection,
    cut,
    length_of,
    projection_around,
    to_the_right,
    xml_shape,
)

MARGIN_M = 100.0
STOP_LINE_SETBACK_M = 3.0  # measured on built areas: netconvert rounds corners a little wider
PRIORITY = 10
SIDEWALK = 1  # number of sidewalk lanes below vehicle lane 0


@dataclass(frozen=True, slots=True)
class PlainXml:
    """Texts of netconvert's three input files."""

    nodes: str
    edges: str
    connections: str


@dataclass(frozen=True)
class _Drawing:
    """What is being written: the three XML trees and the projection."""

    area: Area
    projection: Projection
    bounds: tuple[float, float, float, float]
    nodes: etree._Element = field(default_factory=lambda: etree.Element("nodes"))
    edges: etree._Element = field(default_factory=lambda: etree.Element("edges"))
    connections: etree._Element = field(default_factory=lambda: etree.Element("connections"))


def plain_xml(area: Area) -> PlainXml:
    """Plain XML of an area (already validated by `load_area`)."""
    projection = area_projection(area)
    plane = [p for s in area.all_sections for p in projection.to_plane(centre_points(area, s))]
    xs, ys = [x for x, _ in plane], [y for _, y in plane]
    drawing = _Drawing(area, projection, (min(xs), min(ys), max(xs), max(ys)))
    for tree in (drawing.nodes, drawing.edges, drawing.connections):
        tree.append(_location(drawing))
    for place in area.intersections:
        centre = projection.to_plane([(place.lat, place.lon)])[0]
        _node(drawing, place.id, centre, "traffic_light", area.corner_radius_m)
    for gate in area.gates:
        _node(drawing, gate.id, projection.to_plane([(gate.lat, gate.lon)])[0], "dead_end")
    for section in area.all_sections:
        _section(drawing, section)
    for place in area.intersections:
        _connections(drawing, place.id)
    return PlainXml(*(_text(tree) for tree in (drawing.nodes, drawing.edges, drawing.connections)))


def area_projection(area: Area) -> Projection:
    """The projection of an area: UTM, origin south-west of everything."""
    points = [p for section in area.all_sections for p in centre_points(area, section)]
    return projection_around(area.epsg, points, MARGIN_M)


def stop_edge(area: Area, arm: Arm) -> str:
    """Id of the edge that ends at the stop line of an arm."""
    row = area.approach[(arm.intersection, arm.letter)]
    return f"{arm.edge_in}.bay" if row.bay_m > 0 else arm.edge_in


def _text(tree: etree._Element) -> str:
    data: bytes = etree.tostring(tree, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return data.decode()


def _location(drawing: _Drawing) -> etree._Element:
    shift = drawing.projection
    x0, y0, x1, y1 = drawing.bounds
    raw = (
        x0 - shift.offset_x_m,
        y0 - shift.offset_y_m,
        x1 - shift.offset_x_m,
        y1 - shift.offset_y_m,
    )
    return etree.Element(
        "location",
        netOffset=f"{shift.offset_x_m:.2f},{shift.offset_y_m:.2f}",
        convBoundary=",".join(f"{v:.2f}" for v in drawing.bounds),
        origBoundary=",".join(f"{v:.2f}" for v in raw),
        projParameter=shift.proj4,
    )


def _node(
    drawing: _Drawing, name: str, at: Point, kind: str, radius_m: float | None = None
) -> None:
    node = etree.SubElement(
        drawing.nodes, "node", id=name, x=f"{at[0]:.2f}", y=f"{at[1]:.2f}", type=kind
    )
    if radius_m is not None:
        node.set("radius", f"{radius_m:g}")


def _section(drawing: _Drawing, section: Section) -> None:
    """Both directions of a section."""
    line = drawing.projection.to_plane(centre_points(drawing.area, section))
    backward = tuple(reversed(line))
    if section.lanes_forward:
        _direction(drawing, section, section.start, section.end, section.end_arm, line)
    if section.lanes_backward:
        _direction(drawing, section, section.end, section.start, section.start_arm, backward)


def _direction(
    drawing: _Drawing, section: Section, start: str, end: str, letter: str, line: Polyline
) -> None:
    area, name = drawing.area, f"{start}--{end}"
    forward = start == section.start
    lanes = section.lanes_forward if forward else section.lanes_backward
    bus = section.bus_forward if forward else section.bus_backward
    edge_m = -lanes * area.lane_width_m / 2 if section.oneway else section.median_m / 2
    row = area.approach.get((end, letter))
    if row is None or row.bay_m == 0:
        _edge(drawing, section, name, (start, end), lanes, bus, to_the_right(line, edge_m))
        return
    arm = area.arms[end][letter]
    stop = stop_line(area, arm)
    split_m = length_of(line) - row.bay_m - _setback_m(area, arm)
    split = f"{name}.split"
    open_road = to_the_right(cut(line, 0.0, split_m), edge_m)
    last_piece = to_the_right(cut(line, split_m, length_of(line)), stop.left_edge_m)
    _node(drawing, split, open_road[-1], "priority")
    _edge(drawing, section, name, (start, split), lanes, bus, open_road)
    bus_to_the_end = bus and not any(
        link.from_lane == 0 and not link.bus_only for link in lane_links(area, stop)
    )
    ends = (split, end)
    _edge(drawing, section, f"{name}.bay", ends, stop.lanes, bus_to_the_end, last_piece)
    _fan_out(drawing, name, lanes, stop)


def _setback_m(area: Area, arm: Arm) -> float:
    """About how far the stop line lies from the centre of the intersection, in metres."""
    arms = area.arms[arm.intersection].values()
    cross = max(
        (_half_width_m(area, a) for a in arms if a.letter not in _axis(arm.letter)), default=0
    )
    return cross + area.sidewalk_width_m + area.corner_radius_m + STOP_LINE_SETBACK_M


def _half_width_m(area: Area, arm: Arm) -> float:
    """From the centre line to the outer edge of the wider carriageway of an arm, bays included."""
    width = area.lane_width_m
    outer = [road_edge_m(area, arm, arm.lanes_out) + arm.lanes_out * width] if arm.lanes_out else []
    if arm.lanes_in:
        stop = stop_line(area, arm)
        outer.append(stop.left_edge_m + stop.lanes * width)
    return max(outer)


def _axis(letter: str) -> str:
    return "NS" if letter in "NS" else "EW"


def _edge(
    drawing: _Drawing,
    section: Section,
    name: str,
    ends: tuple[str, str],
    lanes: int,
    bus: bool,
    shape: Polyline,
) -> None:
    area = drawing.area
    edge = etree.SubElement(
        drawing.edges, "edge", {"from": ends[0], "to": ends[1]}, id=name,
        name=area.street_name[section.street], numLanes=str(lanes + SIDEWALK),
        priority=str(PRIORITY), speed=f"{section.speed_kph / 3.6:.2f}", spreadType="right",
        width=f"{area.lane_width_m:g}", shape=xml_shape(shape),
    )  # fmt: skip
    width = f"{area.sidewalk_width_m:g}"
    etree.SubElement(edge, "lane", index="0", allow="pedestrian", width=width)
    for lane in range(lanes):
        rights = {"allow": "bus"} if bus and lane == 0 else {"disallow": "pedestrian"}
        etree.SubElement(edge, "lane", rights, index=str(lane + SIDEWALK))


def _connect(drawing: _Drawing, source: str, target: str, lanes: tuple[int, int]) -> etree._Element:
    return etree.SubElement(
        drawing.connections, "connection", {"from": source, "to": target},
        fromLane=str(lanes[0] + SIDEWALK), toLane=str(lanes[1] + SIDEWALK),
    )  # fmt: skip


def _fan_out(drawing: _Drawing, name: str, lanes: int, stop: StopLine) -> None:
    """From the open road into the last piece: straight on, and outwards into the bays.

    Right-turning cars enter the last piece of a bus lane by changing lanes inside it: a second link into
    that lane would make two streams merge where nobody gives way.
    """
    pairs = [(lane, lane + stop.bays_right) for lane in range(lanes)]
    pairs += [(lanes - 1, lanes + stop.bays_right + bay) for bay in range(stop.bays_left)]
    pairs += [(0, bay) for bay in range(stop.bays_right)]
    for pair in sorted(pairs):
        _connect(drawing, name, f"{name}.bay", pair)


def _connections(drawing: _Drawing, intersection: str) -> None:
    area = drawing.area
    arms = [area.arms[intersection][x] for x in ARMS if x in area.arms[intersection]]
    links = intersection_links(area, intersection)
    for arm in arms:
        for link in links.get(arm.letter, []):
            _vehicle_link(drawing, stop_edge(area, arm), link)
    for arm in arms:
        if area.approach[(intersection, arm.letter)].crossing:
            edges = [stop_edge(area, arm)] if arm.lanes_in else []
            edges += [arm.edge_out] if arm.lanes_out else []
            etree.SubElement(
                drawing.connections, "crossing", node=intersection, edges=" ".join(edges),
                priority="true", width=f"{area.crossing_width_m:g}",
            )  # fmt: skip


def _vehicle_link(drawing: _Drawing, source: str, link: LaneLink) -> None:
    element = _connect(drawing, source, link.target.edge_out, (link.from_lane, link.to_lane))
    if link.bus_only:
        element.set("allow", "bus")
