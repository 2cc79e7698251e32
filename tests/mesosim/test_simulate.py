"""The queue model answers like SUMO: same measures, same record, close figures on the tiny scenario."""

import json

import pytest

from signalopt.errors import InputError
from signalopt.measures import MEASURES
from signalopt.mesosim.simulate import simulate_meso
from signalopt.microsim.compare import compare
from signalopt.microsim.simulate import simulate
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario

SHARED_BY_BOTH = {
    "delay_s", "stops", "speed_kph", "travel_time_s", "person_delay_s", "pedestrian_delay_s",
    "time_loss_s", "depart_delay_s", "throughput", "not_inserted", "unfinished", "fuel_g", "co2_g",
    "nox_mg", "soot_mg", "co2_total_kg",
}  # fmt: skip


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(load_scenario("smoke"), tmp_path_factory.mktemp("case") / "smoke")


def test_it_answers_like_sumo(smoke: Case) -> None:
    found = simulate_meso(smoke, None, [1, 2])
    run = found.runs[0]
    assert set(run.measures) >= SHARED_BY_BOTH
    assert set(run.measures) <= set(MEASURES)
    assert found.manifest["engine"] == "meso"
    assert found.complete
    assert found.emission_detail is not None
    assert run.measures["delay_s"] != found.runs[1].measures["delay_s"]  # other drivers
    json.loads(found.to_json())
    assert simulate_meso(smoke, None, [1, 2]).values("delay_s") == found.values("delay_s")


@pytest.mark.slow_ci
@pytest.mark.slow
def test_its_figures_are_close_to_sumo(smoke: Case) -> None:
    judged = simulate(smoke, None, [1, 2, 3])
    found = simulate_meso(smoke, None, [1, 2, 3])
    for name, share in (("delay_s", 0.25), ("stops", 0.25), ("travel_time_s", 0.15),
                        ("pedestrian_delay_s", 0.25), ("co2_g", 0.15), ("speed_kph", 0.15)):  # fmt: skip
        assert found.mean(name) == pytest.approx(judged.mean(name), rel=share), name


def test_bad_seeds_are_refused(smoke: Case) -> None:
    for seeds in ([], [-1], [1, 1]):
        with pytest.raises(InputError, match="seeds"):
            simulate_meso(smoke, None, seeds)


def test_two_plans_can_be_compared(smoke: Case) -> None:
    before = simulate_meso(smoke, None, [1, 2, 3])
    changes = compare(before, simulate_meso(smoke, None, [1, 2, 3]))
    assert json.dumps(changes.summary())


def test_buses_stop_and_their_stops_are_no_delay(smoke: Case) -> None:
    run = simulate_meso(smoke, None, [1]).runs[0]
    (bus,) = [e for e in run.emitted if e.kind.kinematic_class == "bus"]
    assert bus.activity.vehicles > 0
    assert run.by_class["bus"]["delay_s"] < 120
    assert run.by_class["bus"]["travel_time_s"] > run.by_class["passenger"]["travel_time_s"]


def test_dark_signals_follow_the_right_of_way(smoke: Case) -> None:
    from dataclasses import replace

    dark = replace(smoke, signals_off=tuple(p.id for p in smoke.network.intersections))
    lit, unlit = simulate_meso(smoke, None, [1]), simulate_meso(dark, None, [1])
    assert unlit.mean("pedestrian_delay_s") < lit.mean("pedestrian_delay_s")
    assert unlit.runs[0].measures["throughput"] > 0
