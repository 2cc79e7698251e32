"""Observations of a city made by hand: every feature in its place."""

from dataclasses import replace

import numpy as np
import pytest

from signalopt.control.learn.observation import observer_of
from signalopt.control.learn.spaces import (
    MAX_STAGES,
    SITE_FEATURE_AT,
    STAGE_AT,
    bounds,
    split,
)
from signalopt.control.seen import new_seen
from signalopt.errors import InputError
from tests.control.hand_city import AVENUE, LEFT, STREET, hand_city


def test_features_are_those_of_the_served_lanes() -> None:
    city = hand_city(2)
    seen = new_seen(city)
    lane = city.lanes.index("C1.N")
    seen.queue[lane] = 7
    seen.coming[lane, :20] = 1
    seen.waited_s[lane] = 30
    seen.present[lane] = True
    seen.stage[:] = STREET
    seen.steady_s[:] = 12
    seen.allowed[1, AVENUE] = False
    stages, sites, mask = split(observer_of(city).observe(seen))

    def of(stage: int, name: str) -> float:
        return float(stages[1, stage, STAGE_AT[name]])

    assert of(AVENUE, "queue") == of(AVENUE, "longest") == of(AVENUE, "fresh_queue") == 7
    assert (of(AVENUE, "soon"), of(AVENUE, "later")) == (5, 10)  # bins of 2 s: 10 s, then 20 s
    assert (of(AVENUE, "waited"), of(AVENUE, "present"), of(AVENUE, "current")) == (30, 1, 0)
    assert of(STREET, "queue") == 0
    assert of(STREET, "current") == 1
    assert of(AVENUE, "lost") > 0
    assert of(STREET, "lost") == 0
    assert of(STREET, "lanes") == 2
    assert of(AVENUE, "next") == 1  # the program goes round: after the street comes the avenue
    assert of(LEFT, "next") == 0
    assert stages[1, :, STAGE_AT["fixed_share"]].sum() == pytest.approx(1)
    assert (sites[1, SITE_FEATURE_AT["queue"]], sites[0, SITE_FEATURE_AT["queue"]]) == (7, 0)
    assert sites[1, SITE_FEATURE_AT["steady"]] == 12
    assert sites[1, SITE_FEATURE_AT["healthy"]] == 1
    assert mask[1].tolist() == [False, True, True, *[False] * (MAX_STAGES - 3)]
    assert not stages[:, 3:].any()


def test_a_lane_of_the_current_stage_is_not_fresh() -> None:
    city = hand_city()
    seen = new_seen(city)
    seen.queue[city.lanes.index("C0.N")] = 4
    seen.stage[:] = AVENUE
    stages, _, _ = split(observer_of(city).observe(seen))
    assert stages[0, AVENUE, STAGE_AT["queue"]] == 4
    assert stages[0, AVENUE, STAGE_AT["fresh_queue"]] == 0


def test_values_are_clipped_and_nothing_is_left_from_before() -> None:
    city = hand_city()
    seen = new_seen(city)
    observer = observer_of(city)
    before = observer.observe(seen).copy()
    seen.queue[:] = 1e6
    seen.gap_s[:] = 1e6
    low, high = bounds()
    wild = observer.observe(seen)
    assert (wild >= low).all()
    assert (wild <= high).all()
    assert np.array_equal(observer.observe(new_seen(city)), before)


def test_sites_with_too_many_stages_are_named() -> None:
    city = hand_city(2)
    stages = city.sites[1].stages * 5
    crowded = replace(city, sites=(city.sites[0], replace(city.sites[1], stages=stages)))
    with pytest.raises(InputError, match=r"C1.*15 stages"):
        observer_of(crowded)
