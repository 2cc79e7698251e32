"""The traffic of the rolling horizon, second by second, against hand calculations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.control.city import City
from signalopt.control.horizon_tables import Facts, Wishes, empty_states, make_facts
from signalopt.control.horizon_traffic_kernel import LATE_COST, afterwards, roll
from tests.control.hand_city import AVENUE, LANES, LEFT, STREET, hand_city, with_opposed_lefts

PLAIN = Wishes(stop_s=0.0, wait_s=10.0, gap_s=4.0, least_gain=0.0, guide=0.0)
NONE = np.zeros((0, 0))
NORTH, EAST = LANES.index("N"), LANES.index("E")


def _scene(city: City, pocket: float = 0.0) -> tuple[Facts, np.ndarray]:
    facts = make_facts(city, 60, 3, pocket)
    return facts, empty_states(facts)[0]


def _run(
    facts: Facts, x: np.ndarray, stage: int, seconds: int, coming: np.ndarray | None = None,
    *, new: int | None = None, flow: np.ndarray = NONE, wishes: Wishes = PLAIN, shut: int = 0,
) -> float:  # fmt: skip
    expected = np.zeros((len(facts.mixed), 60)) if coming is None else coming
    closed = np.full(len(facts.share), shut, np.int64)
    target = stage if new is None else new
    return float(roll(x, 0, facts, wishes, expected, closed, stage, target, 0, 0, seconds, flow))


def test_a_queue_starts_late_and_then_leaves_with_the_saturation_headway() -> None:
    facts, x = _scene(hand_city())
    x[NORTH] = 5.0
    _run(facts, x, AVENUE, 2)
    assert x[NORTH] == 5.0  # two seconds of start-up
    _run(facts, x, AVENUE, 6)
    assert x[NORTH] == pytest.approx(5.0 - 6 / 1.9)


def test_red_costs_a_second_for_everybody_and_stops_for_those_who_arrive() -> None:
    facts, x = _scene(hand_city())
    x[NORTH] = 3.0
    coming = np.zeros((len(LANES), 60))
    coming[NORTH, 4] = 1.0
    assert _run(facts, x, STREET, 10, coming) == pytest.approx(3 * 10 + 6)
    facts, x = _scene(hand_city())
    assert _run(facts, x, STREET, 10, coming, wishes=PLAIN._replace(stop_s=5.0)) == pytest.approx(
        11
    )


def test_who_arrives_in_green_at_an_empty_lane_waits_for_nobody() -> None:
    facts, x = _scene(hand_city())
    coming = np.zeros((len(LANES), 60))
    coming[NORTH, 5] = 0.5
    assert _run(facts, x, AVENUE, 10, coming) == pytest.approx(0.0)


def test_in_a_change_of_stage_traffic_goes_as_long_as_green_and_usable_amber() -> None:
    facts, x = _scene(hand_city())
    x[NORTH] = 30.0
    _run(facts, x, AVENUE, 10)
    before = x[NORTH]
    flow = np.zeros((len(facts.share), 60))
    lost = int(facts.lost_s[0, AVENUE, STREET])
    _run(facts, x, AVENUE, lost, new=STREET, flow=flow)
    seconds = facts.run_on[0, AVENUE, STREET]
    assert 0 < seconds < lost
    assert before - x[NORTH] == pytest.approx(seconds / 1.9)
    assert flow[0].sum() == pytest.approx(before - x[NORTH])


def test_no_room_beyond_the_junction_lets_nobody_go() -> None:
    facts, x = _scene(hand_city())
    x[NORTH] = 5.0
    _run(facts, x, AVENUE, 8, shut=8)
    assert x[NORTH] == 5.0


def test_a_turn_gives_way_to_the_oncoming_queue_and_goes_when_it_is_gone() -> None:
    city = with_opposed_lefts(hand_city())
    left, oncoming = LANES.index("N-left"), LANES.index("S")
    foes = [()] * city.movement_lane.size
    foes[1] = (2,)
    facts, x = _scene(replace(city, movement_foes=tuple(foes)))
    x[left], x[oncoming] = 3.0, 20.0
    _run(facts, x, AVENUE, 20)
    held = 3.0 - x[left]
    facts, y = _scene(replace(city, movement_foes=tuple(foes)))
    y[left] = 3.0
    _run(facts, y, AVENUE, 20)
    assert held < 0.6 * (3.0 - y[left])


def test_a_first_vehicle_that_may_not_go_holds_up_the_ones_behind_it() -> None:
    city = hand_city()
    codes = city.green.copy()
    lane = np.flatnonzero(city.movement_lane == EAST)
    codes[lane[1], STREET] = 0  # the turn of the shared lane gets no green any more
    codes[lane[1], LEFT] = 3
    facts, x = _scene(replace(city, green=codes))
    assert facts.mixed[EAST]
    x[EAST] = 20.0
    _run(facts, x, STREET, 40)
    assert (
        20.0 - x[EAST] < 2.5
    )  # every second one turns: on average one passes before the first of them
    _run(facts, x, LEFT, 10)
    left = x[EAST]
    _run(facts, x, STREET, 10)
    assert x[EAST] < left  # the one in front has gone


@settings(max_examples=30, deadline=None)
@given(
    queue=st.lists(st.floats(0, 30), min_size=6, max_size=6),
    arriving=st.floats(0, 0.6), stage=st.integers(0, 2), seconds=st.integers(1, 50),
)  # fmt: skip
def test_no_vehicle_is_made_or_lost(
    queue: list[float], arriving: float, stage: int, seconds: int
) -> None:
    facts, x = _scene(with_opposed_lefts(hand_city()), pocket=1.0)
    lanes, moves = len(LANES), len(facts.share)
    x[:lanes] = queue
    flow = np.zeros((moves, 60))
    cost = _run(facts, x, stage, seconds, np.full((lanes, 60), arriving), flow=flow)
    inside = x[3 * lanes + moves : 3 * lanes + 2 * moves].sum()
    total = sum(queue) + lanes * arriving * seconds
    assert x[:lanes].sum() + inside + flow.sum() == pytest.approx(total)
    assert (x >= -1e-12).all() and cost >= 0


def test_what_is_left_waits_for_those_ahead_and_for_the_next_green() -> None:
    facts, x = _scene(hand_city())
    x[NORTH] = 4.0
    assert afterwards(x, 0, facts, PLAIN, AVENUE) == pytest.approx(0.5 * 16 * 1.9)
    assert afterwards(x, 0, facts, PLAIN, STREET) == pytest.approx(0.5 * 16 * 1.9 + 4 * 10)


def test_longer_reds_than_the_guard_allows_are_dear() -> None:
    facts, x = _scene(hand_city())
    x[2 * len(LANES) + NORTH] = facts.max_red_s[NORTH] - 3
    assert 60 <= facts.max_red_s[NORTH] < 1000
    assert _run(facts, x, STREET, 3) == pytest.approx(0.0)
    assert _run(facts, x, STREET, 2) == pytest.approx(2 * LATE_COST)
    _run(facts, x, AVENUE, 1)
    assert x[2 * len(LANES) + NORTH] == 0
