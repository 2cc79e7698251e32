"""From habits to a plan of an area: common cycles, splits, offsets by the coordination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from signalopt.control.distil_order import SiteHabit
from signalopt.optimize.candidates import Part, find_parts
from signalopt.optimize.choices import modelled
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.deep_search import search_space
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS
from signalopt.optimize.propagate import propagate
from signalopt.optimize.search import held_programs
from signalopt.optimize.subareas import coordinate_area
from signalopt.optimize.tables import Arrivals, build_problem
from signalopt.optimize.variables import Setting, Settings, Site, Space, make_site
from signalopt.scenario.case import Case
from signalopt.timing.plan import IntersectionPlan
from signalopt.timing.signals import Stage

SOLVER_S = 5.0
"""Work of the solver for the offsets of one part (deterministic seconds)."""


def habit_space(case: Case, flows: CaseFlows, habits: Sequence[SiteHabit]) -> Space:
    """All plans that keep the controller's stage orders; sites that it did not steer keep theirs."""
    space = search_space(case, flows, held_programs(case))
    known = {habit.site.id: habit for habit in habits}

    def own(site: Site) -> Site:
        found = known.get(site.id)
        if found is None:
            return site
        order = [Stage(stage.stage, stage.groups) for stage in found.stages]
        return make_site(site.layout, [order])

    return replace(space, sites=tuple(own(site) for site in space.sites))


def common_cycles_s(
    case: Case, flows: CaseFlows, space: Space, habits: Sequence[SiteHabit], factor: float = 1.0
) -> dict[str, int]:
    """The cycle of every steered intersection: one for all that vehicles link.

    It is the median of what the controller did there, each intersection weighing as much as the vehicles
    that it serves, times `factor`, within what minimum greens and longest cycles allow.
    """
    done = {habit.site.id: habit.cycle_s for habit in habits}
    sites = {site.id: site for site in space.sites}
    found: dict[str, int] = {}
    for part in find_parts(case.network, flows, held_programs(case)):
        members = [name for name in part.members if name in done and name in sites]
        if not members:
            continue
        weights = [sum(flows.demand[name].flow_vph.values()) for name in members]
        wanted = weighted_median([done[name] for name in members], weights)
        low, high = _bounds(part, [sites[name] for name in members])
        cycle = min(high, max(low, round(wanted * factor)))
        found |= dict.fromkeys(members, cycle)
    return found


def weighted_median(values: Sequence[float], weights: Sequence[float]) -> float:
    """The smallest value that at least half of the weight does not exceed (all alike without weight)."""
    if sum(weights) <= 0:
        weights = [1.0] * len(values)
    half, reached = sum(weights) / 2, 0.0
    pairs = sorted(zip(values, weights, strict=True))
    for value, weight in pairs:
        reached += weight
        if reached >= half:
            return value
    return pairs[-1][0]


def habit_settings(
    case: Case,
    flows: CaseFlows,
    space: Space,
    habits: Sequence[SiteHabit],
    cycles_s: Mapping[str, int],
    seed: int,
) -> Settings:
    """The controller's splits at these cycles, offsets by the coordination; other sites as today."""
    known = {habit.site.id: habit for habit in habits}
    settings = list(space.settings_of(space.base))
    for position, site in enumerate(space.sites):
        if site.id in cycles_s:
            found = _split(site, known[site.id], cycles_s[site.id])
            settings[position] = found or settings[position]
    position_of = {site.id: n for n, site in enumerate(space.sites)}
    for part in find_parts(case.network, flows, held_programs(case)):
        members = [name for name in part.members if name in cycles_s]
        programs = {
            name: space.program(position_of[name], settings[position_of[name]]) for name in members
        }
        for name, offset_s in _offsets(case, flows, programs, seed).items():
            position = position_of[name]
            settings[position] = replace(settings[position], offset_s=offset_s)
    return tuple(settings)


def _split(site: Site, habit: SiteHabit, cycle_s: int) -> Setting | None:
    total_s = cycle_s - site.orders[0].between_s
    return site.fitted(0, habit.greens_at(total_s), cycle_s, 0)


def _offsets(
    case: Case, flows: CaseFlows, programs: Mapping[str, IntersectionPlan], seed: int
) -> dict[str, int]:
    """Offsets of programs that run the most frequent of their cycles; the others keep theirs."""
    cycles = [program.cycle_s for program in programs.values()]
    if not cycles:
        return {}
    cycle = max(sorted(set(cycles)), key=cycles.count)
    models = {
        name: modelled(case.network, flows, name, program)
        for name, program in programs.items()
        if program.cycle_s == cycle
    }
    weights = OBJECTIVE_WEIGHTS["delay"]
    limits = SolverLimits(deterministic_s=SOLVER_S, seed=seed)
    arrivals: Arrivals | None = None
    best: tuple[int, dict[str, int]] | None = None
    for _ in range(2):  # first with even arrivals, then with the platoons that come of it
        problem = build_problem(
            flows, {name: [model] for name, model in models.items()}, cycle, weights,
            arrivals=arrivals,
        )  # fmt: skip
        solved = coordinate_area(problem, limits)
        offsets = dict(zip(problem.names, solved.offsets_s, strict=True))
        chosen = {name: (model, offsets[name]) for name, model in models.items()}
        arrivals, cost = propagate(flows, chosen, cycle, weights)
        if best is None or cost < best[0]:
            best = cost, {name: offset % cycle for name, offset in offsets.items()}
    assert best is not None
    return best[1]


def _bounds(part: Part, sites: Sequence[Site]) -> tuple[int, int]:
    low = max(part.least_cycle_s, *(max(s.least_cycle_s, s.orders[0].least_cycle_s) for s in sites))
    return low, max(low, min(site.most_cycle_s for site in sites))
