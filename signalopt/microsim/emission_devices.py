"""What SUMO needs for its emission devices: options, own vehicle files, and types that use them.

PHEMlight5 gets one base vehicle per kinematic class. The emission class stands in the vehicle types of
the case, which are copied with another one; nothing else about a vehicle changes, so that it drives the
same trajectories. Faults of the loader are kept away: only checked files and names, one drive-train
efficiency (no CB class), deterioration never switched on (`--phemlight-year` acts on nothing).
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lxml import etree

from signalopt.emissions.phemlight_files import table_faults, vehicle_files
from signalopt.emissions.phemlight_names import MODEL
from signalopt.emissions.phemlight_vehicle import PhemVehicle, phem_vehicles, winter_vehicles
from signalopt.errors import InputError, Problem
from signalopt.files import make_folder, write_text
from signalopt.microsim.activities import equivalents
from signalopt.microsim.kinematics import kind_of
from signalopt.microsim.pricing import PHEMLIGHT5, SUMO_DEFAULT
from signalopt.microsim.schedule import Schedule, VehicleType
from signalopt.scenario.case import Case

ELECTRIC_CLASS = "Energy/default"
NO_EMISSION = "Zero/default"
VEHICLES = "phemlight"
"""Folder of the vehicle files within that of a simulation."""
_DEFAULT_TYPE = "DEFAULT_VEHTYPE"


def emission_devices(
    model: str, case: Case, schedule: Schedule, folder: Path
) -> tuple[Case, tuple[str, ...]]:
    """The case as it must be driven, and the options of its emission devices.

    Without a device the case is as it was. For PHEMlight5 vehicle files and changed types are written
    into `folder`. Raises InputError for broken vehicle data, OutputError.
    """
    if model == SUMO_DEFAULT:
        return case, ("--device.emissions.probability", "1")
    if model != PHEMLIGHT5:
        return case, ()
    vehicles = folder / VEHICLES
    write_vehicle_files(vehicles, phem_vehicles())
    changed = replace(
        case,
        route_files=tuple(_retyped(path, folder, "routes") for path in case.route_files),
        additional_files=(
            *(_retyped(path, folder, "additional") for path in case.additional_files),
            *_default_type(schedule, folder),
        ),
    )
    options = ("--device.emissions.probability", "1", "--phemlight-path", str(vehicles))
    return changed, options


def write_vehicle_files(folder: Path, vehicles: Sequence[PhemVehicle] | None = None) -> list[Path]:
    """Write the PHEMlight5 files of own vehicles (None: all, winter variants included), checked.

    Raises InputError naming every table that SUMO would read as zeros, OutputError.
    """
    chosen = (*phem_vehicles(), *winter_vehicles()) if vehicles is None else tuple(vehicles)
    made = {vehicle.name: vehicle_files(vehicle) for vehicle in chosen}
    faults = [fault for name, files in made.items() for fault in table_faults(name, files)]
    if faults:
        raise InputError(
            *(Problem(name, found, "a table that SUMO reads as it is") for name, _, found in
              (fault.partition(": ") for fault in faults))
        )  # fmt: skip
    make_folder(folder)
    written = []
    for files in made.values():
        for name, text in files.items():
            write_text(folder / name, text)
            written.append(folder / name)
    return written


def base_class(type_id: str, vehicle_type: VehicleType) -> str:
    """The emission class that SUMO's device drives for a type: that of its kinematic class."""
    kind = kind_of(type_id, vehicle_type)
    if kind is None:
        return NO_EMISSION
    if kind.electric:
        return ELECTRIC_CLASS
    return f"{MODEL}/{equivalents()[kind.kinematic_class].vehicle}"


def _retyped(path: Path, folder: Path, stem: str) -> Path:
    """A copy of a file with the emission classes of its types changed; itself if it has none."""
    if b"<vType" not in _plain(path):
        return path
    root = etree.fromstring(_plain(path), etree.XMLParser(resolve_entities=False, huge_tree=True))
    for element in root.iter("vType"):
        v_class = element.get("vClass", "passenger")
        own = VehicleType(v_class, element.get("emissionClass", ""))
        element.set("emissionClass", base_class(element.get("id", ""), own))
    copy = folder / f"{stem}-{path.name.removesuffix('.gz')}"
    write_text(copy, etree.tostring(root, encoding="unicode"))
    return copy


def _plain(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _default_type(schedule: Schedule, folder: Path) -> tuple[Path, ...]:
    """SUMO's own default type with a PHEMlight5 class, unless the case defines it."""
    own = schedule.types[_DEFAULT_TYPE]
    if own.emission_class:
        return ()
    path = folder / "default_type.add.xml"
    write_text(
        path,
        f'<additional><vType id="{_DEFAULT_TYPE}" vClass="{own.v_class}"'
        f' emissionClass="{base_class(_DEFAULT_TYPE, own)}"/></additional>\n',
    )
    return (path,)
