from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.files import write_text
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS
from signalopt.optimize.pollutants import Response, pollutant_weights, read_composition
from signalopt.optimize.streams import MovementKey
from signalopt.optimize.tables import build_problem
from tests.optimize.streets import avenue, flows_of
from tests.optimize.test_tables import settings_of

CAR, BUS = Response(per_stop=20.0, per_idle_s=0.5), Response(per_stop=200.0, per_idle_s=2.0)


def class_of(kind: str) -> str:
    return "bus" if kind.startswith("bus") else kind


def test_rates_by_hand():
    network = avenue([400.0])
    cars, buses = (MovementKey("I0", f"{way}>I0", "I0>x") for way in ("west", "east"))
    mix = {cars: {"car": 300.0}, buses: {"bus_city": 100.0}}
    found = pollutant_weights(mix, {"car": CAR, "bus": BUS}, class_of)
    from signalopt.demand.flows import pcu_of

    units = 300 + 100 * pcu_of("bus_city")
    assert found.amount_per_unit == pytest.approx((300 * 0.5 + 100 * 2.0) / units)
    rates = found.weights.rates(cars)
    assert rates.wait * found.amount_per_unit == pytest.approx(0.5)
    assert rates.stop * found.amount_per_unit == pytest.approx(20.0)
    rates = found.weights.rates(buses)
    assert rates.stop * found.amount_per_unit == pytest.approx(200.0 / pcu_of("bus_city"))
    elsewhere = MovementKey("I1", "a", "b")
    assert found.weights.rates(elsewhere).stop == pytest.approx((6000 + 20000) / (150 + 200))
    assert network.intersection["I0"]


def test_classes_without_coefficients_are_named():
    key = MovementKey("I0", "a", "b")
    with pytest.raises(InputError, match="tractor"):
        pollutant_weights({key: {"car": 5, "tractor": 1}}, {"car": CAR}, class_of)
    with pytest.raises(InputError, match="no vehicles"):
        pollutant_weights({}, {"car": CAR}, class_of)


def test_tables_follow_the_mix():
    network = avenue([400.0])
    flows = flows_of(network, 600, 300, 200)
    plain = build_problem(flows, settings_of(network, flows), 80, OBJECTIVE_WEIGHTS["delay"])
    mix = {key: {"car": 100.0} for key in flows.movement_vph}
    cars = Response(per_stop=5 * 0.4, per_idle_s=0.4)  # a stop worth 5 s, as in `delay`
    same = pollutant_weights(mix, {"car": cars}, class_of).weights
    equal = build_problem(flows, settings_of(network, flows), 80, same)
    assert (equal.pairs[0].cost == plain.pairs[0].cost).all()
    dirty = pollutant_weights(mix, {"car": CAR}, class_of).weights
    costly = build_problem(flows, settings_of(network, flows), 80, dirty)
    assert (costly.pairs[0].cost > plain.pairs[0].cost).all()


def test_composition_is_counted_by_movement_and_type(tmp_path: Path):
    network = avenue([400.0])
    file = tmp_path / "v.rou.xml"
    write_text(
        file,
        '<routes><route id="r" edges="west>I0 I0>I1 I1>east"/>'
        '<vehicle id="1" type="car" depart="10" route="r"/>'
        '<vehicle id="2" type="bus_city" depart="20"><route edges="west>I0 I0>I1"/></vehicle>'
        '<vehicle id="3" type="car" depart="5000" route="r"/></routes>',
    )
    found = read_composition(network, [file], 0, 1800)
    first = MovementKey("I0", "west>I0", "I0>I1")
    assert found[first] == {"car": 2.0, "bus_city": 2.0}
    assert found[MovementKey("I1", "I0>I1", "I1>east")] == {"car": 2.0}
