"""What can be wrong with an area although every cell of its tables is good."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from signalopt.errors import Problem
from signalopt.network.approach_lanes import lane_problems
from signalopt.network.area_model import ARMS, Area, Section
from signalopt.network.model import Turn
from signalopt.network.polyline import bearing_deg, length_of, projection_around

MOST_SKEW_DEG = 60.0
SHORTEST_SECTION_M = 60.0
OPEN_ROAD_SHARE = 0.75
CLOSEST_POINTS_M = 5.0


def find_problems(area: Area) -> list[Problem]:
    """Every contradiction between or inside the tables of an area; empty if it can be built."""
    problems = [*_duplicates(area), *_references(area), *_signals(area), *_lanes(area)]
    if problems:
        return problems  # what follows needs a graph that holds together
    problems = [*_arms(area), *_approaches(area), *_connected(area), *_lengths(area)]
    if problems:
        return problems
    return list(lane_problems(area))


def where(area: Area, table: str, line: int) -> str:
    """`<folder>/<table>.csv:<line>`."""
    return f"{area.folder / table}.csv:{line}"


def _place(area: Area, section: Section) -> str:
    return where(area, "gates" if section.end in area.gate else "sections", section.line)


def _repeated(keys: Iterable[tuple[object, int]]) -> Iterator[tuple[object, int]]:
    seen: set[object] = set()
    for key, line in keys:
        if key in seen:
            yield key, line
        seen.add(key)


def _duplicates(area: Area) -> Iterator[Problem]:
    tables: dict[str, list[tuple[object, int]]] = {
        "intersections": [(p.id, p.line) for p in area.intersections],
        "gates": [(g.id, g.line) for g in area.gates],
        "sections": [("--".join(sorted((s.start, s.end))), s.line) for s in area.sections],
        "approaches": [(f"{a.intersection}.{a.arm}", a.line) for a in area.approaches],
        "turns": [(f"{b.intersection}.{b.arm} {b.turn}", b.line) for b in area.banned_turns],
    }
    for table, keys in tables.items():
        for key, line in _repeated(keys):
            yield Problem(where(area, table, line), f"{key} a second time", "each only once")


def _references(area: Area) -> Iterator[Problem]:
    known = area.intersection
    uses = [
        *(("sections", s.line, end) for s in area.sections for end in (s.start, s.end)),
        *(("gates", g.line, g.intersection) for g in area.gates),
        *(("approaches", a.line, a.intersection) for a in area.approaches),
        *(("turns", b.line, b.intersection) for b in area.banned_turns),
    ]
    for table, line, name in uses:
        if name not in known:
            yield Problem(where(area, table, line), name, "an id of intersections.csv")
    for gate in area.gates:
        if gate.id != f"{gate.intersection}.{gate.arm}":
            expected = f"{gate.intersection}.{gate.arm} (intersection and arm)"
            yield Problem(where(area, "gates", gate.line), gate.id, expected)
    for section in area.all_sections:
        if section.street not in area.street_name:
            place = _place(area, section)
            yield Problem(place, f"street {section.street}", "a street of area.yaml: streets")
        if section.start == section.end:
            yield Problem(_place(area, section), f"{section.start} twice", "two different ends")


def _signals(area: Area) -> Iterator[Problem]:
    if not area.intersections:
        yield Problem(where(area, "intersections", 1), "no intersection", "at least one")
    for place in area.intersections:
        if not place.signal:
            hint = "leave crossings without a signal out; their traffic belongs to the sections"
            yield Problem(
                where(area, "intersections", place.line), f"{place.id} without a signal",
                "signal = yes", hint,
            )  # fmt: skip


def _lanes(area: Area) -> Iterator[Problem]:
    for s in area.all_sections:
        place = _place(area, s)
        if s.lanes_forward + s.lanes_backward == 0:
            yield Problem(place, "no lane in either direction", "lanes in one direction at least")
        for lanes, bus in ((s.lanes_forward, s.bus_forward), (s.lanes_backward, s.bus_backward)):
            if bus and lanes < 2:
                yield Problem(place, f"a bus lane among {lanes} lanes", "a second lane for cars")
        if s.oneway and s.median_m > 0:
            yield Problem(place, f"median of {s.median_m:g} m", "0 on a one-way street")


def _arms(area: Area) -> Iterator[Problem]:
    used = Counter(
        (end, letter)
        for s in area.all_sections
        for end, letter in ((s.start, s.start_arm), (s.end, s.end_arm))
        if end in area.intersection
    )
    for (name, letter), count in used.items():
        if count > 1:
            line = area.intersection[name].line
            found = f"{count} streets on arm {letter} of {name}"
            yield Problem(where(area, "intersections", line), found, "one street on each arm")
    for place in area.intersections:
        arms = area.arms[place.id].values()
        spot = where(area, "intersections", place.line)
        if sum(arm.lanes_in > 0 for arm in arms) < 2:
            expected = "two arms at least that vehicles come in by"
            yield Problem(spot, f"{place.id} with fewer", expected, "else nothing needs a signal")
        for arm in arms:
            points = centre_points(area, arm.section)
            first, second = points[:2] if arm.at_start else (points[-1], points[-2])
            shrink = math.cos(math.radians(place.lat))
            bearing = bearing_deg((first[1] * shrink, first[0]), (second[1] * shrink, second[0]))
            skew = abs((bearing - 90.0 * ARMS.index(arm.letter) + 180.0) % 360.0 - 180.0)
            if skew > MOST_SKEW_DEG:
                found = f"arm {arm.letter} of {place.id} leaves at {bearing:.0f} degrees"
                expected = f"within {MOST_SKEW_DEG:.0f} degrees of {arm.letter}"
                yield Problem(_place(area, arm.section), found, expected)


def _approaches(area: Area) -> Iterator[Problem]:
    for place in area.intersections:
        for arm in area.arms[place.id].values():
            if (place.id, arm.letter) not in area.approach:
                spot = where(area, "intersections", place.line)
                yield Problem(
                    spot, f"arm {place.id}.{arm.letter} has no row", "a row of approaches.csv"
                )
    for a in area.approaches:
        spot = where(area, "approaches", a.line)
        arms = area.arms[a.intersection]
        if a.arm not in arms:
            yield Problem(spot, f"arm {a.arm} of {a.intersection}", "an arm with a section or gate")
            continue
        arm = arms[a.arm]
        bays = a.left_bays + a.right_bays
        if arm.lanes_in == 0 and (bays or a.left_only or a.bay_m):
            yield Problem(spot, "turn lanes where nothing comes in", "0 on a one-way exit")
        elif bool(bays or arm.bus_in) != (a.bay_m > 0):
            expected = "bay_m > 0 exactly where there is a bay or a bus lane"
            yield Problem(spot, f"bay_m = {a.bay_m:g}", expected)
        if arm.bus_in and a.right_bays:
            expected = "right_bays = 0: right-turners use the last piece of the bus lane"
            yield Problem(spot, "a right bay beside a bus lane", expected)
        if a.left_bays + a.left_only and area.target_arm(a.intersection, a.arm, Turn.LEFT) is None:
            yield Problem(spot, "left-turn lanes", "0 where no left turn is possible")
        if a.right_bays and area.target_arm(a.intersection, a.arm, Turn.RIGHT) is None:
            yield Problem(spot, "a right-turn bay", "0 where no right turn is possible")
        if arm.lanes_in and a.left_only >= arm.lanes_in - arm.bus_in:
            yield Problem(spot, f"left_only = {a.left_only}", f"fewer than {arm.lanes_in} lanes")


def _connected(area: Area) -> Iterator[Problem]:
    neighbours: dict[str, set[str]] = {}
    for section in area.all_sections:
        neighbours.setdefault(section.start, set()).add(section.end)
        neighbours.setdefault(section.end, set()).add(section.start)
    first = area.intersections[0].id
    reached, todo = {first}, [first]
    while todo:
        new = neighbours.get(todo.pop(), set()) - reached
        reached |= new
        todo += new
    for place in area.intersections:
        if place.id not in reached:
            spot = where(area, "intersections", place.line)
            yield Problem(spot, f"{place.id} cannot be reached from {first}", "a connected network")
    for kind, has in (("entry", "lanes_in"), ("exit", "lanes_out")):
        if not any(getattr(gate.section, "lanes_backward" if has == "lanes_in" else "lanes_forward")
                   for gate in area.gates):  # fmt: skip
            yield Problem(where(area, "gates", 1), f"no {kind}", f"a gate with {has} > 0")


def _lengths(area: Area) -> Iterator[Problem]:
    points = [p for section in area.all_sections for p in centre_points(area, section)]
    projection = projection_around(area.epsg, points, 100.0)
    for section in area.all_sections:
        plane = projection.to_plane(centre_points(area, section))
        length = length_of(plane)
        place = _place(area, section)
        if any(math.dist(a, b) < CLOSEST_POINTS_M for a, b in pairwise(plane)):
            expected = f"points (ends and via) at least {CLOSEST_POINTS_M:g} m apart"
            yield Problem(place, "two points of the street in one place", expected)
        if length < SHORTEST_SECTION_M:
            yield Problem(place, f"{length:.0f} m long", f"at least {SHORTEST_SECTION_M:.0f} m")
        for end, letter in ((section.start, section.start_arm), (section.end, section.end_arm)):
            approach = area.approach.get((end, letter))
            if approach and approach.bay_m > OPEN_ROAD_SHARE * length - 40.0:
                found = f"bay of {approach.bay_m:g} m on a section of {length:.0f} m"
                expected = f"at most {max(0.0, OPEN_ROAD_SHARE * length - 40.0):.0f} m"
                yield Problem(where(area, "approaches", approach.line), found, expected)


def centre_points(area: Area, section: Section) -> tuple[tuple[float, float], ...]:
    """(lat, lon) of a section's centre line from start to end."""
    place = area.intersection[section.start]
    far = area.gate.get(section.end) or area.intersection[section.end]
    return ((place.lat, place.lon), *section.via, (far.lat, far.lon))
