"""Candidate plans: splits by Webster, cycles ranked by the cyclic flow model, offsets by CP-SAT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from signalopt.errors import InputError, Problem
from signalopt.network.model import Intersection, Network
from signalopt.optimize.choices import (
    MOST_SETTINGS,
    choices,
    modelled,
    nearby,
    webster_setting,
)
from signalopt.optimize.coordinate import OffsetSolution, SolverLimits, SolverStatus
from signalopt.optimize.descent import descend
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.orders import stage_orders
from signalopt.optimize.performance import SettingModel, Weights, repeated
from signalopt.optimize.propagate import propagate
from signalopt.optimize.subareas import coordinate_area
from signalopt.optimize.tables import Arrivals, build_problem, coordinated
from signalopt.timing.bounds import least_cycle_s, stage_timings
from signalopt.timing.plan import AnyProgram, IntersectionPlan, Plan
from signalopt.timing.webster import SplitRule, webster_plan

__all__ = [
    "Candidate",
    "Part",
    "PartSolution",
    "assemble",
    "find_parts",
    "oversaturated",
    "rank_cycles",
    "solve_part",
    "stage_orders",
    "webster_cycle",
]

CYCLE_STEP_S = 5
MOST_ON_TREES = 6
"""Settings of one intersection where the neighbours form no loop (else MOST_SETTINGS)."""
REFINE_ROUNDS = 1
FLOW_UNIT = "weighted vehicle seconds per hour in the cyclic flow model"


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
    """A plan worth simulating, with what the model and the solver say about it.

    unit: what cost and bound count; streets: the bands of each street, where the plan was made for bands.
    """

    label: str
    plan: Plan
    cycles_s: tuple[int, ...]
    modelled_cost: int
    cost: int
    bound: float
    status: SolverStatus
    unit: str = FLOW_UNIT
    streets: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """Proven gap of the coordination, all parts together."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 0 else 0.0


def find_parts(network: Network, flows: CaseFlows, held: Mapping[str, AnyProgram]) -> list[Part]:
    """Groups of intersections linked by streams of vehicles, each with its range of common cycles.

    An intersection whose minimum greens do not fit the others' longest cycle stands alone. Raises InputError
    naming every intersection whose minimum greens do not fit its own longest cycle.
    """
    tunable = {place.id: place for place in network.intersections if place.id not in held}
    longest = {name: place.layout.max_cycle_s for name, place in tunable.items()}
    least = {name: _least_cycle(place) for name, place in tunable.items()}
    unreachable = [
        Problem(
            f"intersection {name}",
            f"minimum greens and interstages of {least[name]} s",
            f"at most its longest cycle, {longest[name]} s",
            "fewer stages, shorter crossings or a longer cycle",
        )
        for name in tunable
        if least[name] > longest[name]
    ]
    if unreachable:
        raise InputError(*unreachable)
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
            name: [webster_setting(network, flows, name, cycle, SplitRule.EQUAL_SATURATION)]
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
    refine_rounds: int = REFINE_ROUNDS,
) -> PartSolution:
    """Settings, splits and offsets of one part at one common cycle (some members may run half of it).

    First pass: arrivals at the upstream stop lines uniform; second pass: the platoons of the first. Then
    single splits are moved together with the offsets. The best by full propagation is kept. only_webster:
    equal saturation and the designed order, splits as they are.
    """
    most = MOST_ON_TREES if _is_tree(flows, part) else MOST_SETTINGS
    settings: dict[str, list[SettingModel]] = {
        name: choices(network, flows, name, cycle_s, weights, only_webster, most=most)
        for name in part.members
    }
    fixed = {}
    for name in part.held:
        model = modelled(network, flows, name, held[name])
        if cycle_s % model.own_cycle_s == 0 and isinstance(held[name].offset_s, int):
            settings[name] = [repeated(model, cycle_s)]
            fixed[name] = round(held[name].offset_s)
    work = _Work(network, flows, part, cycle_s, weights, limits, fixed)
    best, chosen = None, None
    arrivals: Arrivals | None = None
    for _ in range(2):
        found, own, arrivals = work.solve(settings, arrivals)
        if best is None or found.modelled_cost < best.modelled_cost:
            best, chosen = found, own
        if found.offsets is None:
            break
    assert best is not None
    assert chosen is not None
    if only_webster:
        return best
    for number in range(2 * refine_rounds):
        offered = {
            name: nearby(network, flows, model, cycle_s)
            if name in part.members and position % 2 == number % 2
            else [model]
            for position, (name, (model, _)) in enumerate(chosen.items())
        }
        found, own, _ = work.solve(offered, arrivals)
        if found.modelled_cost < best.modelled_cost:
            # What was proven holds for the settings of the first choice; the splits came after.
            best, chosen = replace(found, offsets=found.offsets and best.offsets), own
    return best


@dataclass(frozen=True)
class _Work:
    """One part at one cycle, ready to be solved for any settings on offer."""

    network: Network
    flows: CaseFlows
    part: Part
    cycle_s: int
    weights: Weights
    limits: SolverLimits
    fixed: Mapping[str, int]

    def solve(
        self, settings: Mapping[str, Sequence[SettingModel]], arrivals: Arrivals | None
    ) -> tuple[PartSolution, dict[str, tuple[SettingModel, int]], Arrivals]:
        """The solution, what it chose (model and offset), and the arrivals under it."""
        cycle = self.cycle_s
        problem = build_problem(
            self.flows, settings, cycle, self.weights, arrivals=arrivals, fixed=self.fixed
        )
        found = coordinate_area(problem, self.limits)
        chosen = {
            name: (settings[name][v], offset)
            for name, v, offset in zip(problem.names, found.settings, found.offsets_s, strict=True)
        }
        shaped, cost = propagate(self.flows, chosen, cycle, self.weights)
        programs = tuple(
            replace(model.program, offset_s=offset % model.own_cycle_s)
            for name, (model, offset) in chosen.items()
            if name in self.part.members and isinstance(model.program, IntersectionPlan)
        )
        offsets = found if problem.pairs else None
        return PartSolution(cycle, programs, cost, offsets), chosen, shaped


def oversaturated(
    network: Network, flows: CaseFlows, programs: Sequence[IntersectionPlan]
) -> list[tuple[str, float]]:
    """Intersections with a lane that gets more vehicles than it can serve: id and degree, worst first."""
    found = [
        (program.intersection, modelled(network, flows, program.intersection, program).degree)
        for program in programs
    ]
    return sorted((f for f in found if f[1] > 1), key=lambda f: (-f[1], f[0]))


def _is_tree(flows: CaseFlows, part: Part) -> bool:
    """Whether the neighbours of a part form no loop, so that more settings cost next to nothing."""
    position = {name: i for i, name in enumerate((*part.members, *part.held))}
    pairs = {
        frozenset((s.upstream.intersection, s.downstream.intersection))
        for s in flows.streams
        if s.upstream is not None and coordinated(s, position)
    }
    return len(pairs) < len(position)


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


def _least_cycle(place: Intersection) -> int:
    return least_cycle_s(place.layout, stage_timings(place.layout.stages))


def _cycles(part: Part) -> list[int]:
    """Cycles of the part's range in round steps, both ends included."""
    first = -(-part.least_cycle_s // CYCLE_STEP_S) * CYCLE_STEP_S
    inside = range(first, part.most_cycle_s + 1, CYCLE_STEP_S)
    return sorted({part.least_cycle_s, *inside, part.most_cycle_s})
