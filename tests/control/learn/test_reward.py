"""Rewards counted by hand, and their price of a stop."""

import numpy as np
import pytest

from signalopt.control.learn.reward import purse_of, stop_price_s
from signalopt.errors import InputError
from tests.control.hand_city import hand_city
from tests.control.learn.given import smoke_scene


def test_queued_seconds_and_stops() -> None:
    city = hand_city(2)
    purse = purse_of(city, stop_price=20.0)
    lane = city.lanes.index("C1.S")
    held = np.zeros(len(city.lanes), np.float32)
    left = np.zeros(len(city.lanes), np.int64)
    held[lane] = 3  # three stop
    purse.count(held, left)
    held[lane], left[lane] = 2, 2  # two drive off, one more stops
    purse.count(held, left)
    assert (purse.queued_s[1], purse.stops[1]) == (5, 4)
    reward = purse.settle()
    assert reward[1] == pytest.approx(-(5 + 20 * 4) / (10 * 2))
    assert reward[0] == 0
    assert purse.settle()[1] == 0


def test_neighbours_share() -> None:
    city = hand_city(2)
    city.movement_next[:] = -1
    city.movement_next[0] = city.lanes.index("C1.N")
    purse = purse_of(city, 0.0)
    held = np.zeros(len(city.lanes), np.float32)
    held[city.lanes.index("C1.N")] = 10
    purse.count(held, np.zeros(len(city.lanes), np.int64))
    assert purse.settle().tolist() == pytest.approx([-0.25, -1.0])


def test_a_stop_costs_what_it_emits() -> None:
    model = smoke_scene().model
    assert stop_price_s(model, "delay") == 0
    # a car's stop from 50 km/h burns about as much as some dozen seconds of idling
    assert 5 < stop_price_s(model, "co2") < 200
    assert stop_price_s(model, "soot") > 0
    with pytest.raises(InputError, match="delay, co2, soot"):
        stop_price_s(model, "joy")
