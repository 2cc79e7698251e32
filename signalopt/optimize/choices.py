"""What one intersection may run at a common period: stage orders, splits, the whole cycle or half of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from signalopt.network.model import Intersection, Network
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.orders import stage_orders
from signalopt.optimize.performance import SettingModel, Weights, model_setting, repeated
from signalopt.optimize.tables import isolated_cost
from signalopt.timing.bounds import (
    green_constraints,
    interstages_s,
    least_cycle_s,
    stage_timings,
)
from signalopt.timing.plan import AnyProgram, IntersectionPlan
from signalopt.timing.program import cycle_of
from signalopt.timing.signals import Stage
from signalopt.timing.splits import satisfied
from signalopt.timing.webster import SplitRule, webster_plan

MOST_SETTINGS = 3
"""Settings of one intersection that the coordination chooses among (tables grow with its square)."""
MOST_ORDERS = 8
MOST_LEAST_DELAY = 1
"""Orders for which least-delay splits are made beside equal saturation."""
HALF_CYCLE_MARGIN = 1.5
"""A half cycle that costs more than this times the whole one, alone, is not offered."""
EXCHANGES_S = (1, 2, 4)
"""Seconds moved between two stages when splits are improved together with the offsets."""


def choices(
    network: Network,
    flows: CaseFlows,
    name: str,
    cycle_s: int,
    weights: Weights,
    only_webster: bool,
    *,
    most: int = MOST_SETTINGS,
) -> list[SettingModel]:
    """Settings of one intersection at one common cycle: the best of each stage order, then what comes next.

    With only_webster: equal saturation and the designed order. Else up to `most` settings at the whole
    cycle, and one at half the cycle where its minimum greens allow it and it costs no more than
    HALF_CYCLE_MARGIN times as much. Profiles of all last `cycle_s`.
    """
    whole = _ranked(network, flows, name, cycle_s, weights, only_webster)
    found = [model for _, model in whole][:most]
    place = network.intersection[name]
    if only_webster or cycle_s % 2 or cycle_s // 2 < place.layout.min_cycle_s:
        return found
    half = _ranked(network, flows, name, cycle_s // 2, weights, only_webster)
    if half and (not whole or half[0][0] <= HALF_CYCLE_MARGIN * whole[0][0]):
        found = [*found[: max(1, most - 1)], repeated(half[0][1], cycle_s)]
    return found


def nearby(
    network: Network, flows: CaseFlows, model: SettingModel, period_s: int
) -> list[SettingModel]:
    """The setting itself, then those that move EXCHANGES_S seconds from one stage to another.

    Only splits that keep every minimum green are returned; the cycle and the order stay.
    """
    program = model.program
    if not isinstance(program, IntersectionPlan):
        return [model]
    layout = network.layouts[program.intersection]
    constraints = green_constraints(layout, program.stages)
    found = [model]
    for greens in _exchanged([stage.green_s for stage in program.stages]):
        if satisfied(greens, constraints):
            stages = tuple(
                replace(s, green_s=g) for s, g in zip(program.stages, greens, strict=True)
            )
            moved = replace(program, stages=stages)
            if cycle_of(layout, moved) == program.cycle_s:
                own = modelled(network, flows, program.intersection, moved)
                found.append(repeated(own, period_s))
    return found


def modelled(network: Network, flows: CaseFlows, name: str, program: AnyProgram) -> SettingModel:
    """The model of one intersection under a program, over the program's own cycle."""
    own = flows.links_at.get(name, {})
    return model_setting(network.layouts[name], program, flows.demand[name], own)


def webster_setting(
    network: Network,
    flows: CaseFlows,
    name: str,
    cycle_s: int,
    rule: SplitRule,
    order: Sequence[Stage] | None = None,
) -> SettingModel:
    """Webster's greens at a cycle for one stage order (None: the designed one)."""
    layout, demand = network.layouts[name], flows.demand[name]
    plan = webster_plan(
        layout, demand.flow_vph, demand.saturation_vph, cycle_s=cycle_s, stages=order,
        lanes=demand.lanes, rule=rule,
    )  # fmt: skip
    return modelled(network, flows, name, plan)


def _ranked(
    network: Network,
    flows: CaseFlows,
    name: str,
    cycle_s: int,
    weights: Weights,
    only_webster: bool,
) -> list[tuple[int, SettingModel]]:
    """Isolated cost and setting: the best of each order by cost, then the others by cost."""
    place = network.intersection[name]
    orders = [place.layout.stages] if only_webster else stage_orders(place, MOST_ORDERS)
    found: dict[object, tuple[int, int, SettingModel]] = {}
    designed: SettingModel | None = None
    for number, order in enumerate(orders):
        if not _fits(place, order, cycle_s):
            continue
        rules = [SplitRule.EQUAL_SATURATION]
        if not only_webster and number < MOST_LEAST_DELAY:
            rules.append(SplitRule.LEAST_DELAY)
        for rule in rules:
            model = None if number == 0 else _reordered(network, flows, designed, order)
            if model is None or rule is SplitRule.LEAST_DELAY:
                model = webster_setting(network, flows, name, cycle_s, rule, order)
            designed = designed or model
            cost = isolated_cost(model, flows, cycle_s, weights)
            found.setdefault(model.program, (cost, number, model))
    ranked = sorted(found.values(), key=lambda entry: entry[:2])
    firsts = [next(e for e in ranked if e[1] == n) for n in sorted({e[1] for e in ranked})]
    firsts.sort(key=lambda entry: entry[:2])
    rest = [entry for entry in ranked if entry not in firsts]
    return [(cost, model) for cost, _, model in (*firsts, *rest)]


def _reordered(
    network: Network, flows: CaseFlows, designed: SettingModel | None, order: Sequence[Stage]
) -> SettingModel | None:
    """The same greens in another order of the same stages; None where they do not fit there."""
    if designed is None or not isinstance(designed.program, IntersectionPlan):
        return None
    program, name = designed.program, designed.program.intersection
    greens = {stage.stage: stage.green_s for stage in program.stages}
    if len(order) != len(greens) or any(stage.id not in greens for stage in order):
        return None
    layout, sequence = network.layouts[name], stage_timings(order)
    wanted = [greens[stage.id] for stage in order]
    # Interstages may be longer or shorter in this order; the longest green makes up for it.
    spare = program.cycle_s - sum(interstages_s(layout, sequence)) - sum(wanted)
    wanted[wanted.index(max(wanted))] += spare
    if min(wanted) < 0 or not satisfied(wanted, green_constraints(layout, sequence)):
        return None
    stages = tuple(replace(s, green_s=g) for s, g in zip(sequence, wanted, strict=True))
    return modelled(network, flows, name, replace(program, stages=stages))


def _fits(place: Intersection, order: Sequence[Stage], cycle_s: int) -> bool:
    sequence = stage_timings(order)
    if cycle_s < sum(interstages_s(place.layout, sequence)) + len(sequence):
        return False
    return least_cycle_s(place.layout, sequence) <= cycle_s


def _exchanged(greens: Sequence[int]) -> Iterator[list[int]]:
    for seconds in EXCHANGES_S:
        for giver in range(len(greens)):
            for taker in range(len(greens)):
                if giver != taker and greens[giver] > seconds:
                    moved = list(greens)
                    moved[giver] -= seconds
                    moved[taker] += seconds
                    yield moved
