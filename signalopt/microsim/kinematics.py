"""What drives how: the kinematic class of a vehicle type, and types whose emissions would be a lie.

SUMO gives a vehicle without a fitting emission class the emissions of a passenger car and says
nothing. Types are therefore read by their class of vehicle, and contradictions are refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from signalopt.emissions.phemlight_names import MODEL, SHIPPED, name_fault
from signalopt.emissions.phemlight_vehicle import phem_vehicles, winter_vehicles
from signalopt.emissions.technology import kinematic_class_of
from signalopt.errors import InputError, Problem
from signalopt.microsim.schedule import Schedule, VehicleType

_HEAVY = {"bus": "bus", "coach": "bus", "truck": "truck", "trailer": "truck", "emergency": "lcv"}
_LIGHT = frozenset(
    {"passenger", "private", "taxi", "hov", "vip", "authority", "army", "custom1", "custom2",
     "evehicle", "ignoring", "motorcycle", "moped"}
)  # fmt: skip
_ELECTRIC = ("zero", "energy", "mmpevem", "bev", "electric")
_REFUSED_HEAVY = frozenset({"bus", "coach", "truck", "trailer"})
_CAR_CLASSES = ("PC_", "PC-")


@dataclass(frozen=True, slots=True)
class Kind:
    """Kinematic class of the emission model, and whether the vehicle has a battery instead of a tank."""

    kinematic_class: str
    electric: bool


def kind_of(type_id: str, vehicle_type: VehicleType) -> Kind | None:
    """What a vehicle type counts as; None for those without an engine (bicycles, trams, pedestrians).

    The class of vehicle in SUMO's sense decides; among cars and buses the name may say more
    (`articulated_bus`, `lcv`). Motorcycles count as cars for want of a class of their own.
    """
    v_class = vehicle_type.v_class
    electric = v_class == "evehicle" or _is_electric(vehicle_type.emission_class)
    if v_class == "delivery":
        return Kind("lcv", electric)
    named = _named(type_id)
    if v_class in _HEAVY:
        own = _HEAVY[v_class]
        return Kind("articulated_bus" if named == "articulated_bus" else own, electric)
    if v_class in _LIGHT:
        return Kind(named or "car", electric)
    return None


def check_emission_classes(schedule: Schedule) -> None:
    """Refuse vehicle types that SUMO would let emit like something else.

    Raises InputError naming each: heavy vehicles with the class of a car, PHEMlight5 classes whose
    name SUMO would misread or that have no files.
    """
    problems = list(_contradictions(schedule.types.items()))
    if problems:
        raise InputError(*problems)


def _contradictions(types: Iterable[tuple[str, VehicleType]]) -> Iterable[Problem]:
    own = {v.name for v in (*phem_vehicles(), *winter_vehicles())} | set(SHIPPED)
    for type_id, vehicle_type in types:
        model, _, name = vehicle_type.emission_class.partition("/")
        where = f"vehicle type {type_id}"
        if vehicle_type.v_class in _REFUSED_HEAVY and name.startswith(_CAR_CLASSES):
            yield Problem(
                where,
                f"a {vehicle_type.v_class} with emission class {vehicle_type.emission_class}",
                "a class of heavy vehicles: it would emit like a car",
                "leave emissionClass out, or name a bus or truck class",
            )
        elif model == MODEL and (fault := name_fault(name, own)):
            yield Problem(
                where,
                f"emission class {vehicle_type.emission_class}: {fault}",
                "a PHEMlight5 class that SUMO can load",
                f"known: {', '.join(sorted(own))}",
            )


def _named(type_id: str) -> str:
    try:
        return kinematic_class_of(type_id)
    except InputError:
        return ""


def _is_electric(emission_class: str) -> bool:
    return any(word in emission_class.lower() for word in _ELECTRIC)
