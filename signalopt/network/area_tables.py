"""The CSV and YAML files of an area, read cell by cell; every bad cell becomes a problem with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from signalopt.errors import InputError, Problem
from signalopt.files import read_text
from signalopt.network.area_model import ARMS
from signalopt.network.model import Confidence, Turn
from signalopt.network.rules import LeftPolicy

Parser = Callable[[str], Any]
Word = TypeVar("Word", bound=StrEnum)


class _CellError(Exception):
    """A cell that is not what its column promises; the text says what was expected."""


def _text(cell: str) -> str:
    return cell


def _name(cell: str) -> str:
    if not cell or not all(c.isalnum() or c in "_.-" for c in cell) or "--" in cell:
        raise _CellError("an id of letters, digits, `_` and `.`")
    return cell


def _number(low: float, high: float, unit: str) -> Parser:
    def parse(cell: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise _CellError(f"a number from {low:g} to {high:g} ({unit})")
        return value

    return parse


def _whole(low: int, high: int, unit: str) -> Parser:
    def parse(cell: str) -> int:
        if not cell.lstrip("-").isdigit() or not low <= int(cell) <= high:
            raise _CellError(f"a whole number from {low} to {high} ({unit})")
        return int(cell)

    return parse


def _yes(cell: str) -> bool:
    if cell not in {"yes", "no"}:
        raise _CellError("yes or no")
    return cell == "yes"


def _word(words: type[Word], *leave_out: Word) -> Callable[[str], Word]:
    allowed = [word for word in words if word not in leave_out]

    def parse(cell: str) -> Word:
        if cell not in allowed:
            raise _CellError(" | ".join(allowed))
        return words(cell)

    return parse


def _arm(cell: str) -> str:
    if cell not in ARMS:
        raise _CellError(" | ".join(ARMS))
    return cell


def _points(cell: str) -> tuple[tuple[float, float], ...]:
    try:
        pairs = [tuple(float(v) for v in pair.split()) for pair in cell.split(";") if pair.strip()]
    except ValueError:
        pairs = [()]
    if any(len(p) != 2 or not (-90 <= p[0] <= 90 and -180 <= p[1] <= 180) for p in pairs):
        raise _CellError("points `lat lon` separated by `;`, or nothing")
    return tuple((p[0], p[1]) for p in pairs)


CONF = _word(Confidence)
LAT = _number(-80, 84, "degrees north, UTM range")
LON = _number(-180, 180, "degrees east")
LANES = _whole(0, 8, "lanes")

INTERSECTIONS: Mapping[str, Parser] = {
    "id": _name, "name": _text, "lat": LAT, "lon": LON, "location_conf": CONF,
    "signal": _yes, "signal_conf": CONF, "signal_source": _text,
    "all_red_s": _whole(0, 10, "seconds"), "all_red_conf": CONF,
    "left_policy": _word(LeftPolicy), "left_policy_conf": CONF, "note": _text,
}  # fmt: skip
_STREET: Mapping[str, Parser] = {
    "lanes_conf": CONF, "bus_conf": CONF, "median_m": _number(0, 60, "metres"), "median_conf": CONF,
    "speed_kph": _number(10, 130, "km/h"), "speed_conf": CONF, "via": _points, "note": _text,
}  # fmt: skip
SECTIONS: Mapping[str, Parser] = {
    "street": _name, "start": _name, "end": _name, "start_arm": _arm, "end_arm": _arm,
    "lanes_forward": LANES, "lanes_backward": LANES, "bus_forward": _yes, "bus_backward": _yes,
    **_STREET,
}  # fmt: skip
GATES: Mapping[str, Parser] = {
    "id": _name, "street": _name, "intersection": _name, "arm": _arm, "lat": LAT, "lon": LON,
    "exists_conf": CONF, "lanes_in": LANES, "lanes_out": LANES, "bus_in": _yes, "bus_out": _yes,
    **_STREET,
}  # fmt: skip
APPROACHES: Mapping[str, Parser] = {
    "intersection": _name, "arm": _arm, "left_bays": _whole(0, 2, "lanes"),
    "left_only": _whole(0, 3, "lanes"), "right_bays": _whole(0, 1, "lanes"),
    "bay_m": _number(0, 300, "metres"), "bay_conf": CONF, "crossing": _yes, "crossing_conf": CONF,
    "note": _text,
}  # fmt: skip
TURNS: Mapping[str, Parser] = {
    "intersection": _name, "arm": _arm, "turn": _word(Turn, Turn.UTURN, Turn.CROSSING),
    "conf": CONF, "source": _text,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One good line of a table: parsed values by column, and where it stands."""

    where: str
    line: int
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


def read_table(path: Path, columns: Mapping[str, Parser], problems: list[Problem]) -> list[Row]:
    """Rows of a CSV file whose cells are all good; everything else goes to `problems`."""
    try:
        text = read_text(path, "a table of an area (CSV)")
    except InputError as error:
        problems += error.problems
        return []
    reader = csv.reader(io.StringIO(text))
    header = next(reader, [])
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    problems += [Problem(f"{path}:1", "no such column", f"a column `{c}`") for c in missing]
    problems += [
        Problem(f"{path}:1", f"column `{c}`", "only the columns " + ", ".join(columns))
        for c in unknown
    ]
    if missing or unknown:
        return []
    rows = []
    for cells in reader:
        where = f"{path}:{reader.line_num}"
        if not any(cells):
            continue
        if len(cells) != len(header):
            problems.append(Problem(where, f"{len(cells)} cells", f"{len(header)} cells"))
            continue
        values: dict[str, Any] = {}
        for column, cell in zip(header, cells, strict=True):
            try:
                values[column] = columns[column](cell.strip())
            except _CellError as bad:
                problems.append(Problem(where, f"{column} = {cell!r}", str(bad)))
        if len(values) == len(header):
            rows.append(Row(where, reader.line_num, values))
    return rows
