"""Vehicle types of a case as the queue model drives them: SUMO's parameters and SUMO's defaults.

Defaults are those of SUMO 1.28 by vehicle class (user documentation, "Vehicle Type Parameter Defaults").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.files import read_xml

_NORMAL = re.compile(r"norm(c?)\(([^)]*)\)")
_KMH = 3.6


@dataclass(frozen=True, slots=True)
class DrivingType:
    """One vehicle type, SI units. factor_*: mean, deviation and limits of speed / speed limit."""

    id: str
    v_class: str
    length_m: float
    min_gap_m: float
    accel_mps2: float
    decel_mps2: float
    sigma: float
    tau_s: float
    startup_s: float
    max_speed_mps: float
    factor_mean: float
    factor_dev: float
    factor_min: float
    factor_max: float
    timegap_minor_s: float


@dataclass(frozen=True, slots=True)
class _Default:
    length_m: float
    min_gap_m: float
    accel_mps2: float
    decel_mps2: float
    max_speed_kph: float
    factor_dev: float


_DEFAULTS: Mapping[str, _Default] = {
    "passenger": _Default(5.0, 2.5, 2.6, 4.5, 200.0, 0.1),
    "private": _Default(5.0, 2.5, 2.6, 4.5, 200.0, 0.0),
    "taxi": _Default(5.0, 2.5, 2.6, 4.5, 200.0, 0.05),
    "evehicle": _Default(5.0, 2.5, 2.6, 4.5, 200.0, 0.0),
    "hov": _Default(5.0, 2.5, 2.6, 4.5, 200.0, 0.0),
    "vip": _Default(5.0, 2.5, 2.6, 4.5, 200.0, 0.0),
    "custom1": _Default(5.0, 2.5, 2.6, 4.5, 200.0, 0.0),
    "custom2": _Default(5.0, 2.5, 2.6, 4.5, 200.0, 0.0),
    "authority": _Default(5.0, 2.5, 2.6, 4.5, 200.0, 0.0),
    "army": _Default(5.0, 2.5, 2.6, 4.5, 200.0, 0.0),
    "emergency": _Default(6.5, 2.5, 2.6, 4.5, 200.0, 0.0),
    "delivery": _Default(6.5, 2.5, 2.6, 4.5, 200.0, 0.05),
    "truck": _Default(7.1, 2.5, 1.3, 4.0, 130.0, 0.05),
    "trailer": _Default(16.5, 2.5, 1.0, 4.0, 130.0, 0.05),
    "bus": _Default(12.0, 2.5, 1.2, 4.0, 85.0, 0.0),
    "coach": _Default(14.0, 2.5, 2.0, 4.0, 100.0, 0.05),
    "motorcycle": _Default(2.2, 2.5, 6.0, 10.0, 200.0, 0.1),
    "moped": _Default(2.1, 2.5, 1.1, 7.0, 60.0, 0.1),
    "bicycle": _Default(1.6, 0.5, 1.2, 3.0, 50.0, 0.1),
}
V_CLASSES = tuple(_DEFAULTS)
"""SUMO vehicle classes that the model drives."""

_BUILT_IN = {
    "DEFAULT_VEHTYPE": "passenger",
    "DEFAULT_BIKETYPE": "bicycle",
    "DEFAULT_TAXITYPE": "taxi",
}


@dataclass(frozen=True)
class TypeBook:
    """Types by id and distributions (id to type ids and weights)."""

    types: Mapping[str, DrivingType]
    distributions: Mapping[str, tuple[tuple[str, ...], tuple[float, ...]]]


def read_types(files: Sequence[Path]) -> TypeBook:
    """Read the vehicle types of route and additional files; the last definition of an id holds.

    Raises InputError with every type whose class or numbers the model does not know.
    """
    problems: list[Problem] = []
    types = {name: _built_in(name, v_class) for name, v_class in _BUILT_IN.items()}
    distributions: dict[str, tuple[tuple[str, ...], tuple[float, ...]]] = {}
    for file in files:
        root = read_xml(file, "a SUMO route or additional file").getroot()
        for element in root.iter("vType"):
            if element.get("vClass") == "pedestrian":
                continue
            try:
                made = read_type(element)
            except ValueError as error:
                where = f"{file}:{element.sourceline}: vType {element.get('id')}"
                problems.append(Problem(where, str(error), "a number of SUMO's vType"))
                continue
            if made is None:
                where = f"{file}:{element.sourceline}: vType {element.get('id')}"
                known = "a class of the queue model: " + ", ".join(_DEFAULTS)
                problems.append(Problem(where, f"vClass `{element.get('vClass')}`", known))
                continue
            types[made.id] = made
        for element in root.iter("vTypeDistribution"):
            parts = element.findall("vType")
            names = tuple(p.get("id", "") for p in parts)
            weights = tuple(float(p.get("probability", "1")) for p in parts)
            if not names:
                names = tuple((element.get("vTypes") or "").split())
                text = (element.get("probabilities") or "").split()
                weights = tuple(float(w) for w in text) or (1.0,) * len(names)
            distributions[element.get("id", "")] = (names, weights)
    if problems:
        raise InputError(*problems)
    return TypeBook(types, distributions)


def _built_in(name: str, v_class: str) -> DrivingType:
    made = read_type(etree.Element("vType", id=name, vClass=v_class))
    assert made is not None  # all built-in classes are known
    return made


def read_type(element: etree._Element) -> DrivingType | None:
    """The type of a SUMO `vType`, None for an unknown class. Raises ValueError for a broken number."""
    v_class = element.get("vClass", "passenger")
    default = _DEFAULTS.get(v_class)
    if default is None:
        return None

    def number(key: str, otherwise: float) -> float:
        text = element.get(key)
        value = otherwise
        for parameter in element.findall("param"):
            if parameter.get("key") == key:
                text = parameter.get("value")
        if text is not None:
            try:
                value = float(text)
            except ValueError:
                raise ValueError(f'{key}="{text}"') from None
        return value

    mean, deviation, low, high = _speed_factor(element, default)
    return DrivingType(
        id=element.get("id", ""),
        v_class=v_class,
        length_m=number("length", default.length_m),
        min_gap_m=number("minGap", default.min_gap_m),
        accel_mps2=number("accel", default.accel_mps2),
        decel_mps2=number("decel", default.decel_mps2),
        sigma=number("sigma", 0.5),
        tau_s=number("tau", 1.0),
        startup_s=number("startupDelay", 0.0),
        max_speed_mps=number("maxSpeed", default.max_speed_kph / _KMH),
        factor_mean=mean,
        factor_dev=deviation,
        factor_min=low,
        factor_max=high,
        timegap_minor_s=number("jmTimegapMinor", 1.0),
    )


def _speed_factor(element: etree._Element, default: _Default) -> tuple[float, float, float, float]:
    text = element.get("speedFactor")
    deviation = default.factor_dev
    mean, low, high = 1.0, 0.2, 2.0
    if text is not None:
        found = _NORMAL.fullmatch(text.replace(" ", ""))
        try:
            if found is None:
                mean, deviation = float(text), default.factor_dev
            else:
                values = [float(part) for part in found.group(2).split(",")]
                mean, deviation = values[0], values[1]
                if found.group(1):
                    low, high = values[2], values[3]
        except (ValueError, IndexError):
            raise ValueError(f'speedFactor="{text}"') from None
    if element.get("speedDev") is not None:
        deviation = float(element.get("speedDev", "0"))
    return mean, deviation, low, high
