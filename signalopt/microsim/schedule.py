"""Who is due to set out in the window: read from the route files, independently of SUMO.

SUMO drops a vehicle silently when a route file is not sorted, and one that never enters can vanish
from an output; therefore what SUMO reports is checked against this list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.microsim.stream import stream
from signalopt.scenario.case import Case

_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}):(\d{1,2}(?:\.\d+)?)")
_UNEXPANDED = frozenset({"flow", "personFlow", "containerFlow"})
_SHOWN = 20

# Vehicle types that SUMO defines by itself, with their class (SUMO user documentation,
# "Definition of Vehicles, Vehicle Types, and Routes", section on default vehicle types).
_BUILT_IN = {
    "DEFAULT_VEHTYPE": "passenger",
    "DEFAULT_BIKETYPE": "bicycle",
    "DEFAULT_TAXITYPE": "taxi",
    "DEFAULT_RAILTYPE": "rail",
}


@dataclass(frozen=True, slots=True)
class VehicleType:
    """What counting needs of a vehicle type; `emission_class` is empty where SUMO's default holds."""

    v_class: str
    emission_class: str = ""


@dataclass(frozen=True)
class Schedule:
    """Vehicles (id to scheduled departure, seconds of the day) and persons due in the window.

    services: planned stops by vehicle, for those that have any.
    """

    vehicles: Mapping[str, float]
    persons: frozenset[str]
    types: Mapping[str, VehicleType]
    services: Mapping[str, int] = field(default_factory=dict)

    def type_of(self, type_id: str) -> VehicleType:
        """The type with this id; SUMO names a type changed for one vehicle `type@vehicle`.

        Raises KeyError for a type that no file defines.
        """
        found = self.types.get(type_id)
        return found if found is not None else self.types[type_id.split("@", 1)[0]]


def read_schedule(case: Case) -> Schedule:
    """Read departures and vehicle types from the case's route and additional files.

    Raises InputError with all problems: broken XML, unexpanded flows, departures that are not times,
    a window in which nobody sets out.
    """
    vehicles: dict[str, float] = {}
    services: dict[str, int] = {}
    persons: set[str] = set()
    types = {name: VehicleType(v_class) for name, v_class in _BUILT_IN.items()}
    problems: list[Problem] = []
    for path in case.additional_files:
        _read(path, case, {}, {}, set(), types, problems)
    for path in case.route_files:
        _read(path, case, vehicles, services, persons, types, problems)
    if not problems and not vehicles and not persons:
        window = f"[{case.begin_s}, {case.end_s}) s"
        files = ", ".join(str(path) for path in case.route_files) or case.name
        problems.append(Problem(files, f"nobody who sets out in {window}", "at least one vehicle"))
    if problems:
        raise InputError(*problems)
    return Schedule(vehicles, frozenset(persons), types, services)


def parse_time_s(text: str) -> float:
    """A SUMO time: seconds, or [days:]hours:minutes:seconds. Raises ValueError for anything else."""
    clock = _CLOCK.fullmatch(text.strip())
    if clock is None:
        return float(text)
    days, hours, minutes, seconds = clock.groups()
    return int(days or 0) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _read(
    path: Path,
    case: Case,
    vehicles: dict[str, float],
    services: dict[str, int],
    persons: set[str],
    types: dict[str, VehicleType],
    problems: list[Problem],
) -> None:
    if not path.is_file():
        problems.append(Problem(str(path), "no such file", "a SUMO route or additional file"))
        return
    tags = ("vehicle", "trip", "person", "vType", *_UNEXPANDED)
    try:
        for element in stream(path, tags):
            tag = element.tag
            if tag == "vType":
                types[element.get("id", "")] = VehicleType(
                    element.get("vClass", "passenger"), element.get("emissionClass", "")
                )
            elif tag in _UNEXPANDED:
                _add(problems, path, element, f"<{tag}>", "vehicles expanded one by one")
            else:
                departure = _departure(path, element, problems)
                if departure is not None and case.begin_s <= departure < case.end_s:
                    name = element.get("id", "")
                    if tag == "person":
                        persons.add(name)
                    else:
                        vehicles[name] = departure
                        planned = len(element.findall("stop"))
                        if planned:
                            services[name] = planned
    except etree.XMLSyntaxError as error:
        where = f"{path}:{error.lineno or 1}"
        problems.append(Problem(where, error.msg or "broken XML", "a SUMO route file"))
    except OSError as error:
        found = error.strerror or str(error)
        problems.append(Problem(str(path), found, "a SUMO route file"))


def _departure(path: Path, element: etree._Element, problems: list[Problem]) -> float | None:
    text = element.get("depart", "")
    try:
        return parse_time_s(text)
    except ValueError:
        found = f'{element.tag} {element.get("id")} with depart="{text}"'
        _add(problems, path, element, found, "a time in seconds or hh:mm:ss")
        return None


def _add(
    problems: list[Problem], path: Path, element: etree._Element, found: str, expected: str
) -> None:
    if len(problems) < _SHOWN:
        where = f"{path}:{element.sourceline or 1}"
        problems.append(Problem(where, found, expected, "the case must hold trips expanded once"))
