"""Candidates whose coordination is for the widest bands; SUMO chooses among common cycles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from signalopt.optimize.bands import BAND_UNIT, solve_bands
from signalopt.optimize.candidates import (
    Candidate,
    assemble,
    find_parts,
    rank_cycles,
    solve_part,
    webster_cycle,
)
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.search import (
    WEBSTER,
    cyclic_weights,
    held_programs,
    named_cycles,
    spaced_cycles,
    unsafe,
)
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case

BANDS = "widest bands"
MOST_CYCLES = 5
"""Common cycles by the cyclic model for which bands are made, besides Webster's."""


def find_band_candidates(
    case: Case,
    flows: CaseFlows,
    objective: str,
    limits: SolverLimits,
    found: list[Candidate],
    listener: Listener = ignore,
    *,
    enough: Callable[[], bool] = lambda: False,
) -> bool:
    """Append Webster's plan with coordinated offsets as yardstick, then bands at several common cycles.

    As `search.find_candidates`: a list is filled, all pass the safety judge, False if `enough` left some out.
    """
    network, weights, held = case.network, cyclic_weights(case, objective), held_programs(case)
    parts = [
        part
        for part in find_parts(network, flows, held)
        if any(name in case.today.by_id for name in part.members)
    ]
    total = MOST_CYCLES + 3

    def news(done: int, text: str) -> None:
        listener(Progress("search", done, total, text))

    def add(candidate: Candidate) -> None:
        known = {c.plan.intersections for c in found}
        if candidate.plan.intersections not in known and not unsafe(case, candidate.plan):
            found.append(candidate)

    news(0, "Webster splits, coordinated offsets")
    usual = [webster_cycle(network, flows, part) for part in parts]
    plain = [
        solve_part(network, flows, part, cycle, weights, limits, held=held, only_webster=True)
        for part, cycle in zip(parts, usual, strict=True)
    ]
    add(assemble(WEBSTER, network, case.today, plain))
    if enough():
        return False
    news(1, "ranking cycles")
    ranked = [
        spaced_cycles(rank_cycles(network, flows, part, weights, seed=limits.seed))
        for part in parts
    ]
    cycles: list[Sequence[int]] = [usual]
    cycles += [[r[min(n, len(r) - 1)] for r in ranked] for n in range(MOST_CYCLES)]
    for number, chosen in enumerate(dict.fromkeys(tuple(c) for c in cycles), start=2):
        if enough() and number > 2:
            return False
        news(number, f"bands at {named_cycles(chosen)}")
        made = [
            solve_bands(network, flows, part, cycle, weights, limits, held=held)
            for part, cycle in zip(parts, chosen, strict=True)
        ]
        label = f"{BANDS}, cycle {named_cycles(chosen)}"
        whole = assemble(label, network, case.today, [m.solution for m in made])
        streets = tuple(str(street) for m in made for street in m.streets)
        add(replace(whole, unit=BAND_UNIT, streets=streets))
    news(total, "")
    return True
