from dataclasses import replace

from hypothesis import given

from signalopt.timing.bounds import (
    green_constraints,
    interstages_s,
    least_cycle_s,
    least_greens_s,
    stage_timings,
)
from signalopt.timing.plan import Plan, StageTiming
from signalopt.timing.safety import Rule, judge_plan
from signalopt.timing.signals import GivenInterstage, Phase
from tests.layouts import four_arms, layouts_with_plans, plan_for


def test_hand_calculated_minimums():
    layout = four_arms(avenue_m=25, street_m=14)
    sequence = stage_timings(layout.stages)
    # Avenue: walkers over the street (14 m: 16 s) end with the vehicles' flashing green (3 s).
    # Left: 7 s - 3 s flashing. Street: walkers over the avenue (25 m: 25 s), of which 3 s flashing;
    # interstage 8 s, their clearance 5 s: flashing just fits.
    assert least_greens_s(layout, sequence) == (13, 4, 22)
    assert interstages_s(layout, sequence) == (8, 8, 8)
    assert least_cycle_s(layout, sequence) == 13 + 4 + 22 + 24


def test_a_long_pedestrian_clearance_ends_the_walk_before_the_stage():
    layout = four_arms(avenue_m=25)
    slow = replace(
        layout,
        clearances=tuple(
            replace(c, intergreen_s=12) if c.ending == "P-avenue" else c for c in layout.clearances
        ),
    )
    by_group = {c.group: c.least_s for c in green_constraints(slow, stage_timings(slow.stages))}
    assert by_group["P-avenue"] == 25 + 12 - 8


def test_a_group_green_in_two_stages_bounds_their_sum():
    layout = four_arms()
    sequence = (
        StageTiming("1", ("N", "S"), 0),
        StageTiming("2", ("N", "N-left"), 0),
        StageTiming("3", ("E", "W"), 0),
    )
    found = {c.stages: c.least_s for c in green_constraints(layout, sequence)}
    assert found[(0, 1)] == 7 - 8 - 3  # already satisfied by the interstage inside
    assert found[(0,)] == 7 - 3


@given(layouts_with_plans())
def test_one_second_less_than_a_constraint_is_unsafe(case):
    layout, plan = case
    for constraint in green_constraints(layout, plan.stages):
        if len(constraint.stages) > 1 or constraint.least_s <= 1:
            continue
        (at,) = constraint.stages
        stages = list(plan.stages)
        removed = stages[at].green_s - (constraint.least_s - 1)
        stages[at] = replace(stages[at], green_s=constraint.least_s - 1)
        short = replace(plan, stages=tuple(stages), cycle_s=plan.cycle_s - removed, offset_s=0)
        rules = {f.rule for f in judge_plan({"C": layout}, Plan("p", "n", (short,)))}
        assert rules & {Rule.MIN_GREEN, Rule.PEDESTRIAN_GREEN}


def test_least_greens_make_a_safe_plan():
    layout = four_arms()
    plan = plan_for(layout, (0, 0, 0))
    assert judge_plan({"C": layout}, Plan("p", "n", (plan,))) == ()


def test_an_imported_interstage_may_interrupt_a_green_that_both_stages_have():
    layout = four_arms()
    amber = layout.link_count * "r"
    sequence = (
        StageTiming("1", ("N", "S"), 0),
        StageTiming("2", ("N", "N-left"), 0),
        StageTiming("3", ("E", "W"), 0),
    )
    cut = replace(layout, interstages=(GivenInterstage("1", "2", (Phase(3, "y" + amber[1:]),)),))
    kept = replace(layout, interstages=(GivenInterstage("1", "2", (Phase(3, "G" + amber[1:]),)),))
    own = [c for c in green_constraints(cut, sequence) if c.stages == (1,)]
    assert own[0].least_s == 7 - 3  # N needs its seven seconds anew in stage 2
    assert any(c.stages == (0, 1) for c in green_constraints(kept, sequence))
    assert all(c.stages != (0, 1) for c in green_constraints(cut, sequence))
