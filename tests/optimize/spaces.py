"""A small search space with a known best plan, evaluated without any simulator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from signalopt.optimize.candidates import find_parts
from signalopt.optimize.demand_draws import DemandDraw, Risk
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.variables import Space, make_space
from signalopt.timing.plan import IntersectionPlan
from tests.optimize.streets import avenue, flows_of

ONE_DRAW = Risk((DemandDraw(),), tail=1.0, tail_weight=0.0)
BEST_CYCLE_S, BEST_GREEN_S = 60, 33


def avenue_network(count: int = 4):
    """Intersections in a row, 350 m apart."""
    return avenue([350.0] * (count - 1))


def avenue_space(count: int = 4) -> Space:
    """Sites I0, I1, ... of an avenue, neighbours next to each other."""
    network = avenue_network(count)
    flows = flows_of(network, 600, 500, 200)
    linked = {f"I{i}": [f"I{j}" for j in (i - 1, i + 1) if 0 <= j < count] for i in range(count)}
    return make_space(network, find_parts(network, flows, {}), linked, network.found_plan(), {})


def best_offset(name: str) -> int:
    """The offset at which an intersection of `known_cost` is best."""
    return 17 * int(name[1:]) % BEST_CYCLE_S


def known_cost(plans, draws):
    """10 for the best plan (60 s, 33 s on the avenue, offsets 17 s apart), more the farther from it."""
    costs = []
    for plan in plans:
        cost = 10.0
        for program in plan.intersections:
            assert isinstance(program, IntersectionPlan)
            away = abs(program.offset_s - best_offset(program.intersection))
            cost += 0.3 * min(away, abs(program.cycle_s - away))
            cost += 0.5 * abs(program.stages[0].green_s - BEST_GREEN_S)
            cost += 0.2 * abs(program.cycle_s - BEST_CYCLE_S)
        costs.append([cost + draw for draw in draws])
    return np.array(costs)


def evaluator_of(space: Space, risk: Risk = ONE_DRAW) -> Evaluator:
    """An evaluator of the known cost."""
    return Evaluator(space, risk, known_cost)


def with_red_limit(space_site, seconds: int):
    """A site's layout with a longest red."""
    groups = tuple(replace(g, max_red_s=seconds) for g in space_site.layout.groups)
    return replace(space_site.layout, groups=groups)
