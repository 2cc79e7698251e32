"""SUMO as a plant: lamps set and read back, readings of one car that can be followed by hand.

Over traci, whose SUMO is a process of its own: libsumo allows one simulation a process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from signalopt.control.city import City, build_city
from signalopt.control.guard import Guard, new_guard
from signalopt.control.sensing import BIN_S, Sensing, SensingKind
from signalopt.control.sumo_plant import Client, SumoPlant, start_sumo, sumo_errors, usual_client
from signalopt.control.sumo_run import steered_signals, sumo_street
from signalopt.microsim.command import SeedFiles, seed_command
from signalopt.scenario.case import Case
from signalopt.timing.program import states_between
from tests.control.smoke_case import smoke_case

LANE_EDGE = "West.W--West"


def one_car(folder: Path) -> Case:
    """The smoke scenario with one car from the west, straight through both intersections."""
    smoke = smoke_case()
    routes = folder / "one.rou.xml"
    begin = smoke.depart_begin_s
    routes.write_text(
        f'<routes><trip id="a" type="car" depart="{begin}" departSpeed="max"'
        ' from="West.W--West" to="East--East.E"/></routes>'
    )
    return replace(smoke, route_files=(routes,))


@contextmanager
def running(case: Case, folder: Path, sensing: Sensing) -> Iterator[tuple[SumoPlant, Guard, City]]:
    city = build_city(case)
    street = sumo_street(case, city, sensing)
    signals = steered_signals(case, case.today, street, folder)
    plant = start_sumo(street, seed_command(case, 1, signals, SeedFiles(folder)), Client.TRACI)
    try:
        yield plant, new_guard(city, now_s=street.begin_s), city
    finally:
        plant.close()


def test_one_car_is_seen_where_it_is(tmp_path: Path) -> None:
    case = one_car(tmp_path)
    radar = Sensing(SensingKind.RADAR, range_m=120, buttons=True)
    with running(case, tmp_path, radar) as (plant, guard, city):
        hold = np.full(len(city.sites), -1, np.int16)
        own = [k for k, lane in enumerate(city.lanes) if lane.startswith(LANE_EDGE)]
        first_m = own_m = None
        etas: list[int] = []
        while not plant.finished:
            plant.advance(guard)
            raw = plant.read(look=True)
            held = plant.held()
            guard.step(hold)
            assert not raw.called.any()  # nobody walks in this case
            assert raw.queue.sum() + raw.eta.sum() <= 1 + 1e-6
            approaching = float(raw.eta[own].sum() + raw.queue[own].sum())
            if approaching and first_m is None:
                first_m = plant.now_s
            if raw.eta[own].sum() > 0.99:
                etas.append(int(raw.eta[own].sum(axis=0).argmax()))
            if raw.left[own].sum() and own_m is None:
                own_m = plant.now_s
                assert raw.passed[own].sum() == 1
            if held.sum():
                assert raw.queue.sum() > 0
        assert raw.left.sum() == 2  # it crossed two stop lines
        assert raw.passed.sum() == 2
    assert first_m is not None
    assert own_m is not None
    assert first_m < own_m
    assert etas == sorted(etas, reverse=True)
    speed_mps = float(city.lane_speed_mps[own].min())
    assert etas[0] <= radar.range_m / speed_mps / BIN_S
    # what SUMO showed is the program, second by second
    begin = case.depart_begin_s
    for site, states in zip(city.sites, plant.shown, strict=True):
        expected = states_between(site.layout, site.fallback, begin, begin + len(states))
        assert tuple(states) == expected


def test_perfect_sensing_sees_beyond_the_range_of_a_radar(tmp_path: Path) -> None:
    case = one_car(tmp_path)
    with running(case, tmp_path, Sensing(SensingKind.PERFECT)) as (plant, guard, city):
        hold = np.full(len(city.sites), -1, np.int16)
        own = [k for k, lane in enumerate(city.lanes) if lane.startswith(LANE_EDGE)]
        seen_from = left_at = None
        beyond = 0.0
        for _ in range(200):
            if plant.finished:
                break
            plant.advance(guard)
            raw = plant.read(look=True)
            guard.step(hold)
            if seen_from is None and raw.eta[own].sum():
                seen_from = plant.now_s
            if left_at is None and raw.left[own].sum():
                left_at = plant.now_s
            beyond = max(beyond, float(raw.beyond.sum()))
        assert seen_from is not None
        assert left_at is not None
        assert seen_from <= 3  # at once, hundreds of metres away
        assert beyond >= 1


def test_without_a_look_only_loops_are_read(tmp_path: Path) -> None:
    case = one_car(tmp_path)
    with running(case, tmp_path, Sensing(SensingKind.PERFECT)) as (plant, guard, _):
        for _ in range(5):
            plant.advance(guard)
            raw = plant.read(look=False)
            guard.step(np.full(len(plant.city.sites), -1, np.int16))
        assert raw.eta.sum() == raw.queue.sum() == 0


def test_buttons_are_pressed_by_those_who_wait(tmp_path: Path) -> None:
    case = smoke_case()
    with running(case, tmp_path, Sensing(buttons=True)) as (plant, guard, city):
        hold = np.full(len(city.sites), -1, np.int16)
        pressed = np.zeros(city.walker_site.size, np.int64)
        in_green = 0
        for _ in range(420):
            plant.advance(guard)
            called = plant.read(look=True).called
            pressed += called
            for number in np.flatnonzero(called):
                site = city.sites[city.walker_site[number]]
                letters = guard.state(int(city.walker_site[number]))
                links = site.layout.group[city.walker_group[number]].links
                in_green += all(letters[link] in "Gg" for link in links)
            guard.step(hold)
    assert np.count_nonzero(pressed) >= city.walker_site.size / 2
    # people who are let go walk off: who waits has red, but for the second in which it turns green
    assert in_green < 0.2 * pressed.sum()


def test_sumo_that_refuses_its_files_raises_what_the_client_says(tmp_path: Path) -> None:
    case = replace(one_car(tmp_path), sumo_options=("--no-such-option", "1"))
    street = sumo_street(case, build_city(case), Sensing())
    signals = steered_signals(case, case.today, street, tmp_path)
    with pytest.raises(sumo_errors(Client.TRACI)):
        start_sumo(street, seed_command(case, 1, signals, SeedFiles(tmp_path)), Client.TRACI)


def test_libsumo_is_used_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert usual_client() is Client.TRACI
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    assert usual_client() is Client.LIBSUMO
