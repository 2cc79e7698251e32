import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.errors import InputError
from signalopt.timing.bounds import green_constraints, least_cycle_s, stage_timings
from signalopt.timing.capacity import link_services
from signalopt.timing.program import cycle_of, cycle_states
from signalopt.timing.safety import judge_program
from signalopt.timing.signals import (
    Clearance,
    GivenInterstage,
    GroupKind,
    Phase,
    SignalGroup,
    SignalLayout,
    Stage,
)
from signalopt.timing.splits import satisfied
from signalopt.timing.webster import (
    SplitRule,
    lane_degrees,
    webster_cycle_s,
    webster_plan,
)
from tests.layouts import four_arms

SATURATION = dict.fromkeys(range(8), 1800.0)
TWO = {0: 1800.0, 1: 1800.0}


def crossing(min_green_s: int = 7) -> SignalLayout:
    """Two streets, two stages, interstages of 8 s (3 flashing green, 3 amber, 2 all-red)."""
    groups = (
        SignalGroup("NS", GroupKind.VEHICLE, (0,), min_green_s),
        SignalGroup("EW", GroupKind.VEHICLE, (1,), min_green_s),
    )
    return SignalLayout(
        "X", 2, groups, (Stage("1", ("NS",)), Stage("2", ("EW",))),
        frozenset({(0, 1), (1, 0)}), frozenset(),
        (Clearance("NS", "EW", 5), Clearance("EW", "NS", 5)),
    )  # fmt: skip


def greens(plan):
    return tuple(stage.green_s for stage in plan.stages)


def test_webster_formula():
    assert webster_cycle_s(10, 0.5) == pytest.approx(40)
    assert webster_cycle_s(10, 1.0) == math.inf


def test_plan_by_hand():
    # Y = 600/1800 + 400/1800 = 5/9; L = 2 (8 - 3 flashing + 2 start - 0.7 amber) = 12.6;
    # C = (1.5 * 12.6 + 5) / (4/9) = 53.8
    plan = webster_plan(crossing(), {0: 600, 1: 400}, TWO)
    assert plan.cycle_s == 54
    # effective 41.4 s shared 3 : 2, less 1.7 s (flashing and amber less start): 23.1 and 14.9
    assert greens(plan) == (23, 15)


def test_practical_cycle_where_websters_would_leave_more_than_the_target():
    flows = {0: 500, 1: 500}
    short = webster_plan(crossing(), flows, TWO, target_saturation=0.95)
    long = webster_plan(crossing(), flows, TWO, target_saturation=0.62)
    assert long.cycle_s > short.cycle_s
    services = link_services(crossing(), cycle_states(crossing(), long), flows, TWO)
    assert max(lane_degrees(services).values()) <= 0.65


def test_minimum_green_of_walkers_does_not_starve_the_others():
    # Y alone asks for 37 s; the side street's minimum of 40 s would leave the avenue oversaturated there
    layout = crossing()
    groups = (layout.groups[0], replace(layout.groups[1], min_green_s=40))
    slow = replace(layout, groups=groups)
    plan = webster_plan(slow, {0: 800, 1: 50}, TWO)
    services = link_services(slow, cycle_states(slow, plan), {0: 800, 1: 50}, TWO)
    assert max(lane_degrees(services).values()) <= 0.9
    # effective green g + 1.7 >= 800 / 1800 / 0.9 C with g = C - 16 - 37 : C >= 101.3
    assert plan.cycle_s == 102


def test_oversaturated_takes_the_longest_cycle_and_stays_fair():
    plan = webster_plan(crossing(), {0: 1500, 1: 750}, TWO)
    assert plan.cycle_s == 120
    assert greens(plan)[0] + 3 == pytest.approx(2 * (greens(plan)[1] + 3), abs=1.6)


def test_without_traffic_minimum_greens_hold():
    plan = webster_plan(crossing(12), {}, TWO)
    assert min(greens(plan)) + 3 >= 12


def test_given_cycle_and_offset_are_kept():
    plan = webster_plan(crossing(), {0: 100}, TWO, cycle_s=90, offset_s=100)
    assert (plan.cycle_s, plan.offset_s) == (90, 10)
    assert cycle_of(crossing(), plan) == 90


def test_shared_lane_needs_time_for_both_of_its_links():
    layout = four_arms()
    flows = {0: 300, 4: 300, 5: 200, 6: 50}
    alone = webster_plan(layout, flows, SATURATION, cycle_s=90)
    together = webster_plan(
        layout, flows, SATURATION, cycle_s=90, lanes={4: "E1", 5: "E1", 0: "N1", 6: "W1"}
    )
    assert greens(together)[2] > greens(alone)[2]


def test_opposed_left_gets_more_green_than_a_free_one():
    layout = four_arms()
    flows = {0: 400, 5: 250, 6: 500}
    opposed = webster_plan(layout, flows, SATURATION, cycle_s=100)
    free = webster_plan(layout, {0: 400, 5: 250}, SATURATION, cycle_s=100)
    assert greens(opposed)[2] > greens(free)[2]


def test_least_delay_is_no_slower_than_equal_saturation():
    layout, flows = four_arms(), {0: 900, 2: 500, 1: 120, 3: 60, 4: 200, 6: 150}
    total = {}
    for rule in SplitRule:
        plan = webster_plan(layout, flows, SATURATION, cycle_s=100, rule=rule)
        services = link_services(layout, cycle_states(layout, plan), flows, SATURATION)
        total[rule] = sum(s.flow_vph * s.delay_s for s in services.values())
    assert total[SplitRule.LEAST_DELAY] <= total[SplitRule.EQUAL_SATURATION]


def test_unreachable_bounds_name_intersection_and_seconds():
    with pytest.raises(
        InputError, match=r"intersection C: found a longest cycle of 40 s.*at least"
    ):
        webster_plan(four_arms(), {}, SATURATION, max_cycle_s=40)
    with pytest.raises(InputError, match="a cycle of 30 s"):
        webster_plan(four_arms(), {}, SATURATION, cycle_s=30)


def test_all_bad_flows_are_named_at_once():
    with pytest.raises(InputError) as caught:
        webster_plan(crossing(), {0: -5, 7: 10}, {0: 1800, 1: math.nan})
    text = str(caught.value)
    assert "flow -5" in text and "unknown link" in text and "nan" in text


def test_imported_program_keeps_its_interstages():
    groups = (
        SignalGroup("a", GroupKind.VEHICLE, (0,), 5, 0, 4, 0),
        SignalGroup("b", GroupKind.VEHICLE, (1,), 5, 0, 4, 0),
    )
    layout = SignalLayout(
        "I", 2, groups, (Stage("0", ("a",), "Gr"), Stage("2", ("b",), "rG")),
        frozenset({(0, 1), (1, 0)}), frozenset(), (),
        (
            GivenInterstage("0", "2", (Phase(4, "yr"),)),
            GivenInterstage("2", "0", (Phase(4, "ry"), Phase(1, "rr"))),
        ),
    )  # fmt: skip
    plan = webster_plan(layout, {0: 800, 1: 400}, TWO, cycle_s=60)
    assert sum(greens(plan)) == 60 - 9
    # effective: g - 2 + 0.7 in the ratio 2 : 1
    assert greens(plan) == (33, 18)
    assert "yr" in cycle_states(layout, plan)


@settings(max_examples=40, deadline=None)
@given(
    flows=st.lists(st.floats(0, 1500), min_size=8, max_size=8),
    cycle=st.one_of(st.none(), st.integers(75, 120)),
    rule=st.sampled_from(SplitRule),
)
def test_any_flows_give_a_safe_plan(flows, cycle, rule):
    layout = four_arms()
    if cycle is not None:
        cycle = max(cycle, least_cycle_s(layout, stage_timings(layout.stages)))
    plan = webster_plan(layout, dict(enumerate(flows)), SATURATION, cycle_s=cycle, rule=rule)
    assert judge_program(layout, plan) == ()
    assert satisfied(greens(plan), green_constraints(layout, plan.stages))
    assert cycle_of(layout, plan) == plan.cycle_s
