"""Stage designs of a whole case that compete: today's stages, new ones, other new ones, the best of both.

Which stages are better depends on all that a signal's own delay does not know: platoons, queues, the
cycle of the neighbours. So every design is timed with the same machinery and the simulators choose.
Today's stages are always among them: a redesign can find that they were right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from signalopt.errors import InputError
from signalopt.network.model import Intersection
from signalopt.network.stage_plan import StagePlans
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.redesign import Alternative, mean_delay_s, redesign
from signalopt.scenario.case import Case
from signalopt.scenario.new_stages import case_with_layouts
from signalopt.timing.webster import SplitRule, webster_plan

OWN = "today's stages"
BEST_OF_BOTH = "new stages where they help"
MOST_DESIGNS = 4
"""Designs of the whole case that compete, today's stages included."""


@dataclass(frozen=True)
class Design:
    """Stages of a whole case. `case`: the case that shows them; `stages`: those designed afresh, by id."""

    label: str
    case: Case = field(repr=False, compare=False)
    stages: StagePlans = field(default_factory=dict)


def competing_designs(
    case: Case, flows: CaseFlows, enough: Callable[[], bool] = lambda: False
) -> tuple[tuple[Design, ...], tuple[str, ...]]:
    """Today's stages and up to three other designs of the whole case, and what could not be designed.

    enough: asked before each intersection is designed; the rest keep their stages.
    """
    made = redesign(case, flows, enough=enough)
    designs = [Design(OWN, case)]
    known: set[frozenset[tuple[str, object]]] = {frozenset()}

    def add(label: str, chosen: Mapping[str, Alternative]) -> None:
        stages = {name: found.design for name, found in chosen.items()}
        key = frozenset(stages.items())
        if key in known or len(designs) == MOST_DESIGNS:
            return
        known.add(key)
        layouts = {name: found.layout for name, found in chosen.items()}
        designs.append(Design(label, case_with_layouts(case, layouts), stages))

    found = {name: own for name, own in made.alternatives.items() if own}
    add("new stages 1", {name: own[0] for name, own in found.items()})
    helpful = {
        name: own[0]
        for name, own in found.items()
        if own[0].delay_s < _own_delay_s(case.network.intersection[name], flows)
    }
    add(BEST_OF_BOTH, helpful)
    for number in range(1, MOST_DESIGNS):
        add(
            f"new stages {number + 1}",
            {name: own[min(number, len(own) - 1)] for name, own in found.items()},
        )
    return tuple(designs), made.notes


def _own_delay_s(place: Intersection, flows: CaseFlows) -> float:
    """Mean delay of the stages as they are, timed as the new ones are; infinite where they cannot be."""
    demand = flows.demand[place.id]
    try:
        plan = webster_plan(
            place.layout, demand.flow_vph, demand.saturation_vph, lanes=demand.lanes,
            rule=SplitRule.LEAST_DELAY,
        )  # fmt: skip
    except InputError:
        return float("inf")
    return mean_delay_s(place.layout, plan, demand)
