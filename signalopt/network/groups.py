"""Signal groups designed from the movements of an intersection.

Every approach has one vehicle group, and a second one for its left turns where these are protected;
every arm with crossings has one pedestrian group.

One clear rule for left turns (in left-hand traffic: right turns): a left turn is either opposed,
green with its through traffic and giving way, or protected, green only while nothing crosses its
way. Never both in one cycle: a left turn that was permitted and then meets an opposing through
green that outlasts its own is the "yellow trap", and CIS signal heads show a left turn of its own by
an additional section whose darkness forbids it.

LeftPolicy.AUTO protects a left turn that has a lane of its own and
- has to cross three or more opposing through lanes (drivers misjudge gaps over so many lanes; four
  is the limit of the FHWA Signal Timing Manual, 2nd ed., 2015, one less because Astana's limit is
  60 km/h and its medians hide the far lanes), or
- has two or more lanes (same manual: two lanes never turn permitted), or
- faces a left turn that is protected by the above and has a lane of its own too: both sides of a
  street are run alike.
A left turn without opposing traffic needs no protection; one without a lane of its own cannot have it.
An approach that can only turn left keeps one group; protected, it gets its green apart from the
opposing approach.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signalopt.network.conflicts import OPPOSING_DEG, Relations, turns_across
from signalopt.network.geometry import turn_angle_deg
from signalopt.network.model import Movement, Turn
from signalopt.network.rules import LeftPolicy
from signalopt.timing.clearance import pedestrian_min_green_s
from signalopt.timing.signals import GroupKind, SignalGroup

MIN_GREEN_S = 7
"""Least vehicle green in seconds (CIS practice)."""
MANY_OPPOSING_LANES = 3
MANY_LEFT_LANES = 2


@dataclass(frozen=True, slots=True)
class Approach:
    """One arm's incoming traffic. `left` links are those that can be separated from `ahead`."""

    arm: str
    heading_deg: float
    ahead: tuple[int, ...]
    left: tuple[int, ...]
    lanes: int
    left_lanes: int
    opposing_lanes: int


@dataclass(frozen=True, slots=True)
class Design:
    """Groups of an intersection with what stage design needs to know of them."""

    approaches: tuple[Approach, ...]
    groups: tuple[SignalGroup, ...]
    protected_links: frozenset[int]


def design_groups(
    movements: Sequence[Movement],
    related: Relations,
    arms: Mapping[str, str],
    headings_deg: Mapping[str, float],
    policy: LeftPolicy = LeftPolicy.AUTO,
    streets: Mapping[str, str] | None = None,
    *,
    lefthand: bool = False,
) -> Design:
    """Signal groups of an intersection from its movements, arms and left-turn policy."""
    approaches = _approaches(movements, related, arms, headings_deg, lefthand=lefthand)
    protected = _protected_arms(approaches, policy)
    names = {arms[e]: name for e, name in (streets or {}).items() if e in arms and name}
    groups: list[SignalGroup] = []
    across = "right" if lefthand else "left"
    for approach in approaches:
        suffix = f" ({names[approach.arm]})" if approach.arm in names else ""
        split = approach.arm in protected and bool(approach.ahead)
        links = approach.ahead if split else tuple(sorted((*approach.ahead, *approach.left)))
        text = f"{_turns(movements, links)} from {approach.arm}{suffix}"
        groups.append(SignalGroup(approach.arm, GroupKind.VEHICLE, links, MIN_GREEN_S, name=text))
        if split:
            group_id = f"{approach.arm}-{across}"
            text = f"{_turns(movements, approach.left)} from {approach.arm}{suffix}"
            group = SignalGroup(group_id, GroupKind.VEHICLE, approach.left, MIN_GREEN_S, name=text)
            groups.append(group)
    free_of_conflict = frozenset(link for a in approaches if a.arm in protected for link in a.left)
    return Design(approaches, (*groups, *pedestrian_groups(movements, arms)), free_of_conflict)


def pedestrian_groups(
    movements: Sequence[Movement], arms: Mapping[str, str]
) -> tuple[SignalGroup, ...]:
    """One pedestrian group an arm, with the whole walking distance over that arm."""
    by_arm: dict[str, list[Movement]] = {}
    for movement in movements:
        if movement.turn is Turn.CROSSING:
            known = [arms[edge] for edge in movement.crosses if edge in arms]
            by_arm.setdefault(known[0] if known else "centre", []).append(movement)
    groups = []
    for arm, items in sorted(by_arm.items(), key=lambda item: _arm_order(item[0])):
        links = tuple(sorted({m.link for m in items}))
        group = pedestrian_group(f"P-{arm}", links, items, f"pedestrians over arm {arm}")
        groups.append(group)
    return tuple(groups)


def pedestrian_group(
    group_id: str, links: tuple[int, ...], crossings: Sequence[Movement], name: str
) -> SignalGroup:
    """A pedestrian group: green long enough for the sum of its crossings, no amber."""
    distance = sum({(m.junction, m.crosses, m.length_m): m.length_m for m in crossings}.values())
    return SignalGroup(
        group_id,
        GroupKind.PEDESTRIAN,
        links,
        pedestrian_min_green_s(distance),
        amber_s=0,
        red_amber_s=0,
        crossing_m=round(distance, 2),
        undivided_m=_undivided(crossings),
        name=name,
    )


def _undivided(crossings: Sequence[Movement]) -> float | None:
    """The longest stretch without a refuge over all crossings, None if none has a refuge."""
    if all(m.undivided_m is None for m in crossings) and len({m.crosses for m in crossings}) == 1:
        return None
    # Crossings one after the other have a place to wait between them.
    return round(max(m.length_m if m.undivided_m is None else m.undivided_m for m in crossings), 2)


def _approaches(
    movements: Sequence[Movement],
    related: Relations,
    arms: Mapping[str, str],
    headings_deg: Mapping[str, float],
    *,
    lefthand: bool,
) -> tuple[Approach, ...]:
    by_arm: dict[str, list[int]] = {}
    for position, movement in enumerate(movements):
        if movement.turn is not Turn.CROSSING:
            by_arm.setdefault(arms[movement.from_edge], []).append(position)
    result = []
    for arm, positions in sorted(by_arm.items(), key=lambda item: _arm_order(item[0])):
        left = [p for p in positions if turns_across(movements[p], lefthand=lefthand)]
        ahead = [p for p in positions if p not in left]
        left_lanes = {_lane(movements[p]) for p in left}
        left_links = {movements[p].link for p in left}
        shared = left_lanes & {_lane(movements[p]) for p in ahead}
        if shared or left_links & {movements[p].link for p in ahead}:
            ahead, left, left_lanes = positions, [], set()
        opposing = {
            _lane(movements[b])
            for a, b in related.permitted
            if a in left and movements[b].turn is Turn.THROUGH
        }
        result.append(
            Approach(
                arm=arm,
                heading_deg=headings_deg[movements[positions[0]].from_edge],
                ahead=tuple(sorted({movements[p].link for p in ahead})),
                left=tuple(sorted({movements[p].link for p in left})),
                lanes=len({_lane(movements[p]) for p in positions}),
                left_lanes=len(left_lanes),
                opposing_lanes=len(opposing),
            )
        )
    return tuple(result)


def _protected_arms(approaches: Sequence[Approach], policy: LeftPolicy) -> frozenset[str]:
    able = [a for a in approaches if a.left and a.opposing_lanes]
    if policy is LeftPolicy.OPPOSED:
        return frozenset()
    if policy is LeftPolicy.PROTECTED:
        return frozenset(a.arm for a in able)
    chosen = [
        a
        for a in able
        if a.opposing_lanes >= MANY_OPPOSING_LANES or a.left_lanes >= MANY_LEFT_LANES
    ]
    return frozenset(a.arm for a in able if any(a is b or facing(a, b) for b in chosen))


def facing(first: Approach, second: Approach) -> bool:
    """Whether two approaches come from opposite directions."""
    return turn_angle_deg(first.heading_deg, second.heading_deg) >= OPPOSING_DEG


def _lane(movement: Movement) -> tuple[str, int]:
    return movement.from_edge, movement.from_lane


def _turns(movements: Sequence[Movement], links: Sequence[int]) -> str:
    found = {m.turn for m in movements if m.link in links}
    return "+".join(turn.value for turn in Turn if turn in found)


def _arm_order(arm: str) -> tuple[int, str]:
    """North first, then clockwise."""
    compass = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
    return (compass.index(arm) if arm in compass else len(compass), arm)
