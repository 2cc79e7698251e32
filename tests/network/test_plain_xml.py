"""Plain XML of an area: lanes joined one to one, bays where the source says, real coordinates."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from lxml import etree

from signalopt.network.approach_lanes import intersection_links, lane_links, stop_line
from signalopt.network.area import list_areas, load_area
from signalopt.network.model import Turn
from signalopt.network.plain_xml import area_projection, plain_xml, stop_edge
from signalopt.network.polyline import bearing_deg, cut, length_of, to_the_right

AREAS = list_areas()


@pytest.mark.parametrize("name", AREAS)
def test_every_stop_line_lane_has_a_use_and_no_two_through_lanes_merge(name: str) -> None:
    area = load_area(name)
    for place, arms in area.arms.items():
        for arm in arms.values():
            if not arm.lanes_in:
                continue
            line = stop_line(area, arm)
            links = lane_links(area, line)
            assert {link.from_lane for link in links} == set(range(line.lanes))
            through = [(x.target.letter, x.to_lane) for x in links if x.turn is Turn.THROUGH]
            assert max(Counter(through).values(), default=1) == 1, (place, arm.letter)


@pytest.mark.parametrize("name", AREAS)
def test_links_stay_inside_the_lanes_that_exist_and_never_cross(name: str) -> None:
    area = load_area(name)
    for place in area.intersections:
        for links in intersection_links(area, place.id).values():
            for link in links:
                assert 0 <= link.to_lane < link.target.lanes_out
                if link.target.bus_out and link.to_lane == 0:
                    assert link.bus_only
            # from right to left: rightmost lanes turn right, leftmost turn left
            order = {Turn.RIGHT: 0, Turn.THROUGH: 1, Turn.LEFT: 2}
            for a in links:
                for b in links:
                    if a.from_lane < b.from_lane:
                        assert order[a.turn] <= order[b.turn]
                        if a.turn is b.turn:
                            assert a.to_lane < b.to_lane


@pytest.mark.parametrize("name", AREAS)
def test_every_exit_lane_is_entered(name: str) -> None:
    area = load_area(name)
    for place, arms in area.arms.items():
        entered = {
            (link.target.letter, link.to_lane)
            for links in intersection_links(area, place).values()
            for link in links
        }
        wanted = {(a.letter, lane) for a in arms.values() for lane in range(a.lanes_out)}
        assert wanted == entered, place


def test_bays_turn_only_one_way() -> None:
    area = load_area("leftbank_core")
    for arms in area.arms.values():
        for arm in arms.values():
            row = area.approach[(arm.intersection, arm.letter)]
            ahead = area.target_arm(arm.intersection, arm.letter, Turn.THROUGH)
            if not arm.lanes_in or ahead is None:
                continue
            line = stop_line(area, arm)
            links = lane_links(area, line)
            for bay in range(line.lanes - row.left_bays, line.lanes):
                assert {x.turn for x in links if x.from_lane == bay} == {Turn.LEFT}
            for bay in range(row.right_bays):
                assert {x.turn for x in links if x.from_lane == bay} == {Turn.RIGHT}


def test_texts_are_the_same_twice_and_hold_the_names_of_the_contract() -> None:
    area = load_area("smoke")
    first, second = plain_xml(area), plain_xml(area)
    assert first == second
    edges = {e.get("id"): e for e in etree.fromstring(first.edges.encode()).iterfind("edge")}
    assert {"West--East", "West--East.bay", "East--West", "West.N--West", "West--West.N"} <= set(
        edges
    )
    assert stop_edge(area, area.arms["East"]["W"]) == "West--East.bay"
    assert stop_edge(area, area.arms["East"]["N"]) == "East.N--East"
    assert edges["West--East"][0].get("allow") == "pedestrian"
    assert edges["West--East.bay"].get("numLanes") == "4"  # sidewalk, two lanes, one bay
    assert edges["West--East"].get("speed") == "16.67"


def test_bus_lane_is_the_rightmost_and_ends_where_right_turners_need_it() -> None:
    area = load_area("leftbank_core")
    edges = {
        e.get("id"): e for e in etree.fromstring(plain_xml(area).edges.encode()).iterfind("edge")
    }
    road = edges["Kabanbay_Dostyk--Kabanbay_Konayev"]
    last = edges["Kabanbay_Dostyk--Kabanbay_Konayev.bay"]
    assert [lane.get("allow") for lane in road] == ["pedestrian", "bus", None, None]
    assert [lane.get("allow") for lane in last] == ["pedestrian", None, None, None, None]


def test_junctions_lie_on_their_coordinates() -> None:
    area = load_area("tauelsizdik")
    nodes = {
        n.get("id"): n for n in etree.fromstring(plain_xml(area).nodes.encode()).iterfind("node")
    }
    first, last = nodes["Tauelsizdik_Panfilov"], nodes["Tauelsizdik_Kaldayakov"]
    spacing = math.dist(*[(float(n.get("x", "")), float(n.get("y", ""))) for n in (first, last)])
    # 869 m on the ground (measured); UTM stretches by less than 0.1 % this far from its meridian
    assert spacing == pytest.approx(869, abs=3)
    assert area_projection(area).proj4.startswith("+proj=utm +zone=42 ")


def test_polyline_tools() -> None:
    bent = ((0.0, 0.0), (100.0, 0.0), (100.0, 50.0))
    assert length_of(bent) == 150
    assert cut(bent, 80, 120) == ((80.0, 0.0), (100.0, 0.0), (100.0, 20.0))
    assert to_the_right(((0.0, 0.0), (100.0, 0.0)), 2.0) == ((0.0, -2.0), (100.0, -2.0))
    # outside of a left bend the mitre lies diagonally off the corner
    assert to_the_right(bent, 2.0)[1] == pytest.approx((102.0, -2.0))
    assert bearing_deg((0, 0), (1, 0)) == 90
    assert bearing_deg((0, 0), (-1, 0)) == 270
