import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.mesosim.compiling import can_compile
from signalopt.optimize import queue_kernel
from signalopt.optimize.platoons import all_shifts, cyclic_queue, disperse, shift


def test_uniform_arrivals_wait_as_websters_uniform_term_says():
    # C 60, green 30, s 0.5/s, q 0.25/s: 0.5 C (1-g/C)^2 / (1 - q/s) = 15 s a vehicle
    service = np.repeat([0.0, 0.5], 30)
    queue = cyclic_queue(np.full(60, 0.25), service)
    assert float(queue.delay_veh_s) / (60 * 0.25) == pytest.approx(15.0, abs=0.6)
    assert queue.queued_departures.sum() + queue.free_departures.sum() == pytest.approx(15.0)
    # 30 s of red fill the queue at 0.25/s, the last of it leaves 30 s later: all stop
    assert float(queue.stops_veh) == pytest.approx(15.0, abs=0.6)


def test_platoon_inside_the_green_neither_waits_nor_stops():
    arrivals = np.zeros(60)
    arrivals[40:50] = 0.4
    queue = cyclic_queue(arrivals, np.repeat([0.0, 0.5], 30))
    assert float(queue.delay_veh_s) == pytest.approx(0)
    assert float(queue.stops_veh) == pytest.approx(0)


def test_queue_left_over_the_end_of_the_cycle_is_carried_on():
    service = np.zeros(40)
    service[0:20] = 1.0
    arrivals = np.zeros(40)
    arrivals[35:40] = 1.0
    queue = cyclic_queue(arrivals, service)
    assert queue.waiting[39] == pytest.approx(5)
    assert queue.waiting[0] == pytest.approx(4)


def test_dispersion_keeps_vehicles_and_mean_travel_time():
    departures = np.zeros(200)
    departures[10] = 1.0
    arrivals = disperse(departures, 40.0)
    assert arrivals.sum() == pytest.approx(1.0)
    mean = (arrivals * np.arange(200)).sum()
    deviation = np.sqrt((arrivals * (np.arange(200) - mean) ** 2).sum())
    assert mean == pytest.approx(50.0, abs=0.05)
    assert deviation == pytest.approx(0.12 * 40, rel=0.05)


def test_without_deviation_the_platoon_is_only_shifted():
    departures = np.zeros(60)
    departures[[3, 59]] = 1.0
    np.testing.assert_allclose(disperse(departures, 20.0, 0.0), np.roll(departures, 20), atol=1e-6)


def test_shift_shares_fractions():
    np.testing.assert_allclose(shift(np.array([1.0, 0, 0, 0]), 1.25), [0, 0.75, 0.25, 0])


def test_all_shifts_is_the_profile_on_a_clock_ahead():
    profile = np.arange(5.0)
    turned = all_shifts(profile)
    for ahead in range(5):
        np.testing.assert_array_equal(turned[ahead], np.roll(profile, -ahead))


@given(
    st.lists(st.floats(0, 0.4), min_size=30, max_size=30),
    st.integers(0, 29),
    st.integers(8, 29),
)
def test_what_comes_leaves_and_turning_the_clock_changes_nothing(arrivals, start, green):
    service = np.roll(np.repeat([1.0, 0.0], [green, 30 - green]), start)
    incoming = np.array(arrivals)
    incoming *= min(1.0, 0.9 * service.sum() / max(incoming.sum(), 1e-9))
    queue = cyclic_queue(incoming, service)
    left = queue.queued_departures + queue.free_departures
    assert left.sum() == pytest.approx(incoming.sum(), abs=1e-6)
    turned = cyclic_queue(np.roll(incoming, 7), np.roll(service, 7))
    assert float(turned.delay_veh_s) == pytest.approx(float(queue.delay_veh_s), abs=1e-6)


@pytest.mark.parametrize("is_compiled", [True, False])
def test_compiled_queues_are_the_cyclic_queues_of_all_shifts(is_compiled, monkeypatch):
    monkeypatch.setattr(queue_kernel, "can_compile", lambda: is_compiled and can_compile())
    dice = np.random.default_rng(4)
    service = dice.uniform(0, 1, (3, 20))
    arrivals = dice.uniform(0, 1, (3, 20))
    arrivals *= 0.9 * service.sum(axis=1, keepdims=True) / arrivals.sum(axis=1, keepdims=True)
    waiting, stops, longest = queue_kernel.shifted_queues(arrivals, service)
    for shift_s in range(20):
        queue = cyclic_queue(np.roll(arrivals, -shift_s, axis=1), service)
        np.testing.assert_allclose(waiting[:, shift_s], queue.delay_veh_s, atol=1e-9)
        np.testing.assert_allclose(stops[:, shift_s], queue.stops_veh, atol=1e-9)
        np.testing.assert_allclose(longest[:, shift_s], queue.waiting.max(axis=1), atol=1e-9)
