"""The queue model as a plant: its readings against what really is there."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from signalopt.control.city import City, build_city
from signalopt.control.guard import new_guard
from signalopt.control.meso_plant import MesoPlant, Places, places_of
from signalopt.control.sensing import Raw, Sensing, SensingKind
from signalopt.mesosim.model import MesoModel, prepare
from tests.control.smoke_case import smoke_case


@lru_cache(maxsize=1)
def scene() -> tuple[MesoModel, City, Places]:
    model, city = prepare(smoke_case()), build_city(smoke_case())
    return model, city, places_of(model, city)


def plant_of(kind: SensingKind, **options: float) -> MesoPlant:
    model, city, places = scene()
    return MesoPlant(model, city, sensing=Sensing(kind, **options), places=places)  # type: ignore[arg-type]


def run(plant: MesoPlant, seconds: int) -> list[tuple[Raw, np.ndarray]]:
    """Copies of all readings, and the truth of who is held up, under the fallback programs."""
    guard = new_guard(plant.city, now_s=smoke_case().depart_begin_s)
    hold = np.full(len(plant.city.sites), -1, np.int16)
    found = []
    for _ in range(seconds):
        plant.advance(guard)
        raw = plant.read(look=True)
        copy = Raw(**{name: value.copy() for name, value in vars(raw).items()})
        found.append((copy, plant.held().copy()))
        guard.step(hold)
    return found


def test_counts_grow_and_nobody_leaves_who_has_not_come() -> None:
    plant = plant_of(SensingKind.DETECTORS)
    left = passed = np.zeros(len(plant.city.lanes), np.int64)
    room = plant.city.lane_length_m / 5 + 2
    for raw, _ in run(plant, 500):
        assert (raw.left >= left).all()
        assert (raw.passed >= passed).all()
        assert (raw.passed >= raw.left).all()
        # no more than fit between the two detectors: the model's queues have no length, streets have
        assert (raw.passed - raw.left <= np.minimum(room, 60 / 5 + 2)).all()
        left, passed = raw.left, raw.passed
    world = plant.world
    lanes = scene()[2].lanes
    into = [int(world.state.lanes[lane].link0) for lane in lanes]
    out = [int(world.state.lanes[lane].links) for lane in lanes]
    served = [world.state.links["count"][k : k + n].sum() for k, n in zip(into, out, strict=True)]
    assert left.tolist() == served
    assert left.sum() > 100


def test_somebody_is_at_the_stop_bar_who_stands_there_or_has_just_left() -> None:
    plant = plant_of(SensingKind.DETECTORS)
    guard = new_guard(plant.city, now_s=smoke_case().depart_begin_s)
    state, lanes = plant.world.state, scene()[2].lanes
    left = np.zeros(lanes.size, np.int64)
    seen = 0
    for _ in range(300):
        plant.advance(guard)
        raw = plant.read(look=False)
        heads = state.lanes["head"][lanes]
        stands = (heads >= 0) & (state.vehicles["a"][heads] <= plant.now_s)
        assert np.array_equal(raw.occupied, stands | (raw.left > left))
        assert not raw.covered[raw.passed == raw.left].any()
        left = raw.left.copy()
        seen += int(stands.sum())
        guard.step(np.full(len(plant.city.sites), -1, np.int16))
    assert seen > 100


def test_perfect_sensing_sees_everybody_before_the_next_signal() -> None:
    plant = plant_of(SensingKind.PERFECT)
    for raw, held in run(plant, 400):
        assert np.array_equal(raw.queue, held)
    places = scene()[2]
    near = [*places.lanes[places.lanes >= 0], *places.upstream]
    inside = sum(int(plant.world.state.lanes[lane].count) for lane in near)
    raw = plant.read(look=True)
    assert 0 < raw.queue.sum() + raw.eta.sum() <= inside
    assert (raw.beyond >= 0).all()


def test_a_radar_sees_no_farther_than_its_range() -> None:
    far, near = plant_of(SensingKind.PERFECT), plant_of(SensingKind.RADAR, range_m=60)
    seconds = zip(run(far, 400), run(near, 400), strict=True)
    total = np.zeros(2)
    for (whole, _), (part, _) in seconds:
        total += [whole.eta.sum(), part.eta.sum()]
        assert np.array_equal(whole.left, part.left)
        assert part.eta[:, 10:].sum() == 0  # 60 m are driven in less than 20 s
    assert 0 < total[1] < total[0] / 2


def test_pedestrians_wait_in_front_of_their_red_only() -> None:
    plant = plant_of(SensingKind.PERFECT)
    called = np.array([raw.called for raw, _ in run(plant, 500)])
    assert called.any(axis=0).sum() >= 2
    assert not called.all(axis=0).any()


def test_a_city_without_some_signals_leaves_them_their_program() -> None:
    model, city, _ = scene()
    half = build_half(city)
    plant = MesoPlant(model, half)
    guard = new_guard(half, now_s=smoke_case().depart_begin_s)
    whole = MesoPlant(model, city)
    other = new_guard(city, now_s=smoke_case().depart_begin_s)
    for _ in range(300):
        plant.advance(guard)
        whole.advance(other)
        guard.step(np.full(1, -1, np.int16))
        other.step(np.full(len(city.sites), -1, np.int16))
    assert plant.world.sums().vehicles == pytest.approx(whole.world.sums().vehicles)


def build_half(city: City) -> City:
    """Only the first signal of the case may be steered."""
    case = smoke_case()
    places = tuple(
        place if place.id == city.sites[0].id else replace(place, tunable=False, remarks=("kept",))
        for place in case.network.intersections
    )
    return build_city(replace(case, network=replace(case.network, intersections=places)))
