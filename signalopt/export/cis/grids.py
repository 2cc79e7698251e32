"""Opens a workbook and finds its tables, whatever the language: the first step of reading it back."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from signalopt.errors import InputError, Problem
from signalopt.export.cis.words import key_of

LARGEST_BYTES = 50_000_000
"""Of a workbook unpacked; ours have less than one per cent of it."""
_TITLES = frozenset(
    ("passport", "directions", "phases", "conflicts", "programme", "timing", "intermediate",
     "cyclogram", "coordination", "daily", "weekly", "annual", "check", "signatures")
)  # fmt: skip
_WITHOUT_HEADS = frozenset(("passport", "programme", "cyclogram"))
Row = tuple[object, ...]


@dataclass(frozen=True)
class Grid:
    """One table of the file. heads: keys of the columns (their texts where they have no key).

    rows: number of the line and its cells. number: of the programme in the title, 0 where there is none.
    """

    key: str
    place: str
    number: int
    heads: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]

    def cell_name(self, line: int, column: int) -> str:
        """Where a cell is: file, sheet and its name such as `D5`."""
        return f"{self.place}!{get_column_letter(column + 1)}{line}"


def grids_of(data: bytes, where: str) -> tuple[Grid, ...]:
    """All tables of a workbook. Raises InputError if it is not a whole .xlsx file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > LARGEST_BYTES:
            raise InputError(Problem(where, f"{size} bytes unpacked", f"at most {LARGEST_BYTES}"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of openpyxl, about parts that it leaves out
            book = load_workbook(io.BytesIO(data), data_only=True)
        pages = [
            (page.title, [tuple(row) for row in page.iter_rows(values_only=True)])
            for page in book.worksheets
        ]
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parts raise
        found = f"no readable workbook ({type(error).__name__}: {error})"
        raise InputError(Problem(where, found[:200], "a whole .xlsx file")) from None
    return tuple(grid for title, rows in pages for grid in _tables(f"{where}: {title}", rows))


def _tables(place: str, rows: Sequence[Row]) -> list[Grid]:
    found: list[Grid] = []
    line = 0
    while line < len(rows):
        key, number = _title(rows[line])
        line += 1
        if key is None:
            continue
        heads: tuple[str, ...] = ()
        if key not in _WITHOUT_HEADS and line < len(rows):
            heads = tuple(
                key_of(cell) or str(cell) for cell in rows[line] if cell not in (None, "")
            )
            line += 1
        held = []
        while line < len(rows) and any(cell not in (None, "") for cell in rows[line]):
            if not heads or len(_filled(rows[line])) > 1:  # else it is the text below the table
                held.append((line + 1, rows[line]))
            line += 1
        found.append(Grid(key, place, number, heads, tuple(held)))
    return found


def _title(row: Row) -> tuple[str | None, int]:
    """The key of a title line with the number of its programme, (None, 0) for any other line."""
    cells = _filled(row)
    if len(cells) != 1 or row[0] is None:
        return None, 0
    text = str(row[0])
    key = key_of(text)
    if key in _TITLES:
        return key, 0
    head, _, last = text.rpartition(" ")
    key = key_of(head.split(",")[0])
    if key in _TITLES and last.isdecimal():
        return key, int(last)
    return None, 0


def _filled(row: Row) -> list[object]:
    return [cell for cell in row if cell not in (None, "")]
