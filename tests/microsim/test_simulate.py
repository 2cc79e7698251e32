from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from signalopt.emissions.coefficients import coefficients
from signalopt.emissions.response import IDLE
from signalopt.errors import InputError, OutputError, SimulationError
from signalopt.microsim.idling import idle_rates
from signalopt.microsim.schedule import VehicleType
from signalopt.microsim.simulate import simulate, simulate_additional
from signalopt.progress import Progress
from signalopt.scenario.emission_setting import emission_setting, with_emissions
from tests.microsim.conftest import (
    SHARED,
    SPEED_MPS,
    WEST_GREEN,
    WEST_RED,
    CaseMaker,
    cars,
    fixed_plan,
)

ACCEL_MPS2 = 2.5


def test_a_car_at_a_red_light_loses_what_hand_calculation_says(make_case: CaseMaker) -> None:
    case = make_case(cars([0]))
    green_from_s = 120
    plan = fixed_plan([(green_from_s, "Gr"), (1000, "rG")])
    run = simulate(case, plan, [1]).runs[0]
    reaches_line_s = 500 / SPEED_MPS
    by_hand = green_from_s - reaches_line_s + SPEED_MPS / (2 * ACCEL_MPS2)
    assert run.measures["delay_s"] == pytest.approx(by_hand, abs=2)
    assert run.measures["stops"] == 1
    assert run.measures["depart_delay_s"] == 0
    assert run.measures["throughput"] == 1
    assert run.complete


def test_free_flow_loses_nothing(make_case: CaseMaker) -> None:
    run = simulate(make_case(cars([0])), None, [1]).runs[0]
    assert run.measures["delay_s"] == pytest.approx(0, abs=0.5)
    assert run.measures["speed_kph"] == pytest.approx(3.6 * SPEED_MPS, rel=0.02)
    assert run.measures["stops"] == 0


def test_waiting_at_a_bus_stop_is_no_delay(make_case: CaseMaker) -> None:
    stop = '<stop lane="CE_0" endPos="250" duration="60"/>'
    bus = cars([0], kind="bus").replace("</vehicle>", f"{stop}</vehicle>")
    run = simulate(make_case(bus), None, [1]).runs[0]
    assert run.measures["travel_time_s"] > 1000 / SPEED_MPS + 60
    assert run.measures["delay_s"] < 30  # braking and starting, not the dwell


def test_blocked_entry_counts_everyone(make_case: CaseMaker) -> None:
    departures = list(range(0, 40, 2))
    case = make_case(cars(departures), approach_m=60, hard_stop_s=300)
    result = simulate(case, WEST_RED, [1])
    found = result.runs[0].measures
    assert not result.complete
    assert not result.summary()["complete"]
    assert found["throughput"] == 0
    assert found["not_inserted"] > 0
    assert found["unfinished"] > 0
    assert found["not_inserted"] + found["unfinished"] == len(departures)
    # all stand from their departure to the hard stop, less the free drive along 60 m and reaction
    stood = math.fsum(300 - t for t in departures) / len(departures)
    assert stood - 10 < found["delay_s"] <= stood


@pytest.mark.parametrize("model", ["fitted", "phemlight5", "sumo-default"])
def test_the_insertion_queue_idles(make_case: CaseMaker, model: str) -> None:
    departures = list(range(0, 40, 2))
    case = make_case(cars(departures), approach_m=60, hard_stop_s=300)
    found = simulate(case, WEST_RED, [1], emission_model=model).runs[0].measures
    if model == "sumo-default":
        rates = idle_rates(VehicleType("passenger", "HBEFA4/PC_petrol_Euro-4"))
        per_s = rates.co2_mgps / 1000
    else:
        fleet, temperature_c = emission_setting(case)
        per_s = coefficients(fleet, temperature_c).of("car", "co2_g")[IDLE]
    queued_s = found["depart_delay_s"] * len(departures)
    km = found["co2_total_kg"] * 1000 / found["co2_g"]
    assert queued_s * per_s > 500
    assert (found["co2_g"] - found["co2_driven_g"]) * km == pytest.approx(queued_s * per_s)


def test_a_plan_that_blocks_the_entry_does_not_look_clean(make_case: CaseMaker) -> None:
    case = make_case(cars(range(0, 40, 2)), approach_m=60, hard_stop_s=300)
    blocked = simulate(case, WEST_RED, [1]).runs[0].measures
    free = simulate(case, WEST_GREEN, [1]).runs[0].measures
    assert blocked["co2_total_kg"] > free["co2_total_kg"]
    assert blocked["soot_total_g"] > free["soot_total_g"]


def test_emissions_carry_bands_by_class(make_case: CaseMaker) -> None:
    case = make_case(cars([0, 10]) + cars([20], kind="bus", stem="b"))
    result = simulate(case, None, [1, 2])
    detail = result.emission_detail
    assert detail is not None
    assert set(detail.result.by_class) == {"car", "bus"}
    for name in ("fuel_g", "co2_g", "nox_mg", "pm_mg", "soot_mg"):
        band = detail.per_km()[name]
        assert 0 < band.low < band.central < band.high
        assert band.central == pytest.approx(result.mean(name), rel=0.01)
    shown = json.loads(result.to_json())["emission_detail"]
    assert shown["by_class"]["bus"]["soot_mg"]["low"] > 0
    assert simulate(case, None, [1], emission_model="sumo-default").emission_detail is None


def test_a_bus_emits_the_soot_of_hundreds_of_cars(make_case: CaseMaker) -> None:
    run = simulate(make_case(cars([0]) + cars([20], kind="bus", stem="b")), None, [1]).runs[0]
    assert run.by_class["bus"]["soot_mg"] > 20 * run.by_class["passenger"]["soot_mg"]


def test_cold_air_costs_fuel(make_case: CaseMaker) -> None:
    case = make_case(cars([0]))
    warm = simulate(case, None, [1]).runs[0].measures
    cold = simulate(with_emissions(case, temperature_c=-20.0), None, [1]).runs[0].measures
    assert 1.15 < cold["co2_g"] / warm["co2_g"] < 1.7
    assert cold["soot_mg"] > 2 * warm["soot_mg"]
    assert cold["delay_s"] == warm["delay_s"]


def test_a_battery_bus_burns_nothing(make_case: CaseMaker) -> None:
    own = '<vType id="bus_e" vClass="bus" emissionClass="MMPEVEM"/>'
    for model in ("fitted", "phemlight5"):
        case = make_case(own + cars([0], kind="bus_e"))
        run = simulate(case, None, [1], emission_model=model).runs[0]
        assert run.measures["co2_g"] == 0
        assert run.measures["soot_mg"] == 0
        assert 0.3 < run.measures["electricity_kwh"] < 3


def test_bicycles_emit_nothing(make_case: CaseMaker) -> None:
    own = '<vType id="bike" vClass="bicycle"/>'
    run = simulate(make_case(own + cars([0], kind="bike", stem="b") + cars([5])), None, [1]).runs[0]
    assert "co2_g" not in run.by_class["bicycle"]
    assert run.by_class["passenger"]["co2_g"] > 0


def test_an_unknown_emission_model_is_refused(make_case: CaseMaker) -> None:
    with pytest.raises(InputError, match="did you mean phemlight5"):
        simulate(make_case(cars([0])), None, [1], emission_model="phemlight")


def test_warm_up_and_later_vehicles_are_not_counted(make_case: CaseMaker) -> None:
    case = make_case(cars([0, 99, 100, 199, 200]), begin_s=100, end_s=200)
    assert simulate(case, None, [1]).runs[0].measures["throughput"] == 2


def test_classes_and_persons(make_case: CaseMaker) -> None:
    # bus and car come from different arms, both stopped by the same kind of red
    trips = cars([0], kind="bus", stem="b") + cars([0], edges="SC CN")
    plan = fixed_plan([(120, "Gr"), (1000, "rG")])
    run = simulate(make_case(trips), plan, [1]).runs[0]
    assert set(run.by_class) == {"bus", "passenger"}
    car_s, bus_s = run.by_class["passenger"]["delay_s"], run.by_class["bus"]["delay_s"]
    assert bus_s > 60 > car_s
    expected = (1.5 * car_s + 40 * bus_s) / 41.5
    assert run.measures["person_delay_s"] == pytest.approx(expected)
    assert run.measures["delay_s"] == pytest.approx((car_s + bus_s) / 2)


def test_persons_need_an_occupancy(make_case: CaseMaker) -> None:
    run = simulate(make_case(cars([0]), occupancy=()), None, [1]).runs[0]
    assert "person_delay_s" not in run.measures


def test_pedestrians_are_measured(make_case: CaseMaker) -> None:
    walker = '<person id="p" depart="5"><walk edges="CE"/></person>'
    run = simulate(make_case(cars([0]) + walker, sidewalks=True), None, [1]).runs[0]
    assert 0 <= run.measures["pedestrian_delay_s"] < 60
    assert run.complete


def test_an_unfinished_walk_makes_the_run_incomplete(make_case: CaseMaker) -> None:
    walker = '<person id="p" depart="150"><walk edges="CE"/></person>'
    case = make_case(cars([0]) + walker, sidewalks=True, end_s=160, hard_stop_s=200)
    run = simulate(case, None, [1]).runs[0]
    assert run.measures["unfinished"] == 0
    assert run.pedestrians_unfinished == 1
    assert not run.complete


def test_a_vehicle_that_sumo_drops_is_an_error(make_case: CaseMaker) -> None:
    # SUMO silently ignores `v0`..: they stand behind a later departure
    unsorted = cars([250], stem="late") + cars([0, 10])
    with pytest.raises(SimulationError, match=r"lost 2 of 3 vehicles .* v0, v1"):
        simulate(make_case(unsorted), None, [1])


def test_same_seed_same_numbers_and_seeds_differ(make_case: CaseMaker) -> None:
    trips = cars(range(0, 200, 4)).replace('type="car"', 'type="free"')
    trips = '<vType id="free" sigma="0.5"/>' + trips
    case = make_case(trips)
    once, again = simulate(case, SHARED, [3, 4]), simulate(case, SHARED, [4, 3], workers=1)
    assert once.values("delay_s") == again.values("delay_s")
    assert once.values("co2_g") == again.values("co2_g")
    assert once.values("delay_s")[3] != once.values("delay_s")[4]


def test_json_form(make_case: CaseMaker) -> None:
    result = simulate(make_case(cars([0, 10]) + cars([20], kind="bus", stem="b")), None, [1, 2])
    data = json.loads(result.to_json())
    assert {"scenario", "plan", "controller", "seeds", "complete", "measures"} <= set(data)
    assert data["scenario"] == "crossing"
    assert data["plan"] == "west green"
    assert data["controller"] == "fixed"
    assert data["seeds"] == [1, 2]
    assert data["complete"] is True
    for name, unit in (("delay_s", "s/veh"), ("co2_g", "g/veh-km")):
        found = data["measures"][name]
        low, high = found["ci95"]
        assert low <= found["mean"] <= high
        assert found["unit"] == unit
        assert found["definition"]
    assert set(data["by_class"]) == {"bus", "passenger"}
    assert data["notes"] == [{"subject": "demand", "text": "invented", "confidence": "estimated"}]
    assert "astana_2025" in data["emissions"]
    assert data["failures"] == []
    assert data["sumo_version"].startswith("1.")
    assert "interval_note" not in data


def test_one_seed_has_no_interval_and_says_so(make_case: CaseMaker) -> None:
    data = json.loads(simulate(make_case(cars([0])), None, [7]).to_json())
    assert data["measures"]["delay_s"]["ci95"] == [None, None]
    assert "one seed" in data["interval_note"]


def test_signals_that_are_off_let_the_blocked_street_go(make_case: CaseMaker) -> None:
    case = make_case(cars([0]), hard_stop_s=400)
    assert not simulate(case, WEST_RED, [1]).complete
    dark = make_case(cars([0]), hard_stop_s=400, signals_off=("C",))
    assert simulate(dark, WEST_RED, [1]).complete


def test_a_raw_additional_file_runs_as_it_is(make_case: CaseMaker, tmp_path) -> None:
    file = tmp_path / "mine.add.xml"
    file.write_text(
        '<additional><tlLogic id="C" type="static" programID="x" offset="0">'
        '<phase duration="90" state="Gr"/></tlLogic></additional>'
    )
    result = simulate_additional(make_case(cars([0]), hard_stop_s=400), file, [1])
    assert result.plan == "mine.add.xml"
    assert result.runs[0].measures["unfinished"] == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<additional/>", "without a tlLogic"),
        ('<additional><tlLogic id="Z"/></additional>', "`Z`"),
        ("<additional>", r"mine\.add\.xml:1"),
    ],
)
def test_a_raw_file_for_something_else_is_refused(
    make_case: CaseMaker, tmp_path, text: str, found: str
) -> None:
    file = tmp_path / "mine.add.xml"
    file.write_text(text)
    with pytest.raises(InputError, match=found):
        simulate_additional(make_case(cars([0])), file, [1])


def test_a_plan_for_another_network_is_refused(make_case: CaseMaker) -> None:
    with pytest.raises(InputError, match="another network"):
        simulate(make_case(cars([0])), replace(WEST_GREEN, network="elsewhere"), [1])


def test_a_bad_request_names_all_problems(make_case: CaseMaker) -> None:
    with pytest.raises(InputError) as caught:
        simulate(make_case(cars([0])), None, [1, 1, -2], workers=-1, timeout_s=0)
    assert len(caught.value.problems) == 4


def test_kept_files_repeat_the_run(make_case: CaseMaker, tmp_path) -> None:
    keep = tmp_path / "kept"
    simulate(make_case(cars([0])), None, [5], keep=keep)
    assert (keep / "plan.add.xml").is_file()
    assert (keep / "seed-5" / "tripinfo.xml").is_file()
    assert (keep / "seed-5" / "statistics.xml").is_file()


def test_a_folder_that_cannot_be_made_is_an_output_error(make_case: CaseMaker, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        simulate(make_case(cars([0])), None, [1], keep=tmp_path / "file" / "below")


def test_the_listener_hears_every_seed(make_case: CaseMaker) -> None:
    heard: list[Progress] = []
    simulate(make_case(cars([0])), None, [1, 2, 3], listener=heard.append)
    assert [news.done for news in heard] == [0, 1, 2, 3]
    assert {news.total for news in heard} == {3}
