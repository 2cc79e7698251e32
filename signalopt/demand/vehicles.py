"""Vehicle classes of the street by season, and the SUMO vehicle types made of them.

Values come from `data/vehicles.toml` (dry summer road, each with its mark of evidence) and
`data/seasons.toml` (factors on them). How well a queue of these vehicles discharges is measured by
`microsim.test_bed` and told in `docs/saturation.md`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.network.model import Confidence

EMISSION_LABEL = "SUMO HBEFA4 by class, not the signalopt emission model"
PEDESTRIAN_TYPE = "pedestrian"

# Mean 1.3 m/s is the speed that pedestrian clearances assume in the norms of the CIS; people who
# cross walk with a standard deviation of about 15 %. Estimated for Astana.
WALKING_SPEED_MPS = 1.3
WALKING_SPEED_DEVIATION = 0.15
WALKING_SPEED_LIMITS = (0.6, 1.5)
# SUMO's walkers lose up to this share of their desired speed at random, half of it on average
# (option pedestrian.striping.dawdling, default), so that they must want to walk a little faster.
_DAWDLING = 0.2


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far the value of one parameter can be trusted and where it comes from."""

    parameter: str
    confidence: Confidence
    source: str


@dataclass(frozen=True, slots=True)
class VehicleClass:
    """One class of vehicles, all parameters of SUMO's Krauss model in SI units.

    sigma: imperfection of drivers, 0..1. startup_delay_s: pause of each vehicle before it starts
    from a halt. speed_factor_*: normal distribution, cut at both ends, of free speed / speed limit.
    timegap_minor_s: gap kept when crossing ahead of priority traffic (`jmTimegapMinor`).
    """

    id: str
    title: str
    v_class: str
    emission_class: str
    length_m: float
    width_m: float
    min_gap_m: float
    accel_mps2: float
    decel_mps2: float
    emergency_decel_mps2: float
    sigma: float
    tau_s: float
    startup_delay_s: float
    speed_factor_mean: float
    speed_factor_dev: float
    speed_factor_min: float
    speed_factor_max: float
    max_speed_mps: float
    timegap_minor_s: float
    occupancy_persons: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Season:
    """State of the road: factors on the dry-road parameters and the ratios they are calibrated to.

    temperature_c: air temperature that emissions are counted at where a scenario gives none.
    grip_mps2: the hardest braking that the road allows to anyone.
    """

    id: str
    title: str
    temperature_c: float
    saturation_ratio: float
    free_speed_ratio: float
    tau: float
    accel: float
    decel: float
    grip_mps2: float
    min_gap: float
    startup_delay: float
    speed: float
    timegap_minor: float
    walking_speed: float
    evidence: tuple[Evidence, ...]


def seasons() -> tuple[Season, ...]:
    """All seasons in fixed order: summer, winter, slush, snow."""
    return tuple(_season(key, table) for key, table in read_data("seasons.toml").items())


def season_named(season: str) -> Season:
    """The season with this id. Raises InputError for an unknown one."""
    known = {s.id: s for s in seasons()}
    if season not in known:
        raise InputError(Problem("season", repr(season), "one of " + ", ".join(known)))
    return known[season]


def vehicle_classes(season: str) -> tuple[VehicleClass, ...]:
    """Vehicle classes as they drive in a season, in fixed order (car first).

    Raises InputError for an unknown season.
    """
    road = season_named(season)
    dry = (_vehicle_class(key, table) for key, table in read_data("vehicles.toml").items())
    return tuple(_on_road(vehicle, road) for vehicle in dry)


def occupancies() -> tuple[tuple[str, float], ...]:
    """Persons per vehicle (driver included) by vehicle type id; all values are estimates."""
    return tuple((v.id, v.occupancy_persons) for v in vehicle_classes("summer"))


def vehicle_types_xml(season: str) -> str:
    """SUMO `vType` elements of all classes and of pedestrians, one a line, in fixed order.

    The elements have no root: put them into a `<routes>` or `<additional>` element.
    Raises InputError for an unknown season.
    """
    elements = [vehicle_type(vehicle) for vehicle in vehicle_classes(season)]
    elements.append(_pedestrian_type(season_named(season)))
    return "".join(f"    {etree.tostring(e, encoding='unicode')}\n" for e in elements)


def vehicle_type(vehicle: VehicleClass) -> etree._Element:
    """The SUMO `vType` element of a class."""
    v = vehicle
    factor = (v.speed_factor_mean, v.speed_factor_dev, v.speed_factor_min, v.speed_factor_max)
    numbers = {
        "length": v.length_m,
        "width": v.width_m,
        "minGap": v.min_gap_m,
        "accel": v.accel_mps2,
        "decel": v.decel_mps2,
        "emergencyDecel": v.emergency_decel_mps2,
        "sigma": v.sigma,
        "tau": v.tau_s,
        "startupDelay": v.startup_delay_s,
        "maxSpeed": v.max_speed_mps,
        "jmTimegapMinor": v.timegap_minor_s,
    }
    element = etree.Element("vType", id=v.id, vClass=v.v_class)
    for name, value in numbers.items():
        element.set(name, _number(value))
    element.set("speedFactor", _normal(*factor))
    element.set("emissionClass", v.emission_class)
    return element


@lru_cache(maxsize=8)
def read_data(name: str) -> Mapping[str, Any]:
    """A TOML table of the package's `demand/data` folder."""
    text = (resources.files("signalopt.demand") / "data" / name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _vehicle_class(key: str, table: Mapping[str, Any]) -> VehicleClass:
    return VehicleClass(id=key, **_values(table), evidence=_evidence(table))


def _season(key: str, table: Mapping[str, Any]) -> Season:
    return Season(id=key, **_values(table), evidence=_evidence(table))


def _values(table: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v["value"] if isinstance(v, dict) else v for k, v in table.items()}


def _evidence(table: Mapping[str, Any]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(key, Confidence(value["confidence"]), value["source"])
        for key, value in table.items()
        if isinstance(value, dict)
    )


def _on_road(vehicle: VehicleClass, road: Season) -> VehicleClass:
    return replace(
        vehicle,
        tau_s=vehicle.tau_s * road.tau,
        accel_mps2=vehicle.accel_mps2 * road.accel,
        decel_mps2=vehicle.decel_mps2 * road.decel,
        emergency_decel_mps2=min(vehicle.emergency_decel_mps2, road.grip_mps2),
        min_gap_m=vehicle.min_gap_m * road.min_gap,
        startup_delay_s=vehicle.startup_delay_s * road.startup_delay,
        speed_factor_mean=vehicle.speed_factor_mean * road.speed,
        speed_factor_min=vehicle.speed_factor_min * road.speed,
        speed_factor_max=vehicle.speed_factor_max * road.speed,
        speed_factor_dev=vehicle.speed_factor_dev * road.speed,
        timegap_minor_s=vehicle.timegap_minor_s * road.timegap_minor,
    )


def _pedestrian_type(road: Season) -> etree._Element:
    desired_mps = WALKING_SPEED_MPS * road.walking_speed / (1 - _DAWDLING / 2)
    return etree.Element(
        "vType",
        id=PEDESTRIAN_TYPE,
        vClass="pedestrian",
        desiredMaxSpeed=_number(desired_mps),
        speedFactor=_normal(1.0, WALKING_SPEED_DEVIATION, *WALKING_SPEED_LIMITS),
    )


def _normal(mean: float, deviation: float, low: float, high: float) -> str:
    return f"normc({', '.join(_number(x) for x in (mean, deviation, low, high))})"


def _number(value: float) -> str:
    return f"{round(value, 4):g}"
