"""Which lane of an approach leads to which lane of an exit: explicit, without merging conflicts.

Lanes are counted from the right, 0 = rightmost vehicle lane (the sidewalk is not counted here).
Left bays turn left only, right bays right only; where an approach has none, the outermost lane is
shared with through traffic. Through lanes keep side by side and take the exit lanes that lie straight
ahead; left-turners take the leftmost exit lanes, right-turners the rightmost that cars may use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from signalopt.errors import Problem
from signalopt.network.area_model import Approach, Area, Arm
from signalopt.network.model import Turn

LEAST_MEDIAN_LEFT_M = 0.6


@dataclass(frozen=True, slots=True)
class LaneLink:
    """From a lane of the stop line to a lane of the exit `target`; bus_only: for buses alone."""

    from_lane: int
    turn: Turn
    target: Arm
    to_lane: int
    bus_only: bool = False


@dataclass(frozen=True, slots=True)
class StopLine:
    """Lanes of one approach at its stop line.

    left_edge_m: distance of the left edge of the leftmost lane from the street's centre line, to the
    right positive. bus: whether lane 0 is the last piece of a bus lane.
    """

    arm: Arm
    lanes: int
    left_lanes: int
    right_lanes: int
    bus: bool
    left_edge_m: float
    bays_left: int
    bays_right: int


def road_edge_m(area: Area, arm: Arm, lanes: int) -> float:
    """Distance from the centre line to the left edge of the open road of one direction."""
    if arm.section.oneway:
        return -lanes * area.lane_width_m / 2
    return arm.section.median_m / 2


def stop_line(area: Area, arm: Arm) -> StopLine:
    """The stop line of an arm that vehicles come in by."""
    row: Approach = area.approach[(arm.intersection, arm.letter)]
    edge = road_edge_m(area, arm, arm.lanes_in)
    if row.left_bays:  # bays take the room of the median, then push the road to the right
        room = max(0.0, arm.section.median_m - LEAST_MEDIAN_LEFT_M)
        edge -= min(row.left_bays * area.lane_width_m, room)
    return StopLine(
        arm=arm,
        lanes=arm.lanes_in + row.left_bays + row.right_bays,
        left_lanes=row.left_bays + row.left_only,
        right_lanes=row.right_bays,
        bus=arm.bus_in,
        left_edge_m=edge,
        bays_left=row.left_bays,
        bays_right=row.right_bays,
    )


def intersection_links(area: Area, intersection: str) -> dict[str, list[LaneLink]]:
    """Links of all approaches by arm letter. Raises ValueError if lanes cannot be matched.

    An exit lane that no approach would feed gets a second link from the through lane beside it.
    """
    arms = area.arms[intersection]
    result = {
        letter: lane_links(area, stop_line(area, arm))
        for letter, arm in arms.items()
        if arm.lanes_in
    }
    for target in arms.values():
        _feed_every_lane(target, result)
    return result


def _feed_every_lane(target: Arm, links: dict[str, list[LaneLink]]) -> None:
    """Add links to exit lanes of `target` that nobody enters, from the lanes beside them."""
    for lane in [*range(target.lanes_out), *reversed(range(target.lanes_out))]:
        into = [
            (letter, link)
            for letter, some in links.items()
            for link in some
            if link.target.letter == target.letter
        ]
        if any(link.to_lane == lane for _, link in into):
            continue
        beside = [
            (letter, li) for letter, li in into if abs(li.to_lane - lane) == 1 and not li.bus_only
        ]
        if beside:
            letter, link = min(beside, key=lambda pair: pair[1].turn is not Turn.THROUGH)
            bus_only = target.bus_out and lane == 0
            links[letter].append(replace(link, to_lane=lane, bus_only=bus_only))


def lane_links(area: Area, line: StopLine) -> list[LaneLink]:
    """Links of one approach, each lane to one lane a turn. Raises ValueError (what is wrong)."""
    arm = line.arm
    exits = {
        turn: target
        for turn in (Turn.LEFT, Turn.THROUGH, Turn.RIGHT)
        if (target := area.target_arm(arm.intersection, arm.letter, turn)) is not None
    }
    if not exits:
        raise ValueError("no way out for vehicles that come in here")
    if Turn.THROUGH in exits:
        return _with_through(area, line, exits)
    return _stem(line, exits)


def _car_lanes(target: Arm) -> list[int]:
    """Exit lanes that cars may use, from the right."""
    return list(range(1 if target.bus_out else 0, target.lanes_out))


def _with_through(area: Area, line: StopLine, exits: dict[Turn, Arm]) -> list[LaneLink]:
    ahead = exits[Turn.THROUGH]
    ahead_cars = _car_lanes(ahead)
    left_count = line.left_lanes if Turn.LEFT in exits else 0
    right_count = line.right_lanes if Turn.RIGHT in exits else 0
    bus_lane_used = line.bus and (Turn.RIGHT in exits or ahead.bus_out)
    if bus_lane_used:
        right_count = 1 if Turn.RIGHT in exits else 0
    first = max(right_count, 1 if bus_lane_used else 0)
    middle = list(range(first, line.lanes - left_count))
    buses_ahead = bus_lane_used
    surplus = len(middle) - len(ahead_cars)
    if surplus == 1 and Turn.RIGHT in exits and right_count == 0:
        # the street ahead has a lane less: the rightmost only turns (left-only lanes must be stated)
        right_count, middle, buses_ahead = 1, middle[1:], ahead.bus_out
    elif surplus > 0:
        raise ValueError(f"{len(middle)} through lanes meet {len(ahead_cars)} lanes ahead")
    if not middle:
        raise ValueError("no lane is left for through traffic")
    shift = _straightest(area, line, middle, ahead, ahead_cars)
    links = [LaneLink(lane, Turn.THROUGH, ahead, lane + shift) for lane in middle]
    if buses_ahead and middle[0] + shift > 0:  # buses go on straight where lane 0 ahead is free
        links.append(LaneLink(0, Turn.THROUGH, ahead, 0, bus_only=True))
    left = list(range(line.lanes - left_count, line.lanes)) or [middle[-1]]
    right = list(range(right_count)) or [middle[0]]
    return links + _turns(exits, left, right)


def _stem(line: StopLine, exits: dict[Turn, Arm]) -> list[LaneLink]:
    """The stem of a T, or a street that may only turn: lanes are shared out between the turns."""
    every = list(range(line.lanes))
    if len(exits) == 1:
        return _turns(exits, every, every)
    most_left = len(_car_lanes(exits[Turn.LEFT]))
    left_count = min(max(line.left_lanes, (line.lanes + 1) // 2), most_left)
    if line.lanes == 1:
        return _turns(exits, every, every)
    return _turns(exits, every[line.lanes - left_count :], every[: line.lanes - left_count])


def _turns(exits: dict[Turn, Arm], left: list[int], right: list[int]) -> list[LaneLink]:
    links = []
    for turn, lanes in ((Turn.LEFT, left), (Turn.RIGHT, right)):
        if turn not in exits:
            continue
        cars = _car_lanes(exits[turn])
        if len(lanes) > len(cars):
            raise ValueError(f"{len(lanes)} lanes turn {turn} into {len(cars)}")
        targets = cars[-len(lanes) :] if turn is Turn.LEFT else cars[: len(lanes)]
        links += [
            LaneLink(lane, turn, exits[turn], to) for lane, to in zip(lanes, targets, strict=True)
        ]
    return links


def _straightest(area: Area, line: StopLine, middle: list[int], ahead: Arm, cars: list[int]) -> int:
    """Shift of lane indices that moves through traffic least to the side."""
    width = area.lane_width_m
    here = line.left_edge_m + (line.lanes - middle[0] - 0.5) * width
    exit_edge = road_edge_m(area, ahead, ahead.lanes_out)
    choices = range(cars[0], cars[-1] - len(middle) + 2)

    def sideways_m(to_lane: int) -> float:
        return abs(exit_edge + (ahead.lanes_out - to_lane - 0.5) * width - here)

    return min(choices, key=sideways_m) - middle[0]


def lane_problems(area: Area) -> Iterator[Problem]:
    """Approaches whose lanes cannot be matched with the exits, or have a lane without a use."""
    for place in area.intersections:
        for arm in area.arms[place.id].values():
            if not arm.lanes_in:
                continue
            row = area.approach[(place.id, arm.letter)]
            spot = f"{area.folder / 'approaches'}.csv:{row.line}"
            line = stop_line(area, arm)
            try:
                used = {link.from_lane for link in lane_links(area, line)}
            except ValueError as error:
                yield Problem(
                    spot, str(error), "a use for every lane", "change lanes, left_only or bays"
                )
                continue
            for lane in sorted(set(range(line.lanes)) - used):
                yield Problem(
                    spot, f"lane {lane} (from the right) leads nowhere", "a use for every lane"
                )
