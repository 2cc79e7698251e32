"""The judge: silent on every plan that the rules allow, loud on every mutation."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.testing import assert_plan_safe, assert_states_safe
from signalopt.timing.findings import new_findings
from signalopt.timing.plan import FixedProgram, IntersectionPlan, Plan, StageTiming
from signalopt.timing.program import cycle_states, phases, states_between
from signalopt.timing.safety import Rule, judge_plan, judge_program, judge_states, judge_switch
from signalopt.timing.signals import Phase
from tests.layouts import four_arms, layouts_with_plans, plan_for

LAYOUT = four_arms()
GOOD = plan_for(LAYOUT)


def rules(findings):
    return {finding.rule for finding in findings}


@given(layouts_with_plans())
@settings(max_examples=150, deadline=None)
def test_every_plan_within_the_bounds_is_safe(case):
    layout, plan = case
    layout = replace(
        layout, max_cycle_s=300, groups=tuple(replace(g, max_red_s=300) for g in layout.groups)
    )
    assert_plan_safe({"C": layout}, Plan("p", "n", (plan,)))
    assert_states_safe(layout, states_between(layout, plan, 1000, 1000 + 3 * plan.cycle_s))


@given(layouts_with_plans(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_shortened_all_red_is_caught(case, data):
    layout, plan = case
    program = list(phases(layout, plan))
    reds = [i for i, p in enumerate(program) if set(p.state[:8]) <= set("ru")]
    chosen = data.draw(st.sampled_from(reds))
    shortened = replace(program[chosen], duration_s=program[chosen].duration_s - 1)
    program[chosen] = shortened
    kept = tuple(p for p in program if p.duration_s > 0)
    found = judge_program(layout, FixedProgram("C", 0, kept))
    assert rules(found) & {Rule.INTERGREEN}


@given(layouts_with_plans(), st.data())
@settings(max_examples=60, deadline=None)
def test_two_conflicting_greens_are_caught(case, data):
    layout, plan = case
    states = list(cycle_states(layout, plan))
    first, second = data.draw(st.sampled_from(sorted(layout.conflicts)))
    at = data.draw(st.sampled_from([s for s, state in enumerate(states) if state[first] in "Gg"]))
    states[at] = states[at][:second] + "G" + states[at][second + 1 :]
    found = judge_states(layout, states, cyclic=True)
    pair = {f"link {first}", f"link {second}"}
    assert any(f.rule is Rule.CONFLICT and set(f.subjects) == pair for f in found)


@given(layouts_with_plans())
@settings(max_examples=40, deadline=None)
def test_a_pedestrian_green_one_second_too_short_is_caught(case):
    layout, plan = case
    states = list(cycle_states(layout, plan))
    needed = layout.group["P-avenue"].min_green_s
    seconds = [s for s, state in enumerate(states) if state[8] == "G"]
    for second in seconds[needed - 1 :]:
        states[second] = states[second][:8] + "r" + states[second][9:]
    found = judge_states(layout, states, cyclic=True)
    (finding,) = [f for f in found if f.rule is Rule.PEDESTRIAN_GREEN]
    assert (finding.found_s, finding.required_s) == (needed - 1, needed)


@given(layouts_with_plans(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_switch_inside_an_interstage_is_caught(case, data):
    layout, plan = case
    states = cycle_states(layout, plan)
    ambers = [second for second, state in enumerate(states) if "y" in state]
    cut = data.draw(st.sampled_from(ambers))
    # From amber straight into the middle of the green of a stage that was not to come.
    target = next(
        s
        for s, st_ in enumerate(states)
        if any(a == "y" and b in "Gg" for a, b in zip(states[cut], st_, strict=True))
    )
    switch_s = plan.offset_s + cut + 10 * plan.cycle_s + 1
    other = replace(plan, offset_s=(switch_s - target) % plan.cycle_s)
    assert judge_switch(layout, plan, other, switch_s)


def test_a_switch_to_the_same_plan_is_safe():
    for second in range(5000, 5000 + GOOD.cycle_s):
        assert judge_switch(LAYOUT, GOOD, GOOD, second) == ()


def test_switching_in_the_common_green_with_equal_plans_but_longer_green_is_safe():
    longer = plan_for(LAYOUT, (20, 0, 5))
    shifted = replace(longer, offset_s=GOOD.cycle_s * 40 % longer.cycle_s)
    assert judge_switch(LAYOUT, GOOD, shifted, GOOD.cycle_s * 40 + 3) == ()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"cycle_s": GOOD.cycle_s + 1}, Rule.SPLITS),
        ({"offset_s": GOOD.cycle_s}, Rule.OFFSET),
        ({"offset_s": -1}, Rule.OFFSET),
        ({"stages": ()}, Rule.STAGE),
        ({"stages": (StageTiming("avenue", ("N", "nobody"), 20),)}, Rule.STAGE),
        ({"stages": (StageTiming("avenue", ("N", "E"), 20), GOOD.stages[1])}, Rule.STAGE),
        ({"stages": GOOD.stages[:2]}, Rule.MAX_RED),
    ],
)  # fmt: skip
def test_wrong_figures_are_found(change, rule):
    assert rule in rules(judge_program(LAYOUT, replace(GOOD, **change)))


def test_a_green_below_the_minimum_is_found_with_its_seconds():
    stages = (GOOD.stages[0], replace(GOOD.stages[1], green_s=1), GOOD.stages[2])
    cycle = GOOD.cycle_s - GOOD.stages[1].green_s + 1
    found = judge_program(LAYOUT, IntersectionPlan("C", cycle, 0, stages))
    short = [f for f in found if f.rule is Rule.MIN_GREEN]
    assert {f.subjects[0] for f in short} == {"N-left", "S-left"}
    assert all((f.found_s, f.required_s) == (4, 7) for f in short)


def test_cycle_limits_and_long_reds_are_found():
    long = plan_for(LAYOUT, (90, 0, 5))
    found = judge_program(LAYOUT, long)
    assert {Rule.CYCLE, Rule.MAX_RED} <= rules(found)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("y", "r", Rule.AMBER),  # no amber at all
        ("u", "G", Rule.INTERGREEN),  # starts in red-amber
    ],
)
def test_letters_swapped_in_a_program_are_found(old, new, rule):
    program = tuple(Phase(p.duration_s, p.state.replace(old, new)) for p in phases(LAYOUT, GOOD))
    assert rule in rules(judge_program(LAYOUT, FixedProgram("C", 0, program)))


def test_priority_green_where_yielding_is_needed_is_found():
    states = [state.replace("g", "G") for state in cycle_states(LAYOUT, GOOD)]
    found = judge_states(LAYOUT, states, cyclic=True)
    assert {f.subjects for f in found if f.rule is Rule.YIELD} == {
        ("link 5", "link 6"), ("link 7", "link 4"), ("link 5", "link 8"), ("link 7", "link 8"),
    }  # fmt: skip


def test_wrong_length_and_letters_are_a_matter_of_form():
    assert rules(judge_states(LAYOUT, ["GG"], cyclic=False)) == {Rule.FORM}
    assert rules(judge_states(LAYOUT, ["X" * 10], cyclic=False)) == {Rule.FORM}


def test_unknown_and_doubled_intersections_are_found():
    plan = Plan("p", "n", (GOOD, GOOD, replace(GOOD, intersection="elsewhere")))
    found = judge_plan({"C": LAYOUT}, plan)
    assert {f.intersection for f in found} == {"C", "elsewhere"}
    assert rules(found) == {Rule.FORM}


def test_inherited_findings_are_told_apart_and_may_not_get_worse():
    program = list(phases(LAYOUT, GOOD))
    at = next(i for i, p in enumerate(program) if "y" in p.state)
    shorter = [*program]
    shorter[at] = replace(program[at], duration_s=2)
    shortest = [*program]
    shortest[at] = replace(program[at], duration_s=1)
    bad = judge_program(LAYOUT, FixedProgram("C", 0, tuple(shorter)))
    worse = judge_program(LAYOUT, FixedProgram("C", 0, tuple(shortest)))
    assert bad
    assert new_findings(bad, bad) == ()
    assert new_findings(bad, ()) == bad
    assert new_findings(worse, bad)
    assert new_findings(bad, worse) == ()


def test_assertions_say_what_is_wrong():
    with pytest.raises(AssertionError, match="sum of splits"):
        assert_plan_safe({"C": LAYOUT}, Plan("p", "n", (replace(GOOD, cycle_s=99),)))
    with pytest.raises(AssertionError, match="conflicting greens"):
        assert_states_safe(LAYOUT, ["G" * 10] * 5)
