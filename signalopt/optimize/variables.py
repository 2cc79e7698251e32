"""What the search may change: stage order, greens and offset of every tunable intersection, in whole seconds.

A `Setting` is one intersection's share of a plan; a tuple of settings, one a site, is a whole plan. Greens
are always fitted to the constraints of timing.bounds, so every plan that leaves this module keeps minimum
greens, crossing times, longest reds and cycle limits by construction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from signalopt.network.model import Network
from signalopt.optimize.candidates import Part
from signalopt.optimize.orders import stage_orders
from signalopt.timing.bounds import (
    GreenConstraint,
    green_constraints,
    interstages_s,
    stage_timings,
)
from signalopt.timing.plan import AnyProgram, IntersectionPlan, Plan, StageTiming
from signalopt.timing.program import intervals
from signalopt.timing.signals import SignalLayout, Stage

MOST_ORDERS = 10
"""Stage orders that the search may choose from: all of four stages, and leading and lagging left turns."""


@dataclass(frozen=True)
class Order:
    """One cyclic order of the stages with everything that safety asks of its greens.

    sequence: stages of zero green; between_s: all interstages together; by_cycle: constraints where the
    longest red makes them depend on the cycle, else empty.
    """

    sequence: tuple[StageTiming, ...]
    between_s: int
    constraints: tuple[GreenConstraint, ...]
    least_cycle_s: int
    by_cycle: Mapping[int, tuple[GreenConstraint, ...]] = field(default_factory=dict)

    def constraints_at(self, cycle_s: int) -> tuple[GreenConstraint, ...]:
        """The constraints on the greens of a cycle."""
        return self.by_cycle.get(cycle_s, self.constraints)


@dataclass(frozen=True, slots=True)
class Setting:
    """One intersection in a plan: position of its order among the site's, greens and offset in seconds."""

    order: int
    greens_s: tuple[int, ...]
    offset_s: int


Settings = tuple[Setting, ...]
"""A whole plan: a setting for each site, in the order of the sites."""


@dataclass(frozen=True)
class Site:
    """An intersection whose timing may change; cycles from least_cycle_s to most_cycle_s."""

    id: str
    layout: SignalLayout
    orders: tuple[Order, ...]
    least_cycle_s: int
    most_cycle_s: int

    def cycle_s(self, setting: Setting) -> int:
        """The cycle of a setting."""
        return sum(setting.greens_s) + self.orders[setting.order].between_s

    def fitted(
        self, order: int, wanted_s: Sequence[float], cycle_s: int, offset_s: int
    ) -> Setting | None:
        """The setting nearest to wanted greens at a cycle; None where the cycle cannot hold the minima."""
        chosen = self.orders[order]
        if not max(chosen.least_cycle_s, self.least_cycle_s) <= cycle_s <= self.most_cycle_s:
            return None
        greens = fitted_greens(wanted_s, cycle_s - chosen.between_s, chosen.constraints_at(cycle_s))
        return None if greens is None else Setting(order, greens, offset_s % cycle_s)


@dataclass(frozen=True)
class Space:
    """All sites, which of them are streets' neighbours, and the plan that everything else comes from.

    parts: positions of sites that vehicles link, near: neighbours of each site.
    """

    sites: tuple[Site, ...]
    parts: tuple[tuple[int, ...], ...]
    near: tuple[tuple[int, ...], ...]
    base: Plan

    def cycles_s(self, settings: Settings) -> tuple[int, ...]:
        """Cycle of each site."""
        return tuple(
            site.cycle_s(setting) for site, setting in zip(self.sites, settings, strict=True)
        )

    def program(self, position: int, setting: Setting) -> IntersectionPlan:
        """The program of one site."""
        site = self.sites[position]
        sequence = site.orders[setting.order].sequence
        stages = tuple(
            replace(stage, green_s=green)
            for stage, green in zip(sequence, setting.greens_s, strict=True)
        )
        return IntersectionPlan(site.id, site.cycle_s(setting), setting.offset_s, stages)

    def plan(self, settings: Settings, name: str = "search") -> Plan:
        """The plan of these settings; intersections that are no sites keep the base plan's program."""
        own = {
            site.id: self.program(position, settings[position])
            for position, site in enumerate(self.sites)
        }
        known = {program.intersection for program in self.base.intersections}
        programs: list[AnyProgram] = [
            own.get(old.intersection, old) for old in self.base.intersections
        ]
        programs += [program for name_, program in own.items() if name_ not in known]
        return replace(self.base, name=name, intersections=tuple(programs), provenance=())

    def settings_of(self, plan: Plan) -> Settings:
        """The settings nearest to a plan: exactly its own where they are within the bounds."""
        return tuple(
            _nearest(site, plan.by_id.get(site.id, self.base.by_id.get(site.id)))
            for site in self.sites
        )


def make_space(
    network: Network,
    parts: Sequence[Part],
    linked: Mapping[str, Sequence[str]],
    base: Plan,
    held: Mapping[str, AnyProgram],
    plans: Sequence[Plan] = (),
) -> Space:
    """The search space of a network: every tunable intersection that is not held.

    linked: neighbours by intersection id (streams of vehicles run between them). plans: others whose stage
    orders belong to the space too.
    """
    sites = tuple(
        make_site(
            place.layout,
            _with_orders_of(place.id, plans, list(stage_orders(place, MOST_ORDERS))),
        )
        for place in network.intersections
        if place.tunable and place.id not in held
    )
    position = {site.id: i for i, site in enumerate(sites)}
    groups = tuple(
        tuple(position[name] for name in part.members if name in position) for part in parts
    )
    near = tuple(
        tuple(sorted(position[other] for other in linked.get(site.id, ()) if other in position))
        for site in sites
    )
    return Space(sites, groups, near, base)


def make_site(layout: SignalLayout, orders: Sequence[Sequence[Stage]]) -> Site:
    """A site with the orders that fit its longest cycle (the first one always stays)."""
    made = [_order(layout, stages) for stages in orders]
    fitting = [order for order in made if order.least_cycle_s <= layout.max_cycle_s]
    chosen = tuple(fitting or made[:1])
    least = max(layout.min_cycle_s, min(order.least_cycle_s for order in chosen))
    return Site(layout.intersection, layout, chosen, least, max(least, layout.max_cycle_s))


def fitted_greens(
    wanted_s: Sequence[float], total_s: int, constraints: Sequence[GreenConstraint]
) -> tuple[int, ...] | None:
    """Whole greens near `wanted_s` that add up to `total_s` and keep all constraints; None if impossible.

    Wanted greens are scaled to the total and rounded by largest remainder; where that breaks a constraint,
    single seconds go to it from the stages that lose least by it.
    """
    count = len(wanted_s)
    weight = sum(wanted_s)
    real = [w * total_s / weight if weight > 0 else total_s / count for w in wanted_s]
    greens = [int(value) for value in real]
    by_remainder = sorted(range(count), key=lambda i: (greens[i] - real[i], i))
    for i in by_remainder[: total_s - sum(greens)]:
        greens[i] += 1
    for _ in range(4 * max(1, total_s)):
        broken = _worst_broken(greens, constraints)
        if broken is None:
            return tuple(greens)
        taker = max(broken.stages, key=lambda i: (real[i] - greens[i], -i))
        givers = [
            i for i in range(count) if i not in broken.stages and _can_give(i, greens, constraints)
        ]
        if not givers:
            break
        giver = max(givers, key=lambda i: (greens[i] - real[i], -i))
        greens[giver] -= 1
        greens[taker] += 1
    return _least_and_rest(count, total_s, constraints)


def _worst_broken(
    greens: Sequence[int], constraints: Sequence[GreenConstraint]
) -> GreenConstraint | None:
    worst, found = 0, None
    for constraint in constraints:
        missing = constraint.least_s - sum(greens[i] for i in constraint.stages)
        if missing > worst:
            worst, found = missing, constraint
    return found


def _can_give(stage: int, greens: Sequence[int], constraints: Sequence[GreenConstraint]) -> bool:
    """Whether a stage can lose a second without breaking a constraint that holds now."""
    if greens[stage] <= 0:
        return False
    return all(
        sum(greens[i] for i in c.stages) > c.least_s for c in constraints if stage in c.stages
    )


def _least_and_rest(
    count: int, total_s: int, constraints: Sequence[GreenConstraint]
) -> tuple[int, ...] | None:
    """Least greens, what is left shared evenly; None where even these do not fit."""
    greens = _least_greens(count, constraints)
    rest = total_s - sum(greens)
    if rest < 0:
        return None
    for i in range(count):
        greens[i] += rest // count + (i < rest % count)
    return tuple(greens)


def _with_orders_of(
    place: str, plans: Sequence[Plan], orders: list[tuple[Stage, ...]]
) -> list[tuple[Stage, ...]]:
    """Orders with those of the plans that are not the same but for where they begin."""
    known = {_turned(tuple(stage.id for stage in order)) for order in orders}
    for plan in plans:
        program = plan.by_id.get(place)
        if not isinstance(program, IntersectionPlan):
            continue
        names = _turned(tuple(stage.stage for stage in program.stages))
        if names not in known:
            known.add(names)
            orders.append(tuple(Stage(stage.stage, stage.groups) for stage in program.stages))
    return orders


def _turned(names: tuple[str, ...]) -> tuple[str, ...]:
    """A cyclic sequence from its least name on."""
    return min(names[i:] + names[:i] for i in range(len(names)))


def _least_greens(count: int, constraints: Sequence[GreenConstraint]) -> list[int]:
    """Small greens that keep all constraints (shared needs go to the first stage)."""
    greens = [0] * count
    for constraint in sorted(constraints, key=lambda c: len(c.stages)):
        missing = constraint.least_s - sum(greens[i] for i in constraint.stages)
        if missing > 0:
            greens[constraint.stages[0]] += missing
    return greens


def _order(layout: SignalLayout, stages: Sequence[Stage]) -> Order:
    sequence = stage_timings(stages)
    by_cycle = {}
    if any(group.max_red_s < layout.max_cycle_s for group in layout.groups):
        for cycle in range(layout.min_cycle_s, layout.max_cycle_s + 1):
            limited = _with_longest_reds(layout, sequence, cycle)
            by_cycle[cycle] = green_constraints(limited, sequence)
    constraints = green_constraints(layout, sequence)
    between = sum(interstages_s(layout, sequence))
    least = between + sum(_least_greens(len(sequence), constraints))
    return Order(sequence, between, constraints, least, by_cycle)


def _with_longest_reds(
    layout: SignalLayout, sequence: Sequence[StageTiming], cycle_s: int
) -> SignalLayout:
    """The layout with minimum greens that keep every group's red within its limit.

    A group with one green a cycle is red for the rest of it. Groups with several greens have shorter reds;
    for them the safety judge has the last word.
    """
    groups = []
    for group in layout.groups:
        shown = [group.id in stage.groups for stage in sequence]
        starts = sum(
            now and not before for now, before in zip(shown, [shown[-1], *shown], strict=False)
        )
        least = cycle_s - group.max_red_s if starts == 1 else 0
        groups.append(replace(group, min_green_s=max(group.min_green_s, least)))
    return replace(layout, groups=tuple(groups))


def _nearest(site: Site, program: AnyProgram | None) -> Setting:
    """The setting that is or resembles a program; least greens where it has other stages."""
    if isinstance(program, IntersectionPlan):
        ids = [stage.stage for stage in program.stages]
        starts = [
            part.start_s for part in intervals(site.layout, program) if not part.is_interstage
        ]
        for number, order in enumerate(site.orders):
            names = [stage.stage for stage in order.sequence]
            for turn in range(len(ids)):
                if ids[turn:] + ids[:turn] != names:
                    continue
                greens = [s.green_s for s in (*program.stages[turn:], *program.stages[:turn])]
                least = max(order.least_cycle_s, site.least_cycle_s)
                cycle = min(site.most_cycle_s, max(least, program.cycle_s))
                found = site.fitted(number, greens, cycle, program.offset_s + starts[turn])
                if found is not None:
                    return found
    order = site.orders[0]
    cycle = max(site.least_cycle_s, order.least_cycle_s)
    found = site.fitted(0, [1.0] * len(order.sequence), cycle, 0)
    assert found is not None  # the least cycle holds the least greens
    return found
