"""Loops and watched lanes of the smoke scenario, and counting from what SUMO says of its loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from signalopt.control.city import City, build_city
from signalopt.control.sensing import Sensing, new_raw
from signalopt.control.sumo_detectors import STOP_BAR_M, Loops, loops_xml, watched_lanes
from signalopt.network.sumo_net import read_raw_net
from tests.control.hand_city import hand_city
from tests.control.smoke_case import smoke_case

ID, SINCE_S = 0x12, 0x16
SITE = hand_city()


@lru_cache(maxsize=1)
def city() -> City:
    return build_city(smoke_case())


def test_every_lane_has_a_loop_at_the_stop_bar_and_one_upstream() -> None:
    root = etree.fromstring(loops_xml(city(), Sensing(advance_m=20)).encode())
    loops = {loop.get("id"): loop for loop in root}
    assert len(loops) == 2 * len(city().lanes)
    for k, lane in enumerate(city().lanes):
        stop, ahead = loops[f"signalopt.stop.{k}"], loops[f"signalopt.advance.{k}"]
        length_m = city().lane_length_m[k]
        assert stop.get("lane") == ahead.get("lane") == lane
        assert float(stop.get("pos", "")) == pytest.approx(length_m - STOP_BAR_M, abs=0.01)
        assert float(ahead.get("pos", "")) == pytest.approx(length_m - 20, abs=0.01)


def test_a_short_lane_has_its_advance_loop_at_the_upstream_end() -> None:
    root = etree.fromstring(loops_xml(city(), Sensing(advance_m=500)).encode())
    ahead = [float(loop.get("pos", "")) for loop in root if "advance" in loop.get("id", "")]
    assert max(ahead) <= 0.51
    assert min(ahead) >= 0


def test_watched_lanes_lead_to_approaches_without_a_signal_between() -> None:
    net = read_raw_net(smoke_case().net_file)
    watched = {lane.lane: lane for lane in watched_lanes(city(), net)}
    assert set(city().lanes) <= set(watched)
    own = {lane: k for k, lane in enumerate(city().lanes)}
    for name, lane in watched.items():
        assert sum(way.share for way in lane.ways) == pytest.approx(1)
        for way in lane.ways:
            assert way.metres < city().lane_reach_m[way.approach]
        if name in own:
            assert [(way.approach, way.metres) for way in lane.ways] == [(own[name], 0.0)]
    # the section before a bay fans out to the lanes of the bay, whose length lies in between
    upstream = [lane for name, lane in watched.items() if name not in own]
    assert any(len(lane.ways) > 1 for lane in upstream)
    for lane in upstream:
        for way in lane.ways:
            assert way.metres >= city().lane_length_m[way.approach]


class Domain:
    """What libsumo says of loops, made up: by name the ids of the last step and seconds since one was on."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.now: dict[str, tuple[Sequence[str], float]] = {}

    def subscribe(self, name: str, variables: Sequence[int]) -> None:
        assert set(variables) == {ID, SINCE_S}
        self.names.append(name)

    def getAllSubscriptionResults(self) -> Mapping[str, Mapping[int, object]]:
        return {
            name: {ID: self.now.get(name, ((), 1))[0], SINCE_S: self.now.get(name, ((), 1))[1]}
            for name in self.names
        }

    def getTimeSinceDetection(self, name: str) -> float:
        return self.now.get(name, ((), 9.0))[1]

    def getLastStepVehicleIDs(self, name: str) -> Sequence[str]:
        return self.now.get(name, ((), 9.0))[0]


def loops_of(domain: Domain, at_once: bool) -> Loops:
    return Loops(SITE, SimpleNamespace(inductionloop=domain), step_s=1.0, at_once=at_once)


@pytest.mark.parametrize("at_once", [True, False])
def test_who_stands_on_the_stop_bar_has_not_left(at_once: bool) -> None:
    domain = Domain()
    loops, raw = loops_of(domain, at_once), new_raw(SITE)
    steps: list[tuple[Sequence[str], float, bool, int]] = [
        ((), 1, False, 0),
        (("a",), 0.0, True, 0),  # drives on and stands
        (("a",), 0.0, True, 0),
        (("a",), 0.4, True, 1),  # drives off in this second
        ((), 1.4, False, 1),
        (("b", "c"), 0.0, True, 2),  # b passes, c stands
        (("c", "d"), 0.1, True, 4),
        ((), 1.1, False, 4),
    ]
    for ids, since_s, occupied, left in steps:
        domain.now = {"signalopt.stop.2": (ids, since_s)}
        loops.scan(raw, first=True)
        assert bool(raw.occupied[2]) == occupied
        assert raw.left[2] == left
    assert raw.left.sum() == 4
    assert raw.passed.sum() == 0


@pytest.mark.parametrize("at_once", [True, False])
def test_the_advance_loop_counts_who_drives_on_and_tells_who_stands(at_once: bool) -> None:
    domain = Domain()
    loops, raw = loops_of(domain, at_once), new_raw(SITE)
    for ids, since_s in ((("a",), 0.0), (("a",), 0.0), (("a", "b"), 0.5)):
        domain.now = {"signalopt.advance.0": (ids, since_s)}
        loops.scan(raw, first=True)
        assert bool(raw.covered[0]) == (since_s == 0)
    assert raw.passed[0] == 2
    assert not raw.occupied.any()


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=30), st.booleans())
def test_counts_over_the_line_are_those_who_came_less_who_stands(
    seconds: list[tuple[int, bool]], at_once: bool
) -> None:
    """Any sequence of vehicles one after the other, each on the loop until the next comes or it leaves."""
    domain = Domain()
    loops, raw = loops_of(domain, at_once), new_raw(SITE)
    came, standing = 0, False
    for new, stays in seconds:
        ids = [f"v{came - 1}"] if standing else []
        ids += [f"v{came + k}" for k in range(new)]
        came += new
        standing = stays and bool(ids)
        domain.now = {"signalopt.stop.1": (ids, 0.0 if standing else 0.3)}
        loops.scan(raw, first=True)
        assert raw.left[1] == came - standing
    assert np.count_nonzero(raw.left) <= 1
