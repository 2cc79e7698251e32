from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from signalopt.demand.routes import RouteFlow
from signalopt.demand.trips import Span, draw_trips, write_trips

SPAN = Span(25200, 26100, 29700)
FLOWS = [RouteFlow("a", "b", ("e1", "e2"), 600.0), RouteFlow("a", "c", ("e1", "e3"), 0.4)]
SHARES = (("car", 0.9), ("truck", 0.1))


def test_numbers_follow_volume_scale_and_profile() -> None:
    trips = draw_trips(FLOWS[:1], SPAN, SHARES, 1, scale=2.0, profile=(0.5, 1.0, 1.0, 1.5))
    slices = Counter((t.depart_s - 26100) // 900 for t in trips)
    assert slices == {-1: 150, 0: 150, 1: 300, 2: 300, 3: 450}


def test_equal_seeds_draw_equal_trips_and_others_do_not() -> None:
    assert draw_trips(FLOWS, SPAN, SHARES, 7) == draw_trips(FLOWS, SPAN, SHARES, 7)
    assert draw_trips(FLOWS, SPAN, SHARES, 7) != draw_trips(FLOWS, SPAN, SHARES, 8)


def test_small_volumes_are_kept_on_average() -> None:
    counts = [len(draw_trips(FLOWS[1:], SPAN, SHARES, seed)) for seed in range(400)]
    assert sum(counts) / 400 == pytest.approx(0.5, abs=0.12)


def test_types_come_in_their_shares() -> None:
    kinds = Counter(t.vehicle_type for t in draw_trips(FLOWS, SPAN, SHARES, 3, scale=10))
    assert kinds["truck"] / kinds.total() == pytest.approx(0.1, abs=0.02)


def test_the_file_is_sorted_and_complete(tmp_path: Path) -> None:
    trips = draw_trips(FLOWS, SPAN, SHARES, 1)
    write_trips(tmp_path / "t.rou.xml", reversed(trips))
    vehicles = etree.parse(str(tmp_path / "t.rou.xml")).getroot().findall("vehicle")
    departs = [int(v.get("depart", "")) for v in vehicles]
    assert departs == sorted(departs)
    assert len(vehicles) == len(trips) == len({v.get("id") for v in vehicles})
    assert all(SPAN.depart_begin_s <= d < SPAN.end_s for d in departs)
