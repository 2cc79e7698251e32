"""What the rolling horizon expects to arrive."""

from __future__ import annotations

import numpy as np
import pytest

from signalopt.control.forecast import new_forecast
from signalopt.control.seen import new_seen
from tests.control.hand_city import hand_city


def test_what_is_seen_comes_first_and_then_the_counted_flow() -> None:
    city = hand_city()
    forecast = new_forecast(city, 60, 100.0, coordinate=False)
    forecast.begun_s = forecast.now_s = 0
    share = np.ones(city.movement_lane.size)
    seen = new_seen(city)
    for second in range(1, 601):
        seen.now_s = second
        seen.left[0] = second // 5
        forecast.update(seen, share)
    assert forecast.rate[0] == pytest.approx(0.2, rel=0.05)
    assert forecast.rate[1:].sum() == 0
    seen.coming[0, 3] = 2.0  # six to eight seconds ahead: so far the detectors look
    forecast.update(seen, share)
    coming = forecast.fill(seen, np.zeros((city.movement_lane.size, 60)))
    assert coming[0, :6].sum() == 0
    assert coming[0, 6:8].tolist() == [1.0, 1.0]
    assert coming[0, 8:] == pytest.approx(forecast.rate[0])


def test_the_first_counts_are_not_taken_for_the_rate_at_once() -> None:
    city = hand_city()
    forecast = new_forecast(city, 60, 100.0, coordinate=False)
    forecast.begun_s = forecast.now_s = 0
    seen = new_seen(city, 1)
    seen.left[0] = 1
    forecast.update(seen, np.ones(city.movement_lane.size))
    assert forecast.rate[0] < 0.05
