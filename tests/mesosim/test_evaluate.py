"""Plans, draws, threads: the same question gets the same answer, whoever asks and however."""

import numpy as np
import pytest

from signalopt.errors import InputError
from signalopt.mesosim.draws import Draw, draw_demand
from signalopt.mesosim.evaluate import compile_plan, evaluate
from signalopt.mesosim.model import MesoModel, prepare
from tests.mesosim.nets import cross, poisson, two_stages

NAMES = (
    "delay_s", "stops", "speed_kph", "travel_time_s", "person_delay_s", "time_loss_s",
    "depart_delay_s", "throughput", "not_inserted", "unfinished",
)  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> MesoModel:
    departs = [*poisson("AJ JB", 700, 1800), *poisson("SJ JN", 400, 1800, 2)]
    return prepare(cross(tmp_path_factory.mktemp("cross"), departs, window_s=1800))


def test_results_do_not_depend_on_threads_or_order(model: MesoModel) -> None:
    plans = [two_stages(model, "AJ", green, 70) for green in range(15, 55, 5)]
    draws = [Draw(), Draw(3, 0.9), Draw(3, 1.2)]
    one = evaluate(model, plans, draws)
    four = evaluate(model, plans[::-1], draws, workers=4)
    assert np.array_equal(one.sums, four.sums[::-1])
    assert np.array_equal(one.walks, four.walks[::-1])


def test_compiled_plans_are_plans(model: MesoModel) -> None:
    plan = two_stages(model, "AJ", 30, 60)
    assert np.array_equal(
        evaluate(model, [plan]).sums, evaluate(model, [compile_plan(model, plan)]).sums
    )


def test_measures_fit_together(model: MesoModel) -> None:
    found = evaluate(model, [two_stages(model, "AJ", 30, 60)])
    figures = {name: found.measure(name)[0, 0] for name in NAMES}
    assert figures["delay_s"] == pytest.approx(figures["time_loss_s"] + figures["depart_delay_s"])
    assert figures["throughput"] == model.fleet.depart_s.size
    assert figures["person_delay_s"] == pytest.approx(figures["delay_s"])
    assert np.isnan(found.measure("pedestrian_delay_s")[0, 0])
    assert not found.locked.any()
    done = found.activity
    trip_km = figures["speed_kph"] / 3600 * (figures["travel_time_s"] - figures["depart_delay_s"])
    assert done.km.sum() / done.vehicles.sum() == pytest.approx(trip_km)
    lost = figures["time_loss_s"] * done.vehicles.sum()
    assert (done.idle_s + done.slow_s).sum() == pytest.approx(lost, rel=0.02)


def test_the_plain_draw_is_the_trips_as_they_stand(model: MesoModel) -> None:
    demand = draw_demand(model, Draw())
    assert sorted(demand.order) == list(range(model.fleet.depart_s.size))
    assert np.array_equal(demand.vehicles["depart"], model.fleet.depart_s)


def test_draws_of_a_seed_are_nested(model: MesoModel) -> None:
    taken = {d: set(draw_demand(model, Draw(5, d)).order) for d in (0.7, 0.9, 1.0, 1.2)}
    assert taken[0.7] < taken[0.9] < taken[1.0] < taken[1.2]
    count = model.fleet.depart_s.size
    assert len(taken[0.9]) == pytest.approx(0.9 * count, rel=0.1)
    assert len(taken[1.2]) == pytest.approx(1.2 * count, rel=0.1)
    assert draw_demand(model, Draw(5, 0.0)).order.size == 0
    same = draw_demand(model, Draw(5, 0.7)).vehicles["depart"]
    other = draw_demand(model, Draw(5, 0.9)).vehicles["depart"]
    assert np.array_equal(same, other)


def test_shifted_departures_stay_in_the_window(model: MesoModel) -> None:
    depart = draw_demand(model, Draw(5, 2.0, 600)).vehicles["depart"]
    assert depart.min() >= 0
    assert depart.max() < 1800


def test_nobody_on_the_road_is_no_error(model: MesoModel) -> None:
    found = evaluate(model, [two_stages(model, "AJ", 30, 60)], [Draw(0, 0.0)])
    assert np.isnan(found.measure("delay_s")[0, 0])
    assert found.measure("throughput")[0, 0] == 0


@pytest.mark.parametrize("draw", [Draw(0, 2.5), Draw(0, -0.1), Draw(-1), Draw(0, 1.0, -1.0)])
def test_impossible_draws_are_refused(model: MesoModel, draw: Draw) -> None:
    with pytest.raises(InputError, match="draw"):
        evaluate(model, [two_stages(model, "AJ", 30, 60)], [draw])


def test_more_demand_costs_more(model: MesoModel) -> None:
    draws = [Draw(1, d) for d in (0.6, 0.8, 1.0, 1.2)]
    delay = evaluate(model, [two_stages(model, "AJ", 30, 60)], draws).measure("delay_s")[0]
    assert list(delay) == sorted(delay)
