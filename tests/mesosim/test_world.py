"""A world steered slice by slice is the same world as one run."""

import numpy as np
import pytest

from signalopt.mesosim.calibration import Calibration
from signalopt.mesosim.evaluate import compile_plan, evaluate
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.mesosim.trace import trace
from signalopt.mesosim.world import World, advance, start
from signalopt.timing.plan import Plan
from tests.mesosim.nets import cross, poisson, two_stages


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> MesoModel:
    departs = [*poisson("AJ JB", 700, 1200), *poisson("SJ JN", 400, 1200, 2)]
    return prepare(cross(tmp_path_factory.mktemp("cross"), departs, window_s=1200))


def _letters(model: MesoModel, plan: Plan, second: int) -> np.ndarray:
    lamps, shown = compile_plan(model, plan)
    return np.array(
        [shown["letter"][p["first"] + (second + p["shift"]) % p["cycle"]] for p in lamps], np.uint8
    )


def _steered(model: MesoModel, plan: Plan, step_s: int) -> World:
    world = start(model)
    while not world.finished:
        advance(world, _letters(model, plan, world.now_s), world.now_s + step_s)
    return world


@pytest.mark.parametrize("step_s", [1, 5])
def test_slices_equal_one_run(model: MesoModel, step_s: int) -> None:
    plan = two_stages(model, "AJ", 30, 60, amber_s=5)
    whole = evaluate(model, [plan])
    world = _steered(model, plan, step_s)
    assert world.outcome().sums[0, 0] == pytest.approx(whole.sums[0, 0], rel=1e-9)


def test_a_trace_is_the_same_run(model: MesoModel) -> None:
    plan = two_stages(model, "AJ", 30, 60)
    found = trace(model, plan, step_s=7)
    assert np.array_equal(found.outcome.sums, evaluate(model, [plan]).sums)
    assert sum(m.vehicles for m in found.movements) == model.fleet.depart_s.size
    assert found.queue.shape == (found.times_s.size, len(found.lanes))
    assert found.queue_of("AJ_0").max() >= 3
    assert found.queue_of("JB_0").max() <= 1
    assert (found.full_s >= 0).all()


def test_detectors_see_what_happens(model: MesoModel) -> None:
    world = start(model)
    red = np.zeros(len(model.street_index.lamps), np.uint8)
    lane = model.street_index.lane_of["AJ_0"]
    while world.now_s < 300:
        seen = advance(world, red, world.now_s + 10)
    assert seen.queue[lane] > 20
    assert seen.occupied[lane]
    assert seen.served.sum() == 0
    assert seen.passed[lane] >= seen.queue[lane]
    assert seen.waiting.sum() == seen.queue.sum()
    before = int(seen.queue[lane])
    green = np.full_like(red, 3)
    advance(world, green, 330)
    assert seen.served.sum() > 10
    assert seen.queue[lane] < before


def test_requests_that_cannot_be_are_refused(model: MesoModel) -> None:
    world = start(model)
    with pytest.raises(ValueError, match="lamps"):
        advance(world, np.zeros(1, np.uint8), 1)
    red = np.zeros(len(model.street_index.lamps), np.uint8)
    with pytest.raises(ValueError, match="until"):
        advance(world, red, 0)
    with pytest.raises(ValueError, match="until"):
        advance(world, red, 100)


def test_drivers_who_start_late_do_so_in_a_steered_world_too(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    departs = [*poisson("AJ JB", 600, 900), *poisson("SJ JN", 300, 900, 2)]
    case = cross(tmp_path_factory.mktemp("late"), departs, window_s=900)
    late = prepare(case, calibration=Calibration(start_s=1.5))
    plan = two_stages(late, "AJ", 30, 60, amber_s=5)
    whole, steered = evaluate(late, [plan]), _steered(late, plan, 1)
    assert steered.outcome().sums[0, 0] == pytest.approx(whole.sums[0, 0], rel=1e-9)
    prompt = evaluate(prepare(case), [plan])
    assert whole.measure("delay_s")[0, 0] > prompt.measure("delay_s")[0, 0] + 0.5
