"""A list of vehicles or shares as CSV: a register, a depot list, or the shares of a shipped fleet.

Columns `kinematic_class, fuel, euro` and either `count` (vehicles) or `share` (of the traffic of the
class); `confidence` and `source` may follow.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from signalopt.emissions.mix import CONFIDENCES, SHARE_TOLERANCE, Share, unknown_technology
from signalopt.emissions.technology import plain_euro, plain_fuel
from signalopt.errors import InputError, Problem
from signalopt.files import read_text

_COLUMNS = ("kinematic_class", "fuel", "euro")


@dataclass(slots=True)
class _Row:
    line: int
    share: Share


def read_shares(path: Path) -> tuple[Share, ...]:
    """Shares from a CSV of counts or shares; those of a class add up to 1 afterwards.

    Raises InputError with every unknown class, fuel or Euro class (nearest names), bad number,
    row given twice and class whose shares miss 1 by more than SHARE_TOLERANCE, with file and line.
    """
    lines = read_text(path, "a list of vehicles (CSV)").splitlines()
    reader = csv.DictReader(lines)
    header = [name.strip() for name in reader.fieldnames or ()]
    amount = next((name for name in ("share", "count") if name in header), None)
    missing = [name for name in _COLUMNS if name not in header]
    if missing or amount is None:
        wanted = [*missing, *(["share or count"] if amount is None else [])]
        found = f"columns {', '.join(header) or 'none'}"
        raise InputError(Problem(f"{path}:1", found, f"also {', '.join(wanted)}"))
    reader.fieldnames = header
    problems: list[Problem] = []
    rows: list[_Row] = []
    for row in reader:
        if any((value or "").strip() for value in row.values() if isinstance(value, str)):
            made, wrong = _share(f"{path}:{reader.line_num}", row, amount)
            problems += wrong
            if made:
                rows.append(_Row(reader.line_num, made))
    if not rows and not problems:
        problems.append(Problem(str(path), "no rows", "at least one vehicle"))
    problems += _twice(path, rows)
    shares = [row.share for row in rows]
    if not problems:
        problems += _sums(path, shares, counted=amount == "count")
    if problems:
        raise InputError(*problems)
    totals = _totals(shares)
    return tuple(replace(s, share=s.share / totals[s.kinematic_class]) for s in shares)


def _share(
    where: str, row: Mapping[str, Any], amount: str
) -> tuple[Share | None, Sequence[Problem]]:
    cells = {
        key: (row.get(key) or "").strip() for key in (*_COLUMNS, amount, "confidence", "source")
    }
    kinematic_class = cells["kinematic_class"].lower()
    fuel, euro = plain_fuel(cells["fuel"]), plain_euro(cells["euro"])
    problems = []
    unknown = unknown_technology(where, kinematic_class, fuel, euro)
    if unknown:
        problems.append(unknown)
    try:
        value = float(cells[amount])
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        problems.append(Problem(f"{where}: {amount}", repr(cells[amount]), "a number from 0 on"))
    confidence = cells["confidence"] or ("measured" if amount == "count" else "estimated")
    if confidence not in CONFIDENCES:
        near = get_close_matches(confidence, CONFIDENCES, n=1)
        hint = f"did you mean {near[0]}?" if near else ""
        problems.append(
            Problem(f"{where}: confidence", repr(confidence), ", ".join(CONFIDENCES), hint)
        )
    if problems:
        return None, problems
    source = cells["source"] or f"the user's list, {where}"
    return Share(kinematic_class, fuel, euro, value, confidence, source), ()


def _twice(path: Path, rows: Sequence[_Row]) -> list[Problem]:
    first: dict[tuple[str, str, str], int] = {}
    problems = []
    for row in rows:
        line = first.setdefault(row.share.key, row.line)
        if line != row.line:
            text = f"{' '.join(row.share.key)} again"
            problems.append(Problem(f"{path}:{row.line}", text, f"once (first in line {line})"))
    return problems


def _totals(shares: Sequence[Share]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for s in shares:
        totals[s.kinematic_class] = totals.get(s.kinematic_class, 0.0) + s.share
    return totals


def _sums(path: Path, shares: Sequence[Share], *, counted: bool) -> list[Problem]:
    problems = []
    for kinematic_class, total in _totals(shares).items():
        where = f"{path}: {kinematic_class}"
        if counted:
            if total == 0:
                problems.append(Problem(where, "no vehicle", "at least one"))
        elif abs(total - 1) > SHARE_TOLERANCE:
            expected = f"1 within {SHARE_TOLERANCE:g} for each class"
            problems.append(Problem(where, f"shares that add up to {total:.4g}", expected))
    return problems
