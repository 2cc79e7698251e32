"""The search of the rolling horizon: the best of all schedules where they can be counted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from signalopt.control.horizon_kernel import FAR, search, strays
from signalopt.control.horizon_tables import Facts, Wishes, empty_states, make_beam, make_facts
from signalopt.control.horizon_traffic_kernel import afterwards, roll
from tests.control.hand_city import AVENUE, LANES, STREET, hand_city

WISHES = Wishes(stop_s=2.0, wait_s=12.0, gap_s=4.0, least_gain=0.0, guide=0.0)
NONE = np.zeros((0, 0))


def _scene(horizon_s: int = 40) -> tuple[Facts, np.ndarray, np.ndarray, np.ndarray]:
    facts = make_facts(hand_city(), horizon_s, 5, 0.0)
    rng = np.random.default_rng(3)
    x = empty_states(facts)[0]
    x[: len(LANES)] = rng.integers(0, 12, len(LANES))
    coming = rng.uniform(0, 0.3, (len(LANES), horizon_s))
    return facts, x, coming, np.zeros(len(facts.share), np.int64)


def _cost(
    facts: Facts, x: np.ndarray, coming: np.ndarray, shut: np.ndarray, order: tuple[int, ...]
) -> float:
    """Cost of a schedule: the stage wanted at each moment, AVENUE being shown; FAR if impossible."""
    state, cost, k, here = x.copy(), 0.0, 0, AVENUE
    while k < len(order):
        target, now, land, lost = order[k], int(facts.times[k]), k + 1, 0
        if target != here:
            lost = int(facts.lost_s[0, here, target])
            at = now + lost + int(facts.least_s[0, here, target])
            if at > facts.times[-1]:
                return FAR
            land = -(-at // 5)
            if any(order[n] != target for n in range(k, land)):
                return FAR
            cost += roll(state, 0, facts, WISHES, coming, shut, here, target, 0, now, lost, NONE)
        cost += roll(
            state, 0, facts, WISHES, coming, shut, target, target, 0, now + lost,
            int(facts.times[land]) - now - lost, NONE,
        )  # fmt: skip
        here, k = target, land
    return cost + float(afterwards(state, 0, facts, WISHES, here))


def test_with_room_enough_the_search_finds_the_best_of_all_schedules() -> None:
    facts, x, coming, shut = _scene()
    beam = make_beam(facts, 64)
    search(x, 0, facts, WISHES, coming, shut, AVENUE, np.ones(3, np.bool_), beam)
    best = [FAR] * 3
    for order in itertools.product(range(3), repeat=facts.times.size - 1):
        best[order[0]] = min(best[order[0]], _cost(facts, x, coming, shut, order))
    assert beam.value == pytest.approx(best)


def test_little_room_costs_little() -> None:
    facts, x, coming, shut = _scene(60)
    value = {}
    for places in (2, 64):
        beam = make_beam(facts, places)
        search(x, 0, facts, WISHES, coming, shut, AVENUE, np.ones(3, np.bool_), beam)
        value[places] = beam.value.min()
    assert value[64] <= value[2] <= 1.02 * value[64]


def test_what_the_guard_forbids_is_not_considered() -> None:
    facts, x, coming, shut = _scene()
    beam = make_beam(facts, 4)
    allowed = np.array([False, False, True])
    search(x, 0, facts, WISHES, coming, shut, AVENUE, allowed, beam)
    assert beam.value[AVENUE] == FAR and beam.value[STREET] < FAR


def test_seconds_off_the_program_are_counted_by_the_clock() -> None:
    facts = make_facts(hand_city(), 40, 5, 0.0)
    beam = make_beam(facts, 2)
    rate = np.full(len(LANES), 0.1)
    offset = int(facts.plan_offset_s[0])
    strays(0, facts, WISHES._replace(guide=2.0), rate, offset, beam)
    first = int(np.argmax(facts.plan_stage != facts.plan_stage[0]))
    assert facts.plan_stage[0] == AVENUE
    assert beam.stray[AVENUE, min(first, 40)] == 0
    assert beam.stray[STREET, 10] == pytest.approx(10 * 2.0 * 0.1 * len(LANES))
