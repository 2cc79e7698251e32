"""SUMO with our PHEMlight5 vehicles, and the faults of its loader, each seen as it is today."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from signalopt.emissions.phemlight_cycle import manner_of, stop_trace
from signalopt.emissions.phemlight_files import vehicle_files
from signalopt.emissions.phemlight_vehicle import phem_vehicle
from signalopt.emissions.response import load_responses
from signalopt.errors import InputError
from signalopt.microsim.closure import closure_table, driven, electric_response, shipped_response
from signalopt.microsim.emission_devices import emission_devices, write_vehicle_files
from signalopt.microsim.schedule import read_schedule
from signalopt.microsim.simulate import simulate
from signalopt.network.tools import run_tool
from tests.microsim.conftest import CaseMaker, cars

BUS = phem_vehicle("CO_EUIII_D")


def _co2_g(vehicle, folder: Path, old: str = "", new: str = "") -> float:
    for name, text in vehicle_files(vehicle).items():
        (folder / name).write_text(text.replace(old, new) if old else text)
    trace = stop_trace(*manner_of(vehicle))
    return sum(r.co2_gps for r in driven(f"PHEMlight5/{vehicle.name}", trace, folder))


def test_sumo_counts_as_we_do() -> None:
    for row in closure_table():
        assert row.largest_difference < 1e-3, row.vehicle.name


def test_the_shipped_car_is_the_one_that_the_model_was_made_with() -> None:
    found = shipped_response("PC_EU4_G")
    assert found.per_km.co2_gps == pytest.approx(145, rel=0.02)
    assert found.per_stop.co2_gps == pytest.approx(43.5, rel=0.03)
    assert found.per_idle_s.co2_gps == pytest.approx(0.752, rel=0.01)


def test_the_name_of_a_city_bus_changes_the_efficiency(tmp_path: Path) -> None:
    coach, city = tmp_path / "coach", tmp_path / "city"
    coach.mkdir()
    city.mkdir()
    ratio = _co2_g(replace(BUS, name="CB_EUIII_D"), city) / _co2_g(BUS, coach)
    assert ratio > 1.04  # 0.8 instead of 0.9: why our buses are called CO


def test_a_short_row_silently_gives_no_co2(tmp_path: Path) -> None:
    last = vehicle_files(BUS)["CO_EUIII_D_FC.csv"].splitlines()[-1]
    assert _co2_g(BUS, tmp_path, last, last.rsplit(",", 1)[0]) == 0


def test_an_unknown_fuel_silently_gives_no_co2(tmp_path: Path) -> None:
    assert _co2_g(BUS, tmp_path, '"FuelType": "D"', '"FuelType": "Diesel"') == 0


def test_without_a_mass_type_a_bus_emits_a_fraction_of_its_nox(tmp_path: Path) -> None:
    files = vehicle_files(BUS)
    name = f"{BUS.name}.PHEMLight.veh"
    sound, broken = tmp_path / "a", tmp_path / "b"
    for folder in (sound, broken):
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text)
    (broken / name).write_text(files[name].replace('"MassType": "HV",', ""))
    trace = stop_trace(*manner_of(BUS))
    nox = [
        sum(r.nox_mgps for r in driven(f"PHEMlight5/{BUS.name}", trace, folder))
        for folder in (sound, broken)
    ]
    assert nox[1] < 0.05 * nox[0]


def test_the_option_of_the_year_changes_nothing(tmp_path: Path) -> None:
    write_vehicle_files(tmp_path, [BUS])
    timeline = tmp_path / "t.csv"
    timeline.write_text("".join(f"{s};{v};{a}\n" for s, (v, a) in enumerate(stop_trace(1.2, 1.5))))
    said = [
        run_tool("emissionsDrivingCycle",
                 ["--timeline-file", str(timeline), "--emission-class", "PHEMlight5/PC_EU4_G",
                  "--phemlight-path", str(tmp_path), *year, "--output", str(tmp_path / "o.csv")])
        for year in (["--phemlight-year", "2010"], ["--phemlight-year", "2040"])
    ]  # fmt: skip
    totals = [
        {k: v for k, _, v in (line.partition(":") for line in text.splitlines()) if k == "NOx"}
        for text in said
    ]
    assert totals[0] == totals[1] != {}


def test_types_are_driven_by_the_base_vehicle_of_their_class(
    make_case: CaseMaker, tmp_path: Path
) -> None:
    case = make_case(cars([0]) + cars([10], kind="bus", stem="b"))
    folder = tmp_path / "run"
    folder.mkdir()
    changed, options = emission_devices("phemlight5", case, read_schedule(case), folder)
    text = "".join(p.read_text() for p in changed.additional_files)
    assert "PHEMlight5/PC_EU4_G" in text
    assert "PHEMlight5/CO_EUIII_D" in text
    assert "HBEFA4" not in text
    assert "--phemlight-path" in options
    assert not any("year" in option for option in options)
    assert emission_devices("fitted", case, read_schedule(case), folder) == (case, ())


@pytest.mark.parametrize(
    ("kind", "emission_class", "told"),
    [
        ("bus", "PHEMlight5/PC_EU4_G", "would emit like a car"),
        ("bus", "HBEFA3/PC_G_EU4", "would emit like a car"),
        ("truck", "HBEFA4/PC_petrol_Euro-4", "would emit like a car"),
        ("bus", "PHEMlight5/BUS_EUIII_D", "no vehicle class"),
        ("bus", "PHEMlight5/CB_EUIII_D", "efficiency"),
        ("passenger", "PHEMlight5/PC_EU3_G", "no such file"),
    ],
)
def test_types_that_would_emit_like_something_else_are_refused_by_name(
    make_case: CaseMaker, kind: str, emission_class: str, told: str
) -> None:
    own = f'<vType id="mine" vClass="{kind}" emissionClass="{emission_class}"/>'
    case = make_case(own + cars([0], kind="mine"))
    with pytest.raises(InputError, match=told) as caught:
        simulate(case, None, [1])
    assert "vehicle type mine" in str(caught.value)


def test_the_device_does_not_change_trajectories(make_case: CaseMaker) -> None:
    case = make_case(cars(range(0, 60, 4)) + cars([70], kind="bus", stem="b"))
    plain = simulate(case, None, [3]).runs[0].measures
    device = simulate(case, None, [3], emission_model="phemlight5").runs[0].measures
    for name in ("delay_s", "stops", "speed_kph"):
        assert plain[name] == device[name]
    assert device["co2_g"] == pytest.approx(plain["co2_g"], rel=0.15)


def test_sumos_battery_bus_uses_what_the_model_says() -> None:
    found, model = electric_response(), load_responses()["electric_bus"].raw["electricity_kwh"]
    assert found.per_km.fuel_gps == pytest.approx(model[0], rel=0.1)
    assert found.per_stop.fuel_gps == pytest.approx(model[1], rel=0.2)
    assert found.per_idle_s.fuel_gps == pytest.approx(model[2], rel=0.02)
