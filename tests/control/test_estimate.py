"""From readings made by hand to what is seen. At 13.9 m/s an advance detector lies 4 s before the line."""

from dataclasses import replace

import numpy as np
import pytest

from signalopt.control.estimate_kernel import counted, uniform
from signalopt.control.sensing import BIN_S, Sensing, SensingKind
from tests.control.hand_city import hand_city
from tests.control.readings import SURE, Feed


@pytest.fixture
def feed() -> Feed:
    return Feed(hand_city())


def test_who_has_passed_the_advance_detector_comes_and_then_queues(feed: Feed) -> None:
    north = feed.lane("N")
    seen = feed.run(1, come={"N": 2})
    assert seen.queue[north] == 0
    assert seen.coming[north].tolist()[:3] == [0, 2, 0]  # three of four seconds are left
    seen = feed.run(2)
    assert seen.coming[north].tolist()[:2] == [2, 0]
    seen = feed.run(2, on=["N"])
    assert seen.coming[north].sum() == 0
    assert seen.queue[north] == 2
    assert seen.present[north]
    assert seen.waited_s[north] >= 1
    assert np.delete(seen.queue, north).sum() == 0


def test_departures_empty_the_queue_and_the_oldest_goes_first(feed: Feed) -> None:
    north = feed.lane("N")
    feed.run(1, come={"N": 4})
    seen = feed.run(14, on=["N"])
    assert seen.queue[north] == 4
    before = float(seen.waited_s[north])
    assert before == pytest.approx(11)  # three seconds on the way, eleven in the queue
    feed.light("N")
    seen = feed.run(1, go={"N": 1})
    assert seen.queue[north] == 3
    assert seen.left[north] == 1
    assert 0 < seen.waited_s[north] < before
    seen = feed.run(3, go={"N": 1})
    assert seen.queue[north] == 0
    assert seen.waited_s[north] == 0


def test_an_empty_stop_bar_corrects_what_was_missed(feed: Feed) -> None:
    north = feed.lane("N")
    feed.run(1, come={"N": 5})
    feed.run(10, on=["N"])
    feed.run(4, go={"N": 1})  # the fifth one left unseen
    assert feed.run(1).queue[north] == 1
    assert feed.run(3).queue[north] == 0


def test_somebody_at_the_stop_bar_is_a_queue_of_one_at_least(feed: Feed) -> None:
    seen = feed.run(2, on=["E"])  # came unseen
    assert seen.queue[feed.lane("E")] == 1


def test_a_covered_advance_detector_means_a_full_lane_and_more_behind(feed: Feed) -> None:
    north = feed.lane("N")
    seen = feed.run(60, come={}, on=["N"], covered=["N"])
    room = 60 / 7.5
    assert seen.queue[north] > room
    assert seen.queue[north] < room + 60 * 0.06  # it grows at the mean rate only
    much = feed.run(3000, on=["N"], covered=["N"]).queue[north]
    assert much <= 200 / 7.5 + 1  # no further than the street
    seen = feed.run(6, on=["N"])  # uncovered, nobody follows: nobody is behind
    assert seen.queue[north] <= room + 1


def test_in_a_short_lane_the_queue_grows_with_waiting() -> None:
    city = hand_city()
    city.lane_length_m[0] = 9
    feed = Feed(city)
    seen = feed.run(62, on=["N", "S"])
    assert seen.queue[feed.lane("N")] == pytest.approx(1 + 60 * 0.05)
    assert seen.queue[feed.lane("S")] == 1  # its advance detector sees that nobody has come
    feed.light("N")
    assert feed.run(10).queue[feed.lane("N")] == 0


def test_red_green_gaps_and_health(feed: Feed) -> None:
    seen = feed.run(7)
    assert (seen.red_s == 7).all()
    assert (seen.gap_s == 7).all()
    assert seen.healthy.all()
    feed.light("N", "S-left")
    seen = feed.run(2, come={"S-left": 1})
    assert [seen.red_s[feed.lane(n)] for n in ("N", "S-left", "S")] == [0, 0, 9]
    assert [seen.gap_s[feed.lane(n)] for n in ("N", "S-left")] == [9, 0]


def test_departures_upstream_are_expected_at_the_next_signal() -> None:
    city = hand_city(2)
    follows = city.movement_next.copy()
    metres = city.movement_next_m.copy()
    through = np.flatnonzero(city.movement_lane == 0)  # lane N of C0
    follows[through], metres[through] = 6, 13.9 * 20  # lane N of C1, 20 s away
    feed = Feed(replace(city, movement_next=follows, movement_next_m=metres))
    feed.light("N")
    seen = feed.run(1, go={"N": 3})
    ahead = feed.lane("1:N")
    assert seen.coming[ahead].sum() == pytest.approx(3)
    assert seen.coming[ahead, 19 // BIN_S] == pytest.approx(3)
    assert seen.beyond[through] == pytest.approx(3)
    # where the advance detector looks, only what it has seen counts
    assert feed.run(18).coming[ahead].sum() == 0
    assert feed.run(1, come={"1:N": 2}).coming[ahead].sum() == 2
    assert np.delete(seen.coming, ahead, axis=0).sum() == 0


def test_turning_shares_split_those_who_leave() -> None:
    city = hand_city(2)
    follows, metres = city.movement_next.copy(), city.movement_next_m.copy()
    east = np.flatnonzero(city.movement_lane == 4)  # through and left of C0's lane E
    follows[east], metres[east] = [6, 8], 13.9 * 30
    share = city.movement_share.copy()
    share[east] = [0.75, 0.25]
    feed = Feed(replace(city, movement_next=follows, movement_next_m=metres, movement_share=share))
    feed.light("E")
    seen = feed.run(1, go={"E": 4})
    assert [seen.coming[n].sum() for n in (6, 8)] == pytest.approx([3, 1])
    # only the left turn has green: all of them turn
    lamp = feed.guard.first_lamp[0] + city.movement_link[east[0]]
    feed.run(70)
    feed.guard.codes[lamp] = 0
    seen = feed.run(1, go={"E": 4})
    assert [seen.coming[n].sum() for n in (6, 8)] == pytest.approx([0, 4])


def test_perfect_sensing_is_what_the_plant_tells() -> None:
    feed = Feed(hand_city(), Sensing(SensingKind.PERFECT))
    feed.raw.queue[:] = np.arange(6)
    feed.raw.eta[2, 7] = 3
    feed.raw.beyond[:] = 5
    seen = feed.run(1)
    assert seen.queue.tolist() == [0, 1, 2, 3, 4, 5]
    assert seen.coming[2, 7] == 3
    assert (seen.beyond == 5).all()


def test_a_radar_misses_its_share_and_detectors_look_at_nothing_else() -> None:
    radar = Feed(hand_city(), Sensing(SensingKind.RADAR, miss=0.2))
    blind = Feed(hand_city(), SURE)
    found = []
    for feed in (radar, blind):
        feed.raw.queue[:] = 10
        feed.raw.eta[:, 3] = 10
        feed.raw.beyond[:] = 9
    for _ in range(200):
        seen = radar.run(1)
        found.append((seen.queue.mean(), seen.coming[:, 3].mean()))
    assert np.mean(found, axis=0) == pytest.approx([8, 8], abs=0.2)
    seen = blind.run(10)
    assert seen.queue.sum() == seen.coming.sum() == seen.beyond.sum() == 0


def test_missed_and_false_counts_have_their_shares_and_do_not_depend_on_order() -> None:
    hits = [counted(1, 0.25, 0.0, 7, second, 3, 0) for second in range(8000)]
    assert np.mean(hits) == pytest.approx(0.75, abs=0.015)
    false = [counted(0, 0.25, 0.01, 7, second, 3, 0) for second in range(20000)]
    assert np.mean(false) == pytest.approx(0.01, abs=0.003)
    draws = np.array([[uniform(1, s, lane, 0) for s in range(300)] for lane in range(40)])
    assert draws.min() >= 0
    assert draws.max() < 1
    assert draws.mean() == pytest.approx(0.5, abs=0.01)
    assert np.abs(np.corrcoef(draws) - np.eye(40)).max() < 0.25
    assert uniform(1, 2, 3, 0) == uniform(1, 2, 3, 0) != uniform(2, 2, 3, 0)


def test_seeds_decide_what_is_missed() -> None:
    seen = []
    for seed in (1, 1, 2):
        feed = Feed(hand_city(), Sensing(miss=0.3), seed=seed)
        feed.run(200, come={"N": 1}, go={"N": 1})
        seen.append(int(feed.seen.left[feed.lane("N")]))
    assert seen[0] == seen[1] != seen[2]
    assert 100 < seen[0] < 180
