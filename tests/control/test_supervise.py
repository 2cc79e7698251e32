"""Which detectors are believed, and what a lost connection means."""

from dataclasses import replace

import numpy as np
import pytest

from signalopt.control.faults import Faults
from signalopt.control.sensing import Sensing, SensingKind
from signalopt.control.supervise_kernel import (
    ALWAYS_ON,
    NOTHING_COMES,
    NOTHING_LEAVES,
    SILENT,
    WELL,
)
from tests.control.hand_city import hand_city
from tests.control.readings import Feed, one_approach


def _flow(feed: Feed, cycles: int, names: tuple[str, ...] = ("N", "S", "E", "W")) -> None:
    """Cycles of 40 s; in the green of each one every lane gets and lets go eight vehicles."""
    feed.light(*names)
    for _ in range(cycles):
        for _ in range(8):
            feed.run(1, come=dict.fromkeys(names, 1), on=names)
            feed.run(1, go=dict.fromkeys(names, 1))
        feed.run(24)


def test_ordinary_traffic_with_misses_is_believed() -> None:
    feed = Feed(one_approach(hand_city(2)), Sensing(miss=0.1, false_ph=5))
    _flow(feed, 60)
    assert (feed.estimate.ill() == WELL).all()
    assert not feed.estimate.failed.any()


@pytest.mark.parametrize("after", [0, 5])
def test_a_silent_lane_is_found_by_its_neighbour(after: int) -> None:
    feed = Feed(one_approach(hand_city(2)))
    _flow(feed, after)
    found = []
    for cycle in range(12):
        _flow(feed, 1, ("S", "E", "W"))  # N reports nothing any more
        if feed.estimate.ill()[0]:
            found.append(cycle)
    assert feed.estimate.ill()[0] == SILENT
    assert feed.estimate.failed.tolist() == [True, False]
    assert not feed.seen.healthy[0]
    assert found[0] <= (4 if after else 5)  # 20, or 40 where it never counted, at eight a cycle


def test_at_night_everybody_is_silent() -> None:
    feed = Feed(one_approach(hand_city()))
    _flow(feed, 10)
    feed.run(20_000)
    assert not feed.estimate.failed.any()


def test_a_lane_stuck_on_is_found_by_its_green_and_those_beside() -> None:
    feed = Feed(one_approach(hand_city()))
    _flow(feed, 3)
    feed.light("N", "S")
    feed.run(179, come={"S": 1}, go={"S": 1}, on=["N"], covered=["N"])
    assert not feed.estimate.failed.any()
    feed.run(2, on=["N"], covered=["N"])
    assert feed.estimate.ill()[0] == ALWAYS_ON
    assert feed.estimate.failed.all()


def test_red_gaps_and_blocked_exits_explain_somebody_at_the_line() -> None:
    feed = Feed(one_approach(hand_city()))
    feed.light()
    feed.run(400, on=["N"])
    feed.light("N", code=2)  # a green that gives way
    feed.run(400, on=["N"])
    assert not feed.estimate.failed.any()
    feed.light("N", "S")
    feed.run(1000, on=["N", "S"], covered=["N", "S"])  # nobody beside it moves either
    assert not feed.estimate.failed.any()


def test_perfect_sensing_is_never_doubted() -> None:
    city = one_approach(hand_city(2))
    faults = Faults(lanes=(city.lanes[2],), sites=("C1",))
    feed = Feed(city, Sensing(SensingKind.PERFECT), faults)
    feed.light("N", "S")
    feed.run(300, come={"S": 1}, go={"S": 1}, on=["N"])
    assert feed.estimate.failed.tolist() == [False, True]  # but it must reach the site
    assert feed.seen.left[feed.lane("S")] == 300


def test_one_of_two_detectors_dead() -> None:
    feed = Feed(one_approach(hand_city()))
    feed.run(20, come={"N": 1})
    assert feed.estimate.ill()[0] == NOTHING_LEAVES
    other = Feed(one_approach(hand_city()))
    other.light("N")
    other.run(30, go={"N": 1})
    assert other.estimate.ill()[0] == NOTHING_COMES


def test_a_lane_that_lives_again_is_believed_again() -> None:
    feed = Feed(one_approach(hand_city()))
    _flow(feed, 5)
    _flow(feed, 8, ("S", "E", "W"))
    assert feed.estimate.failed.all()
    _flow(feed, 1)
    assert not feed.estimate.failed.any()
    assert feed.seen.healthy.all()


@pytest.mark.parametrize("stuck", [0.0, 1.0])
def test_broken_detectors_tell_nothing_of_the_street(stuck: float) -> None:
    city = one_approach(hand_city())
    faults = Faults(lanes=(city.lanes[0],), stuck=stuck, from_s=10, to_s=60)
    feed = Feed(city, faults=faults)
    feed.run(10, come={"N": 1}, go={"N": 1})
    counted = int(feed.seen.left[0])
    assert counted == 10
    seen = feed.run(50, come={"N": 1}, go={"N": 1})
    assert seen.left[0] == counted
    assert seen.present[0] == bool(stuck)
    assert feed.run(5, go={"N": 1}).left[0] == counted + 5


def test_a_site_that_nobody_reaches_falls_back_at_once_and_returns() -> None:
    city = hand_city(2)
    feed = Feed(city, faults=Faults(sites=("C1",), from_s=5, to_s=30))
    feed.run(5, come={"1:N": 1})
    assert not feed.estimate.failed.any()
    seen = feed.run(25, come={"N": 1}, go={"1:N": 1, "N": 1})
    assert feed.estimate.failed.tolist() == [False, True]
    assert feed.estimate.unreached.tolist() == [False, True]
    assert seen.left[feed.lane("1:N")] == 0  # nothing came in
    assert seen.left[feed.lane("N")] == 25
    assert not seen.healthy[6:].any()
    seen = feed.run(4)
    assert not feed.estimate.failed.any()
    assert seen.healthy.all()
    assert seen.queue[feed.lane("1:N")] == 0


def test_a_lane_that_few_use_is_not_taken_for_dead() -> None:
    city = one_approach(hand_city())
    share = np.array([0.05, 1, 0.95, 1, 0.5, 0.5])
    feed = Feed(replace(city, lane_share=share))
    feed.run(1, come={"N": 1})
    feed.run(4, go={"N": 1})
    for _ in range(30):
        _flow(feed, 1, ("S", "E", "W"))
        assert not feed.estimate.failed.any()


def test_a_lane_that_nobody_needs_is_not_taken_for_dead() -> None:
    city = one_approach(hand_city())
    to = list(city.movement_to)
    to[int(np.flatnonzero(city.movement_lane == 0)[0])] = "there_0"
    to[int(np.flatnonzero(city.movement_lane == 2)[0])] = "there_1"
    feed = Feed(replace(city, movement_to=tuple(to)))
    _flow(feed, 40, ("S", "E", "W"))  # nobody takes N: S leads to the same street
    assert not feed.estimate.failed.any()
