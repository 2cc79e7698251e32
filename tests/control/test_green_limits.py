"""Every mix of durations between a program's limits must be as safe as the program itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.control.green_limits import PhaseLimits, phase_limits
from signalopt.testing import assert_states_safe
from signalopt.timing.plan import FixedProgram, IntersectionPlan
from signalopt.timing.program import phases
from signalopt.timing.safety import judge_program
from signalopt.timing.signals import Phase, SignalLayout
from tests.layouts import four_arms, layouts_with_plans, plan_for


def _stretched(layout: SignalLayout, share: float) -> dict[str, PhaseLimits]:
    """The flexible phases by the letters of N, E and the walkers over the street."""
    lines = phase_limits(layout, plan_for(layout), share, 200)
    return {line.state[0] + line.state[4] + line.state[9]: line for line in lines if line.flexible}


def test_planned_phases_and_their_order_are_kept():
    layout = four_arms()
    program = plan_for(layout)
    lines = phase_limits(layout, program, 1.5, 60)
    assert [Phase(line.duration_s, line.state) for line in lines] == list(phases(layout, program))
    assert all(line.least_s <= line.duration_s <= line.most_s for line in lines)


def test_only_whole_stages_vary_never_an_amber_or_a_walkers_clearance():
    found = _stretched(four_arms(), 1.5)
    # Avenue with its walkers, avenue left, street with its walkers: three phases, not more.
    assert sorted(found) == ["GrG", "rGr", "rrr"]


def test_longest_green_is_the_share_of_the_planned_one():
    layout = four_arms()
    green_s = plan_for(layout).stages[0].green_s
    line = _stretched(layout, 1.2)["GrG"]
    assert line.most_s - line.duration_s == int(1.2 * green_s) - green_s
    assert line.duration_s - line.least_s == 10  # plan_for adds 10 s to the least green


def test_cap_never_takes_from_the_plan():
    layout = four_arms()
    assert all(x.most_s == x.duration_s for x in phase_limits(layout, plan_for(layout), 3, 1))


def test_share_is_reduced_where_somebody_would_wait_too_long():
    layout = four_arms()
    lines = phase_limits(layout, plan_for(layout), 10, 300)
    longest_s = sum(line.most_s for line in lines)
    # Maximum red is 120 s; the longest cycle that still keeps it lies not far beyond.
    assert sum(line.duration_s for line in lines) < longest_s < 180


@pytest.mark.parametrize("count", [1, 0])
def test_programs_without_a_choice_stay_fixed(count: int):
    layout = four_arms()
    program = plan_for(layout)
    single = IntersectionPlan(layout.intersection, 30, 0, program.stages[:1])
    fixed = FixedProgram(layout.intersection, 0, (Phase(10.5, "G" * 10), Phase(4, "r" * 10)))
    lines = phase_limits(layout, single if count else fixed, 2, 90)
    assert not any(line.flexible for line in lines)


@settings(max_examples=12)
@given(given_plan=layouts_with_plans(), data=st.data())
def test_any_mix_is_safe(given_plan: tuple[SignalLayout, IntersectionPlan], data: st.DataObject):
    layout, program = given_plan
    lines = phase_limits(layout, program, 2.0, 90)
    states: list[str] = []
    for _ in range(6):
        for line in lines:
            seconds = data.draw(st.integers(int(line.least_s), int(line.most_s)))
            states += [line.state] * seconds
    assert_states_safe(layout, states, judge_program(layout, program))
