import math
from dataclasses import replace

import pytest

from signalopt.timing.capacity import (
    control_delay_s,
    effective_greens_s,
    link_services,
    overflow_delay_s,
)
from signalopt.timing.plan import IntersectionPlan, StageTiming
from signalopt.timing.program import cycle_states
from signalopt.timing.signals import Clearance, GroupKind, SignalGroup, SignalLayout, Stage
from signalopt.timing.webster import lane_degrees
from signalopt.timing.yielding import (
    filter_saturation_vph,
    first_walkers_factor,
    pedestrian_factor,
)


def two_way(yields: frozenset[tuple[int, int]]) -> SignalLayout:
    """Links 0 through and 1 opposed left in stage A, 2 in stage B, 3 walkers with A."""
    groups = (
        SignalGroup("T", GroupKind.VEHICLE, (0,), 7),
        SignalGroup("L", GroupKind.VEHICLE, (1,), 7),
        SignalGroup("X", GroupKind.VEHICLE, (2,), 7),
        SignalGroup("P", GroupKind.PEDESTRIAN, (3,), 7, 3, 0, 0),
    )
    conflicts = {(0, 2), (1, 2), (2, 3)}
    clearances = [
        Clearance(a, b, 5)
        for a, b in (("T", "X"), ("L", "X"), ("X", "T"), ("X", "L"), ("X", "P"), ("P", "X"))
    ]
    return SignalLayout(
        "Q", 4, groups, (Stage("A", ("T", "L", "P")), Stage("B", ("X",))),
        frozenset(conflicts | {(b, a) for a, b in conflicts}), yields, tuple(clearances),
    )  # fmt: skip


def states_of(layout: SignalLayout, a_s: int = 30, b_s: int = 14) -> tuple[str, ...]:
    stages = (StageTiming("A", ("T", "L", "P"), a_s), StageTiming("B", ("X",), b_s))
    return cycle_states(layout, IntersectionPlan("Q", a_s + b_s + 16, 0, stages))


def test_effective_green_is_green_with_flashing_less_start_plus_used_amber():
    states = states_of(two_way(frozenset()))
    assert len(states) == 60
    assert effective_greens_s(states)[0] == pytest.approx(30 + 3 - 2 + 0.7)
    assert effective_greens_s(("G", "G", "G"))[0] == 3
    assert effective_greens_s(("r", "r", "r"))[0] == 0


def test_capacity_without_yielding_is_saturation_times_green_share():
    services = link_services(
        two_way(frozenset()), states_of(two_way(frozenset())), {0: 400}, {0: 1800}
    )
    assert services[0].capacity_vph == pytest.approx(1800 * 31.7 / 60)
    assert services[0].degree_of_saturation == pytest.approx(400 / (1800 * 31.7 / 60))


def test_filter_saturation_by_hand():
    blocked = math.exp(-600 * 4.5 / 3600)
    assert filter_saturation_vph(600) == pytest.approx(
        600 * blocked / (1 - math.exp(-600 * 2.5 / 3600))
    )
    assert filter_saturation_vph(0) == pytest.approx(1440)
    assert filter_saturation_vph(1e-6) == pytest.approx(1440, rel=1e-3)


def test_opposed_left_by_hand():
    layout = two_way(frozenset({(1, 0)}))
    states = states_of(layout)
    service = link_services(layout, states, {0: 600, 1: 100}, {0: 1800, 1: 1700})[1]
    # opposing queue: red 27 s + 2 s start-up arrive at 600/h and leave at the 1200/h to spare: 14.5 + 2 s
    unblocked = 33 - 17
    expected = filter_saturation_vph(600) * unblocked / 33 * 31.7 / 60 + 2 * 3600 / 60
    assert service.capacity_vph == pytest.approx(expected)
    free = link_services(layout, states, {1: 100}, {0: 1800, 1: 1700})[1]
    assert free.capacity_vph == pytest.approx(1700 * 31.7 / 60)


def test_only_sneakers_pass_an_opposing_flow_that_never_clears():
    layout = two_way(frozenset({(1, 0)}))
    service = link_services(layout, states_of(layout), {0: 1900, 1: 60}, {0: 1800, 1: 1700})[1]
    assert service.capacity_vph == pytest.approx(120)


def test_walkers_slow_a_turn():
    layout = two_way(frozenset({(1, 3)}))
    states = states_of(layout)
    free = link_services(layout, states, {1: 100}, {1: 1700})[1]
    busy = link_services(layout, states, {1: 100, 3: 300}, {1: 1700})[1]
    assert busy.capacity_vph < free.capacity_vph
    assert pedestrian_factor(1000) == pytest.approx(0.5)
    assert pedestrian_factor(1e9) == pytest.approx(0.1)


def test_delay_by_hand_and_overflow_beyond_capacity():
    # C 60, g 30, x 0.5 at 900 veh/h: d1 = 0.5 * 60 * 0.25 / (1 - 0.25) = 10
    overflow = 900 * 0.25 * (-0.5 + math.sqrt(0.25 + 4 * 0.5 / (900 * 0.25)))
    assert control_delay_s(60, 30, 900, 0.5) == pytest.approx(10 + overflow)
    assert overflow_delay_s(900, 1.4) > 0.4 * 900 / 2
    assert overflow_delay_s(900, 0.0) == pytest.approx(0.0)


def shared(turning_vph: float, opposing_vph: float = 300.0) -> float:
    """Degree of saturation of a lane with 300 veh/h straight on and some left turns, both opposed."""
    layout = two_way(frozenset({(1, 2)}))
    groups = tuple(replace(g, min_green_s=5) for g in layout.groups)
    both = replace(
        layout, groups=groups, stages=(Stage("A", ("T", "L", "X")),), conflicts=frozenset()
    )
    states = ("GgGr",) * 30 + ("yyyr",) * 3 + ("rrrr",) * 27
    flows = {0: 300.0, 1: turning_vph, 2: opposing_vph}
    found = link_services(
        both, states, flows, dict.fromkeys(range(3), 1800.0), {0: "lane", 1: "lane", 2: "other"}
    )
    return lane_degrees(found, {0: "lane", 1: "lane", 2: "other"})["lane"]


def test_shared_lane_without_turns_is_a_plain_lane():
    assert shared(0.0) == pytest.approx(300 / (1800 * 28.7 / 60))


def test_opposed_turns_in_a_shared_lane_hold_up_the_others():
    loads = [shared(turning) for turning in (0.0, 20.0, 60.0, 120.0)]
    assert loads == sorted(loads)
    # 60 turns an hour weigh more than 60 vehicles straight on
    assert loads[2] > 360 / (1800 * 30 / 60)


def test_more_opposing_traffic_means_less_capacity_for_the_shared_lane():
    assert shared(60.0, 700.0) > shared(60.0, 300.0) > shared(60.0, 1.0)


def test_shared_lane_keeps_its_sneakers():
    # nothing but sneakers (1 + P per cycle) and what goes before the first turn
    assert shared(300.0, 1795.0) <= 600 / (1.5 * 60) + 1e-6


def test_few_walkers_who_start_together_block_longer_than_their_occupancy():
    assert first_walkers_factor(0.0, 12.0, 20.0) == pytest.approx(1.0)
    # one walker a cycle on average over 12 m: somebody in 63 % of cycles, 5 s to the middle of 20 s green
    assert first_walkers_factor(1.0, 12.0, 20.0) == pytest.approx(1 - (1 - math.exp(-1)) * 0.25)
    assert first_walkers_factor(50.0, 24.0, 8.0) == pytest.approx(0.1)
