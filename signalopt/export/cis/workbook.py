"""The Excel workbook of one intersection: the tables, a coloured cyclogram of each programme, A4 set up.

The same tables give the same bytes: all times inside the file are fixed, and nothing is compressed, so that
the bytes do not depend on the machine's compressor.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from signalopt.export.cis.model import Passport, Programme, lamps_of
from signalopt.export.cis.tables import CODES, Block, Cell, Sheet
from signalopt.export.cis.words import CisWords
from signalopt.export.lamps import Lamp

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_FIXED_STAMP = b"1980-01-01T00:00:00Z"
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_LINE = Side(style="thin", color="9AA5B1")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="E9EDF1")
_COLOURS = {
    Lamp.GREEN: "4CB39B",
    Lamp.FLASHING: "BFE6DC",
    Lamp.AMBER: "F5CB5C",
    Lamp.RED: "F2C4C0",
    Lamp.RED_AMBER: "EE9A5A",
}
_FILLS = {lamp: PatternFill("solid", fgColor=colour) for lamp, colour in _COLOURS.items()}
_WIDEST = 44.0
_SHEET_NAME = 31
_CENTRED = 8
"""Longer texts stand on the left of their cell."""


def workbook_bytes(passport: Passport, sheets: tuple[Sheet, ...], words: CisWords) -> bytes:
    """The .xlsx file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:_SHEET_NAME])
        _fill(page, sheet)
        _set_up(page, passport, words, wide=True)
        if sheet.programme is not None:
            title = f"{words['cyclogram']} {sheet.programme.number}"
            page = book.create_sheet(title)
            _cyclogram(page, passport, sheet.programme, words)
            _set_up(page, passport, words, wide=True)
    book.properties.creator = "signalopt"
    book.properties.title = f"{words['passport']}: {passport.title}"
    book.properties.language = words.language
    held = io.BytesIO()
    book.save(held)
    return _fixed(held.getvalue())


def _fill(page: Worksheet, sheet: Sheet) -> None:
    row = 1
    widths: dict[int, float] = {}
    for block in sheet.blocks:
        row = _write_block(page, block, row, widths) + 1
    for column, width in widths.items():
        page.column_dimensions[get_column_letter(column)].width = min(_WIDEST, width + 2)


def _write_block(page: Worksheet, block: Block, row: int, widths: dict[int, float]) -> int:
    """Write title, heads, rows and text; returns the row after them."""
    _put(page, row, 1, block.title).font = Font(bold=True, size=13)
    row += 1
    if block.columns:
        for column, text in enumerate(block.columns, start=1):
            cell = _put(page, row, column, text)
            cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _BOX
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
            longest = max((len(word) for word in text.split()), default=1)
            widths[column] = max(widths.get(column, 0.0), float(longest))
        row += 1
    for values in block.rows:
        for column, value in enumerate(values, start=1):
            cell = _put(page, row, column, value)
            cell.border = _BOX
            side: Literal["left", "center"] = (
                "left" if isinstance(value, str) and len(value) > _CENTRED else "center"
            )
            cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=side)
            length = len(str(value)) if value is not None else 0
            widths[column] = max(widths.get(column, 0.0), min(_WIDEST, float(length)))
        row += 1
    if block.about:
        span = max(len(block.columns), 6)
        cell = _put(page, row, 1, block.about)
        cell.font = Font(italic=True, size=9, color="5C6675")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=span)
        page.row_dimensions[row].height = 40
        row += 1
    return row


def _cyclogram(page: Worksheet, passport: Passport, programme: Programme, words: CisWords) -> None:
    """A coloured cell a second and direction, with the lamp's code in it."""
    title = f"{words['cyclogram']}, {words['programme'].lower()} {programme.number}"
    _put(page, 1, 1, title).font = Font(bold=True, size=13)
    _put(page, 2, 1, words["number"]).font = Font(bold=True)
    for second in range(programme.cycle_s):
        cell = _put(page, 2, second + 2, second)
        cell.font = Font(size=6, bold=second % 5 == 0)
        cell.alignment = Alignment(text_rotation=90, horizontal="center")
        page.column_dimensions[get_column_letter(second + 2)].width = 2.2
    small, centre = Font(size=6, color="5C6675"), Alignment(horizontal="center")
    lamps = lamps_of(programme, len(passport.directions))
    for direction in passport.directions:
        row = direction.number + 2
        _put(page, row, 1, direction.number)
        for span in lamps[direction.number]:
            for second in range(int(span.start_s), int(span.end_s)):
                cell = _put(page, row, second + 2, CODES.index(span.lamp) + 1)
                cell.fill, cell.font, cell.alignment = _FILLS[span.lamp], small, centre
    row = len(passport.directions) + 4
    _put(page, row, 1, words["about_cyclogram"])
    for code, lamp in enumerate(CODES, start=1):
        cell = _put(page, row + code, 1, code)
        cell.fill, cell.alignment = _FILLS[lamp], centre
        _put(page, row + code, 2, words.lamp(lamp))
    page.freeze_panes = "B3"


def _put(page: Worksheet, row: int, column: int, value: Cell):  # type: ignore[no-untyped-def]
    """Write a cell; a text is never taken for a formula."""
    cell = page.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _set_up(page: Worksheet, passport: Passport, words: CisWords, *, wide: bool) -> None:
    """A4, one page wide, name of the intersection and page numbers in the margins."""
    page.page_setup.paperSize = 9  # A4
    page.page_setup.orientation = "landscape" if wide else "portrait"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for item, left, right in (
        (page.oddHeader, passport.title.replace("&", "&&"), words["passport"]),
        (page.oddFooter, "", "&P / &N"),
    ):
        assert item is not None
        item.left.text, item.right.text = left or None, right


def _fixed(data: bytes) -> bytes:
    """The same archive with fixed times, in the order in which it was written."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>" + _FIXED_STAMP, content)
            info = zipfile.ZipInfo(entry.filename, _FIXED_TIME)
            info.create_system, info.external_attr = 3, 0o644 << 16
            new.writestr(info, content)
    return held.getvalue()
