"""The plan that an engineer computes by hand: Webster's cycle and splits, offsets by coordination."""

from __future__ import annotations

from signalopt.optimize.candidates import assemble, find_parts, solve_part, webster_cycle
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS
from signalopt.optimize.search import WEBSTER, held_programs
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan

_LIMITS = SolverLimits(2.0, 20.0, seed=1)


def webster_start(case: Case) -> Plan:
    """Webster's plan with coordinated offsets, the reference that our plans must beat."""
    network, flows, held = case.network, case_flows(case), held_programs(case)
    parts = [
        part
        for part in find_parts(network, flows, held)
        if any(name in case.today.by_id for name in part.members)
    ]
    solutions = [
        solve_part(
            network, flows, part, webster_cycle(network, flows, part),
            OBJECTIVE_WEIGHTS["delay"], _LIMITS, held=held, only_webster=True,
        )
        for part in parts
    ]  # fmt: skip
    return assemble(WEBSTER, network, case.today, solutions).plan
