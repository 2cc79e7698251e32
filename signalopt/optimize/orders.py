"""Stage orders that a layout allows: permutations of its stages, leading and lagging left turns."""

from __future__ import annotations

import itertools

from signalopt.network.model import Intersection
from signalopt.timing.bounds import interstages_s, stage_timings
from signalopt.timing.signals import GroupKind, SignalLayout, Stage

MOST_ORDERS = 2
"""Stage orders tried at one intersection unless more are asked for."""


def stage_orders(place: Intersection, most: int = MOST_ORDERS) -> list[tuple[Stage, ...]]:
    """Cyclic orders of the stages: the designed one, then others by interstage time, then lead-lag pairs.

    In a lead-lag pair the left turn of one side comes before the common through stage, that of the other
    side after it; each runs with the through traffic of its own side. Imported programs keep their order:
    their interstages are given for it only.
    """
    stages = place.layout.stages
    if place.layout.interstages or any(s.state for s in stages):
        return [stages]
    others = [
        (stages[0], *rest) for rest in itertools.permutations(stages[1:]) if rest != stages[1:]
    ]
    others.sort(key=lambda order: sum(interstages_s(place.layout, stage_timings(order))))
    return [stages, *others, *lead_lag_orders(place.layout)][:most]


def lead_lag_orders(layout: SignalLayout) -> list[tuple[Stage, ...]]:
    """Orders in which the two protected left turns of a street lie on both sides of its through stage."""
    found = []
    for left in layout.stages:
        if len(left.groups) != 2 or any(not _is_vehicle(layout, g) for g in left.groups):
            continue
        for through in layout.stages:
            partners = [_partner(layout, through, g, left) for g in left.groups]
            if through is left or None in partners or partners[0] == partners[1]:
                continue
            pair = [
                _beside(layout, through, str(partner), turn)
                for partner, turn in zip(partners, left.groups, strict=True)
            ]
            rest = [s for s in layout.stages if s not in (left, through)]
            for first, last in (pair, pair[::-1]):
                found.append((through, last, *rest, first))
    return found


def _is_vehicle(layout: SignalLayout, group: str) -> bool:
    return layout.group[group].kind is GroupKind.VEHICLE


def _partner(layout: SignalLayout, through: Stage, turn: str, left: Stage) -> str | None:
    """The through group of the turn's own side: the one it may run with while the other side's may not."""
    (other,) = (g for g in left.groups if g != turn)
    for group in through.groups:
        if (
            _is_vehicle(layout, group)
            and not layout.groups_conflict(group, turn)
            and layout.groups_conflict(group, other)
        ):
            return group
    return None


def _beside(layout: SignalLayout, through: Stage, partner: str, turn: str) -> Stage:
    """A turn with the through traffic of its side and those walkers whom it leaves free."""
    walkers = [
        g
        for g in through.groups
        if not _is_vehicle(layout, g) and not layout.groups_conflict(g, turn)
    ]
    return Stage(f"{partner}+{turn}", (partner, turn, *walkers))
