"""Signal groups afresh: links that cannot be told apart at the stop line, with clearances between them.

Links of one approach that share a lane (or one link index) are one group, and so are lanes that meet the same
traffic; all else stands for itself, so that a left turn with a lane of its own can have a stage of its own.
Walkers have one
group for each crossed street side. Lamp times (amber, flashing green, red-amber) are those of the group
that a link belonged to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from signalopt.network.clearances import clearances
from signalopt.network.conflicts import Relations
from signalopt.network.groups import pedestrian_group
from signalopt.network.model import Intersection, Movement, Turn
from signalopt.timing.clearance import ALL_RED_S
from signalopt.timing.signals import Clearance, GroupKind, SignalGroup, SignalLayout

_COMPASS = {Turn.LEFT: "left", Turn.THROUGH: "ahead", Turn.RIGHT: "right", Turn.UTURN: "u"}


@dataclass(frozen=True)
class Regrouped:
    """What stages can be made of.

    hard: pairs of group ids that must never be green together; gives_way: (a, b) = a may be green with b
    and yields, unless a is protected: then they conflict. turning: links of each group whose protection
    that is. intergreen: between all of these pairs, as if everyone were protected.
    """

    groups: tuple[SignalGroup, ...]
    hard: frozenset[tuple[str, str]]
    gives_way: frozenset[tuple[str, str]]
    clearances: tuple[Clearance, ...]
    conflicts: frozenset[tuple[int, int]]
    yields: frozenset[tuple[int, int]]

    @property
    def group(self) -> dict[str, SignalGroup]:
        """Groups by id."""
        return {group.id: group for group in self.groups}


def regroup(
    place: Intersection, *, keep_groups: bool = False, all_red_s: int | None = None
) -> Regrouped:
    """Groups, conflicts and clearances of an intersection from its movements.

    keep_groups: the signal groups stay as they are (the poles and cables of today), only stages are new;
    links that never had green are then left out. all_red_s: least all-red; None: that of today's clearances.
    """
    layout = place.layout
    groups = layout.groups if keep_groups else _groups(place)
    positions: dict[int, list[int]] = {}
    for position, movement in enumerate(place.movements):
        positions.setdefault(movement.link, []).append(position)
    pairs = {
        (min(i, j), max(i, j))
        for a, b in layout.conflicts | layout.yields
        for i in positions.get(a, ())
        for j in positions.get(b, ())
        if i != j
    }
    least_s = stated_all_red_s(layout) if all_red_s is None else all_red_s
    rows = clearances(groups, place.movements, Relations(frozenset(pairs), frozenset()), least_s)
    of_link = {link: group.id for group in groups for link in group.links}

    def between(links: frozenset[tuple[int, int]]) -> frozenset[tuple[str, str]]:
        named = {(of_link[a], of_link[b]) for a, b in links if a in of_link and b in of_link}
        return frozenset(pair for pair in named if pair[0] != pair[1])

    hard = between(layout.conflicts)
    return Regrouped(
        groups, hard, between(layout.yields) - hard, rows, layout.conflicts, layout.yields
    )


def stated_all_red_s(layout: SignalLayout) -> int:
    """The least all-red that a layout's clearances keep: no vehicle group's intergreen is below it and amber.

    So an order of the traffic police lives on in new groups. The usual one where nothing conflicts.
    """
    rows = [
        row.intergreen_s - layout.group[row.ending].amber_s
        for row in layout.clearances
        if layout.group[row.ending].kind is GroupKind.VEHICLE
    ]
    return max(0, min(rows, default=ALL_RED_S))


def protected_links(
    regrouped: Regrouped, protected: frozenset[str]
) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]:
    """Conflicts and yields of links once the turns of these groups yield to nobody."""
    links = {link for name in protected for link in regrouped.group[name].links}
    vehicles = {link for g in regrouped.groups if g.kind is GroupKind.VEHICLE for link in g.links}
    # Turns across vehicles are protected, walkers on their exit included; right turns beside them not.
    across = {a for a, b in regrouped.yields if a in links and b in vehicles}
    now_hard = {(a, b) for a, b in regrouped.yields if a in across}
    conflicts = regrouped.conflicts | now_hard | {(b, a) for a, b in now_hard}
    return frozenset(conflicts), frozenset(regrouped.yields - now_hard)


def layout_with(
    place: Intersection, regrouped: Regrouped, protected: frozenset[str]
) -> SignalLayout:
    """The intersection's layout with new groups and protection, still without stages."""
    conflicts, yields = protected_links(regrouped, protected)
    bare = replace(
        place.layout, groups=regrouped.groups, stages=(), conflicts=conflicts, yields=yields,
        clearances=(), interstages=(),
    )  # fmt: skip
    rows = tuple(
        row for row in regrouped.clearances if bare.groups_conflict(row.ending, row.starting)
    )
    return replace(bare, clearances=rows)


def _groups(place: Intersection) -> tuple[SignalGroup, ...]:
    templates = {link: group for group in place.layout.groups for link in group.links}
    vehicles = [m for m in place.movements if m.turn is not Turn.CROSSING]
    found: list[SignalGroup] = []
    for approach, edge in enumerate(place.incoming_edges, start=1):
        bundles = _lane_bundles([m for m in vehicles if m.from_edge == edge])
        for members in _merged(bundles, place):
            links = tuple(sorted({m.link for m in members}))
            turns = dict.fromkeys(_COMPASS[m.turn] for m in sorted(members, key=lambda m: m.link))
            template = next((templates[link] for link in links if link in templates), None)
            found.append(
                replace(
                    template or SignalGroup("", GroupKind.VEHICLE, (), 7),
                    id=_unused(f"A{approach}-{'-'.join(turns)}", found),
                    kind=GroupKind.VEHICLE,
                    links=links,
                    crossing_m=None,
                    undivided_m=None,
                    name=f"{'+'.join(turns)} from {edge}",
                )
            )
    crossings: dict[tuple[str, ...], list[Movement]] = {}
    for movement in place.movements:
        if movement.turn is Turn.CROSSING:
            crossings.setdefault(movement.crosses, []).append(movement)
    bundles = _joined_by_link(list(crossings.values()))
    for number, walkers in enumerate(bundles, start=1):
        links = tuple(sorted({m.link for m in walkers}))
        template = next((templates[link] for link in links if link in templates), None)
        streets = ", ".join(dict.fromkeys(edge for m in walkers for edge in m.crosses))
        group = pedestrian_group(f"P{number}", links, walkers, f"pedestrians over {streets}")
        if template is not None:
            group = replace(
                group,
                flashing_green_s=template.flashing_green_s,
                max_red_s=template.max_red_s,
            )
        found.append(group)
    return tuple(found)


def _lane_bundles(movements: Sequence[Movement]) -> list[list[Movement]]:
    """Movements of one approach that share lanes or link indices, directly or through others."""
    bundles: list[list[Movement]] = []
    for movement in movements:
        touching = [
            b
            for b in bundles
            if any(m.from_lane == movement.from_lane or m.link == movement.link for m in b)
        ]
        bundles = [b for b in bundles if b not in touching]
        bundles.append([m for b in touching for m in b] + [movement])
    return sorted(bundles, key=lambda b: min(m.link for m in b))


def _merged(bundles: list[list[Movement]], place: Intersection) -> list[list[Movement]]:
    """Bundles of one approach that conflict with, yield to and precede the same ways are run alike."""
    way = {m.link: (m.from_edge, m.turn, m.crosses) for m in place.movements}
    layout = place.layout
    merged: dict[object, list[Movement]] = {}
    for bundle in bundles:
        links = {m.link for m in bundle}
        meets = tuple(
            frozenset(way[b] for a, b in pairs if a in links and b in way)
            for pairs in (
                layout.conflicts,
                layout.yields,
                {(b, a) for a, b in layout.yields},
            )
        )
        merged.setdefault(meets, []).extend(bundle)
    return list(merged.values())


def _joined_by_link(bundles: list[list[Movement]]) -> list[list[Movement]]:
    joined: list[list[Movement]] = []
    for bundle in bundles:
        links = {m.link for m in bundle}
        known = next((b for b in joined if links & {m.link for m in b}), None)
        if known is None:
            joined.append(list(bundle))
        else:
            known += bundle
    return joined


def _unused(name: str, groups: Sequence[SignalGroup]) -> str:
    taken = {group.id for group in groups}
    number, result = 2, name
    while result in taken:
        result, number = f"{name}{number}", number + 1
    return result
