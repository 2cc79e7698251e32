"""Who conflicts with whom, from the network's own right of way.

Two movements that SUMO's right-of-way table calls foes must never be green together, except in the
two cases that ordinary practice permits (traffic rules of Kazakhstan, as of every CIS country: on a
plain green whoever turns gives way):

a. a turn across opposing traffic (left turn or U-turn; right turn where traffic keeps left) against
   the opposing through traffic and near-side turns: the turn across yields;
b. a turning vehicle against pedestrians on the crossing of its exit: the vehicle yields.

Movements from one and the same edge do not conflict.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from signalopt.network.geometry import turn_angle_deg
from signalopt.network.model import Movement, Turn
from signalopt.network.movements import Controlled

OPPOSING_DEG = 135.0
"""Approaches whose headings differ by at least this face each other."""


@dataclass(frozen=True, slots=True)
class Relations:
    """Pairs of positions in a list of movements.

    conflicts: unordered pairs (smaller position first) that must never be green together;
    permitted: (a, b) = a may be green with b but must yield.
    """

    conflicts: frozenset[tuple[int, int]]
    permitted: frozenset[tuple[int, int]]

    def with_protected(self, movements: Sequence[Movement], links: Collection[int]) -> Relations:
        """The relations when these links are protected: what they had to yield to now conflicts.

        A driver on a green arrow expects nobody in his way, walkers on his exit included.
        """
        hard = {(a, b) for a, b in self.permitted if movements[a].link in links}
        return Relations(
            self.conflicts | {(min(pair), max(pair)) for pair in hard}, self.permitted - hard
        )

    def link_conflicts(self, movements: Sequence[Movement]) -> frozenset[tuple[int, int]]:
        """Pairs of links that must never be green together, both ways."""
        links = {(movements[a].link, movements[b].link) for a, b in self.conflicts}
        return frozenset(
            {pair for pair in links if pair[0] != pair[1]} | {(b, a) for a, b in links}
        )

    def link_yields(self, movements: Sequence[Movement]) -> frozenset[tuple[int, int]]:
        """Pairs (a, b): link a must show `g` while link b is green."""
        links = {(movements[a].link, movements[b].link) for a, b in self.permitted}
        return frozenset({p for p in links if p[0] != p[1]} - self.link_conflicts(movements))


def relations(
    controlled: Sequence[Controlled], headings_deg: dict[str, float], *, lefthand: bool = False
) -> Relations:
    """Conflicts and permitted conflicts of one intersection.

    headings_deg: compass heading of each incoming edge at its stop line.
    """
    conflicts, permitted = set(), set()
    for (i, a), (j, b) in combinations(enumerate(controlled), 2):
        if a.movement.link == b.movement.link or not _are_foes(a, b):
            continue
        first, second = a.movement, b.movement
        if Turn.CROSSING in (first.turn, second.turn):
            yielding = _yields_to_walkers(first, second) or _yields_to_walkers(second, first)
        else:
            if first.from_edge == second.from_edge:
                continue
            yielding = _vehicle_that_yields(first, second, headings_deg, lefthand=lefthand)
        if yielding is None:
            conflicts.add((i, j))
        else:
            permitted.add((i, j) if yielding is first else (j, i))
    return Relations(frozenset(conflicts), frozenset(permitted))


def _are_foes(a: Controlled, b: Controlled) -> bool:
    if a.movement.junction != b.movement.junction:
        return False  # parts of a joined signal: each junction has its own right of way
    if a.movement.turn is b.movement.turn is Turn.CROSSING:
        return False
    return b.request in a.foes or a.request in b.foes


def _yields_to_walkers(vehicle: Movement, crossing: Movement) -> Movement | None:
    """The vehicle movement if it may turn into its exit while people walk there, else None."""
    if crossing.turn is not Turn.CROSSING or vehicle.turn in (Turn.CROSSING, Turn.THROUGH):
        return None
    leaves_over = vehicle.to_edge in crossing.crosses
    enters_over = vehicle.from_edge in crossing.crosses
    return vehicle if leaves_over and not enters_over else None


def _vehicle_that_yields(
    first: Movement, second: Movement, headings_deg: dict[str, float], *, lefthand: bool
) -> Movement | None:
    """Which of two vehicle movements turns across the other one's way, None if neither may."""
    angle = turn_angle_deg(headings_deg[first.from_edge], headings_deg[second.from_edge])
    if angle < OPPOSING_DEG:
        return None
    across = [turns_across(m, lefthand=lefthand) for m in (first, second)]
    if across[0] == across[1]:
        return None
    return first if across[0] else second


def turns_across(movement: Movement, *, lefthand: bool = False) -> bool:
    """Whether a movement turns across opposing traffic."""
    return movement.turn in (Turn.UTURN, Turn.RIGHT if lefthand else Turn.LEFT)
