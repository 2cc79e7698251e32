"""Signal rules of a built network: what a street source knows and a `.net.xml` cannot hold.

The network builder writes them beside the net as `<net>.rules.json` (see `rules_path`); where they
exist, signal groups and stages are designed, where they do not, the net's own program is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from signalopt.errors import InputError, Problem
from signalopt.files import read_text, write_text

FORMAT = "signalopt-signal-rules"
VERSION = 1
LONGEST_ALL_RED_S = 10


class LeftPolicy(StrEnum):
    """How left turns (the turns across opposing traffic) get green at one intersection.

    AUTO: protected where ordinary practice would, see `signalopt.network.groups`;
    PROTECTED: every left turn that has a lane of its own gets a stage of its own;
    OPPOSED: left turns go with the through traffic and give way.
    """

    AUTO = "auto"
    PROTECTED = "protected"
    OPPOSED = "opposed"


@dataclass(frozen=True, slots=True)
class IntersectionRules:
    """Rules of one intersection.

    all_red_s: least all-red in seconds (2 usual, 4 by order of the traffic police).
    arms: arm letter (`N`, `E`, `S`, `W`, `NE` ...: where the arm lies seen from the centre) by edge id,
    incoming and outgoing edges alike; an edge left out gets the letter of its compass direction.
    streets: street name by incoming edge id.
    """

    name: str
    all_red_s: int = 2
    left_policy: LeftPolicy = LeftPolicy.AUTO
    arms: Mapping[str, str] = field(default_factory=dict)
    streets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignalRules:
    """Rules by intersection id (= `tlLogic` id)."""

    intersections: Mapping[str, IntersectionRules]


def rules_path(net_file: Path) -> Path:
    """Where the rules of a net lie: `area.net.xml` -> `area.rules.json` in the same folder."""
    name = net_file.name.removesuffix(".gz").removesuffix(".xml").removesuffix(".net")
    return net_file.with_name(f"{name}.rules.json")


def write_rules(path: Path, rules: SignalRules) -> None:
    """Write rules as JSON. Raises OutputError."""
    places = {
        place_id: {
            "name": place.name,
            "all_red_s": place.all_red_s,
            "left_policy": place.left_policy.value,
            "arms": dict(place.arms),
            "streets": dict(place.streets),
        }
        for place_id, place in rules.intersections.items()
    }
    document = {"format": FORMAT, "version": VERSION, "intersections": places}
    write_text(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def read_rules(path: Path) -> SignalRules:
    """Read rules written by `write_rules`. Raises InputError with every problem of the file."""
    try:
        document = json.loads(read_text(path, "signal rules (JSON)"))
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}"
        raise InputError(Problem(where, error.msg, "signal rules (JSON)")) from None
    header = {"format": FORMAT, "version": VERSION}
    found = document if isinstance(document, dict) else {}
    places = found.get("intersections")
    if any(found.get(key) != value for key, value in header.items()) or not isinstance(
        places, dict
    ):
        expected = f"an object with format {FORMAT!r}, version {VERSION} and `intersections`"
        raise InputError(Problem(str(path), "something else", expected, "build the network again"))
    problems: list[Problem] = []
    read = {
        key: _place(f"{path}: intersections.{key}", raw, problems) for key, raw in places.items()
    }
    if problems:
        raise InputError(*problems)
    return SignalRules(read)


def _place(where: str, raw: object, problems: list[Problem]) -> IntersectionRules:
    """Read one intersection; what is wrong goes to `problems`."""
    values: dict[str, Any] = raw if isinstance(raw, dict) else {}
    if not isinstance(raw, dict):
        problems.append(Problem(where, type(raw).__name__, "an object"))
    known = {"name", "all_red_s", "left_policy", "arms", "streets"}
    problems += [
        Problem(f"{where}.{key}", "an unknown key", ", ".join(sorted(known)))
        for key in values
        if key not in known
    ]
    name, all_red = values.get("name", ""), values.get("all_red_s", 2)
    if not isinstance(name, str):
        problems.append(Problem(f"{where}.name", repr(name), "text"))
    if not isinstance(all_red, int) or not 0 <= all_red <= LONGEST_ALL_RED_S:
        expected = f"whole seconds from 0 to {LONGEST_ALL_RED_S}"
        problems.append(Problem(f"{where}.all_red_s", repr(all_red), expected))
    policy = values.get("left_policy", LeftPolicy.AUTO.value)
    if policy not in list(LeftPolicy):
        problems.append(Problem(f"{where}.left_policy", repr(policy), " | ".join(LeftPolicy)))
        policy = LeftPolicy.AUTO
    maps = {}
    for key in ("arms", "streets"):
        maps[key] = values.get(key, {})
        good = isinstance(maps[key], dict) and all(isinstance(v, str) for v in maps[key].values())
        if not good:
            problems.append(Problem(f"{where}.{key}", repr(maps[key]), "text by edge id"))
    return IntersectionRules(
        name=name,
        all_red_s=all_red,
        left_policy=LeftPolicy(policy),
        arms=maps["arms"],
        streets=maps["streets"],
    )
