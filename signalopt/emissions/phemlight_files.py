"""PHEMlight5 files of the own vehicles, as text, and the checks that SUMO's loader leaves out.

A class is three files with its name as stem: `.PHEMLight.veh` (JSON), `.csv` (pollutants over
normalised engine power), `_FC.csv` (fuel). SUMO turns a table with one short row into zeros and an
unknown fuel into CO2 = 0, both without a message; `table_faults` finds them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise

import numpy as np

from signalopt.emissions.phemlight_power import drive_power_kw, fuel_gph, pollutant_gph
from signalopt.emissions.phemlight_vehicle import FUEL_TYPES, MASS_TYPES, POLLUTANTS, PhemVehicle

VEHICLE_SUFFIX, FUEL_SUFFIX, POLLUTANT_SUFFIX = ".PHEMLight.veh", "_FC.csv", ".csv"
FUEL_GRID = tuple(round(float(p), 1) for p in np.arange(-0.2, 1.05, 0.1))
LIGHT_GRID = tuple(round(float(p), 2) for p in np.arange(-1.5, 6.01, 0.25))
HEAVY_GRID = tuple(round(float(p), 1) for p in np.arange(-0.3, 1.05, 0.1))


def vehicle_files(vehicle: PhemVehicle) -> dict[str, str]:
    """File names and texts of one class."""
    return {
        vehicle.name + VEHICLE_SUFFIX: _vehicle_json(vehicle),
        vehicle.name + FUEL_SUFFIX: _fuel_csv(vehicle),
        vehicle.name + POLLUTANT_SUFFIX: _pollutant_csv(vehicle),
    }


def table_faults(name: str, files: Mapping[str, str]) -> list[str]:
    """What SUMO would silently read as zeros or as another vehicle; empty for a sound class.

    `files`: texts by file name, as `vehicle_files` gives them.
    """
    suffixes = (VEHICLE_SUFFIX, FUEL_SUFFIX, POLLUTANT_SUFFIX)
    faults = [f"{name}{suffix}: missing" for suffix in suffixes if name + suffix not in files]
    if faults:
        return faults
    faults += _json_faults(name + VEHICLE_SUFFIX, files[name + VEHICLE_SUFFIX])
    faults += _csv_faults(name + FUEL_SUFFIX, files[name + FUEL_SUFFIX], ("FC",))
    faults += _csv_faults(name + POLLUTANT_SUFFIX, files[name + POLLUTANT_SUFFIX], POLLUTANTS)
    return faults


def _vehicle_json(v: PhemVehicle) -> str:
    v0, p0, v1, p1 = v.full_load
    rolling = dict(zip(("Fr0", "Fr1", "Fr2", "Fr3", "Fr4"), (*v.rolling, 0, 0, 0, 0), strict=False))
    content = {
        "Type": "PHEMLight VEH File",
        "Version": f"signalopt: {v.title}",
        "VehicleData": {
            "MassType": v.mass_type, "FuelType": v.fuel_type, "CalcType": "Conv",
            "Mass": v.mass_kg, "Loading": v.load_kg, "RedMassWheel": v.wheels_kg,
            "WheelDiameter": v.wheel_diameter_m, "Cw": v.drag_coefficient, "A": v.front_m2,
        },
        "AuxiliariesData": {"Pauxnorm": v.auxiliaries_share},
        "EngineData": {
            "ICEData": {"Prated": v.rated_kw, "nrated": v.rated_rpm, "Idling": v.idle_rpm},
            "EMData": {"Prated": 0.0, "nrated": 0.0},
        },
        "RollingResData": rolling,
        "FLDData": {
            "P_n_max_v0": v0, "P_n_max_p0": p0, "P_n_max_v1": v1, "P_n_max_p1": p1,
            "DragCurve": {"n_norm": list(v.drag_n), "pe_drag_norm": list(v.drag_share)},
        },
        "TransmissionData": {
            "AxelRatio": v.axle_ratio,
            "Transm": {
                "Speed": list(v.speed_kph), "GearRatio": list(v.ratio),
                "RotMassF": list(v.rotating_mass),
            },
        },
    }  # fmt: skip
    return json.dumps(_floats(content), indent=1) + "\n"


def _floats(value: object) -> object:
    """Every number as a float: the loader reads no integers where it wants a float."""
    if isinstance(value, dict):
        return {key: _floats(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_floats(child) for child in value]
    return float(value) if isinstance(value, int) else value


def _fuel_csv(v: PhemVehicle) -> str:
    rows = [("c P_norm(rated)", "FC", "FC_el"), ("[-]", "[g/h/kWrated]", "[kWh/h/kWrated]")]
    rows.append(("Willans line", "", ""))
    rows.append(("idle", _text(v.idle_gph / v.rated_kw), "0"))
    rows += [(f"{p:g}", _text(fuel_gph(v, p * v.rated_kw) / v.rated_kw), "0") for p in FUEL_GRID]
    return _csv(rows)


def _pollutant_csv(v: PhemVehicle) -> str:
    light = v.mass_type == "LV"
    grid, unit = (LIGHT_GRID, "[g/h]") if light else (HEAVY_GRID, "[g/h/kWrated]")
    axis = "c P_norm(drive)" if light else "c P_norm(rated)"
    rows: list[tuple[str, ...]] = [(axis, *POLLUTANTS, "PN")]
    rows.append(("[-]", *(unit for _ in POLLUTANTS), "[#/h]"))
    rows.append((f"Pdrive (Engine) = {drive_power_kw(v):.4f}", "", "", "", "", ""))
    rows.append(("idle", *(_text(v.pollutants[name].idle) for name in POLLUTANTS), "0"))
    rows += [
        (f"{p:g}", *(_text(pollutant_gph(v, name, p)) for name in POLLUTANTS), "0") for p in grid
    ]
    return _csv(rows)


def _text(value: float) -> str:
    return f"{value:.8g}"


def _csv(rows: Sequence[tuple[str, ...]]) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


def _json_faults(where: str, text: str) -> list[str]:
    try:
        content = json.loads(text.removeprefix("\ufeff"))
        data = content["VehicleData"]
        needed = (
            content["EngineData"]["EMData"], content["FLDData"]["DragCurve"],
            content["TransmissionData"]["Transm"], content["RollingResData"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        return [f"{where}: {error!r}"]
    faults = []
    if data.get("MassType") not in MASS_TYPES:
        faults.append(f"{where}: MassType {data.get('MassType')!r} is read as LV")
    if data.get("FuelType") not in FUEL_TYPES:
        faults.append(f"{where}: FuelType {data.get('FuelType')!r} gives no CO2")
    if not data.get("Mass"):
        faults.append(f"{where}: no Mass")
    if not all(needed):
        faults.append(f"{where}: an empty block")
    lengths = {len(column) for column in needed[2].values()}
    if len(lengths) > 1:
        faults.append(f"{where}: gear columns of {sorted(lengths)} entries")
    return faults


def _csv_faults(where: str, text: str, columns: tuple[str, ...]) -> list[str]:
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    if len(rows) < 6:
        return [f"{where}: {len(rows)} lines"]
    header = [cell.strip() for cell in rows[0]]
    faults = [f"{where}: no column {name}" for name in columns if name not in header]
    faults += [
        f"{where}:{number}: {len(row)} cells, {len(header)} columns (SUMO reads the table as zeros)"
        for number, row in enumerate(rows[3:], start=4)
        if len(row) != len(header)
    ]
    if rows[3][0].strip() != "idle":
        faults.append(f"{where}:4: {rows[3][0]!r} instead of idle")
    try:
        numbers = [[float(cell) for cell in row] for row in rows[4:]]
        [float(cell) for cell in rows[3][1:]]
    except ValueError as error:
        return [*faults, f"{where}: {error}"]
    power = [row[0] for row in numbers if row]
    if any(b <= a for a, b in pairwise(power)):
        faults.append(f"{where}: power does not rise from row to row")
    places = [header.index(name) for name in columns if name in header]
    if not any(chain.from_iterable([row[i] for i in places if i < len(row)] for row in numbers)):
        faults.append(f"{where}: all zero")
    return faults
