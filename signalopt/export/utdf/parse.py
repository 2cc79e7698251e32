"""Reads the text of a UTDF file into records, keeping the line of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from signalopt.errors import InputError, Problem

SECTIONS: Mapping[str, tuple[str, str]] = {
    "Network": ("Network Settings", "RECORDNAME"),
    "Nodes": ("Node Data", "INTID"),
    "Links": ("Link Data", "RECORDNAME"),
    "Lanes": ("Lane Group Data", "RECORDNAME"),
    "Timeplans": ("Timing Plan Settings", "RECORDNAME"),
    "Phases": ("Phasing Data", "RECORDNAME"),
}
NEEDED = ("Network", "Nodes", "Lanes", "Timeplans", "Phases")
VERSIONS = ("8", "7")


@dataclass(frozen=True, slots=True)
class Record:
    """One line: its number, record name (empty for nodes), node and cells by column."""

    line: int
    name: str
    node: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class UtdfFile:
    """Records of a UTDF file by section; `where` names it in problems."""

    where: str
    sections: Mapping[str, tuple[Record, ...]]

    def of(self, section: str, node: int) -> dict[str, Record]:
        """Records of one node by record name, the first of each."""
        found: dict[str, Record] = {}
        for record in self.sections.get(section, ()):
            if record.node == node:
                found.setdefault(record.name, record)
        return found

    @property
    def settings(self) -> Mapping[str, str]:
        """Network settings by record name."""
        return {r.name: r.cells.get("DATA", "") for r in self.sections.get("Network", ())}


def parse_utdf(text: str, where: str) -> UtdfFile:
    """Split a combined UTDF file of version 8 (or 7) into records.

    Raises InputError with every problem: missing sections, rows that are cut, nodes that are no numbers.
    """
    problems: list[Problem] = []
    sections = _sections(text, where, problems)
    if not problems:
        problems += _missing(sections, where)
    if problems:
        raise InputError(*problems)
    file = UtdfFile(where, {name: tuple(records) for name, records in sections.items()})
    version = file.settings.get("UTDFVERSION", "")
    if version not in VERSIONS:
        raise InputError(Problem(where, f"UTDFVERSION `{version}`", "version 8 (or 7)"))
    return file


def _sections(text: str, where: str, problems: list[Problem]) -> dict[str, list[Record]]:
    sections: dict[str, list[Record]] = {}
    current = ""
    header: tuple[str, ...] = ()
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = raw.rstrip()
        bare = line.rstrip(",")
        place = f"{where}:{number}"
        if bare.startswith("["):
            current, header = bare.strip("[]"), ()
            if current in sections:
                problems.append(Problem(place, f"[{current}] again", "each section once"))
            sections.setdefault(current, [])
        elif bare and not current:
            problems.append(Problem(place, "a line outside any section", "[Network]"))
            break
        elif not bare or current not in SECTIONS or bare == SECTIONS[current][0]:
            continue  # empty, a section of Synchro's own (detectors, buses), or a section's title
        elif not header:
            header = _cells(line)
            first = SECTIONS[current][1]
            if header[0] != first:
                expected = f"the header of [{current}], which begins with {first}"
                problems.append(Problem(place, f"`{header[0]}`", expected))
        else:
            record = _record(_cells(line), header, current, place, number, problems)
            if record is not None:
                sections[current].append(record)
    return sections


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.split(","))


def _record(
    cells: tuple[str, ...],
    header: tuple[str, ...],
    section: str,
    where: str,
    number: int,
    problems: list[Problem],
) -> Record | None:
    extra = cells[len(header) :]
    if len(cells) < len(header) or any(extra):
        found = f"{len(cells)} cells"
        hint = "the file is cut, or a text holds a comma"
        problems.append(Problem(where, found, f"{len(header)} cells as in the header", hint))
        return None
    values = dict(zip(header, cells, strict=False))
    if section == "Network":
        return Record(number, values.get("RECORDNAME", ""), 0, values)
    node = values.get("INTID", "")
    if not node.isdecimal():
        problems.append(Problem(f"{where}: INTID", f"`{node}`", "the number of a node"))
        return None
    return Record(number, values.get("RECORDNAME", ""), int(node), values)


def _missing(sections: Mapping[str, list[Record]], where: str) -> list[Problem]:
    found = []
    for name in NEEDED:
        if not sections.get(name):
            near = get_close_matches(name, sections, n=1)
            hint = f"did you mean [{near[0]}]?" if near and near[0] != name else ""
            found.append(Problem(where, f"no records in [{name}]", "a combined UTDF file", hint))
    return found
