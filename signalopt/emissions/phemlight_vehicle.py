"""Own PHEMlight5 vehicles: physics in `data/phemlight/*.toml`, each section with mark and source.

The public part of SUMO ships two passenger cars. Buses, trucks, vans and gas vehicles are described
here by masses, resistances, an engine's Willans line and pollutants over engine power, and written as
PHEMlight5 files by `phemlight_files`. They are documented physics with a level towards EMEP/EEA, not
data of the PHEM model.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any

from signalopt.emissions.technology import load_technologies
from signalopt.errors import InputError, Problem

POLLUTANTS = ("NOx", "CO", "HC", "PM")
MASS_TYPES = ("LV", "HV")
FUEL_TYPES = ("G", "D", "CNG", "LPG")
WINTER_SUFFIX = "_WINTER"
WINTER_FILE = "winter.toml"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Mark and source of one section of a vehicle."""

    section: str
    mark: str
    source: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A pollutant: g/h at idle, and a polynomial (constant first) of normalised power.

    Light vehicles: g/h over P / P(70 km/h, 0.45 m/s2); heavy: g/h per kW rated over P / rated.
    """

    idle: float
    power: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """Hot emission factors at mean speeds of 20 and 30 km/h that the vehicle is held against."""

    co2_gpkm: tuple[float, float]
    nox_mgpkm: tuple[float, float]
    pm_mgpkm: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PhemVehicle:
    """A vehicle in SI-like units as named. `rolling`: Fr0 (-), Fr1 (s/m).

    full_load: km/h and share of rated power at the two corners of the full-load line; drag: motoring
    drag as share of rated power over (n - idle) / (rated - idle); gears and rotating-mass factors
    over speed_kph; fuel: g/h at idle, and offset + slope * kW under power (Willans line).
    """

    name: str
    title: str
    kinematic_class: str
    mass_type: str
    fuel_type: str
    mass_kg: float
    load_kg: float
    wheels_kg: float
    wheel_diameter_m: float
    drag_coefficient: float
    front_m2: float
    auxiliaries_share: float
    rolling: tuple[float, ...]
    rated_kw: float
    rated_rpm: float
    idle_rpm: float
    full_load: tuple[float, float, float, float]
    drag_n: tuple[float, ...]
    drag_share: tuple[float, ...]
    axle_ratio: float
    speed_kph: tuple[float, ...]
    ratio: tuple[float, ...]
    rotating_mass: tuple[float, ...]
    idle_gph: float
    offset_gph: float
    slope_gpkwh: float
    pollutants: Mapping[str, Curve]
    level: Level
    evidence: tuple[Evidence, ...]


@lru_cache(maxsize=1)
def phem_vehicles() -> tuple[PhemVehicle, ...]:
    """All own vehicles for summer, in order of their names.

    Raises InputError if a data file lacks a value or holds an impossible one.
    """
    folder = resources.files("signalopt.emissions") / "data" / "phemlight"
    found = [
        vehicle_from(tomllib.loads(file.read_text(encoding="utf-8")), file.name)
        for file in folder.iterdir()
        if file.name.endswith(".toml") and file.name != WINTER_FILE
    ]
    return tuple(sorted(found, key=lambda vehicle: vehicle.name))


def phem_vehicle(name: str) -> PhemVehicle:
    """One own vehicle, summer or winter, by its name. Raises KeyError."""
    return {v.name: v for v in (*phem_vehicles(), *winter_vehicles())}[name]


@lru_cache(maxsize=1)
def winter_vehicles() -> tuple[PhemVehicle, ...]:
    """The own vehicles as warmed-up vehicles at the temperature of `winter.toml`."""
    return tuple(_winterised(vehicle, _winter()["factors"]) for vehicle in phem_vehicles())


def winter_temperature_c() -> float:
    """Air temperature that the winter variants stand for, degrees Celsius."""
    return float(_winter()["temperature_c"])


def vehicle_from(table: Mapping[str, Any], where: str) -> PhemVehicle:
    """A vehicle from the parsed text of its file. Raises InputError with every problem found."""
    try:
        body, engine, gears = table["body"], table["engine"], table["gears"]
        fuel, level, load = table["fuel"], table["level"], engine["full_load"]
        vehicle = PhemVehicle(
            name=table["name"], title=table["title"], kinematic_class=table["kinematic_class"],
            mass_type=table["mass_type"], fuel_type=table["fuel_type"],
            mass_kg=body["mass_kg"], load_kg=body["load_kg"], wheels_kg=body["wheels_kg"],
            wheel_diameter_m=body["wheel_diameter_m"],
            drag_coefficient=body["drag_coefficient"], front_m2=body["front_m2"],
            auxiliaries_share=body["auxiliaries_share"], rolling=tuple(body["rolling"]),
            rated_kw=engine["rated_kw"], rated_rpm=engine["rated_rpm"], idle_rpm=engine["idle_rpm"],
            full_load=(load["from_kph"], load["share"], load["to_kph"], load["full_share"]),
            drag_n=tuple(engine["drag"]["n"]), drag_share=tuple(engine["drag"]["share"]),
            axle_ratio=gears["axle_ratio"], speed_kph=tuple(gears["speed_kph"]),
            ratio=tuple(gears["ratio"]), rotating_mass=tuple(gears["rotating_mass"]),
            idle_gph=fuel["idle_gph"], offset_gph=fuel["offset_gph"],
            slope_gpkwh=fuel["slope_gpkwh"],
            pollutants={
                name: Curve(table["pollutants"][name]["idle"], tuple(table["pollutants"][name]["power"]))
                for name in POLLUTANTS
            },
            level=_level(level["technology"], where),
            evidence=tuple(
                Evidence(name, part["mark"], part["source"])
                for name, part in table.items()
                if isinstance(part, Mapping)
            ),
        )  # fmt: skip
    except KeyError as error:
        problem = Problem(where, f"no {error.args[0]}", "every value of a PHEMlight5 vehicle")
        raise InputError(problem) from None
    problems = [Problem(f"{where}: {vehicle.name}", *found) for found in _faults(vehicle)]
    if problems:
        raise InputError(*problems)
    return vehicle


def _level(key: Sequence[str], where: str) -> Level:
    """The hot factors of a technology of `technologies.csv`. Raises InputError for an unknown one."""
    technology = load_technologies().get(tuple(key))  # type: ignore[arg-type]
    if technology is None:
        raise InputError(
            Problem(f"{where}: level", " ".join(key), "a technology of technologies.csv")
        )
    level = technology.level
    return Level(level["co2_g"], level["nox_mg"], level["pm_mg"])


def _faults(vehicle: PhemVehicle) -> list[tuple[str, str]]:
    """What SUMO's loader would take without a word and turn into wrong or zero emissions."""
    v = vehicle
    faults = []
    if v.mass_type not in MASS_TYPES:
        faults.append((f"mass type {v.mass_type!r}", "LV or HV (else pollutants are per vehicle)"))
    if v.fuel_type not in FUEL_TYPES:
        faults.append(
            (f"fuel type {v.fuel_type!r}", f"one of {', '.join(FUEL_TYPES)} (else no CO2)")
        )
    positive = {"mass": v.mass_kg, "rated power": v.rated_kw, "wheel diameter": v.wheel_diameter_m}
    faults += [(f"{key} {value:g}", "more than 0") for key, value in positive.items() if value <= 0]
    if not len(v.speed_kph) == len(v.ratio) == len(v.rotating_mass):
        faults.append(("gear tables of different length", "one ratio and one mass factor a speed"))
    if len(v.drag_n) != len(v.drag_share):
        faults.append(("a drag curve with unequal columns", "one share an engine speed"))
    return faults


def _winterised(vehicle: PhemVehicle, factors: Mapping[str, Any]) -> PhemVehicle:
    return replace(
        vehicle,
        name=vehicle.name + WINTER_SUFFIX,
        title=f"{vehicle.title}, hot at {winter_temperature_c():g} C",
        drag_coefficient=vehicle.drag_coefficient * factors["drag"],
        rolling=tuple(value * factors["rolling"] for value in vehicle.rolling),
        auxiliaries_share=vehicle.auxiliaries_share * factors["auxiliaries"],
        idle_gph=vehicle.idle_gph * factors["idle_fuel"],
        evidence=(*vehicle.evidence, Evidence("winter", factors["mark"], factors["source"])),
    )


@lru_cache(maxsize=1)
def _winter() -> dict[str, Any]:
    file = resources.files("signalopt.emissions") / "data" / "phemlight" / WINTER_FILE
    return tomllib.loads(file.read_text(encoding="utf-8"))
