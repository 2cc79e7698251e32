"""Reads exported files from disk and compares each format with the plans that they should hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.export.equivalence import differences
from signalopt.export.facts import SheetFacts
from signalopt.export.formats import FORMATS, Format
from signalopt.export.lamps import Lamp
from signalopt.export.shown import Shown
from signalopt.export.timetable import Timetable
from signalopt.network.model import Network

_LARGEST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class ReadBack:
    """One format found on disk. differences: in words, empty if the files show what the plans show.

    unreadable: why its reader refuses the files (only `compare_files` tells; nothing is compared then).
    """

    format: str
    files: tuple[str, ...]
    intersections: int
    differences: tuple[str, ...]
    unreadable: tuple[str, ...] = ()


def compare_with_plans(path: Path, table: Timetable, network: Network) -> tuple[ReadBack, ...]:
    """Compare an exported file, or all formats in an exported folder, with the plans.

    A single file of a format with one file an intersection is compared for what it holds. Raises InputError
    if nothing readable is there, and with every problem of files that cannot be read.
    """
    found = _found(path)
    problems: list[Problem] = []
    results = []
    for name, files in found.items():
        entry = FORMATS[name]
        try:
            results.append(_compared(entry, files, table, network, whole=path.is_dir()))
        except InputError as error:
            problems += error.problems
    if not found:
        readable = ", ".join(name for name, entry in FORMATS.items() if entry.read is not None)
        problems.append(Problem(str(path), "no exported file", f"a file or folder of {readable}"))
    if problems:
        raise InputError(*problems)
    return tuple(results)


def compare_files(
    files: Mapping[str, bytes], table: Timetable, network: Network
) -> tuple[ReadBack, ...]:
    """Compare all readable formats among a whole export's files, by the names that the export gave them.

    Files that cannot be read are told in the result of their format.
    """
    results = []
    for entry in _readable():
        own = {name: data for name, data in files.items() if entry.owns(name)}
        if not own:
            continue
        try:
            results.append(_compared(entry, own, table, network, whole=True))
        except InputError as error:
            reasons = tuple(str(problem) for problem in error.problems)
            results.append(ReadBack(entry.name, tuple(sorted(own)), 0, (), reasons))
    return tuple(results)


def read_lamps(path: Path, network: Network) -> Shown:
    """What an exported file or folder shows; of a folder the format that carries most of the lamps.

    Raises InputError if nothing there holds lamps, and with every problem of files that cannot be read.
    """
    found = {n: files for n, files in _found(path).items() if _held(FORMATS[n])}
    if not found:
        raise InputError(
            Problem(str(path), "no exported file that holds lamps", "a file or folder of an export")
        )
    best = max(found, key=lambda name: _held(FORMATS[name]))
    read = FORMATS[best].read
    assert read is not None
    return read(found[best], network)


def _held(entry: Format) -> int:
    """How much a format carries: 0 nothing that shows lamps, more for each lamp that it knows."""
    carries = entry.carries
    if entry.read is None or carries is None or not carries.groups or carries.pedestrian is None:
        return 0
    return 1 + len(Lamp) * 2 - len(carries.vehicle) - len(carries.pedestrian) + carries.days


def _compared(
    entry: Format,
    files: Mapping[str, bytes],
    table: Timetable,
    network: Network,
    *,
    whole: bool,
) -> ReadBack:
    assert entry.read is not None
    assert entry.carries is not None
    shown = entry.read(files, network)
    held = {place for _, place in shown.programs}
    if whole:
        refused = entry.write(table, network, SheetFacts()).refused
        leave_out = frozenset(problem.where for problem in refused)
    else:
        leave_out = frozenset(network.intersection) - held
    told = differences(shown, table, network, entry.carries, leave_out)
    return ReadBack(entry.name, tuple(sorted(files)), len(held), told)


def _found(path: Path) -> dict[str, dict[str, bytes]]:
    """Files by format and by the name that the export gave them."""
    if not path.exists():
        raise InputError(Problem(str(path), "no such file", "an exported file or folder"))
    if path.is_file():
        return _one(path)
    for base in (path, path.parent):
        found: dict[str, dict[str, bytes]] = {}
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            name = file.relative_to(base).as_posix()
            for entry in _readable():
                if entry.owns(name):
                    found.setdefault(entry.name, {})[name] = _bytes(file)
        if found:
            return found
    return {}


def _one(path: Path) -> dict[str, dict[str, bytes]]:
    """One file with the others without which it says nothing."""
    for name in (path.name, f"{path.parent.name}/{path.name}"):
        for entry in _readable():
            if not entry.owns(name):
                continue
            base = path.parent if name == path.name else path.parent.parent
            wanted = {path}
            if entry.name == "gmns":
                wanted |= set(path.parent.glob("*.csv"))
            if entry.name == "cis":
                stem = (
                    path.name.removesuffix(".dk.json").removesuffix(".xlsx").removesuffix(".html")
                )
                wanted |= {path.with_name(f"{stem}{end}") for end in (".xlsx", ".dk.json")}
            if entry.name == "ntcip":
                stem = path.name.removesuffix(".csv").removesuffix(".phases")
                wanted |= {path.with_name(f"{stem}.csv"), path.with_name(f"{stem}.phases.csv")}
            files = {p.relative_to(base).as_posix(): _bytes(p) for p in wanted if p.is_file()}
            return {entry.name: files}
    return {}


def _readable() -> tuple[Format, ...]:
    return tuple(e for e in FORMATS.values() if e.read is not None and e.carries is not None)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputError(Problem(str(path), "more than 200 MB", "an exported file"))
        return path.read_bytes()
    except OSError as error:
        raise InputError(Problem(str(path), error.strerror or str(error), "a file")) from None
