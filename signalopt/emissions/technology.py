"""Technologies (kinematic class x fuel x Euro class): hot level, soot share, CH4, with sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from signalopt.emissions.evidence import read_csv, read_toml
from signalopt.errors import InputError, Problem

POLLUTANTS_WITH_LEVEL = ("co2_g", "nox_mg", "pm_mg")
SPEEDS_KPH = (20.0, 30.0)
_COLUMNS = {"co2_g": "co2_{}_gpkm", "nox_mg": "nox_{}_mgpkm", "pm_mg": "pm_{}_mgpkm"}
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6"}
_EURO_WORDS = {
    "": "none",
    "-": "none",
    "pre": "0",
    "conventional": "0",
    "open_loop": "dead_catalyst",
}
_FUEL_WORDS = {
    "gasoline": "petrol",
    "autogas": "lpg",
    "gas": "lpg",
    "methane": "cng",
    "bev": "electric",
}


@dataclass(frozen=True, slots=True)
class Technology:
    """One kind of vehicle: hot emission level per km at 20 and 30 km/h and what the exhaust is made of.

    level: pollutant (CO2 in g, NOx and PM in mg per km) -> level at 20 and at 30 km/h.
    soot_share: black carbon in exhaust PM, 0..1. soot_group: whose uncertainty applies.
    """

    kinematic_class: str
    fuel: str
    euro: str
    title: str
    base: str
    level: Mapping[str, tuple[float, float]]
    ch4_gpkm: float
    soot_group: str
    soot_share: float
    evidence: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Kinematic class, fuel, Euro class."""
        return (self.kinematic_class, self.fuel, self.euro)


@lru_cache(maxsize=1)
def load_technologies() -> Mapping[tuple[str, str, str], Technology]:
    """All technologies by (kinematic class, fuel, Euro class).

    A class without a level of its own at 30 km/h has that of the class its response closes with,
    times the ratio of the two at 20 km/h.
    """
    rows = {(r["kinematic_class"], r["fuel"], r["euro"]): r for r in read_csv("technologies")}
    responses = read_toml("responses")
    found = {}
    for key, row in rows.items():
        reference = rows[tuple(responses[row["base"]].get("closes_with", key))]
        level = {}
        for pollutant, column in _COLUMNS.items():
            slow, fast = column.format(20), column.format(30)
            at_20 = float(row[slow])
            own = row[fast] or None
            ratio = at_20 / float(reference[slow]) if own is None else 0.0
            level[pollutant] = (at_20, float(own) if own else float(reference[fast] or 0) * ratio)
        found[key] = Technology(
            kinematic_class=row["kinematic_class"],
            fuel=row["fuel"],
            euro=row["euro"],
            title=row["title"],
            base=row["base"],
            level=level,
            ch4_gpkm=float(row["ch4_gpkm"]),
            soot_group=row["soot_group"],
            soot_share=float(row["soot_share"]),
            evidence=row["evidence"],
            source=row["source"],
        )
    return found


def kinematic_classes() -> tuple[str, ...]:
    """Names of the kinematic classes: car, lcv, truck, bus, articulated_bus."""
    return tuple(read_toml("kinematic_classes"))


def kinematic_class_of(vehicle_type: str) -> str:
    """Kinematic class of a vehicle type by the longest prefix of `data/kinematic_classes.toml`.

    Raises InputError for a type that no prefix knows: it would silently emit like a car.
    """
    prefixes = {
        prefix: name
        for name, row in read_toml("kinematic_classes").items()
        for prefix in row["prefixes"]
    }
    fitting = [prefix for prefix in prefixes if vehicle_type.lower().startswith(prefix)]
    if fitting:
        return prefixes[max(fitting, key=len)]
    near = get_close_matches(vehicle_type.lower(), list(prefixes), n=2)
    hint = f"did you mean {' or '.join(near)}?" if near else ""
    expected = f"a name that begins with one of {', '.join(sorted(prefixes))}"
    raise InputError(Problem(f"vehicle type {vehicle_type}", "no emission class", expected, hint))


def plain_euro(text: str) -> str:
    """`3` from `Euro III`, `EURO-3`, `E3` or `3`; `none` from an empty text or `-`."""
    word = text.strip().lower().replace("euro", "").strip(" -_")
    word = word[1:] if len(word) == 2 and word[0] == "e" and word[1].isdigit() else word
    word = word.replace("-", "_").replace(" ", "_").removesuffix("_scr")
    return _EURO_WORDS.get(word, _ROMAN.get(word, word))


def plain_fuel(text: str) -> str:
    """The fuel's own name: `petrol` from `gasoline`, `electric` from `BEV`."""
    word = text.strip().lower()
    return _FUEL_WORDS.get(word, word)
