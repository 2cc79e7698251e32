"""Today's plan of an area: what ordinary practice would run, a stated assumption and no straw man.

Nobody has published a timing plan of an Astana junction. Assumed: one fixed programme all day;
splits and cycle by Webster on the day's average flows (mean of the area's periods) with every minimum
of the norms kept; a common cycle along each avenue, set by its most loaded intersection, 80-120 s; no
coordination, for no green wave is announced: each controller has its own clock, so offsets are drawn
once from a recorded seed. Of six draws tried it is one whose speeds lie at or above the median, so that
no improvement is owed to unlucky offsets.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from signalopt.demand.saturation import saturation_vph
from signalopt.errors import InputError
from signalopt.network.model import Intersection, Network, Turn
from signalopt.timing.plan import AnyProgram, IntersectionPlan, Plan
from signalopt.timing.webster import webster_plan

CYCLE_RANGE_S = (80, 120)
CYCLE_STEP_S = 5
OFFSET_SEED = 2
ASSUMPTION = (
    "today's plan is assumed: fixed programme, Webster splits for the day's average flows, a common "
    f"cycle of {CYCLE_RANGE_S[0]}-{CYCLE_RANGE_S[1]} s along each avenue, no coordination (offsets "
    f"drawn with seed {OFFSET_SEED})"
)


def todays_plan(
    network: Network,
    avenues: Sequence[Sequence[str]],
    flow_vph: Mapping[str, Mapping[int, float]],
    seed: int = OFFSET_SEED,
) -> Plan:
    """Assumed plan in force for the day's average flows (pcu/h by intersection and link).

    avenues: intersections of each avenue; one on several counts with the longest. Raises InputError
    if an intersection cannot be planned within the limits of its layout.
    """
    saturation = saturation_vph(network, "summer")
    programs: dict[str, AnyProgram] = {
        place.id: place.program
        for place in network.intersections
        if not place.tunable and place.program is not None
    }
    for group in _groups(network, avenues):
        places = [network.intersection[name] for name in group]
        cycle = _common_cycle_s([_plan(p, flow_vph, saturation, None).cycle_s for p in places])
        for place in places:
            programs[place.id] = _plan(place, flow_vph, saturation, cycle)
    dice = random.Random(f"offsets {seed}")
    ordered: list[AnyProgram] = []
    for place in network.intersections:
        share = dice.random()
        program = programs.get(place.id)
        if isinstance(program, IntersectionPlan):
            offset = int(share * program.cycle_s)
            program = IntersectionPlan(place.id, program.cycle_s, offset, program.stages)
        if program is not None:
            ordered.append(program)
    return Plan(
        "today", network.fingerprint, tuple(ordered),
        (("assumption", ASSUMPTION), ("offset seed", str(seed))),
    )  # fmt: skip


def _groups(network: Network, avenues: Sequence[Sequence[str]]) -> list[list[str]]:
    """Tunable intersections by the longest avenue that they lie on; each alone without any."""
    by_length = sorted(avenues, key=lambda avenue: (-len(avenue), tuple(avenue)))
    groups: dict[int, list[str]] = {}
    for place in network.intersections:
        if not place.tunable:
            continue
        found = next((i for i, avenue in enumerate(by_length) if place.id in avenue), None)
        key = found if found is not None else len(by_length) + len(groups)
        groups.setdefault(key, []).append(place.id)
    return list(groups.values())


def _common_cycle_s(cycles_s: Sequence[int]) -> int:
    longest = math.ceil(max(cycles_s) / CYCLE_STEP_S) * CYCLE_STEP_S
    return max(longest, CYCLE_RANGE_S[0])


def _plan(
    place: Intersection,
    flow_vph: Mapping[str, Mapping[int, float]],
    saturation: Mapping[str, Mapping[int, float]],
    cycle_s: int | None,
) -> IntersectionPlan:
    lanes = {
        m.link: (m.from_edge, m.from_lane) for m in place.movements if m.turn is not Turn.CROSSING
    }
    rates = {link: s for link, s in saturation.get(place.id, {}).items() if link in lanes and s > 0}
    flows = flow_vph.get(place.id, {})
    high = min(CYCLE_RANGE_S[1], place.layout.max_cycle_s)
    low = min(CYCLE_RANGE_S[0], high)
    try:
        return webster_plan(
            place.layout,
            flows,
            rates,
            cycle_s=cycle_s,
            min_cycle_s=low,
            max_cycle_s=high,
            lanes=lanes,
        )
    except InputError:
        if cycle_s is None:
            raise
        return webster_plan(
            place.layout, flows, rates, min_cycle_s=low, max_cycle_s=high, lanes=lanes
        )
