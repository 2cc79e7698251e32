"""Reading fleets: the shipped ones by name, a user's own list of vehicles or shares from a file.

A list is CSV (see `vehicle_list`); classes that it leaves out are taken from the default fleet, which
is said in the notes.
A fleet file is TOML: title, description, trip_km, dead_catalyst_share, sources; either `shares`
(a CSV beside it) or `base` (another fleet); `[[change]]` sets the share of a fuel in a class.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from signalopt.assets import data_folder
from signalopt.emissions.mix import (
    DEFAULT_FLEET,
    Fleet,
    Share,
    with_fuel,
)
from signalopt.emissions.technology import plain_fuel
from signalopt.emissions.vehicle_list import read_shares
from signalopt.errors import InputError, Problem
from signalopt.files import read_text

__all__ = ["DEFAULT_FLEET", "Fleet", "Share", "list_fleets", "load_fleet", "read_shares"]

_WHAT = "a fleet (TOML) or a list of vehicles (CSV)"
_NUMBER = (int, float)
_KEYS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "title": (str, "text"),
    "description": (str, "text"),
    "sources": (list, "a list of texts"),
    "trip_km": (_NUMBER, "a number of km"),
    "dead_catalyst_share": (_NUMBER, "a number from 0 to 1"),
    "shares": (str, "the name of a CSV file beside this one"),
    "base": (str, "the name of a shipped fleet"),
    "change": (list, "[[change]] tables"),
}
_CHANGE_KEYS: dict[str, type | tuple[type, ...]] = {
    "kinematic_class": str,
    "fuel": str,
    "share": _NUMBER,
    "euro": str,
}


def list_fleets() -> tuple[str, ...]:
    """Names of the shipped fleets."""
    return tuple(sorted(p.stem for p in data_folder("fleets").glob("*.toml")))


def load_fleet(name: str | Path = DEFAULT_FLEET) -> Fleet:
    """A shipped fleet by name, or the user's from a `.toml` or `.csv` file. Raises InputError."""
    text = str(name)
    if text.endswith((".toml", ".csv")):
        path = Path(name)
        return _from_toml(path, ()) if path.suffix == ".toml" else _from_list(path)
    return _shipped(text)


@lru_cache(maxsize=32)
def _shipped(name: str, above: tuple[str, ...] = ()) -> Fleet:
    if name not in list_fleets():
        near = get_close_matches(name, list_fleets(), n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else ""
        expected = f"{', '.join(list_fleets())}, or a file ending in .toml or .csv"
        raise InputError(Problem("fleet", repr(name), expected, hint))
    return _from_toml(data_folder("fleets") / f"{name}.toml", above)


def _from_toml(path: Path, above: tuple[str, ...]) -> Fleet:
    try:
        content = tomllib.loads(read_text(path, _WHAT))
    except tomllib.TOMLDecodeError as error:
        raise InputError(Problem(str(path), f"broken TOML ({error})", _WHAT)) from None
    _check_keys(path, content)
    if "base" in content:
        if content["base"] in above:
            raise InputError(Problem(f"{path}: base", "a circle of bases", "a fleet of its own"))
        base = _shipped(content["base"], (*above, path.stem))
    else:
        rows = read_shares(path.parent / content["shares"])
        base = Fleet(path.stem, "", "", rows, trip_km=10.0, dead_catalyst_share=0.0)
    fleet = replace(
        base,
        name=path.stem,
        title=content.get("title", path.stem),
        description=content.get("description", ""),
        trip_km=float(content.get("trip_km", base.trip_km)),
        dead_catalyst_share=float(content.get("dead_catalyst_share", base.dead_catalyst_share)),
        sources=(*base.sources, *(str(source) for source in content.get("sources", ()))),
    )
    for change in content.get("change", ()):
        fleet = with_fuel(
            fleet, change["kinematic_class"], plain_fuel(change["fuel"]), float(change["share"]),
            change.get("euro"),
        )  # fmt: skip
    return fleet


def _check_keys(path: Path, content: Mapping[str, Any]) -> None:
    """Raise InputError with every key that is unknown, missing or has a value that cannot be."""
    problems = []
    for key, value in content.items():
        if key not in _KEYS:
            near = get_close_matches(key, list(_KEYS), n=1)
            hint = f"did you mean {near[0]}?" if near else ""
            problems.append(Problem(f"{path}: {key}", "an unknown key", ", ".join(_KEYS), hint))
        elif not isinstance(value, _KEYS[key][0]) or isinstance(value, bool):
            problems.append(Problem(f"{path}: {key}", repr(value), _KEYS[key][1]))
    if ("shares" in content) == ("base" in content):
        problems.append(Problem(str(path), "both or none of `shares` and `base`", "one of the two"))
    trip, dead = content.get("trip_km", 10.0), content.get("dead_catalyst_share", 0.0)
    if isinstance(trip, int | float) and not 0.5 <= trip <= 200:
        problems.append(Problem(f"{path}: trip_km", f"{trip:g}", "0.5 to 200 km"))
    if isinstance(dead, int | float) and not 0 <= dead <= 1:
        problems.append(Problem(f"{path}: dead_catalyst_share", f"{dead:g}", "0 to 1"))
    changes = content.get("change", ())
    for number, change in enumerate(changes if isinstance(changes, list) else (), start=1):
        problems += _change_problems(f"{path}: change {number}", change)
    if problems:
        raise InputError(*problems)


def _change_problems(where: str, change: object) -> list[Problem]:
    wanted = "kinematic_class, fuel and share, perhaps euro"
    if not isinstance(change, dict):
        return [Problem(where, repr(change), f"a table with {wanted}")]
    problems = [
        Problem(where, f"unknown key {key}", wanted) for key in change if key not in _CHANGE_KEYS
    ]
    for key, kind in _CHANGE_KEYS.items():
        if key not in change:
            if key != "euro":
                problems.append(Problem(where, f"no {key}", wanted))
        elif not isinstance(change[key], kind) or isinstance(change[key], bool):
            expected = "text" if kind is str else "a number from 0 to 1"
            problems.append(Problem(f"{where}: {key}", repr(change[key]), expected))
    return problems


def _from_list(path: Path) -> Fleet:
    rows = read_shares(path)
    base = _shipped(DEFAULT_FLEET)
    given = {s.kinematic_class for s in rows}
    missing = [c for c in base.kinematic_classes if c not in given]
    rest = tuple(s for s in base.shares if s.kinematic_class in missing)
    notes = [f"trips of {base.trip_km:g} km: taken from {base.name}"]
    if missing:
        notes.append(f"{', '.join(missing)}: taken from {base.name}")
    if base.dead_catalyst_share:
        notes.append(f"{base.dead_catalyst_share:.0%} dead catalysts: taken from {base.name}")
    return replace(
        base,
        name=path.stem,
        title=f"list {path.name}",
        description=f"vehicles of {path.name}",
        shares=(*rows, *rest),
        sources=(path.name,),
        notes=tuple(notes),
    )
