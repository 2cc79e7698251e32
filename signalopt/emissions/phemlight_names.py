"""Names of PHEMlight5 classes, taken apart as SUMO does, so that a bad one is refused before a run.

SUMO searches the name for tokens anywhere in it. A name that does not parse is not always refused: if
another class was loaded before, the vehicle silently gets that class's emissions, and the run ends in
a crash. The prefix CB (city bus) changes the drive-train efficiency of every vehicle of the process.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

MODEL = "PHEMlight5"
SHIPPED = ("PC_EU4_G", "PC_EU4_D_MW")
"""The classes that come with SUMO 1.28."""
_CLASSES = ("PC", "LCV", "RT", "TT", "CO", "CB", "MC_2S", "MC_4S", "MC", "MOP")
_FUELS = ("_BEV", "_D", "_G", "_CNG", "_LPG")
_SIZES = {"RT": ("_II", "_I"), "LCV": ("_III", "_II", "_I")}
_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class NameParts:
    """What SUMO reads out of a name: vehicle class, fuel, Euro class, size (empty where none)."""

    vehicle: str
    fuel: str
    euro: str
    size: str


def parse_name(name: str) -> NameParts | str:
    """The parts of a class name, or the reason why SUMO cannot be given it."""
    vehicle = next((token for token in _CLASSES if token in name), "")
    fuel = next((token for token in _FUELS if token in name), "")
    euro = name.split("_EU", 1)[1].split("_", 1)[0] if "_EU" in name else ""
    # the size is a whole part of the name, else the II of EUIII would be one
    sizes = _SIZES.get(vehicle, ())
    size = next((s for s in sizes if s.removeprefix("_") in name.split("_")), "")
    faults = {
        f"shorter than {_SHORTEST} characters": len(name) < _SHORTEST,
        f"no vehicle class ({', '.join(_CLASSES)})": not vehicle,
        "CB changes the drive-train efficiency of all vehicles of the run: call it CO": vehicle
        == "CB",
        f"no fuel ({', '.join(_FUELS)})": not fuel,
        "no Euro class (_EU3, _EUIII)": not euro and fuel != "_BEV",
        f"no size class ({', '.join(sizes)})": bool(sizes) and not size,
    }
    fault = next((text for text, holds in faults.items() if holds), "")
    return fault or NameParts(vehicle, fuel.removeprefix("_"), euro, size.removeprefix("_"))


def name_fault(name: str, available: Collection[str]) -> str:
    """Why a class cannot be used, empty if it can; `available`: the classes that have files."""
    parts = parse_name(name)
    if isinstance(parts, str):
        return parts
    if name in available:
        return ""
    near = get_close_matches(name, sorted(available), n=3)
    return "no such file" + (f", did you mean {', '.join(near)}?" if near else "")
