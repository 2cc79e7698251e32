"""Other demand: how costs on several draws become one, and route files of another day."""

from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from signalopt.optimize.demand_draws import (
    ROBUST,
    USUAL,
    DemandDraw,
    Risk,
    conditional_tail,
    drawn_case,
)
from signalopt.scenario.build import build_case
from signalopt.scenario.load import find_scenario, load_scenario


@pytest.fixture(scope="module")
def case():
    return build_case(load_scenario(find_scenario("smoke")))


def vehicles(path: Path):
    return [
        (e.get("id"), float(e.get("depart")))
        for e in etree.parse(str(path)).getroot()
        if e.tag == "vehicle"
    ]


def test_tail_is_the_mean_of_the_worst_share():
    costs = np.array([[1.0, 2.0, 3.0, 10.0]])
    assert conditional_tail(costs, 0.25)[0] == 10
    assert conditional_tail(costs, 0.5)[0] == 6.5
    assert conditional_tail(costs, 1.0)[0] == 4
    # three eighths: the worst whole, half of the next
    assert conditional_tail(costs, 0.375)[0] == pytest.approx((10 + 1.5) / 1.5)


def test_risk_mixes_mean_and_tail():
    risk = Risk((DemandDraw(), DemandDraw(1)), tail=0.5, tail_weight=0.4)
    assert risk.value(np.array([[10.0, 20.0]]))[0] == pytest.approx(0.6 * 15 + 0.4 * 20)


def test_presets_look_beyond_the_demand_as_stated():
    assert USUAL.draws[0] == DemandDraw()
    assert max(d.demand for d in USUAL.draws) == 1.1
    assert {d.demand for d in ROBUST.draws} >= {0.8, 0.9, 1.1, 1.2}
    assert len(set(ROBUST.draws)) == len(ROBUST.draws)


def test_the_trips_as_they_stand_are_the_case_itself(case, tmp_path):
    assert drawn_case(case, DemandDraw(), tmp_path) is case


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_vehicles_are_thinned_or_doubled(case, tmp_path, factor):
    drawn = drawn_case(case, DemandDraw(0, factor), tmp_path)
    before, after = vehicles(case.route_files[0]), vehicles(drawn.route_files[0])
    assert len(after) == pytest.approx(factor * len(before), rel=0.05)
    assert len({name for name, _ in after}) == len(after)
    assert [t for _, t in after] == sorted(t for _, t in after)
    assert drawn.fingerprint != case.fingerprint
    if factor < 1:  # the same day: those who go leave when they always did
        assert set(after) <= set(before)


def test_another_day_moves_departures_within_the_window(case, tmp_path):
    drawn = drawn_case(case, DemandDraw(5), tmp_path)
    before, after = dict(vehicles(case.route_files[0])), dict(vehicles(drawn.route_files[0]))
    assert set(before) == set(after)
    moved = [after[name] - before[name] for name in before]
    assert np.std(moved) == pytest.approx(30, rel=0.35)
    for name, depart in after.items():
        assert (depart >= case.begin_s) == (before[name] >= case.begin_s)
        assert case.depart_begin_s <= depart < case.end_s


def test_a_draw_is_repeatable(case, tmp_path):
    files = [
        drawn_case(case, DemandDraw(3, 1.1), tmp_path / name).route_files[0].read_bytes()
        for name in "ab"
    ]
    assert files[0] == files[1]
