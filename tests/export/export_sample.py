"""A small avenue for the export tests: three four-arm intersections with lanes, turns and crossings.

Geometry in metres; conflicts are found by crossing the paths, so nothing is written down twice.
"""

from __future__ import annotations

import math
from itertools import combinations, pairwise
from pathlib import Path

from signalopt.network.model import Edge, Intersection, Movement, Network, Turn
from signalopt.timing.bounds import least_greens_s, stage_timings
from signalopt.timing.clearance import (
    pedestrian_intergreen_s,
    pedestrian_min_green_s,
    vehicle_intergreen_s,
)
from signalopt.timing.plan import IntersectionPlan, Plan, StageTiming
from signalopt.timing.program import cycle_of
from signalopt.timing.signals import Clearance, GroupKind, SignalGroup, SignalLayout, Stage

Point = tuple[float, float]
HEADING = {"E": (1.0, 0.0), "N": (0.0, 1.0), "W": (-1.0, 0.0), "S": (0.0, -1.0)}
TURN_OF_STEP = {1: Turn.LEFT, 2: Turn.THROUGH, 3: Turn.RIGHT}
LANE_M, STOP_M, ARM_M = 3.2, 16.0, 120.0
IDS = ("Alpha_First", "Alpha_Second", "Alpha_Third")
SPACING_M = 420.0


def sample_network() -> Network:
    places = tuple(_intersection(name, i * SPACING_M) for i, name in enumerate(IDS))
    return Network(Path("sample.net.xml"), "sample-1", _edges(), places)


def sample_plan(cycle_s: int = 90, offsets: tuple[int, ...] = (0, 17, 80)) -> Plan:
    programs = []
    for place, offset in zip(sample_network().intersections, offsets, strict=True):
        programs.append(staged(place.layout, ("main", "side"), cycle_s, offset))
    return Plan("morning peak", "sample-1", tuple(programs))


def staged(
    layout: SignalLayout, order: tuple[str, ...], cycle_s: int, offset_s: int
) -> IntersectionPlan:
    """Least greens, the rest of the cycle to the first stage."""
    sequence = stage_timings([layout.stage[name] for name in order])
    greens = least_greens_s(layout, sequence)
    timed = [
        StageTiming(t.stage, t.groups, green) for t, green in zip(sequence, greens, strict=True)
    ]
    bare = IntersectionPlan(layout.intersection, cycle_s, offset_s, tuple(timed))
    spare = cycle_s - cycle_of(layout, bare)
    assert spare >= 0
    timed[0] = StageTiming(timed[0].stage, timed[0].groups, timed[0].green_s + spare)
    return IntersectionPlan(layout.intersection, cycle_s, offset_s, tuple(timed))


def _arm_edge(name: str, arm: str, inward: bool) -> str:
    index = IDS.index(name)
    other = f"{name}.{arm}"
    if arm == "E" and index + 1 < len(IDS):
        other = IDS[index + 1]
    if arm == "W" and index > 0:
        other = IDS[index - 1]
    return f"{other}--{name}" if inward else f"{name}--{other}"


def _edges() -> tuple[Edge, ...]:
    edges: dict[str, Edge] = {}
    for index, name in enumerate(IDS):
        for arm, (dx, dy) in HEADING.items():
            inner = arm in "EW" and 0 <= index + (1 if arm == "E" else -1) < len(IDS)
            far = SPACING_M - STOP_M if inner else ARM_M
            near_point = (index * SPACING_M + dx * STOP_M, dy * STOP_M)
            far_point = (index * SPACING_M + dx * far, dy * far)
            lanes = 3 if arm in "EW" else 2
            for inward in (True, False):
                identity = _arm_edge(name, arm, inward)
                shape = (far_point, near_point) if inward else (near_point, far_point)
                start, end = identity.split("--")
                length = math.dist(*shape)
                edges[identity] = Edge(identity, start, end, length, lanes, 16.7, shape)
    return tuple(edges.values())


def _intersection(name: str, x_m: float) -> Intersection:
    movements: list[Movement] = []
    for arm in HEADING:
        movements += _vehicle_movements(name, arm, x_m, len(movements))
    for arm in HEADING:
        movements.append(_crossing(name, arm, x_m, len(movements)))
    layout = _layout(name, movements)
    title = name.replace("_", " & ")
    return Intersection(name, title, (name,), x_m, 0.0, None, None, tuple(movements), layout, None)


def _vehicle_movements(name: str, arm: str, x_m: float, link: int) -> list[Movement]:
    arms = list(HEADING)
    lanes = 3 if arm in "EW" else 2
    result = []
    for step, lane in [(3, 0), *((2, i) for i in range(lanes)), (1, lanes - 1)]:
        exit_arm = arms[(arms.index(arm) - step) % 4]
        exit_lanes = 3 if exit_arm in "EW" else 2
        exit_lane = min(lane, exit_lanes - 1)
        start = _lane_end(arm, (lanes - lane - 0.5) * LANE_M, True, x_m)
        end = _lane_end(exit_arm, (exit_lanes - exit_lane - 0.5) * LANE_M, False, x_m)
        shape = _curve(start, HEADING[arm], end, HEADING[exit_arm])
        length = sum(math.dist(a, b) for a, b in pairwise(shape))
        result.append(
            Movement(
                link + len(result),
                TURN_OF_STEP[step],
                _arm_edge(name, arm, True),
                _arm_edge(name, exit_arm, False),
                lane,
                exit_lane,
                name,
                length,
                13.9,
                shape,
            )
        )
    return result


def _lane_end(arm: str, aside_m: float, inward: bool, x_m: float) -> Point:
    dx, dy = HEADING[arm]
    side = -1 if inward else 1  # traffic keeps right
    return (x_m + dx * STOP_M + side * dy * aside_m, dy * STOP_M - side * dx * aside_m)


def _curve(start: Point, into: Point, end: Point, out: Point) -> tuple[Point, ...]:
    """A quadratic Bezier curve from the stop line straight on to the exit."""
    straight = abs(into[0] * out[1] - into[1] * out[0]) < 1e-9
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    if not straight:
        middle = (start[0], end[1]) if into[0] == 0 else (end[0], start[1])
    points = []
    for step in range(9):
        t = step / 8
        weights = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
        points.append(
            (
                sum(w * p[0] for w, p in zip(weights, (start, middle, end), strict=True)),
                sum(w * p[1] for w, p in zip(weights, (start, middle, end), strict=True)),
            )
        )
    return tuple(points)


def _crossing(name: str, arm: str, x_m: float, link: int) -> Movement:
    dx, dy = HEADING[arm]
    half = (3 if arm in "EW" else 2) * LANE_M + 1
    at = (x_m + dx * (STOP_M - 3.5), dy * (STOP_M - 3.5))
    ends = tuple((at[0] - side * dy * half, at[1] + side * dx * half) for side in (1, -1))
    crossed = (_arm_edge(name, arm, True), _arm_edge(name, arm, False))
    return Movement(
        link, Turn.CROSSING, f"{arm}1", f"{arm}2", 0, 0, name, 2 * half, 1.3, ends, crossed
    )


def _layout(name: str, movements: list[Movement]) -> SignalLayout:
    def links(arms: str, turns: set[Turn]) -> tuple[int, ...]:
        edges = {_arm_edge(name, arm, True) for arm in arms}
        return tuple(m.link for m in movements if m.from_edge in edges and m.turn in turns)

    def crossing(arms: str) -> tuple[int, ...]:
        return tuple(
            m.link for m in movements if m.turn is Turn.CROSSING and m.from_edge[0] in arms
        )

    ahead = {Turn.THROUGH, Turn.RIGHT}
    groups = (
        SignalGroup("EW", GroupKind.VEHICLE, links("EW", ahead), 7, name="Avenue"),
        SignalGroup("EWl", GroupKind.VEHICLE, links("EW", {Turn.LEFT}), 5, name="Avenue left"),
        SignalGroup("NS", GroupKind.VEHICLE, links("NS", ahead | {Turn.LEFT}), 7, name="Side"),
        _pedestrians("PEW", crossing("NS"), 2 * (2 * LANE_M + 1)),
        _pedestrians("PNS", crossing("EW"), 2 * (3 * LANE_M + 1)),
    )
    stages = (
        Stage("main", ("EW", "EWl", "PEW")),
        Stage("side", ("NS", "PNS")),
        Stage("left", ("EWl",)),
    )
    together = [set(stage.groups) for stage in stages]
    conflicts: set[tuple[int, int]] = set()
    yields: set[tuple[int, int]] = set()
    group_of = {link: g.id for g in groups for link in g.links}
    for a, b in combinations(movements, 2):
        if a.from_edge == b.from_edge or not _cross(a.shape, b.shape):
            continue
        if any({group_of[a.link], group_of[b.link]} <= stage for stage in together):
            first = a if _rank(a) > _rank(b) else b
            yields.add((first.link, b.link if first is a else a.link))
        else:
            conflicts |= {(a.link, b.link), (b.link, a.link)}
    clearances = tuple(
        _clearance(a, b)
        for a in groups
        for b in groups
        if any((x, y) in conflicts for x in a.links for y in b.links)
    )
    return SignalLayout(
        name,
        len(movements),
        groups,
        stages,
        frozenset(conflicts),
        frozenset(yields),
        clearances,
        notes=("all-red 2 s: estimated",),
    )


def _rank(movement: Movement) -> int:
    order = (Turn.CROSSING, Turn.THROUGH, Turn.RIGHT, Turn.LEFT)
    return order.index(movement.turn)


def _pedestrians(name: str, links: tuple[int, ...], crossing_m: float) -> SignalGroup:
    return SignalGroup(
        name,
        GroupKind.PEDESTRIAN,
        links,
        pedestrian_min_green_s(crossing_m),
        amber_s=0,
        red_amber_s=0,
        crossing_m=crossing_m,
        name=f"Crossing {name[1:]}",
    )


def _clearance(a: SignalGroup, b: SignalGroup) -> Clearance:
    if a.crossing_m is not None:
        seconds = pedestrian_intergreen_s(a.crossing_m)
        return Clearance(a.id, b.id, seconds, a.crossing_m, None, "pedestrian half crossing")
    seconds = vehicle_intergreen_s(24.0, 12.0)
    return Clearance(a.id, b.id, seconds, 24.0, 12.0, "amber + all-red")


def _cross(first: tuple[Point, ...], second: tuple[Point, ...]) -> bool:
    def side(a: Point, b: Point, c: Point) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    for a, b in pairwise(first):
        for c, d in pairwise(second):
            if side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0:
                return True
    return False
