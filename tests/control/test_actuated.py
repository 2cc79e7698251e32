"""Actuated control on hand-made detector states: gap-out, max-out, skipped stages, rest in green."""

from __future__ import annotations

import numpy as np
import pytest

from signalopt.control.actuated import Actuated, ActuatedSession
from signalopt.control.seen import Seen
from signalopt.errors import InputError
from tests.control.hand_city import AVENUE, LANES, LEFT, STREET, hand_city, seen_with


def _flowing(seen: Seen, *lanes: str) -> Seen:
    """The detectors of these lanes have just seen somebody."""
    for name in lanes:
        seen.gap_s[LANES.index(name)] = 1.0
    return seen


def _after(session: ActuatedSession, seen: Seen, seconds: int) -> int:
    """What is asked for in the last of so many equal seconds."""
    asked = [int(session.decide(seen)[0]) for _ in range(seconds)]
    return asked[-1]


def test_extends_while_vehicles_follow_closely():
    city = hand_city()
    session = Actuated(gap_s=3.0).begin(city)
    seen = _flowing(seen_with(city, {"E": 3}), "N")
    assert _after(session, seen, 10) == AVENUE
    seen.gap_s[LANES.index("N")] = 3.5
    assert _after(session, seen, 1) == STREET  # the left turns have no demand and are left out


def test_one_busy_lane_is_enough_to_extend():
    city = hand_city()
    seen = _flowing(seen_with(city, {"E": 3}), "S")
    assert _after(Actuated().begin(city), seen, 5) == AVENUE
    # A gap on a lane that is red does not count.
    seen = _flowing(seen_with(city, {"E": 3}), "E")
    assert _after(Actuated().begin(city), seen, 1) == STREET


def test_ends_at_the_maximum_green_however_busy():
    city = hand_city()
    planned_s = city.sites[0].fallback.stages[AVENUE].green_s
    session = Actuated(max_share=1.2, max_green_s=300).begin(city)
    seen = _flowing(seen_with(city, {"E": 3}), "N", "S")
    longest_s = int(1.2 * planned_s)
    assert _after(session, seen, longest_s) == AVENUE
    assert _after(session, seen, 1) == STREET


def test_maximum_green_counts_from_the_first_who_waits_elsewhere():
    city = hand_city()
    session = Actuated(max_green_s=20, max_share=10, skip=True).begin(city)
    # Walkers wait at every stage with a crossing, so that only a city without them can rest.
    session.rotation.for_walkers[:] = False
    seen = _flowing(seen_with(city, {}), "N")
    assert _after(session, seen, 100) == AVENUE
    seen = _flowing(seen_with(city, {"W": 1}), "N")
    assert _after(session, seen, 20) == AVENUE
    assert _after(session, seen, 1) == STREET


def test_stages_come_in_the_order_of_the_program():
    city = hand_city()
    session = Actuated().begin(city)
    crowd = {"N": 2, "N-left": 2, "E": 2}
    for stage, following in ((AVENUE, LEFT), (LEFT, STREET), (STREET, AVENUE)):
        assert _after(session, seen_with(city, crowd, stage=stage), 1) == following


def test_without_skipping_every_stage_gets_its_turn():
    city = hand_city()
    seen = seen_with(city, {"E": 2})
    assert _after(Actuated(skip=False).begin(city), seen, 1) == LEFT
    assert _after(Actuated(skip=True).begin(city), seen, 1) == STREET


def test_stages_with_walkers_are_never_left_out():
    city = hand_city()
    seen = seen_with(city, {"N-left": 1}, stage=LEFT)
    assert _after(Actuated().begin(city), seen, 1) == STREET


def test_the_guards_word_is_final():
    city = hand_city()
    seen = _flowing(seen_with(city, {"E": 2, "S-left": 1}), "N")
    seen.allowed[0] = [
        False,
        False,
        True,
    ]  # the avenue must end now, and only the street may follow
    assert _after(Actuated().begin(city), seen, 1) == STREET
    seen.allowed[0] = [True, False, False]
    assert _after(Actuated(gap_s=0.5).begin(city), seen, 1) == AVENUE


def test_sites_are_independent():
    city = hand_city(2)
    both = seen_with(city, {"E": 2}, {"E": 2})
    both.gap_s[len(LANES)] = 1.0  # N of the second site
    assert Actuated().begin(city).decide(both).tolist() == [STREET, AVENUE]


def test_parameters_out_of_range_are_told_all_at_once():
    with pytest.raises(InputError) as caught:
        Actuated(gap_s=-1, max_green_s=0, max_share=np.nan)
    assert len(caught.value.problems) == 3
