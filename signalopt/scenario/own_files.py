"""Additional files that a user brings: copied into the case without signal programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from signalopt.demand.trips import write_xml
from signalopt.errors import InputError, Problem
from signalopt.files import read_xml

_SIGNALS = frozenset({"tlLogic", "WAUT", "wautJunction", "timedEvent"})


def copy_additional(files: Sequence[Path], folder: Path) -> tuple[Path, ...]:
    """Copy additional files into `folder`, numbered so that equal names do not meet.

    Signal programs are refused: they belong into the network or a plan. Raises InputError with all.
    """
    problems: list[Problem] = []
    copies: list[Path] = []
    for number, file in enumerate(files):
        root = read_xml(file, "a SUMO additional file").getroot()
        hint = "put the programs into the network, or give them as a plan"
        problems += [
            Problem(f"{file}:{e.sourceline}", f"<{e.tag}>", "no signal programs", hint)
            for e in root
            if e.tag in _SIGNALS
        ]
        copies.append(folder / f"own{number}.{file.name.removesuffix('.gz')}")
        write_xml(copies[-1], root)
    if problems:
        raise InputError(*problems)
    return tuple(copies)
