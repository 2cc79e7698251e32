"""A case as what a controller steers and sees."""

from dataclasses import replace

import numpy as np
import pytest

from signalopt.control.city import City, build_city
from signalopt.errors import InputError
from signalopt.network.model import Turn
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario
from signalopt.timing.plan import FixedProgram, IntersectionPlan
from signalopt.timing.program import phases


@pytest.fixture(scope="module")
def case() -> Case:
    return build_case(load_scenario("smoke"))


@pytest.fixture(scope="module")
def city(case: Case) -> City:
    return build_city(case)


def test_sites_follow_today_s_plan(case: Case, city: City) -> None:
    assert [s.id for s in city.sites] == ["East", "West"]
    assert city.left_alone == ()
    assert city.notes == ()
    for site in city.sites:
        assert site.fallback == case.today.by_id[site.id]
        assert [s.stage for s in site.stages] == ["EW", "NS"]
        assert site.lamps == site.layout.link_count == 18


def test_lanes_and_connections_are_grouped_by_site(city: City) -> None:
    assert len(city.lanes) == len(set(city.lanes)) == city.lane_site.size
    assert (np.diff(city.lane_site) >= 0).all()
    assert (np.diff(city.movement_site) >= 0).all()
    assert (city.lane_site[city.movement_lane] == city.movement_site).all()
    assert (city.lane_reach_m >= city.lane_length_m - 1e-9).all()
    assert set(city.movement_turn) <= set(Turn) - {Turn.CROSSING}


def test_what_is_green_in_a_stage(city: City) -> None:
    for k, link in enumerate(city.movement_link):
        site = city.sites[city.movement_site[k]]
        for stage, state in enumerate(site.steady):
            assert "rxgG"[city.green[k, stage]] == state[link]
    # two stages: every lane has its green in just one of them
    assert (city.serves.sum(axis=1) == 1).all()


def test_shares_add_up(city: City) -> None:
    by_lane = np.bincount(city.movement_lane, city.movement_share)
    assert by_lane == pytest.approx(1.0)
    edges = np.array([lane.rsplit("_", 1)[0] for lane in city.lanes])
    for edge in set(edges):
        assert city.lane_share[edges == edge].sum() == pytest.approx(1.0)


def test_vehicles_go_on_to_the_next_signal(case: Case, city: City) -> None:
    onward = [k for k, lane in enumerate(city.movement_next) if lane >= 0]
    assert onward
    for k in onward:
        lane = city.movement_next[k]
        assert city.lane_site[lane] != city.movement_site[k]
        assert city.movement_next_m[k] >= city.lane_length_m[lane]
        assert city.lane_reach_m[lane] <= city.movement_next_m[k]
    assert (city.movement_next_m[city.movement_next < 0] == 0).all()


def test_yielding_connections_know_whom_they_yield_to(city: City) -> None:
    for k, foes in enumerate(city.movement_foes):
        layout = city.sites[city.movement_site[k]].layout
        for foe in foes:
            assert (city.movement_link[k], city.movement_link[foe]) in layout.yields
    lefts = [k for k, turn in enumerate(city.movement_turn) if turn is Turn.LEFT]
    assert any(city.movement_foes[k] for k in lefts)


def test_discharge_is_that_of_ordinary_vehicles(city: City) -> None:
    assert ((city.lane_headway_s > 1.4) & (city.lane_headway_s < 2.6)).all()
    assert ((city.lane_startup_s > 1.0) & (city.lane_startup_s < 7.0)).all()


def test_pedestrian_groups_can_be_called(city: City) -> None:
    assert len(city.walker_group) == city.walker_site.size == 8
    assert set(city.walker_group) == {"P-N", "P-E", "P-S", "P-W"}


def fixed(program: IntersectionPlan, case: Case) -> FixedProgram:
    layout = case.network.layouts[program.intersection]
    return FixedProgram(program.intersection, program.offset_s, phases(layout, program), "kept")


def test_signals_that_are_not_steered_say_why(case: Case) -> None:
    east, west = (case.today.by_id[name] for name in ("East", "West"))
    assert isinstance(east, IntersectionPlan)
    assert isinstance(west, IntersectionPlan)
    kept = build_city(case, case.today.with_programs([fixed(east, case)]))
    assert [s.id for s in kept.sites] == ["West"]
    assert kept.left_alone == (("East", "its program is kept as it is"),)
    off = build_city(replace(case, signals_off=("West",)))
    assert off.left_alone == (("West", "switched off"),)
    one_stage = replace(east, stages=east.stages[:1], cycle_s=east.stages[0].green_s)
    single = build_city(case, case.today.with_programs([one_stage]))
    assert single.left_alone == (("East", "a single stage"),)
    strange = replace(east, stages=(replace(east.stages[0], groups=("X",)), *east.stages[1:]))
    unknown = build_city(case, case.today.with_programs([strange]))
    assert "does not have" in dict(unknown.left_alone)["East"]


def test_nothing_to_steer_is_an_error_with_all_reasons(case: Case) -> None:
    with pytest.raises(InputError) as error:
        build_city(replace(case, signals_off=("East", "West")))
    assert "`East`: switched off; `West`: switched off" in str(error.value)
    assert "two stages" in str(error.value)


def test_another_plan_is_the_fallback(case: Case) -> None:
    east = case.today.by_id["East"]
    assert isinstance(east, IntersectionPlan)
    turned = replace(east, stages=tuple(reversed(east.stages)), offset_s=17)
    city = build_city(case, replace(case.today, intersections=(turned,)))
    assert city.sites[0].fallback == turned
    assert [s.stage for s in city.sites[0].stages] == ["NS", "EW"]
    assert city.sites[1].fallback == case.today.by_id["West"]
