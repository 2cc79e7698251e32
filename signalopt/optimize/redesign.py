"""Stages afresh for the intersections of a case: several safe alternatives each, best first.

An alternative is a `SignalLayout` (groups, stages, protection, clearances from geometry) with a Webster
plan. `scenario.new_stages` puts chosen layouts into the case; from there on simulators, judge, exports and
optimisers work as with any designed network, for all of them read stages from the layout and interstages
from its clearances.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from signalopt.errors import InputError
from signalopt.network.groups import MANY_LEFT_LANES, MANY_OPPOSING_LANES
from signalopt.network.model import Intersection, Turn
from signalopt.network.regroup import Regrouped, regroup
from signalopt.network.rules import LeftPolicy
from signalopt.network.stage_plan import StagePlan, designed_layout
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.stage_design import (
    MOST_STAGES,
    DesignedStages,
    GroupNeed,
    design_stages_of,
)
from signalopt.scenario.case import Case
from signalopt.timing.bounds import least_cycle_s, stage_timings
from signalopt.timing.capacity import LEAST_CAPACITY_VPH, control_delay_s, link_services
from signalopt.timing.plan import IntersectionPlan, Plan
from signalopt.timing.program import cycle_states, group_greens
from signalopt.timing.safety import judge_program
from signalopt.timing.signals import GroupKind, SignalGroup, SignalLayout, Stage
from signalopt.timing.webster import Demand, SplitRule, webster_plan
from signalopt.timing.yielding import SNEAKERS_PER_CYCLE, filter_saturation_vph

MOST_ALTERNATIVES = 4
REFERENCE_CYCLES_S = (70, 110)
"""Cycles for which stages are designed: short ones favour few stages, long ones many."""


@dataclass(frozen=True)
class Alternative:
    """One design: stages, layout, Webster plan, mean HCM delay of vehicles and walkers (s), time needed.

    needed_s and bound_s: seconds of the reference cycle `reference_cycle_s` that all needs take, and the
    proven least with as many stages.
    """

    design: StagePlan
    layout: SignalLayout
    plan: IntersectionPlan
    delay_s: float
    needed_s: int
    bound_s: int
    reference_cycle_s: int


@dataclass(frozen=True)
class Redesign:
    """Alternatives by intersection, best first; `notes` say what could not be designed and why."""

    alternatives: Mapping[str, tuple[Alternative, ...]]
    notes: tuple[str, ...]

    def best(self) -> dict[str, SignalLayout]:
        """The first alternative of every intersection that has one."""
        return {name: found[0].layout for name, found in self.alternatives.items() if found}


def redesign(
    case: Case,
    flows: CaseFlows,
    *,
    names: Collection[str] | None = None,
    keep_groups: bool = False,
    policy: LeftPolicy = LeftPolicy.AUTO,
    most: int = MOST_ALTERNATIVES,
    enough: Callable[[], bool] = lambda: False,
) -> Redesign:
    """Design stages for the intersections `names` (None: all whose signals are on).

    keep_groups: today's signal groups stay, only stages change; policy: see network.groups. enough: asked
    before each intersection, the one with most vehicles first; the rest keep their stages.
    """
    found: dict[str, tuple[Alternative, ...]] = {}
    notes: list[str] = []
    wanted = [
        place
        for place in case.network.intersections
        if place.id not in case.signals_off and (names is None or place.id in names)
    ]
    wanted.sort(key=lambda place: (-sum(flows.demand[place.id].flow_vph.values()), place.id))
    for number, place in enumerate(wanted):
        if enough():
            left = ", ".join(place.id for place in wanted[number:])
            notes.append(f"no time to design stages for {left}; their own are kept")
            break
        designs = alternatives(
            place, flows.demand[place.id], keep_groups=keep_groups, policy=policy, most=most
        )
        if designs:
            found[place.id] = designs
        else:
            notes.append(f"{place.id}: no safe stages within its cycle limits; its own are kept")
    return Redesign(found, tuple(notes))


def alternatives(
    place: Intersection,
    demand: Demand,
    *,
    keep_groups: bool = False,
    policy: LeftPolicy = LeftPolicy.AUTO,
    most: int = MOST_ALTERNATIVES,
) -> tuple[Alternative, ...]:
    """Up to `most` safe designs of one intersection, the least delay first."""
    made = regroup(place, keep_groups=keep_groups)
    opposed = {a for a, b in made.gives_way if made.group[b].kind is GroupKind.VEHICLE}
    opposed &= {g.id for g in made.groups if g.kind is GroupKind.VEHICLE}
    if policy is LeftPolicy.OPPOSED:
        may, must = frozenset[str](), frozenset[str]()
    else:
        may = frozenset(opposed)
        hard = policy is LeftPolicy.PROTECTED
        must = frozenset(g for g in opposed if hard or _must_protect(place, made, g))
    found: dict[object, Alternative] = {}
    for protected in dict.fromkeys((must, may)):
        for design in _designs(place, made, demand, may, protected):
            alternative = _alternative(place, made, demand, design, keep_groups)
            if alternative is not None:
                key = (_turned(alternative.layout.stages), alternative.layout.conflicts)
                if key not in found or alternative.delay_s < found[key].delay_s:
                    found[key] = alternative
    ranked = sorted(found.values(), key=lambda a: (a.delay_s, len(a.layout.stages)))
    # The best of each way of protecting turns comes before the second of any: they differ most.
    firsts = {a.layout.conflicts: a for a in reversed(ranked)}
    ahead = [a for a in ranked if firsts[a.layout.conflicts] is a]
    return tuple([*ahead, *(a for a in ranked if a not in ahead)][:most])


def _designs(
    place: Intersection,
    made: Regrouped,
    demand: Demand,
    may: frozenset[str],
    must: frozenset[str],
) -> Iterator[DesignedStages]:
    """Designs of 2, 3, ... stages at each reference cycle, as long as a further stage saves time."""
    for cycle in REFERENCE_CYCLES_S:
        reference = min(place.layout.max_cycle_s, cycle)
        needs = group_needs(made, demand, reference)
        least: int | None = None
        for count in range(2, MOST_STAGES + 1):
            design = design_stages_of(
                made, needs, count, reference, may_protect=may, must_protect=must
            )
            if design is None:
                continue
            if least is not None and design.needed_s >= least:
                break
            least = design.needed_s
            yield design


def group_needs(made: Regrouped, demand: Demand, cycle_s: int) -> dict[str, GroupNeed]:
    """Flow ratio of the busiest lane of each vehicle group, protected and giving way.

    Giving way, a turn first waits for the opposing queue (its flow ratio), then filters through gaps (HCM
    2000, chapter 16, appendix C); sneakers leave at the end of each cycle.
    """
    lanes, needs = demand.lanes or {}, {}
    for group in made.groups:
        if group.kind is GroupKind.PEDESTRIAN:
            continue
        plain: dict[object, float] = {}
        opposed: dict[object, float] = {}
        for link in group.links:
            flow = demand.flow_vph.get(link, 0.0)
            saturation = demand.saturation_vph.get(link)
            if saturation is None or flow <= 0:
                continue
            lane = lanes.get(link, link)
            plain[lane] = plain.get(lane, 0.0) + flow / saturation
            opposed[lane] = opposed.get(lane, 0.0) + max(
                flow / saturation, _opposed_ratio(made, demand, link, cycle_s)
            )
        if plain:
            needs[group.id] = GroupNeed(max(plain.values()), min(4.0, max(opposed.values())))
    return needs


def plan_with(case: Case, chosen: Mapping[str, Alternative], name: str) -> Plan:
    """Today's plan of a case made by `case_with_layouts`, with the alternatives' Webster programs."""
    return case.today.with_programs((a.plan for a in chosen.values()), name)


def _opposed_ratio(made: Regrouped, demand: Demand, link: int, cycle_s: int) -> float:
    rivals = {b for a, b in made.yields if a == link and b in demand.saturation_vph}
    flow = sum(demand.flow_vph.get(b, 0.0) for b in rivals)
    if flow <= 0:
        return 0.0
    queue = max(demand.flow_vph.get(b, 0.0) / demand.saturation_vph[b] for b in rivals)
    sneaking = SNEAKERS_PER_CYCLE * 3600 / cycle_s
    filtering = max(0.0, demand.flow_vph.get(link, 0.0) - sneaking)
    return queue + filtering / max(LEAST_CAPACITY_VPH, filter_saturation_vph(flow))


def _must_protect(place: Intersection, made: Regrouped, name: str) -> bool:
    """Whether ordinary practice protects this turn: many opposing lanes or several lanes of its own."""
    links = made.group[name].links
    own = [m for m in place.movements if m.link in links and m.turn is not Turn.CROSSING]
    if any(m.turn in (Turn.THROUGH, Turn.RIGHT) for m in own):
        return False  # it shares a lane with traffic that goes ahead: it cannot have an arrow
    rivals = {b for a, b in made.yields if a in links}
    opposing = {
        (m.from_edge, m.from_lane)
        for m in place.movements
        if m.link in rivals and m.turn is Turn.THROUGH
    }
    lanes = {m.from_lane for m in own}
    return len(opposing) >= MANY_OPPOSING_LANES or len(lanes) >= MANY_LEFT_LANES


def _alternative(
    place: Intersection,
    made: Regrouped,
    demand: Demand,
    design: DesignedStages,
    keep_groups: bool,
) -> Alternative | None:
    """The design as layout and plan; None where it does not fit the cycle limits or is not safe."""
    plan_of_stages = StagePlan(
        _turned_to_main(design.stages, made), tuple(sorted(design.protected)), keep_groups
    )
    try:
        layout = designed_layout(place, plan_of_stages, made)
    except InputError:
        return None
    if least_cycle_s(layout, stage_timings(layout.stages)) > layout.max_cycle_s:
        return None
    try:
        plan = webster_plan(
            layout, demand.flow_vph, demand.saturation_vph, lanes=demand.lanes,
            rule=SplitRule.LEAST_DELAY,
        )  # fmt: skip
    except InputError:
        return None
    if judge_program(layout, plan):
        return None
    delay = mean_delay_s(layout, plan, demand)
    return Alternative(
        plan_of_stages, layout, plan, delay, design.needed_s, design.bound_s, design.cycle_s
    )


def mean_delay_s(layout: SignalLayout, plan: IntersectionPlan, demand: Demand) -> float:
    """Mean delay in seconds of vehicles (HCM control delay) and walkers (uniform arrivals)."""
    services = link_services(
        layout, cycle_states(layout, plan), demand.flow_vph, demand.saturation_vph, demand.lanes
    )
    total = sum(s.flow_vph * s.delay_s for s in services.values())
    count = sum(s.flow_vph for s in services.values())
    greens = group_greens(layout, plan)
    for group in layout.groups:
        walkers = sum(demand.flow_vph.get(link, 0.0) for link in group.links)
        if group.kind is GroupKind.PEDESTRIAN and walkers > 0:
            green = sum(end - start for start, end in greens[group.id])
            wait = control_delay_s(plan.cycle_s, green, 1e9, 0.0)
            total, count = total + walkers * wait, count + walkers
    return total / count if count > 0 else 0.0


def _turned_to_main(
    stages: Sequence[tuple[str, ...]], made: Regrouped
) -> tuple[tuple[str, ...], ...]:
    """The stage with most links first, for that is where offsets are read."""
    group = made.group

    def links(stage: tuple[str, ...]) -> int:
        return sum(len(group[g].links) for g in stage if _drives(group[g]))

    first = max(range(len(stages)), key=lambda k: (links(stages[k]), -k))
    return (*stages[first:], *stages[:first])


def _drives(group: SignalGroup) -> bool:
    return group.kind is GroupKind.VEHICLE


def _turned(stages: Sequence[Stage]) -> tuple[tuple[str, ...], ...]:
    """Groups stage by stage, turned so that equal cyclic orders are equal."""
    found = [stage.groups for stage in stages]
    return min((*found[k:], *found[:k]) for k in range(len(found)))
