"""Comma-separated tables: written without surprises, read with the line of every row."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence

from signalopt.errors import Problem

Row = tuple[int, Mapping[str, str]]
"""Line in the file and cells by column."""


def table_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Text of a table with header; missing cells stay empty."""
    target = io.StringIO()
    writer = csv.DictWriter(target, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def table_rows(
    text: str, where: str, columns: Sequence[str], problems: list[Problem]
) -> tuple[Row, ...]:
    """Rows of a table; missing columns and rows of another length are reported and left out."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="", restval=None)
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        found = f"no column {', '.join(missing)}"
        problems.append(Problem(f"{where}:1", found, f"the columns {', '.join(columns)}"))
        return ()
    rows: list[Row] = []
    for row in reader:
        if None in row.values() or "" in row:
            count = len(reader.fieldnames or ())
            found = "a row of another length"
            problems.append(Problem(f"{where}:{reader.line_num}", found, f"{count} cells"))
            continue
        rows.append((reader.line_num, {k: (v or "").strip() for k, v in row.items()}))
    return tuple(rows)


def number(
    text: str, where: str, problems: list[Problem], low: float = 0, high: float = math.inf
) -> float:
    """A finite number within [low, high]; reported and `low` returned for anything else."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and low <= value <= high):
        bound = f"{low:g} or more" if high == math.inf else f"{low:g} to {high:g}"
        problems.append(Problem(where, f"`{text}`", f"a number, {bound}"))
        return low
    return value


def whole(
    text: str, where: str, problems: list[Problem], low: int = 0, high: int = 2**31 - 1
) -> int:
    """A whole number within [low, high]; reported and `low` returned for anything else."""
    bare = text.strip()
    if not (bare.removeprefix("-").isdecimal() and low <= int(bare) <= high):
        problems.append(Problem(where, f"`{text}`", f"a whole number, {low} to {high}"))
        return low
    return int(bare)


def number_text(value: float) -> str:
    """A number without needless decimals."""
    return str(int(value)) if value == int(value) else repr(round(value, 6))
