"""Longest queue, max-wave and max-pressure on queues counted by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from signalopt.control.city import City
from signalopt.control.controller import Controller
from signalopt.control.longest_queue import LongestQueue
from signalopt.control.max_pressure import MaxPressure
from signalopt.control.max_wave import MaxWave
from signalopt.control.seen import Seen
from signalopt.errors import InputError
from tests.control.hand_city import (
    AVENUE,
    LANES,
    LEFT,
    STREET,
    hand_city,
    seen_with,
    with_opposed_lefts,
)

BARE: tuple[Controller, ...] = (
    LongestQueue(pay=0.0, yielding_share=1.0),
    MaxWave(pay=0.0, yielding_share=1.0),
    MaxPressure(ahead_s=0.0, pay=0.0, yielding_share=1.0, beyond=1.0),
)


def _asked(controller: Controller, city: City, seen: Seen) -> list[int]:
    asked = controller.begin(city).decide(seen)
    assert asked.dtype == np.int16
    return asked.tolist()


@pytest.mark.parametrize("controller", BARE)
def test_every_site_gets_the_stage_with_most_vehicles(controller: Controller):
    city = hand_city(3)
    seen = seen_with(city, {"N": 5, "E": 4}, {"E": 3, "W": 3, "S": 5}, {"S-left": 2, "N": 1})
    assert _asked(controller, city, seen) == [AVENUE, STREET, LEFT]


@pytest.mark.parametrize("controller", BARE)
@pytest.mark.parametrize("stage", [AVENUE, LEFT, STREET])
def test_ties_and_an_empty_city_keep_the_stage(controller: Controller, stage: int):
    city = hand_city(2)
    seen = seen_with(city, {}, {"N": 4, "N-left": 4, "E": 4}, stage=stage)
    assert _asked(controller, city, seen) == [stage, stage]


@pytest.mark.parametrize("controller", BARE)
def test_only_allowed_stages_are_asked_for(controller: Controller):
    city = hand_city(2)
    seen = seen_with(city, {"N": 1, "E": 9, "S-left": 3}, {"N": 9})
    seen.allowed[0, STREET] = False
    seen.allowed[1] = [False, False, True]
    assert _asked(controller, city, seen) == [LEFT, STREET]


@pytest.mark.parametrize("controller", [LongestQueue(pay=1.0), MaxWave(pay=1.0)])
def test_a_switch_must_pay_for_what_its_lost_time_costs(controller: Controller):
    city = hand_city()
    lost_s = len(city.sites[0].changes[AVENUE, STREET])
    price = 0.5 * 2 * lost_s  # both lanes of the avenue hold somebody and could let go 0.5 veh/s
    enough, short = 4 + price + 0.5, 4 + price - 0.5
    for vehicles, stage in ((enough, STREET), (short, AVENUE)):
        seen = seen_with(city, {"N": 2, "S": 2, "E": vehicles})
        seen.left[[0, 2]] = 1  # both move
        assert _asked(controller, city, seen) == [stage]


def test_queues_that_have_green_and_do_not_move_keep_no_stage():
    city = hand_city()
    session = LongestQueue(pay=5.0).begin(city)
    seen = seen_with(city, {"N": 9, "E": 10})
    seen.left[0] = 3  # N has moved since the run began
    assert session.decide(seen).tolist() == [AVENUE]
    # Nobody more has left: N is blocked from beyond.
    assert session.decide(seen).tolist() == [STREET]
    seen.steady_s[:] = 2  # ... but a green that has just begun is given time
    assert session.decide(seen).tolist() == [AVENUE]


def test_an_empty_stage_is_left_at_no_price():
    city = hand_city()
    assert _asked(LongestQueue(pay=9.0), city, seen_with(city, {"E": 1})) == [STREET]


def test_max_wave_counts_those_who_come_within_its_time():
    city = hand_city()
    seen = seen_with(city, {"N": 3})
    seen.coming[4, 5] = 4.0  # E: four vehicles in 10 to 12 s
    assert _asked(MaxWave(ahead_s=12, pay=0), city, seen) == [STREET]
    assert _asked(MaxWave(ahead_s=10, pay=0), city, seen) == [AVENUE]
    assert _asked(LongestQueue(pay=0), city, seen) == [AVENUE]


def test_max_pressure_is_held_back_by_the_queue_at_the_next_signal():
    city = hand_city(2)
    onward = city.movement_next.copy()
    onward[0] = len(LANES) + LANES.index("N")  # N's through traffic goes on to N of the second site
    linked = replace(city, movement_next=onward)
    queues = {"N": 5, "S": 5, "E": 4, "W": 4}, {"N": 3}
    bare = MaxPressure(ahead_s=0, pay=0, yielding_share=1, beyond=1)
    assert _asked(bare, city, seen_with(city, *queues)) == [AVENUE, AVENUE]
    assert _asked(bare, linked, seen_with(city, *queues)) == [STREET, AVENUE]  # 5 + 5 - 3 < 8
    free = replace(bare, beyond=0)
    assert _asked(free, linked, seen_with(city, *queues)) == [AVENUE, AVENUE]


@pytest.mark.parametrize("controller", BARE)
def test_yielding_greens_count_less_where_another_stage_gives_priority(controller: Controller):
    city = with_opposed_lefts(hand_city())
    seen = seen_with(city, {"N": 2, "N-left": 3}, stage=STREET)
    assert _asked(controller, city, seen) == [AVENUE]  # 2 + 3 against 3
    unlike: Any = controller
    assert _asked(replace(unlike, yielding_share=0.2), city, seen) == [LEFT]  # 2 + 0.6 against 3


def test_parameters_out_of_range_are_told_all_at_once():
    with pytest.raises(InputError) as caught:
        MaxPressure(interval_s=0, beyond=-1, ahead_s=float("nan"))
    text = str(caught.value)
    assert all(name in text for name in ("interval_s", "beyond", "ahead_s", "max-pressure"))
    assert len(caught.value.problems) == 3
