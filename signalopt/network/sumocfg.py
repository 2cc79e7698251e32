"""A `.sumocfg`: its options by their long names, with the lines they stand on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.files import read_xml
from signalopt.network.sumo_net import line_of

WHAT = "a SUMO configuration (.sumocfg)"
_SHORT = {
    "n": "net-file", "net": "net-file", "r": "route-files", "routes": "route-files",
    "a": "additional-files", "additional": "additional-files", "b": "begin", "e": "end",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SumoConfig:
    """Options of a .sumocfg by their long names, each with its text and line."""

    file: Path
    options: dict[str, tuple[str, int]]

    def where(self, name: str) -> str:
        """File and line of an option."""
        return f"{self.file}:{self.options[name][1]}" if name in self.options else str(self.file)

    def files(self, name: str) -> list[Path]:
        """Files of a list option, relative to the configuration."""
        text = self.options.get(name, ("", 0))[0]
        parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
        result = []
        for part in parts:
            whole = self.file.parent / part
            split = [self.file.parent / piece for piece in part.split()]
            several = len(split) > 1 and not whole.exists()  # old files separate by blanks
            result += split if several else [whole]
        return result


def read_config(sumocfg: Path) -> SumoConfig:
    """Read a configuration. Raises InputError if it is missing, broken or another kind of file."""
    root = read_xml(sumocfg, WHAT).getroot()
    if root.tag not in ("configuration", "sumoConfiguration"):
        raise InputError(Problem(f"{sumocfg}:{root.sourceline}", f"<{root.tag}>", WHAT))
    options: dict[str, tuple[str, int]] = {}
    for item in root.iter():
        value = item.get("value") or item.get("v")
        if value is not None:
            name = str(item.tag)
            options[_SHORT.get(name, name)] = (str(value), line_of(item))
    return SumoConfig(sumocfg, options)
