"""Switch points: nothing unsafe, offsets kept, whatever the plans."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from signalopt.errors import InputError
from signalopt.timing.day_lamps import (
    Stretch,
    day_stretches,
    lamps_between,
    lamps_of_day,
    states_of,
)
from signalopt.timing.findings import Rule
from signalopt.timing.indications import judge_states
from signalopt.timing.plan import FixedProgram, Plan
from signalopt.timing.program import states_between
from signalopt.timing.safety import judge_switch
from signalopt.timing.schedule import DAY_S, Schedule, SwitchPoint
from signalopt.timing.schedule_checks import schedule_problems
from signalopt.timing.schedule_switches import judge_schedule, schedule_findings, with_switch_points
from signalopt.timing.signals import Phase
from signalopt.timing.switching import LATEST_S, SETTLED_S, Change, find_points, transition_findings
from tests.layouts import four_arms
from tests.timing.schedules import H, day, plan, plan_pairs, program, schedule

LAYOUT = four_arms()
LAYOUTS = {"C": LAYOUT}


def the_point(old, new, at_s=7 * H, end_s=DAY_S):
    (point,) = find_points(LAYOUT, [Change(old, new, at_s, end_s)])
    assert point is not None
    return point


@settings(max_examples=12, deadline=None)
@given(plan_pairs())
def test_any_two_plans_go_over_safely_and_on_their_clocks(plans):
    found = with_switch_points(
        schedule(plans, day("d", (0, "old"), (7, "new"), (20, "old"))), LAYOUTS
    )

    assert not schedule_problems(found)
    assert not schedule_findings(found, LAYOUTS)
    lamps = lamps_of_day(found, LAYOUTS, "d")["C"]
    # The judge of recordings sees the whole morning as a controller would show it.
    assert not judge_states(LAYOUT, states_of(lamps[6 * H : 9 * H]), cyclic=False)
    old, new = (p.by_id["C"] for p in plans)
    if old != new:
        point = found.day_types[0].switches[0].by_id["C"]
        assert 7 * H <= point.leave_s < 7 * H + LATEST_S
        assert point.settled_s < 7 * H + SETTLED_S
        settled = point.settled_s
        wanted = states_between(LAYOUT, new, settled, settled + 300)
        assert states_of(lamps[settled : settled + 300]) == wanted
        before = states_between(LAYOUT, old, point.leave_s - 300, point.leave_s)
        assert states_of(lamps[point.leave_s - 300 : point.leave_s]) == before


def test_equal_stages_at_once_need_no_hold():
    # Both have the avenue's green from second 0 of a cycle of 90 s: every green second will do.
    old, new = program(LAYOUT, 90, 0), program(LAYOUT, 90, 0, first_extra=15)
    point = the_point(old, new)
    assert (
        point.leave_s == point.join_s == 7 * H + (-7 * H) % 90 + 1 or point.leave_s == point.join_s
    )
    assert point.held_s == 0
    assert not judge_switch(LAYOUT, old, new, point.leave_s)


def test_opposite_offsets_of_one_cycle_take_holds_and_no_red_too_long():
    old, new = program(LAYOUT, 100, 0), program(LAYOUT, 100, 55)
    point = the_point(old, new)
    assert point.held_s > 0
    assert not transition_findings(LAYOUT, Change(old, new, 7 * H, DAY_S), point)
    assert all(hold.end_s - hold.begin_s <= 20 for hold in point.later)


def test_a_cut_in_an_interstage_is_found():
    old, new = program(LAYOUT, 90, 0), program(LAYOUT, 80, 0)
    length = old.stages[0].green_s + 4  # in the amber behind the first stage
    start = 7 * H - (7 * H) % 90
    cut = SwitchPoint("C", start + length, start + length, "avenue")
    found = transition_findings(LAYOUT, Change(old, new, start, DAY_S), cut)
    assert {f.rule for f in found} & {Rule.AMBER, Rule.INTERGREEN, Rule.MIN_GREEN}


def test_a_missing_point_is_a_finding_and_lamps_are_refused():
    bare = schedule((plan("a", 90, 0), plan("b", 80, 0)), day("d", (0, "a"), (7, "b")))
    findings = [f for f in schedule_findings(bare, LAYOUTS) if f.rule is Rule.SWITCH]
    assert len(findings) == 2  # 07:00, and the midnight from b to a
    with pytest.raises(InputError, match="no switch second for `a` to `b` at 07:00:00"):
        lamps_of_day(bare, LAYOUTS, "d")


def test_a_plan_that_goes_on_has_no_points():
    same = plan("a", 90, 0)
    found = with_switch_points(
        schedule((same, replace(same, name="b")), day("d", (0, "a"), (7, "b"))), LAYOUTS
    )
    assert found.day_types[0].switches[0].points == ()
    assert found.midnight == ()
    lamps = lamps_of_day(found, LAYOUTS, "d")["C"]
    assert np.array_equal(lamps, lamps_between(LAYOUT, same.by_id["C"], 0, DAY_S))


def test_midnight_of_a_cycle_that_does_not_divide_the_day():
    one = with_switch_points(Schedule.of_plan(plan("odd", 85, 30)), LAYOUTS)
    (switch,) = one.midnight
    assert not schedule_findings(one, LAYOUTS)
    lamps = lamps_of_day(one, LAYOUTS, "every day", previous="every day")["C"]
    own = one.plans[0].by_id["C"]
    point = switch.by_id["C"]
    # Yesterday's clock until the point, today's from then on.
    head = lamps_between(LAYOUT, own, DAY_S, DAY_S + point.leave_s)
    assert np.array_equal(lamps[: point.leave_s], head)
    assert np.array_equal(
        lamps[point.settled_s :], lamps_between(LAYOUT, own, point.settled_s, DAY_S)
    )
    both = (*states_between(LAYOUT, own, DAY_S - 300, DAY_S), *states_of(lamps[:900]))
    assert not judge_states(LAYOUT, both, cyclic=False)


def test_lamps_of_part_of_a_day_and_of_fractional_programs():
    odd = FixedProgram("C", 0.5, (Phase(30.5, "G" * 10), Phase(29.5, "r" * 10)))
    lamps = lamps_between(LAYOUT, odd, 0, 120)
    assert states_of(lamps[:2]) == ("r" * 10, "G" * 10)
    assert states_of(lamps[60:62]) == ("r" * 10, "G" * 10)
    one = Schedule.of_plan(Plan("p", "net-1", (odd,)))
    part = lamps_of_day(one, LAYOUTS, "every day", begin_s=100, end_s=160)["C"]
    assert np.array_equal(part, lamps_between(LAYOUT, odd, 100, 160))


def test_stretches_tell_what_runs_when():
    found = with_switch_points(
        schedule((plan("a", 90, 0), plan("b", 80, 13)), day("d", (0, "a"), (7, "b"))), LAYOUTS
    )
    stretches = day_stretches(found, "d", "C")
    assert isinstance(stretches[0], Stretch)
    assert [s.plan for s in stretches][:1] == ["a"]
    assert stretches[-1].plan == "b"
    assert stretches[0].begin_s == 0
    assert stretches[-1].end_s == DAY_S
    assert all(a.end_s == b.begin_s for a, b in itertools.pairwise(stretches))
    judged = judge_schedule(found, LAYOUTS)
    assert [j.day_type for j in judged] == ["d", ""]
    assert judged[0].last_s == stretches[-1].begin_s
