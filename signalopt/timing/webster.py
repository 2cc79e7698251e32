"""Webster's plan for one intersection: cycle from critical movements, greens of equal saturation.

Sources: F. V. Webster, Traffic Signal Settings, Road Research Technical Paper 39, 1958 (optimum cycle,
greens in proportion to flow ratios); R. Akcelik, Traffic Signals: Capacity and Timing Analysis, ARR 123,
1981 (practical cycle for a target degree of saturation, lanes served in several stages); Highway Capacity
Manual 2000, chapter 16, for movements that yield (timing/capacity.py).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from signalopt.errors import InputError, Problem
from signalopt.timing.bounds import (
    GreenConstraint,
    green_constraints,
    interstages_s,
    least_cycle_s,
    least_greens_s,
    stage_timings,
)
from signalopt.timing.capacity import (
    LinkService,
    control_delay_s,
    effective_greens_s,
    link_services,
)
from signalopt.timing.plan import IntersectionPlan, StageTiming
from signalopt.timing.program import cycle_states, intervals
from signalopt.timing.signals import GREEN, SignalLayout, Stage
from signalopt.timing.splits import (
    Service,
    critical_path,
    equal_saturation_greens,
    exchange,
    practical_cycle_s,
)

TARGET_SATURATION = 0.9
_ROUNDS = 12  # of the fixed point between greens and the capacity of yielding movements


class SplitRule(StrEnum):
    """How the green time is shared."""

    EQUAL_SATURATION = "equal saturation"
    LEAST_DELAY = "least delay"


@dataclass(frozen=True)
class Demand:
    """What wants to pass one intersection.

    flow_vph and saturation_vph by link (pedestrian links: pedestrians per hour, no saturation);
    lanes: a common key for links that start from the same lane (None: every link has its own).
    """

    flow_vph: Mapping[int, float]
    saturation_vph: Mapping[int, float]
    lanes: Mapping[int, Hashable] | None = None


def webster_plan(
    layout: SignalLayout,
    flow_vph: Mapping[int, float],
    saturation_vph: Mapping[int, float],
    *,
    cycle_s: int | None = None,
    min_cycle_s: int | None = None,
    max_cycle_s: int | None = None,
    offset_s: int = 0,
    stages: Sequence[Stage] | None = None,
    target_saturation: float = TARGET_SATURATION,
    lanes: Mapping[int, Hashable] | None = None,
    rule: SplitRule = SplitRule.EQUAL_SATURATION,
) -> IntersectionPlan:
    """Plan an intersection for given flows (veh/h by link), obeying every minimum green.

    Without `cycle_s` the cycle is Webster's optimum, or the practical cycle that keeps `target_saturation`
    under all minimum greens if that is longer, within [min_cycle_s, max_cycle_s] (default: the layout's
    limits, at least what minimum greens need). Raises InputError for bad flows and where no cycle within
    the bounds can hold the minimum greens.
    """
    demand = Demand(flow_vph, saturation_vph, lanes)
    sequence = stage_timings(layout.stages if stages is None else stages)
    least = _checked_least_cycle(layout, demand, sequence, cycle_s, max_cycle_s)
    low = max(least, layout.min_cycle_s if min_cycle_s is None else min_cycle_s)
    high = max(low, layout.max_cycle_s if max_cycle_s is None else max_cycle_s)
    constraints = green_constraints(layout, sequence)
    between = sum(interstages_s(layout, sequence))
    cycle = cycle_s if cycle_s is not None else min(high, max(low, (low + high) // 2))
    greens = equal_saturation_greens(
        _unopposed(layout, demand, sequence), constraints, len(sequence), cycle - between
    )
    seen: dict[tuple[int, ...], tuple[float, IntersectionPlan]] = {}
    for _ in range(_ROUNDS):
        plan = _plan(layout, sequence, greens, cycle, offset_s)
        if (key := (cycle, *greens)) in seen:
            break
        states = cycle_states(layout, plan)
        services = link_services(layout, states, flow_vph, saturation_vph, lanes)
        seen[key] = (_badness(services, demand, rule), plan)
        needs = lane_services(layout, plan, states, services, demand)
        if cycle_s is None:
            path = critical_path(needs, len(sequence), between, least_greens_s(layout, sequence))
            wanted = max(
                webster_cycle_s(path.lost_time_s, path.flow_ratio),
                practical_cycle_s(needs, constraints, len(sequence), between, target_saturation),
            )
            cycle = min(high, max(low, math.ceil(min(wanted, high) - 1e-6)))
        greens = equal_saturation_greens(needs, constraints, len(sequence), cycle - between)
        if rule is SplitRule.LEAST_DELAY:
            greens = _least_delay(greens, constraints, layout, plan, states, services, cycle)
        if (cycle, *greens) == key:
            return plan
    # No fixed point: the best plan of the loop that was entered.
    return min(seen.values(), key=lambda entry: entry[0])[1]


def webster_cycle_s(lost_time_s: float, flow_ratio: float) -> float:
    """Webster's optimum cycle (1.5 L + 5) / (1 - Y) in seconds; infinite for Y >= 1."""
    return math.inf if flow_ratio >= 1 else (1.5 * lost_time_s + 5) / (1 - flow_ratio)


def lane_degrees(
    services: Mapping[int, LinkService], lanes: Mapping[int, Hashable] | None = None
) -> dict[Hashable, float]:
    """Degree of saturation of each lane: the sum over the links that share it."""
    degrees: dict[Hashable, float] = {}
    for link, service in services.items():
        lane = link if lanes is None else lanes.get(link, link)
        degrees[lane] = degrees.get(lane, 0.0) + service.degree_of_saturation
    return degrees


def lane_services(
    layout: SignalLayout,
    plan: IntersectionPlan,
    states: Sequence[str],
    services: Mapping[int, LinkService],
    demand: Demand,
) -> list[Service]:
    """What each lane needs: flow ratio at the saturation that yielding leaves, stages, extra seconds.

    A link's stages and extra seconds (interstages in between, flashing green, amber used, start-up lost)
    are read from the `states` of `plan`, so imported programs work like designed ones. Links that share
    a lane count with those whose stages include theirs: they may stand in front of them.
    """
    effective = effective_greens_s(states)
    parts = [part for part in intervals(layout, plan) if not part.is_interstage]
    greens = [stage.green_s for stage in plan.stages]
    served: dict[int, tuple[tuple[int, ...], float, float]] = {}
    for link, service in services.items():
        shown = tuple(
            i
            for i, part in enumerate(parts)
            if part.end_s > part.start_s and states[part.start_s][link] in GREEN
        )
        extra = float(effective[link]) - sum(greens[i] for i in shown)
        share = max(0.1, service.effective_green_s) / plan.cycle_s
        ratio = service.flow_vph / service.capacity_vph * share
        if service.flow_vph > 0 and shown:
            served[link] = (shown, extra, ratio)
    needs = set()
    for link, (shown, extra, _) in served.items():
        lane = link if demand.lanes is None else demand.lanes.get(link, link)
        together = sum(
            ratio
            for other, (stages, _, ratio) in served.items()
            if (other == link or (demand.lanes is not None and demand.lanes.get(other) == lane))
            and set(shown) <= set(stages)
        )
        needs.add((shown, round(extra, 6), round(together, 9)))
    return [Service(*need) for need in sorted(needs)]


def _plan(
    layout: SignalLayout,
    sequence: Sequence[StageTiming],
    greens: Sequence[int],
    cycle: int,
    offset: int,
) -> IntersectionPlan:
    timed = tuple(replace(s, green_s=g) for s, g in zip(sequence, greens, strict=True))
    return IntersectionPlan(layout.intersection, cycle, offset % cycle, timed)


def _unopposed(
    layout: SignalLayout, demand: Demand, sequence: Sequence[StageTiming]
) -> list[Service]:
    """Needs as if nobody had to yield: where the fixed point starts."""
    greens = [max(1, green) for green in least_greens_s(layout, sequence)]
    cycle = sum(greens) + sum(interstages_s(layout, sequence))
    plan = _plan(layout, sequence, greens, cycle, 0)
    states = cycle_states(layout, plan)
    free = replace(layout, yields=frozenset())
    services = link_services(free, states, demand.flow_vph, demand.saturation_vph, demand.lanes)
    return lane_services(layout, plan, states, services, demand)


def _least_delay(
    greens: Sequence[int],
    constraints: Sequence[GreenConstraint],
    layout: SignalLayout,
    plan: IntersectionPlan,
    states: Sequence[str],
    services: Mapping[int, LinkService],
    cycle: int,
) -> tuple[int, ...]:
    """Exchange seconds while the summed HCM delay (veh s per hour) falls; yielding held as it is."""
    parts = [part for part in intervals(layout, plan) if not part.is_interstage]
    used = [s for s in services.values() if s.flow_vph > 0 and s.effective_green_s > 0]
    rows = np.array(
        [
            [states[p.start_s][s.link] in GREEN if p.end_s > p.start_s else False for p in parts]
            for s in used
        ]
    )
    now = np.array([stage.green_s for stage in plan.stages])
    extra = np.array([s.effective_green_s for s in used]) - rows @ now if used else np.zeros(0)
    rate = [s.capacity_vph / s.effective_green_s * plan.cycle_s for s in used]

    def judge(trial: NDArray[np.int64]) -> tuple[float, ...]:
        total = 0.0
        for row, service in enumerate(used):
            effective = max(0.1, float(rows[row] @ trial + extra[row]))
            capacity = rate[row] * effective / cycle
            degree = service.flow_vph / capacity
            total += service.flow_vph * control_delay_s(cycle, effective, capacity, degree)
        return (round(total, 6),)

    return exchange(greens, constraints, judge)


def _badness(services: Mapping[int, LinkService], demand: Demand, rule: SplitRule) -> float:
    if rule is SplitRule.LEAST_DELAY:
        return sum(s.flow_vph * s.delay_s for s in services.values())
    return max(lane_degrees(services, demand.lanes).values(), default=0.0)


def _checked_least_cycle(
    layout: SignalLayout,
    demand: Demand,
    sequence: Sequence[StageTiming],
    cycle_s: int | None,
    max_cycle_s: int | None,
) -> int:
    """The least cycle; raises InputError with everything that cannot be planned."""
    place, problems = f"intersection {layout.intersection}", []
    for what, values in (("flow", demand.flow_vph), ("saturation flow", demand.saturation_vph)):
        for link, value in sorted(values.items()):
            if not 0 <= link < layout.link_count:
                problems.append(
                    Problem(
                        f"{place}: link {link}",
                        f"a {what} for an unknown link",
                        f"links 0 to {layout.link_count - 1}",
                    )
                )
            elif not (math.isfinite(value) and value >= 0) or (what != "flow" and value == 0):
                problems.append(
                    Problem(
                        f"{place}: link {link}", f"{what} {value} veh/h", "a finite positive number"
                    )
                )
    if not sequence:
        raise InputError(*problems, Problem(place, "no stages", "at least one stage"))
    least = least_cycle_s(layout, sequence)
    highest = layout.max_cycle_s if max_cycle_s is None else max_cycle_s
    if cycle_s is not None and cycle_s < least:
        problems.append(
            Problem(
                place,
                f"a cycle of {cycle_s} s",
                f"at least {least} s for its minimum greens and interstages",
            )
        )
    elif cycle_s is None and least > highest:
        problems.append(
            Problem(
                place,
                f"a longest cycle of {highest} s",
                f"at least {least} s for its minimum greens and interstages",
                "fewer stages or a longer cycle",
            )
        )
    if problems:
        raise InputError(*problems)
    return least
