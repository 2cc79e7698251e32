"""Reading the constants of this room: every one has a value, an evidence mark and a source.

Evidence: `measured-in-SUMO` (found by running SUMO 1.28), `source` (read in the named source),
`from memory` (known, not re-read), `assumption` (chosen for this project).
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

EVIDENCE = ("measured-in-SUMO", "source", "from memory", "assumption")
_DATA = resources.files("signalopt.emissions").joinpath("data")


@lru_cache(maxsize=16)
def read_toml(name: str) -> Mapping[str, Any]:
    """A TOML table of `emissions/data`, `name` without ending. Do not change what it returns."""
    return tomllib.loads(_DATA.joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def read_csv(name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of a CSV table of `emissions/data`, `name` without ending."""
    text = _DATA.joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def constant(*path: str) -> float:
    """The value of a constant of `constants.toml`: `constant("tyre", "car")` in mg/km."""
    table: Any = read_toml("constants")
    for key in path:
        table = table[key]
    return float(table["value"])
