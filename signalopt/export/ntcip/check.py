"""Reads a set list and checks every SET: known object, syntax, range, order, consistency of rings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signalopt.errors import InputError, Problem
from signalopt.export.ntcip import objects as o
from signalopt.export.ntcip.write import COLUMNS, Setting
from signalopt.export.table_text import table_rows, whole

_OID = re.compile(r"[0-2](\.\d+)+")
_HEX = re.compile(r"([0-9a-f]{2})*")


@dataclass(frozen=True)
class SetList:
    """A checked set list: the SETs in order, and the values by name and indices."""

    where: str
    settings: tuple[Setting, ...]
    values: Mapping[tuple[str, tuple[int, ...]], str]

    def number(self, name: str, *indices: int) -> int:
        """An INTEGER. Raises InputError if it is not in the list."""
        found = self.values.get((name, indices))
        if found is None:
            text = f"no {name}{''.join(f'.{i}' for i in indices)}"
            raise InputError(Problem(self.where, text, "every object that the plan needs"))
        return int(found)

    def text(self, name: str, *indices: int) -> str:
        """An OCTET STRING (hex) or OID, empty if it is not in the list."""
        return self.values.get((name, indices), "")

    def indices(self, name: str) -> tuple[tuple[int, ...], ...]:
        """Indices of all rows of a column."""
        return tuple(index for found, index in self.values if found == name)


def read_set_list(text: str, where: str) -> SetList:
    """Parse and check a set list. Raises InputError with every problem, file and line each."""
    problems: list[Problem] = []
    settings: list[Setting] = []
    values: dict[tuple[str, tuple[int, ...]], str] = {}
    for line, row in table_rows(text, where, COLUMNS, problems):
        place = f"{where}:{line}"
        known = o.OBJECTS.get(row["name"])
        if known is None:
            problems.append(Problem(f"{place}: name", f"`{row['name']}`", "an NTCIP object"))
            continue
        index = _index(row["oid"], known)
        if index is None:
            expected = f"{known.oid} with {known.indices} indices"
            problems.append(Problem(f"{place}: oid", f"`{row['oid']}`", expected))
            continue
        if row["type"] != known.syntax:
            problems.append(Problem(f"{place}: type", f"`{row['type']}`", known.syntax))
        _check_value(row["value"], known, f"{place}: value", problems)
        settings.append(Setting(row["oid"], row["name"], row["value"]))
        key = (row["name"], index)
        if key in values and row["name"] != "dbCreateTransaction":
            problems.append(Problem(place, f"{row['name']} a second time", "each object once"))
        values[key] = row["value"]
    if not problems:
        problems += _order_problems(settings, where)
    if not problems:
        problems += _ring_problems(SetList(where, tuple(settings), values))
    if problems:
        raise InputError(*problems)
    return SetList(where, tuple(settings), values)


def _index(oid: str, known: o.Object) -> tuple[int, ...] | None:
    if known.indices == 0:
        return () if oid == known.oid else None
    tail = oid.removeprefix(f"{known.oid}.")
    parts = tail.split(".")
    if tail == oid or len(parts) != known.indices or not all(p.isdecimal() for p in parts):
        return None
    return tuple(int(p) for p in parts)


def _check_value(value: str, known: o.Object, where: str, problems: list[Problem]) -> None:
    if known.syntax == o.INTEGER:
        whole(value, where, problems, known.low, known.high)
    elif known.syntax == o.OCTETS and not _HEX.fullmatch(value):
        problems.append(Problem(where, f"`{value}`", "pairs of hexadecimal digits"))
    elif known.syntax == o.OID and not _OID.fullmatch(value):
        problems.append(Problem(where, f"`{value}`", "an object identifier"))


def _order_problems(settings: Sequence[Setting], where: str) -> list[Problem]:
    """Transaction first, verify and normal last, nothing of the kind between."""
    steps = [(i, int(s.value)) for i, s in enumerate(settings) if s.name == "dbCreateTransaction"]
    last = len(settings) - 1
    wanted = [(0, o.TRANSACTION), (last - 1, o.VERIFY), (last, o.NORMAL)]
    if steps == wanted:
        return []
    found = "dbCreateTransaction " + ", ".join(f"{v} in place {i + 1}" for i, v in steps)
    expected = "2 (transaction) first, 3 (verify) and 1 (normal) last; is the file complete?"
    return [Problem(where, found, expected)]


def _ring_problems(sets: SetList) -> list[Problem]:
    """The consistency checks of NTCIP 1202, annex B, and the sums of splits."""
    problems: list[Problem] = []
    try:
        ring_of = {i[0]: sets.number("phaseRing", *i) for i in sets.indices("phaseRing")}
        together = {p: set(bytes.fromhex(sets.text("phaseConcurrency", p))) for p in ring_of}
        for phase, others in together.items():
            wrong = [
                x for x in others
                if x not in ring_of or ring_of[x] == ring_of[phase] or phase not in together[x]
            ]  # fmt: skip
            if wrong:
                found = f"phaseConcurrency of phase {phase} names {sorted(wrong)}"
                expected = "phases of other rings that name it as well"
                problems.append(Problem(sets.where, found, expected))
        for (pattern,) in sets.indices("patternCycleTime"):
            problems += _pattern_problems(sets, pattern, ring_of, together)
    except InputError as error:
        problems += error.problems
    return problems


def _pattern_problems(
    sets: SetList, pattern: int, ring_of: Mapping[int, int], together: Mapping[int, set[int]]
) -> list[Problem]:
    where = f"{sets.where}: pattern {pattern}"
    cycle = sets.number("patternCycleTime", pattern)
    split = sets.number("patternSplitNumber", pattern)
    sequence = sets.number("patternSequenceNumber", pattern)
    problems = []
    if sets.number("patternOffsetTime", pattern) >= cycle:
        problems.append(Problem(where, "an offset of a cycle or more", f"less than {cycle} s"))
    rings = ring_sequences(sets, sequence)
    listed = [phase for phases in rings.values() for phase in phases]
    if sorted(listed) != sorted(ring_of):
        expected = f"each of the phases {sorted(ring_of)} once"
        problems.append(Problem(where, f"sequence {sequence} of {sorted(listed)}", expected))
        return problems
    for ring, phases in rings.items():
        if any(ring_of[p] != ring for p in phases):
            found = f"sequence {sequence}, ring {ring}: {list(phases)}"
            problems.append(Problem(where, found, "phases of that ring (phaseRing)"))
    lengths: dict[frozenset[int], dict[int, int]] = {}
    for ring, phases in rings.items():
        for phase in phases:
            group = barrier_of(phase, together)
            sums = lengths.setdefault(group, {})
            sums[ring] = sums.get(ring, 0) + sets.number("splitTime", split, phase)
    for group, sums in lengths.items():
        if len(set(sums.values())) > 1:
            text = ", ".join(f"ring {r} {s} s" for r, s in sums.items())
            found = f"splits between barriers of phases {sorted(group)}: {text}"
            problems.append(Problem(where, found, "equal lengths in all rings"))
    total = sum(max(sums.values()) for sums in lengths.values())
    if total != cycle:
        problems.append(Problem(where, f"splits of {total} s", f"the cycle of {cycle} s"))
    return problems


def ring_sequences(sets: SetList, sequence: int) -> dict[int, tuple[int, ...]]:
    """Phases in order, by ring, of one sequence."""
    return {
        ring: tuple(bytes.fromhex(sets.text("sequenceData", number, ring)))
        for number, ring in sets.indices("sequenceData")
        if number == sequence
    }


def barrier_of(phase: int, together: Mapping[int, set[int]]) -> frozenset[int]:
    """All phases between the same two barriers: those reached over concurrency."""
    reached, fresh = {phase}, {phase}
    while fresh:
        fresh = {other for p in fresh for other in together.get(p, ())} - reached
        reached |= fresh
    return frozenset(reached)
