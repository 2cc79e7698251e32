"""What candidate plans would cost over the day, by the cyclic flow model with its platoons.

The candidates are stand-ins: Webster splits with good offsets for the flows of an hour, at the best of a few
cycles. They tell how much a plan made for one hour loses in another; the plans are optimised later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from signalopt.network.model import Network
from signalopt.optimize.break_points import DayCosts
from signalopt.optimize.candidates import Part, find_parts, webster_cycle
from signalopt.optimize.choices import modelled, webster_setting
from signalopt.optimize.day_demand import DayDemand
from signalopt.optimize.descent import descend
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS, repeated
from signalopt.optimize.propagate import propagate
from signalopt.optimize.tables import build_problem
from signalopt.timing.plan import AnyProgram, IntersectionPlan
from signalopt.timing.schedule import DAY_S
from signalopt.timing.webster import SplitRule

INTERVAL_S = 1800
NODES_S = tuple(h * 3600 for h in (0, 4, 6, 7, 8, 9, 10, 13, 16, 18, 19, 20, 22))
"""Seconds of the day at which costs are computed; between them they run straight."""
SWITCH_S = 900.0
"""For about this long a switch disturbs the coordination ..."""
SWITCH_LOSS_S = 10.0
"""... and costs each vehicle that passes a signal then about this much. Estimated from SUMO runs over three
switches on Mangilik El: 10 to 27 vehicle hours each at 22 000 passages an hour, or 6 to 18 s."""
PLAN_SHARE = 0.005
"""A further plan must save this share of the day's cost: somebody has to check, type in and keep it."""
MOST_CANDIDATES = 6
CYCLES_TRIED = (1.0, 1.125, 1.25)
"""Cycles of a candidate: Webster's times these; coordination often wants a longer one than he does."""
_NEAR = 0.05  # flows that differ by less than this share of the busiest hour's are the same hour
_WEIGHTS = OBJECTIVE_WEIGHTS["delay"]
_RESTARTS = 20


@dataclass(frozen=True)
class CandidateHour:
    """A stand-in plan by part (cycle and programs), and the hour that it was made for."""

    day_type: str
    second: int
    parts: tuple[tuple[int, tuple[IntersectionPlan, ...]], ...]

    @property
    def cycles_s(self) -> tuple[int, ...]:
        """Common cycle of each part."""
        return tuple(cycle_s for cycle_s, _ in self.parts)


def candidate_hours(
    network: Network,
    days: Sequence[DayDemand],
    held: Mapping[str, AnyProgram],
    told: Callable[[int, int], None],
    *,
    most: int = MOST_CANDIDATES,
) -> list[CandidateHour]:
    """Plans for the most different hours of all day types, the busiest hour of the commonest day first.

    held: programs that no plan changes. told(done, total) hears of the progress.
    """
    hours = [(day, second) for day in days for second in NODES_S]
    vectors = np.array([list(day.movements_at(second).values()) for day, second in hours])
    commonest = max(day.weight for day in days)
    usual = np.array([day.weight == commonest for day, _ in hours])
    chosen = [int(np.argmax(vectors.sum(axis=1) * usual))]
    near = _NEAR * np.linalg.norm(vectors[chosen[0]])
    # The hour that lies farthest from all that have been chosen is the next one.
    distance = np.linalg.norm(vectors - vectors[chosen[0]], axis=1)
    while len(chosen) < most and distance.max() > near:
        chosen.append(int(np.argmax(distance)))
        distance = np.minimum(distance, np.linalg.norm(vectors - vectors[chosen[-1]], axis=1))
    day, second = hours[chosen[0]]
    parts = find_parts(network, day.flows_at(second), held)
    found = []
    for number, at in enumerate(chosen):
        told(number, len(chosen))
        day, second = hours[at]
        flows = day.flows_at(second)
        plans = tuple(_stand_in(network, flows, part) for part in parts)
        found.append(CandidateHour(day.name, second, plans))
    told(len(chosen), len(chosen))
    return found


def day_costs(
    network: Network,
    days: Sequence[DayDemand],
    candidates: Sequence[CandidateHour],
    told: Callable[[int, int], None],
) -> dict[str, DayCosts]:
    """Vehicle hours (stops weighted in) of each candidate in each half hour of each day type."""
    found: dict[str, DayCosts] = {}
    middles = np.arange(INTERVAL_S / 2, DAY_S, INTERVAL_S)
    begins = np.arange(0.0, DAY_S, INTERVAL_S)
    total, done = len(days) * len(NODES_S), 0
    for day in days:
        twin = next((d for d in days if d.name in found and d.like_day(day)), None)
        if twin is not None:
            done += len(NODES_S)
            found[day.name] = replace(found[twin.name], weight=day.weight)
            continue
        costs = np.zeros((len(candidates), len(NODES_S)))
        vehicles_h = np.zeros(len(NODES_S))
        for column, second in enumerate(NODES_S):
            told(done, total)
            done += 1
            flows = day.flows_at(second)
            vehicles_h[column] = day.total_vph(second)
            for row, candidate in enumerate(candidates):
                costs[row, column] = plan_cost_h(network, flows, candidate)
        rows = np.array([_between(row, middles) for row in costs]) * INTERVAL_S / 3600
        lost_h = _between(vehicles_h, begins) * SWITCH_S / 3600 * SWITCH_LOSS_S / 3600
        found[day.name] = DayCosts(rows, lost_h, day.weight)
    told(total, total)
    return found


def plan_cost_h(network: Network, flows: CaseFlows, candidate: CandidateHour) -> float:
    """Modelled vehicle hours an hour of a candidate under given flows."""
    total = 0
    for cycle_s, programs in candidate.parts:
        models = {p.intersection: modelled(network, flows, p.intersection, p) for p in programs}
        chosen = {
            p.intersection: (repeated(models[p.intersection], cycle_s), p.offset_s)
            for p in programs
        }
        total += propagate(flows, chosen, cycle_s, _WEIGHTS)[1]
    return total / 3600


def worth_of_a_plan_h(costs: Mapping[str, DayCosts]) -> float:
    """What one more plan must save, weighted vehicle hours a day."""
    least = sum(day.weight * day.costs.min(axis=0).sum() for day in costs.values())
    return PLAN_SHARE * float(least)


def _between(values: NDArray[np.float64], seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.interp(seconds, (*NODES_S, DAY_S), (*values, values[0]))
    return found


def _stand_in(
    network: Network, flows: CaseFlows, part: Part
) -> tuple[int, tuple[IntersectionPlan, ...]]:
    """The cheapest of a few cycles, with its programs."""
    usual = webster_cycle(network, flows, part)
    cycles = {min(part.most_cycle_s, round(usual * factor)) for factor in CYCLES_TRIED}
    offers = [(_coordinated(network, flows, part, cycle_s), cycle_s) for cycle_s in sorted(cycles)]
    (_, programs), cycle_s = min(offers, key=lambda offer: offer[0][0])
    return cycle_s, programs


def _coordinated(
    network: Network, flows: CaseFlows, part: Part, cycle_s: int
) -> tuple[int, tuple[IntersectionPlan, ...]]:
    """Cost and programs of a part at one cycle: equal saturation, offsets by descent."""
    settings = {
        name: [webster_setting(network, flows, name, cycle_s, SplitRule.EQUAL_SATURATION)]
        for name in part.members
    }
    problem = build_problem(flows, settings, cycle_s, _WEIGHTS)
    found = descend(problem, seed=1, restarts=_RESTARTS)
    offsets = dict(zip(problem.names, found.offsets_s, strict=True))
    chosen = {name: (model, offsets[name]) for name, (model,) in settings.items()}
    programs = tuple(
        replace(model.program, offset_s=offset)
        for model, offset in chosen.values()
        if isinstance(model.program, IntersectionPlan)
    )
    return propagate(flows, chosen, cycle_s, _WEIGHTS)[1], programs
