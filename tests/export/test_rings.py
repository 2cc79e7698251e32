"""Greens on rings: structure by hand, safety of the structure, refusals by name."""

from __future__ import annotations

import numpy as np
import pytest

from signalopt.errors import InputError
from signalopt.export.rings.build import ring_program
from signalopt.testing import random_program
from signalopt.timing.plan import FixedProgram, IntersectionPlan, StageTiming
from signalopt.timing.program import cycle_of, phases
from tests.export.areas import area
from tests.layouts import four_arms

LAYOUT = four_arms()


def plan_of(*stages: tuple[str, tuple[str, ...], int], offset_s: int = 0) -> IntersectionPlan:
    timings = tuple(StageTiming(*stage) for stage in stages)
    bare = IntersectionPlan("C", 1, offset_s, timings)
    return IntersectionPlan("C", cycle_of(LAYOUT, bare), offset_s, timings)


LAYOUT_STAGES = {stage.id: stage.groups for stage in LAYOUT.stages}


def test_conflicting_groups_share_a_ring_or_are_apart_by_a_barrier():
    network = area("leftbank_core")
    for place in network.intersections[:8]:
        layout = place.layout
        ringed = ring_program(layout, random_program(layout, np.random.default_rng(4)))
        spots = {
            group: phase for phase in ringed.phases for group in (*phase.groups, *phase.walkers)
        }
        for first, one in spots.items():
            for second, other in spots.items():
                if layout.groups_conflict(first, second):
                    assert one.barrier != other.barrier or one.ring == other.ring
        for ring in ringed.rings:
            assert sum(p.split_s for p in ringed.ring(ring)) <= ringed.cycle_s
        assert sum(p.split_s for p in ringed.ring(1)) == ringed.cycle_s
        assert len({p.number for p in ringed.phases}) == len(ringed.phases)


def test_offset_is_converted_to_the_green_of_the_coordinated_phases():
    """A stage begins in which no vehicle green does: the reference moves to the next barrier."""
    groups = LAYOUT_STAGES
    names = list(groups)
    program = plan_of(*((name, groups[name], 20) for name in names), offset_s=9)
    ringed = ring_program(LAYOUT, program)
    assert ringed.offset_s == 9
    assert all(p.start_s == 0 for p in ringed.phases if p.number in ringed.coordinated)
    turned = plan_of(*((name, groups[name], 20) for name in names[1:] + names[:1]), offset_s=9)
    assert ring_program(LAYOUT, turned).offset_s == 9
    assert ring_program(LAYOUT, turned).coordinated != ()


def test_refusals_name_group_and_reason():
    first, second, *_ = LAYOUT_STAGES.items()
    thrice = plan_of((*first, 20), (*second, 20), (*first, 20), (*second, 20))
    with pytest.raises(InputError, match="has 2 greens in a cycle"):
        ring_program(LAYOUT, thrice)
    state = "G" * LAYOUT.link_count
    always = FixedProgram("C", 0, phases(LAYOUT, plan_of((*first, 20), (*second, 20)))[:0])
    always = FixedProgram("C", 0, (type(phases(LAYOUT, thrice)[0])(60, state),))
    with pytest.raises(InputError, match="green for the whole cycle"):
        ring_program(LAYOUT, always)
    red = FixedProgram("C", 0, (type(phases(LAYOUT, thrice)[0])(60, "r" * LAYOUT.link_count),))
    with pytest.raises(InputError, match="no vehicle green"):
        ring_program(LAYOUT, red)
