"""Platoons on their way to the next signal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signalopt.control.city import City
from signalopt.control.coordination import make_ways, new_platoons
from tests.control.hand_city import LANES, hand_city


def _pair() -> City:
    """Two sites; the through traffic of the first one's lane E arrives at lane E of the second one."""
    city = hand_city(2)
    onward, metres = city.movement_next.copy(), city.movement_next_m.copy()
    onward[4], metres[4] = len(LANES) + LANES.index("E"), 278.0  # 20 s at 13.9 m/s
    names = tuple(f"{lane}_0" for lane in city.lanes)
    return replace(city, movement_next=onward, movement_next_m=metres, lanes=names)


def test_the_first_of_a_platoon_need_four_fifths_of_the_way() -> None:
    ways = make_ways(_pair())
    assert ways.movement.tolist() == [4]
    assert ways.delay_s.tolist() == [16]
    assert ways.smooth[0] == pytest.approx(1 / (1 + 0.35 * 16))


def test_a_platoon_arrives_spread_out_and_whole() -> None:
    city = _pair()
    platoons = new_platoons(city, 120)
    flow = np.zeros((city.movement_lane.size, 120))
    flow[4, :10] = 0.5
    arrivals = platoons.arrivals(flow)
    lane = int(city.movement_next[4])
    assert arrivals[lane, :16].sum() == 0
    assert arrivals[lane].sum() == pytest.approx(5.0, abs=0.01)
    assert arrivals[lane].max() < 0.5
    assert np.delete(arrivals, lane, axis=0).sum() == 0


def test_who_has_left_already_is_remembered() -> None:
    city = _pair()
    platoons = new_platoons(city, 60)
    passed = np.zeros(city.movement_lane.size)
    passed[4] = 3.0
    platoons.remember(passed, 1)
    platoons.remember(np.zeros_like(passed), 10)
    arrivals = platoons.arrivals(np.zeros((passed.size, 60)))
    lane = int(city.movement_next[4])
    assert arrivals[lane, :5].sum() == 0  # ten of sixteen seconds are over, and the last one counts
    assert arrivals[lane].sum() == pytest.approx(3.0, abs=0.01)


def test_a_lane_gets_the_share_of_its_feeders() -> None:
    city = _pair()
    rate = np.full(len(city.lanes), 0.2)
    fed = make_ways(city).inflow(rate, city.movement_share, city.movement_lane)
    assert fed[city.movement_next[4]] == pytest.approx(0.1)
    assert fed.sum() == pytest.approx(0.1)
