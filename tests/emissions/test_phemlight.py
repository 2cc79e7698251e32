"""Own PHEMlight5 vehicles: data, files, power by hand, names, closure. No simulator needed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from signalopt.emissions.phemlight_cycle import closure_of, own_response, stop_trace
from signalopt.emissions.phemlight_files import table_faults, vehicle_files
from signalopt.emissions.phemlight_names import SHIPPED, name_fault, parse_name
from signalopt.emissions.phemlight_power import power_kw, rates
from signalopt.emissions.phemlight_vehicle import (
    phem_vehicle,
    phem_vehicles,
    vehicle_from,
    winter_vehicles,
)
from signalopt.errors import InputError

BUS = phem_vehicle("CO_EUIII_D")
CAR = phem_vehicle("PC_EU2_G")
EVERYTHING = (*phem_vehicles(), *winter_vehicles())


@pytest.mark.parametrize("vehicle", EVERYTHING, ids=lambda v: v.name)
def test_every_vehicle_has_sound_files_and_a_name_that_sumo_reads(vehicle) -> None:
    assert table_faults(vehicle.name, vehicle_files(vehicle)) == []
    assert name_fault(vehicle.name, {vehicle.name}) == ""
    assert "CB" not in vehicle.name  # would change the efficiency of every vehicle of a run
    assert vehicle.name not in SHIPPED  # would silently replace a file of SUMO
    assert {e.section for e in vehicle.evidence} >= {
        "body",
        "engine",
        "fuel",
        "pollutants",
        "level",
    }
    assert all(e.mark and e.source for e in vehicle.evidence)


def test_power_of_the_bus_by_hand() -> None:
    v = 10.0
    rolling = 14000 * 9.81 * (0.0075 + 8e-5 * v) * v
    air = 7.4 * 0.62 * 1.182 / 2 * v**3
    rotating = 1.07 + (1.04 - 1.07) * (36 - 35) / (50 - 35)
    inertia = (11500 * rotating + 150 + 2500) * 0.5 * v
    by_hand = (rolling + air + inertia) / 1000 / 0.9 + 0.03 * 190
    assert power_kw(BUS, v, 0.5) == pytest.approx(by_hand)


def test_an_idling_car_by_hand() -> None:
    found = rates(CAR, 0.0, 0.0)
    assert found.fuel_gps == pytest.approx(850 / 3600)
    carbon = 0.865 * 850 - 0.429 * 10.0 - 0.866 * 0.6
    assert found.co2_gps == pytest.approx(carbon / 0.273 / 3600)
    assert found.nox_mgps == pytest.approx(1.1 / 3.6)


def test_braking_costs_nothing_and_gas_has_less_carbon() -> None:
    assert rates(BUS, 10.0, -1.5).co2_gps == 0
    gas = rates(phem_vehicle("CO_EUV_CNG"), 10.0, 0.0)
    diesel = rates(BUS, 10.0, 0.0)
    assert gas.co2_gps / gas.fuel_gps < 0.85 * diesel.co2_gps / diesel.fuel_gps


@pytest.mark.parametrize("vehicle", phem_vehicles(), ids=lambda v: v.name)
def test_vehicles_close_against_the_guidebook(vehicle) -> None:
    closure = closure_of(vehicle, own_response(vehicle))
    for pair in (closure.co2, closure.nox, closure.pm):
        assert 0.75 < pair[0] < 1.25
        assert 0.75 < pair[1] < 1.25
    assert 0.85 < closure.mean()[0] < 1.15


def test_a_stop_is_worth_a_minute_of_idling_for_a_car_and_more_for_a_bus() -> None:
    worth = {}
    for vehicle in (CAR, BUS):
        found = own_response(vehicle)
        worth[vehicle.kinematic_class] = found.per_stop.co2_gps / found.per_idle_s.co2_gps
    assert 45 < worth["car"] < 75
    assert 110 < worth["bus"] < 180


def test_kinetic_energy_bounds_the_cost_of_a_stop() -> None:
    mass = CAR.mass_kg + CAR.load_kg
    grams = mass * (50 / 3.6) ** 2 / 2 / 1000 / (0.9 * 0.30) / 42.7  # fuel at 30 % efficiency
    assert own_response(CAR).per_stop.fuel_gps == pytest.approx(grams, rel=0.2)


def test_winter_raises_cruise_and_idle_but_not_stops() -> None:
    warm, cold = own_response(CAR), own_response(phem_vehicle("PC_EU2_G_WINTER"))
    assert cold.per_km.co2_gps / warm.per_km.co2_gps == pytest.approx(1.16, abs=0.03)
    assert cold.per_idle_s.co2_gps / warm.per_idle_s.co2_gps == pytest.approx(1.30, abs=0.01)
    assert cold.per_stop.co2_gps / warm.per_stop.co2_gps == pytest.approx(1.0, abs=0.03)


def test_the_cycle_is_whole() -> None:
    trace = stop_trace(1.2, 1.5)
    speeds = [v for v, _ in trace]
    assert speeds[0] == speeds[-1] == pytest.approx(50 / 3.6)
    assert min(speeds) == 0
    steps = zip(speeds, trace[1:], strict=False)
    assert all(v - before == pytest.approx(accel) for before, (v, accel) in steps)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("BUS_EUIII_D", "no vehicle class"),
        ("CO_EUIII", "no fuel"),
        ("RT_EUIII_D", "no size"),
        ("LCV_EU3_D", "no size"),
        ("PC_4_GAS", "no Euro"),
        ("CB_EUIII_D", "efficiency"),
        ("PC_G", "shorter"),
    ],
)
def test_names_that_sumo_misreads_are_told(name: str, reason: str) -> None:
    assert reason in str(parse_name(name))


def test_a_name_without_files_is_told_with_the_nearest() -> None:
    assert "did you mean CO_EUIII_D" in name_fault("CO_EUIV_D", {"CO_EUIII_D", *SHIPPED})


def _damaged(change: str) -> list[str]:
    files = vehicle_files(BUS)
    vehicle, fuel = f"{BUS.name}.PHEMLight.veh", f"{BUS.name}_FC.csv"
    content = json.loads(files[vehicle])
    if change == "short row":
        lines = files[fuel].splitlines()
        lines[8] = lines[8].rsplit(",", 1)[0]
        files[fuel] = "\n".join(lines) + "\n"
    elif change == "no mass type":
        del content["VehicleData"]["MassType"]
    elif change == "fuel":
        content["VehicleData"]["FuelType"] = "Diesel"
    elif change == "missing":
        del files[fuel]
    elif change == "zeros":
        lines = [",".join([line.split(",")[0], "0", "0"]) for line in files[fuel].splitlines()]
        files[fuel] = "\n".join([files[fuel].splitlines()[0], *lines[1:]]) + "\n"
    if vehicle in files and change in ("no mass type", "fuel"):
        files[vehicle] = json.dumps(content)
    return table_faults(BUS.name, files)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("short row", ":9: 2 cells, 3 columns"),
        ("no mass type", "MassType None"),
        ("fuel", "FuelType 'Diesel' gives no CO2"),
        ("missing", "missing"),
        ("zeros", "all zero"),
    ],
)
def test_files_that_sumo_would_read_as_zeros_are_told(change: str, told: str) -> None:
    assert any(told in fault for fault in _damaged(change))


def test_bad_vehicle_data_is_refused_with_every_problem() -> None:
    import tomllib
    from importlib import resources

    text = (
        resources.files("signalopt.emissions") / "data" / "phemlight" / "bus_12m_diesel.toml"
    ).read_text(encoding="utf-8")
    table = tomllib.loads(text)
    table["fuel_type"], table["mass_type"] = "Diesel", "heavy"
    table["gears"]["ratio"] = [1.0]
    with pytest.raises(InputError) as caught:
        vehicle_from(table, "bus.toml")
    assert len(caught.value.problems) == 3
    table["level"]["technology"] = ["bus", "diesel", "nine"]
    with pytest.raises(InputError, match="bus diesel nine"):
        vehicle_from(table, "bus.toml")
    del table["engine"]
    with pytest.raises(InputError, match="engine"):
        vehicle_from(table, "bus.toml")


def test_a_heavier_vehicle_stops_dearer() -> None:
    heavy = replace(BUS, load_kg=BUS.load_kg + 3000)
    assert own_response(heavy).per_stop.co2_gps > own_response(BUS).per_stop.co2_gps
