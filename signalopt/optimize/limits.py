"""What a case asks that no plan can give: greens that fit no cycle, more vehicles than any green serves."""

from __future__ import annotations

from signalopt.errors import InputError, Problem
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.performance import model_setting
from signalopt.optimize.search import held_programs
from signalopt.scenario.case import Case
from signalopt.timing.bounds import green_constraints, interstages_s, least_cycle_s, stage_timings
from signalopt.timing.webster import webster_plan

_SHOWN = 6


def unreachable_greens(case: Case) -> list[Problem]:
    """Intersections whose minimum greens and interstages exceed their longest cycle, with these bounds."""
    problems, held = [], held_programs(case)
    for place in case.network.intersections:
        if not place.tunable or place.id in held:
            continue
        sequence = stage_timings(place.layout.stages)
        least = least_cycle_s(place.layout, sequence)
        if least <= place.layout.max_cycle_s:
            continue
        bounds = ", ".join(
            f"stage {'+'.join(sequence[i].stage for i in c.stages)} >= {c.least_s} s"
            + (f" (`{c.group}`)" if c.group else "")
            for c in green_constraints(place.layout, sequence)
            if c.least_s > 1
        )
        between = sum(interstages_s(place.layout, sequence))
        problems.append(
            Problem(
                f"intersection {place.id}",
                f"minimum greens that need a cycle of {least} s: {bounds}; interstages {between} s",
                f"a longest cycle of {least} s or more (it is {place.layout.max_cycle_s} s)",
                "shorter minimum greens, fewer stages or a longer cycle",
            )
        )
    return problems


def oversaturated(case: Case, flows: CaseFlows) -> list[str]:
    """A remark naming the intersections that ask for more than their longest cycle can serve."""
    full = []
    for place in case.network.intersections:
        if not place.tunable or place.id in case.signals_off:
            continue
        demand, layout = flows.demand[place.id], place.layout
        try:
            plan = webster_plan(
                layout, demand.flow_vph, demand.saturation_vph,
                cycle_s=layout.max_cycle_s, lanes=demand.lanes,
            )  # fmt: skip
        except InputError:
            continue
        degree = model_setting(layout, plan, demand, flows.links_at.get(place.id, {})).degree
        if degree > 1:
            full.append((degree, place.id))
    if not full:
        return []
    shown = [f"{name} ({100 * degree:.0f} %)" for degree, name in sorted(full, reverse=True)]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return [
        "oversaturated even at the longest cycle (share of capacity asked): "
        + ", ".join(shown[:_SHOWN])
        + f"{more}; queues cannot clear in the window, the plan is the best of what is possible"
    ]
