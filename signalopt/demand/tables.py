"""CSV tables of demand: columns checked, every bad cell reported with file and line at once."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.files import read_text
from signalopt.network.model import Confidence


@dataclass
class Table:
    """Rows of a CSV with their lines; cells are read by the methods, which collect problems."""

    file: Path
    rows: list[tuple[int, dict[str, str]]]
    problems: list[Problem] = field(default_factory=list)

    def report(self, line: int, column: str, found: str, expected: str, hint: str = "") -> None:
        """Note a problem of one cell."""
        self.problems.append(Problem(f"{self.file}:{line}: {column}", found, expected, hint))

    def number(self, line: int, row: dict[str, str], column: str) -> float:
        """A finite number >= 0 (0 where it is wrong, with a problem noted)."""
        text = row.get(column, "").strip()
        try:
            value = float(text)
        except ValueError:
            self.report(line, column, f"`{text}`", "a number")
            return 0.0
        if not math.isfinite(value) or value < 0:
            self.report(line, column, text, "a number of at least 0")
            return 0.0
        return value

    def name(
        self, line: int, row: dict[str, str], column: str, known: Callable[[str], bool] | None = None,
        candidates: Sequence[str] = (), what: str = "a name",
    ) -> str:  # fmt: skip
        """A name, which must be `known`; the nearest of `candidates` is hinted at."""
        text = row.get(column, "").strip()
        if not text:
            self.report(line, column, "nothing", what)
        elif known is not None and not known(text):
            near = get_close_matches(text, candidates, n=1)
            self.report(
                line, column, f"`{text}`", what, f"did you mean `{near[0]}`?" if near else ""
            )
        return text

    def clock(self, line: int, row: dict[str, str], column: str, default: int) -> int:
        """Seconds of the day from HH:MM[:SS] or a number; `default` where the cell is empty."""
        text = row.get(column, "").strip()
        if not text:
            return default
        parts = text.split(":")
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            numbers = []
        if len(numbers) == 1:
            return int(numbers[0])
        if len(numbers) in (2, 3) and all(0 <= n < 60 for n in numbers[1:]):
            return int(sum(n * 60 ** (2 - i) for i, n in enumerate(numbers)))
        self.report(line, column, f"`{text}`", "a time of day such as 07:30, or seconds")
        return default

    def confidence(self, line: int, row: dict[str, str], default: Confidence) -> Confidence:
        """The mark in column `confidence`, else `default`."""
        text = row.get("confidence", "").strip()
        if not text:
            return default
        try:
            return Confidence(text)
        except ValueError:
            marks = ", ".join(c.value for c in Confidence)
            self.report(line, "confidence", f"`{text}`", f"one of {marks}")
            return default

    def finish(self) -> None:
        """Raise InputError with all problems noted, if any."""
        if self.problems:
            raise InputError(*self.problems)


def read_table(
    file: Path, what: str, columns: Sequence[str], optional: Sequence[str] = ()
) -> Table:
    """Read a CSV with a header line; lines that start with # and empty lines are skipped.

    Raises InputError for missing or unknown columns, rows of a wrong length and an empty table.
    """
    lines = read_text(file, what).splitlines()
    kept = [
        (n, text) for n, text in enumerate(lines, 1) if text.strip() and text.lstrip()[0] != "#"
    ]
    if not kept:
        raise InputError(
            Problem(str(file), "an empty file", f"{what} with columns {list(columns)}")
        )
    parsed = list(csv.reader(StringIO("\n".join(text for _, text in kept))))
    header = [cell.strip() for cell in parsed[0]]
    line = kept[0][0]
    problems = [
        Problem(f"{file}:{line}", f"no column `{name}`", f"columns {', '.join(columns)}")
        for name in columns
        if name not in header
    ]
    for name in header:
        if name not in columns and name not in optional:
            near = get_close_matches(name, [*columns, *optional], n=1)
            hint = f"did you mean `{near[0]}`?" if near else ""
            expected = f"only columns {', '.join([*columns, *optional])}"
            problems.append(Problem(f"{file}:{line}", f"column `{name}`", expected, hint))
    if len(parsed) == 1:
        problems.append(Problem(str(file), "a header without rows", what))
    rows = []
    for (number, _), cells in zip(kept[1:], parsed[1:], strict=False):
        if len(cells) != len(header):
            expected = f"{len(header)} as in the header"
            problems.append(Problem(f"{file}:{number}", f"{len(cells)} cells", expected))
        else:
            rows.append((number, dict(zip(header, cells, strict=True))))
    if problems:
        raise InputError(*problems)
    return Table(file, rows)
