"""Candidate plans: splits by Webster, cycles ranked by the cyclic flow model, offsets by CP-SAT."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from signalopt.network.model import Intersection, Network
from signalopt.optimize.coordinate import OffsetSolution, SolverLimits, SolverStatus, coordinate
from signalopt.optimize.descent import descend
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.performance import SettingModel, Weights, model_setting
from signalopt.optimize.propagate import propagate
from signalopt.optimize.tables import build_problem, isolated_cost
from signalopt.timing.bounds import interstages_s, least_cycle_s, stage_timings
from signalopt.timing.plan import AnyProgram, IntersectionPlan, Plan
from signalopt.timing.program import cycle_states
from signalopt.timing.signals import Stage
from signalopt.timing.webster import SplitRule, webster_plan

CYCLE_STEP_S = 5
MOST_SETTINGS = 3
"""Settings of one intersection that the coordination chooses among (tables grow with its square)."""
MOST_ORDERS = 2
"""Stage orders tried at one intersection: the designed one and the one of least interstage time."""


@dataclass(frozen=True)
class Part:
    """Intersections that are coordinated together: one common cycle, offsets chosen jointly.

    `held`: members whose program stays as it is; they take part where their cycle is the common one.
    """

    members: tuple[str, ...]
    held: tuple[str, ...]
    least_cycle_s: int
    most_cycle_s: int


@dataclass(frozen=True)
class PartSolution:
    """A part at one common cycle. `offsets` is None where nothing had to be coordinated."""

    cycle_s: int
    programs: tuple[IntersectionPlan, ...]
    modelled_cost: int
    offsets: OffsetSolution | None


@dataclass(frozen=True)
class Candidate:
    """A plan worth simulating, with what the model and the solver say about it."""

    label: str
    plan: Plan
    cycles_s: tuple[int, ...]
    modelled_cost: int
    cost: int
    bound: float
    status: SolverStatus

    @property
    def gap(self) -> float:
        """Proven gap of the coordination, all parts together."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 0 else 0.0


def find_parts(network: Network, flows: CaseFlows, held: Mapping[str, AnyProgram]) -> list[Part]:
    """Groups of intersections linked by streams of vehicles, each with its range of common cycles.

    An intersection whose minimum greens do not fit the others' longest cycle stands alone.
    """
    tunable = {place.id: place for place in network.intersections if place.id not in held}
    longest = {name: place.layout.max_cycle_s for name, place in tunable.items()}
    least = {name: _least_cycle(place) for name, place in tunable.items()}
    alone = {name for name in tunable if least[name] > min(longest.values())}
    linked: dict[str, set[str]] = {place.id: set() for place in network.intersections}
    for stream in flows.streams:
        if stream.upstream is None:
            continue
        ends = {stream.upstream.intersection, stream.downstream.intersection}
        if len(ends) == 2 and not ends & alone:
            first, second = ends
            linked[first].add(second)
            linked[second].add(first)
    parts, seen = [], set()
    for place in network.intersections:
        if place.id in seen:
            continue
        group, queue = {place.id}, [place.id]
        while queue:
            for other in sorted(linked[queue.pop()] - group):
                group.add(other)
                queue.append(other)
        seen |= group
        members = tuple(p.id for p in network.intersections if p.id in group and p.id in tunable)
        if members:
            low = max(max(least[m], tunable[m].layout.min_cycle_s) for m in members)
            high = max(low, min(longest[m] for m in members))
            others = tuple(name for name in held if name in group)
            parts.append(Part(members, others, low, high))
    return parts


def webster_cycle(network: Network, flows: CaseFlows, part: Part) -> int:
    """The common cycle that practice gives: the longest Webster cycle among the members."""
    cycles = []
    for name in part.members:
        demand, layout = flows.demand[name], network.layouts[name]
        plan = webster_plan(layout, demand.flow_vph, demand.saturation_vph, lanes=demand.lanes)
        cycles.append(plan.cycle_s)
    return min(part.most_cycle_s, max(part.least_cycle_s, *cycles))


def rank_cycles(
    network: Network, flows: CaseFlows, part: Part, weights: Weights, *, seed: int
) -> list[tuple[int, int]]:
    """(modelled cost, cycle) for cycles in steps of CYCLE_STEP_S, cheapest first; a quick descent each."""
    ranked = []
    for cycle in _cycles(part):
        settings = {
            name: [_setting(network, flows, name, cycle, SplitRule.EQUAL_SATURATION)]
            for name in part.members
        }
        problem = build_problem(flows, settings, cycle, weights)
        ranked.append((descend(problem, seed=seed, restarts=4).cost, cycle))
    return sorted(ranked)


def solve_part(
    network: Network,
    flows: CaseFlows,
    part: Part,
    cycle_s: int,
    weights: Weights,
    limits: SolverLimits,
    *,
    held: Mapping[str, AnyProgram],
    only_webster: bool = False,
) -> PartSolution:
    """Settings and offsets of one part at one cycle.

    First pass: arrivals at the upstream stop lines uniform; second pass: the platoons of the first. The
    better of both by full propagation is kept. only_webster: equal saturation and the designed order.
    """
    settings: dict[str, list[SettingModel]] = {
        name: choices(network, flows, name, cycle_s, weights, only_webster) for name in part.members
    }
    fixed = {}
    for name in part.held:
        model = _held_model(network, flows, name, held[name])
        if len(cycle_states(network.layouts[name], held[name])) == cycle_s:
            settings[name] = [model]
            fixed[name] = round(held[name].offset_s)
    best: PartSolution | None = None
    arrivals = None
    for _ in range(2):
        problem = build_problem(flows, settings, cycle_s, weights, arrivals=arrivals, fixed=fixed)
        found = coordinate(problem, limits)
        chosen = {
            name: (settings[name][v], offset)
            for name, v, offset in zip(problem.names, found.settings, found.offsets_s, strict=True)
        }
        arrivals, cost = propagate(flows, chosen, cycle_s, weights)
        if best is None or cost < best.modelled_cost:
            programs = tuple(
                replace(model.program, offset_s=offset % cycle_s)
                for name, (model, offset) in chosen.items()
                if name in part.members and isinstance(model.program, IntersectionPlan)
            )
            best = PartSolution(cycle_s, programs, cost, found if problem.pairs else None)
        if not problem.pairs:
            break
    assert best is not None
    return best


def assemble(
    label: str, network: Network, base: Plan, solutions: Sequence[PartSolution]
) -> Candidate:
    """One plan from the solutions of all parts; every other program is that of `base`."""
    new = {program.intersection: program for s in solutions for program in s.programs}
    programs = tuple(
        new.get(place.id) or base.by_id[place.id]
        for place in network.intersections
        if place.id in new or place.id in base.by_id
    )
    offsets = [s.offsets for s in solutions if s.offsets is not None]
    proven = all(o.status is SolverStatus.OPTIMAL for o in offsets)
    return Candidate(
        label=label,
        plan=Plan(label, network.fingerprint, programs),
        cycles_s=tuple(s.cycle_s for s in solutions),
        modelled_cost=sum(s.modelled_cost for s in solutions),
        cost=sum(o.cost for o in offsets),
        bound=sum(o.bound for o in offsets),
        status=SolverStatus.OPTIMAL if proven else SolverStatus.FEASIBLE,
    )


def stage_orders(place: Intersection, most: int = MOST_ORDERS) -> list[tuple[Stage, ...]]:
    """Cyclic orders of the stages: the designed one, then others by interstage time.

    Imported programs keep theirs: their interstages are given for one order only.
    """
    stages = place.layout.stages
    if len(stages) < 3 or place.layout.interstages or any(s.state for s in stages):
        return [stages]
    others = [
        (stages[0], *rest) for rest in itertools.permutations(stages[1:]) if rest != stages[1:]
    ]
    others.sort(key=lambda order: sum(interstages_s(place.layout, stage_timings(order))))
    return [stages, *others[: most - 1]]


def choices(
    network: Network,
    flows: CaseFlows,
    name: str,
    cycle_s: int,
    weights: Weights,
    only_webster: bool,
) -> list[SettingModel]:
    """Settings of one intersection at one cycle: the best of each stage order, then what comes next."""
    place = network.intersection[name]
    rules = [SplitRule.EQUAL_SATURATION]
    orders = [place.layout.stages]
    if not only_webster:
        rules.append(SplitRule.LEAST_DELAY)
        orders = stage_orders(place)
    found: dict[object, tuple[int, int, SettingModel]] = {}
    for number, order in enumerate(orders):
        if least_cycle_s(place.layout, stage_timings(order)) > cycle_s:
            continue
        for rule in rules:
            model = _setting(network, flows, name, cycle_s, rule, order)
            cost = isolated_cost(model, flows, cycle_s, weights)
            found.setdefault(model.program, (cost, number, model))
    ranked = sorted(found.values(), key=lambda entry: entry[:2])
    firsts = [next(e for e in ranked if e[1] == n) for n in sorted({e[1] for e in ranked})]
    rest = [entry for entry in ranked if entry not in firsts]
    return [model for _, _, model in (*firsts, *rest)][:MOST_SETTINGS]


def _setting(
    network: Network,
    flows: CaseFlows,
    name: str,
    cycle_s: int,
    rule: SplitRule,
    order: Sequence[Stage] | None = None,
) -> SettingModel:
    layout, demand = network.layouts[name], flows.demand[name]
    plan = webster_plan(
        layout, demand.flow_vph, demand.saturation_vph, cycle_s=cycle_s, stages=order,
        lanes=demand.lanes, rule=rule,
    )  # fmt: skip
    return _modelled(network, flows, name, plan)


def _held_model(network: Network, flows: CaseFlows, name: str, program: AnyProgram) -> SettingModel:
    return _modelled(network, flows, name, program)


def _modelled(network: Network, flows: CaseFlows, name: str, program: AnyProgram) -> SettingModel:
    own = {key: links for key, links in flows.links.items() if key.intersection == name}
    return model_setting(network.layouts[name], program, flows.demand[name], own)


def _least_cycle(place: Intersection) -> int:
    return least_cycle_s(place.layout, stage_timings(place.layout.stages))


def _cycles(part: Part) -> list[int]:
    """Cycles of the part's range in round steps, both ends included."""
    first = -(-part.least_cycle_s // CYCLE_STEP_S) * CYCLE_STEP_S
    inside = range(first, part.most_cycle_s + 1, CYCLE_STEP_S)
    return sorted({part.least_cycle_s, *inside, part.most_cycle_s})
