from hypothesis import given

from signalopt.timing.plan import FixedProgram, IntersectionPlan, StageTiming
from signalopt.timing.program import (
    cycle_of,
    cycle_states,
    group_greens,
    interstage_s,
    phases,
    states_between,
)
from signalopt.timing.signals import Phase
from tests.layouts import four_arms, layouts_with_plans, plan_for


def test_interstage_is_flashing_amber_and_all_red():
    layout = four_arms(all_red_s=2)
    plan = plan_for(layout)
    assert interstage_s(layout, plan.stages[0], plan.stages[1]) == 3 + 3 + 2


def test_police_all_red_lengthens_every_interstage_by_two_seconds():
    ordinary, police = plan_for(four_arms()), plan_for(four_arms(all_red_s=4))
    before = interstage_s(four_arms(), ordinary.stages[1], ordinary.stages[2])
    after = interstage_s(four_arms(all_red_s=4), police.stages[1], police.stages[2])
    assert after == before + 2


def test_states_of_a_hand_made_plan():
    layout = four_arms(avenue_m=25, street_m=14)
    plan = plan_for(layout)
    states = cycle_states(layout, plan)
    assert len(states) == plan.cycle_s
    assert states[0] == "GrGrrrrrrG"
    street = [second for second, state in enumerate(states) if state[4] == "G"]
    # Street: opposed lefts yield while the other side is green.
    assert {states[second][5] for second in street} == {"g"}
    # Walkers over the avenue (25 m) leave 5 s for clearance before the avenue starts.
    walkers_end = max(second for second, state in enumerate(states) if state[8] == "G") + 1
    assert plan.cycle_s - walkers_end >= 5


def test_red_amber_is_shown_for_the_last_two_seconds_of_red():
    layout = four_arms()
    states = cycle_states(layout, plan_for(layout))
    assert [state[0] for state in states[-3:]] == ["r", "u", "u"]


def test_offset_is_the_start_of_the_first_green():
    layout = four_arms()
    plan = plan_for(layout, offset_s=13)
    states = states_between(layout, plan, 0, 3 * plan.cycle_s)
    starts = [s for s in range(1, len(states)) if states[s][0] == "G" != states[s - 1][0]]
    assert starts
    assert all(start % plan.cycle_s == 13 for start in starts)


def test_group_green_over_two_stages_is_one_window():
    layout = four_arms()
    stages = (
        StageTiming("1", ("N", "S"), 20),
        StageTiming("2", ("N", "N-left"), 10),
        StageTiming("3", ("E", "W"), 20),
    )
    plan = IntersectionPlan("C", 0, 0, stages)
    windows = group_greens(layout, plan)
    assert len(windows["N"]) == 1
    start, end = windows["N"][0]
    assert (start, end) == (0, 20 + 8 + 10 + 3)
    assert windows["N-left"][0] == (28, 41)


def test_group_green_over_the_end_of_the_cycle_is_one_window():
    layout = four_arms()
    stages = (
        StageTiming("1", ("N", "S"), 20),
        StageTiming("2", ("E", "W"), 20),
        StageTiming("3", ("N", "N-left"), 10),
    )
    plan = IntersectionPlan("C", 0, 0, stages)
    cycle = cycle_of(layout, plan)
    states = cycle_states(layout, plan)
    assert states[0][0] == "G"
    assert states[-1][0] == "G"
    ((start, end),) = group_greens(layout, plan)["N"]
    assert end - start == sum(state[0] == "G" for state in states)
    assert start < cycle < end


def test_fixed_program_is_shown_letter_by_letter():
    layout = four_arms()
    program = FixedProgram("C", 0, (Phase(3, "G" * 10), Phase(2, "r" * 10)))
    assert cycle_states(layout, program) == ("G" * 10,) * 3 + ("r" * 10,) * 2


@given(layouts_with_plans())
def test_phases_expand_to_the_states(case):
    layout, plan = case
    expanded = [p.state for p in phases(layout, plan) for _ in range(int(p.duration_s))]
    assert tuple(expanded) == cycle_states(layout, plan)
    assert len(expanded) == plan.cycle_s
