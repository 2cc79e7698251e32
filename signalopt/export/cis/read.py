"""Reads workbooks back into lamps, and finds what does not agree in them.

The tables say everything twice (phases as lengths, as starts and as seconds of the cyclogram), so that a
figure that was edited in one place is found and named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from signalopt.errors import InputError, Problem
from signalopt.export.cis.asudd import asudd_problems
from signalopt.export.cis.grids import Grid, grids_of
from signalopt.export.cis.model import Change, PhaseRow, Programme, lamps_of
from signalopt.export.cis.modes import shown_days
from signalopt.export.cis.passport import conflicts_of
from signalopt.export.cis.read_modes import read_modes
from signalopt.export.cis.tables import CODES
from signalopt.export.cis.words import key_of
from signalopt.export.shown import Shown, ShownDay, ShownProgram
from signalopt.network.model import Intersection, Network

WORKBOOK, PROGRAMMES = ".xlsx", ".dk.json"
_NONE = ("–", "", None)


@dataclass
class _Reading:
    """Tables of one workbook and the problems found so far."""

    where: str
    grids: tuple[Grid, ...]
    problems: list[Problem] = field(default_factory=list)

    def grid(self, key: str, number: int = 0) -> Grid:
        """A table; an empty one with a problem where the file lacks it."""
        for grid in self.grids:
            if grid.key == key and number in (0, grid.number):
                return grid
        return self._lacks(key)

    def within(self, key: str, head: Grid) -> Grid:
        """The table of a kind on the same sheet as another."""
        for grid in self.grids:
            if grid.key == key and grid.place == head.place:
                return grid
        return self._lacks(f"{key} of programme {head.number}")

    def _lacks(self, what: str) -> Grid:
        self.problems.append(Problem(self.where, f"no table `{what}`", "a whole CIS workbook"))
        return Grid(what, self.where, 0, (), ())

    def number(self, grid: Grid, line: int, row: tuple[object, ...], key: str) -> int:
        """A whole number in the column of this key; -1 and a problem for anything else."""
        column = grid.heads.index(key) if key in grid.heads else -1
        value = row[column] if 0 <= column < len(row) else None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            place = grid.cell_name(line, max(column, 0))
            self.problems.append(Problem(place, f"{value!r}", f"a whole number ({key})"))
            return -1
        return value

    def expect(self, place: str, found: object, expected: object, why: str) -> None:
        """Note a problem if a figure is not what it must be."""
        if found != expected:
            self.problems.append(Problem(place, f"{found}", f"{expected} ({why})"))


def read_cis(files: Mapping[str, str | bytes], network: Network) -> Shown:
    """Read the workbooks of an export, with the JSON files beside them where there are any.

    Raises InputError with every problem of every file.
    """
    programs: dict[tuple[int, str], ShownProgram] = {}
    problems: list[Problem] = []
    days: dict[tuple[ShownDay, ...], str] = {}
    books = {name: text for name, text in files.items() if name.endswith(WORKBOOK)}
    for name in files:
        beside = f"{name.removesuffix(PROGRAMMES)}{WORKBOOK}"
        if name.endswith(PROGRAMMES) and beside not in books:
            hint = "the JSON holds no lamps; put the workbook beside it"
            problems.append(Problem(name, "no workbook of this name", beside, hint))
    for name, content in sorted(books.items()):
        try:
            data = content if isinstance(content, bytes) else content.encode()
            place, shown, week, programmes = _book(data, name, network)
        except InputError as error:
            problems += error.problems
            continue
        beside = name.removesuffix(WORKBOOK) + PROGRAMMES
        if beside in files:
            problems += asudd_problems(files[beside], beside, programmes)
        days.setdefault(week, name)
        for number, program in shown.items():
            if (number, place) in programs:
                problems.append(Problem(name, f"`{place}` again", "each intersection once"))
            programs[number, place] = program
    if len(days) > 1:
        first, second = list(days.values())[:2]
        problems.append(Problem(second, "other mode maps", f"the same as in {first}"))
    if not books and not problems:
        problems.append(Problem("cis", "no workbook", "files of --format cis"))
    if problems:
        raise InputError(*problems)
    return Shown(programs, next(iter(days)))


def _book(
    data: bytes, where: str, network: Network
) -> tuple[str, dict[int, ShownProgram], tuple[ShownDay, ...], tuple[Programme, ...]]:
    reading = _Reading(where, grids_of(data, where))
    place = _place(reading, network)
    groups = _directions(reading, place)
    _check_conflicts(reading, place)
    heads = [grid for grid in reading.grids if grid.key == "programme"]
    if not heads:
        reading.grid("programme")
    programmes = [_programme(reading, head, len(groups)) for head in heads]
    maps = read_modes(reading.grids, where, reading.problems)
    if reading.problems or maps is None:
        raise InputError(*reading.problems)
    _check_coordination(reading, programmes)
    shown = {}
    for programme in programmes:
        lamps = lamps_of(programme, len(groups))
        _check_cyclogram(reading, programme, len(groups))
        by_group = {groups[number - 1]: spans for number, spans in lamps.items()}
        shown[programme.number] = ShownProgram(programme.cycle_s, programme.shift_s, by_group)
    known = {programme.number for programme in programmes}
    for day in maps.daily:
        for pk, _ in day.rows:
            if pk not in known:
                found = f"daily map `{day.name}` with programme {pk}"
                reading.problems.append(Problem(where, found, f"one of {sorted(known)}"))
    if reading.problems:
        raise InputError(*reading.problems)
    return place.id, shown, shown_days(maps), tuple(programmes)


def _place(reading: _Reading, network: Network) -> Intersection:
    """The intersection that the passport names; nothing else can be read without it."""
    from_key = {
        key_of(row[0]): row[1] if len(row) > 1 else None for _, row in reading.grid("passport").rows
    }
    name = str(from_key.get("identifier", ""))
    if name not in network.intersection:
        text = f"intersection `{name}`"
        raise InputError(
            *reading.problems, Problem(reading.where, text, "an intersection of the network")
        )
    fingerprint = from_key.get("network")
    reading.expect(reading.where, fingerprint, network.fingerprint, "the network's fingerprint")
    return network.intersection[name]


def _directions(reading: _Reading, place: Intersection) -> tuple[str, ...]:
    """Groups in the order of the directions; times of the table must be those of the groups."""
    grid = reading.grid("directions")
    groups = place.layout.groups
    reading.expect(grid.place, len(grid.rows), len(groups), "number of directions")
    for (line, row), (number, group) in zip(grid.rows, enumerate(groups, start=1), strict=False):
        cell = grid.cell_name(line, 0)
        reading.expect(cell, reading.number(grid, line, row, "number"), number, "in order")
        told = row[grid.heads.index("group")] if "group" in grid.heads else None
        reading.expect(cell, told, group.id, f"group of direction {number}")
        times = {
            "flashing": group.flashing_green_s,
            "amber": group.amber_s,
            "red_amber": group.red_amber_s,
            "least_green": group.min_green_s,
        }
        for key, seconds in times.items():
            value = reading.number(grid, line, row, key)
            if value >= 0:
                place_name = grid.cell_name(line, grid.heads.index(key))
                reading.expect(place_name, value, seconds, f"{key} of group {group.id}")
    return tuple(group.id for group in groups)


def _check_conflicts(reading: _Reading, place: Intersection) -> None:
    grid, wanted = reading.grid("conflicts"), conflicts_of(place.layout)
    for ending, (line, row) in enumerate(grid.rows, start=1):
        for starting in range(1, len(place.layout.groups) + 1):
            cell = row[starting] if starting < len(row) else None
            if ending == starting:
                continue
            expected = wanted.get((ending, starting), "")
            expected = "×" if expected is None else expected
            told = "" if cell is None else cell
            if told != expected:
                name = grid.cell_name(line, starting)
                reading.expect(name, told or "nothing", expected or "nothing", "least intergreen")


def _programme(reading: _Reading, head: Grid, directions: int) -> Programme:
    values = [row[1] if len(row) > 1 else None for _, row in head.rows]
    lines = [line for line, _ in head.rows]
    numbers: list[int] = []
    for index in (0, 2, 3):
        value = values[index] if index < len(values) else None
        if isinstance(value, bool) or not isinstance(value, int) or value < (index != 3):
            line = lines[index] if index < len(lines) else 1
            reading.problems.append(
                Problem(head.cell_name(line, 1), f"{value!r}", "a whole number")
            )
            value = -1
        numbers.append(value)
    number, cycle_s, shift_s = numbers
    if cycle_s > 0:
        reading.expect(head.place, 0 <= shift_s < cycle_s, True, "shift within the cycle")
    rows = _rows(reading, head, cycle_s, shift_s, directions)
    return Programme(number, str(values[1]) if len(values) > 1 else "", cycle_s, shift_s, rows)


def _rows(
    reading: _Reading, head: Grid, cycle_s: int, shift_s: int, directions: int
) -> tuple[PhaseRow, ...]:
    timing = reading.within("timing", head)
    changes = _changes(reading, reading.within("intermediate", head), directions)
    rows, now = [], 0
    for index, (line, row) in enumerate(timing.rows, start=1):
        figures = {
            key: reading.number(timing, line, row, key)
            for key in ("phase", "main", "between", "whole", "phase_shift")
        }
        if min(figures.values()) < 0 or cycle_s <= 0:
            continue
        main_s, between_s = figures["main"], figures["between"]
        place = timing.cell_name(line, 0)
        reading.expect(place, figures["whole"], main_s + between_s, "Тф = Тосн + Тпр")
        reading.expect(place, figures["phase_shift"], (shift_s + now) % cycle_s, "Тсдвиг")
        own = tuple(changes.get(index, ()))
        for change in own:
            reading.expect(
                f"{timing.place}: {index}, direction {change.direction}",
                sum(change.parts_s),
                between_s,
                "parts of the intermediate tact sum up to Тпр",
            )
        green = _list(reading, timing, line, row, directions)
        rows.append(PhaseRow(figures["phase"], green, now, main_s, between_s, None, own))
        now += main_s + between_s
    if not timing.rows:
        reading.problems.append(Problem(timing.place, "no phases", "at least one"))
    reading.expect(timing.place, now, cycle_s, "Тц = Σ Тф")
    return tuple(rows)


def _list(
    reading: _Reading, grid: Grid, line: int, row: tuple[object, ...], directions: int
) -> tuple[int, ...]:
    column = grid.heads.index("green_directions") if "green_directions" in grid.heads else 0
    value = row[column]
    if value in _NONE:
        return ()
    parts = [part.strip() for part in str(value).replace(".", ",").split(",")]
    if any(not p.isdecimal() or not 1 <= int(p) <= directions for p in parts):
        expected = f"numbers from 1 to {directions}"
        reading.problems.append(Problem(grid.cell_name(line, column), f"{value!r}", expected))
        return ()
    return tuple(int(part) for part in parts)


def _changes(reading: _Reading, grid: Grid, directions: int) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = {}
    for line, row in grid.rows:
        keys = ("extra_green", "flashing", "amber", "red", "red_amber")
        parts = tuple(reading.number(grid, line, row, key) for key in keys)
        at, direction = (reading.number(grid, line, row, key) for key in ("row", "number"))
        if not 1 <= direction <= directions:
            expected = f"a direction from 1 to {directions}"
            reading.problems.append(Problem(grid.cell_name(line, 3), str(direction), expected))
        elif min(parts) >= 0 and at > 0:
            found.setdefault(at, []).append(Change(direction, parts))
    return found


def _check_coordination(reading: _Reading, programmes: list[Programme]) -> None:
    grid = reading.grid("coordination")
    wanted = {p.number: p for p in programmes}
    seen = set()
    for line, row in grid.rows:
        cells = [cell for cell in row if cell is not None]
        programme = wanted.get(cells[0]) if isinstance(cells[0], int) else None
        if programme is None:
            problem = Problem(grid.cell_name(line, 0), f"{cells[0]!r}", "a programme's number")
            reading.problems.append(problem)
            continue
        seen.add(programme.number)
        starts = [value for phase in programme.phases for value in (phase.number, phase.start_s)]
        expected = [programme.cycle_s, programme.shift_s, *starts]
        reading.expect(
            grid.cell_name(line, 2), cells[2:], expected, "cycle, shift, phases of the programme"
        )
    reading.expect(grid.place, sorted(seen), sorted(wanted), "all programmes")


def _check_cyclogram(reading: _Reading, programme: Programme, directions: int) -> None:
    grid = reading.grid("cyclogram", programme.number)
    lamps = lamps_of(programme, directions)
    told = {row[0]: (line, row) for line, row in grid.rows[1:]}
    for number, spans in lamps.items():
        codes = [CODES.index(s.lamp) + 1 for s in spans for _ in range(int(s.end_s - s.start_s))]
        line, row = told.get(number, (0, ()))
        shown = list(row[1 : programme.cycle_s + 1])
        if shown != codes:
            at = next(
                (i for i, (a, b) in enumerate(zip(shown, codes, strict=False)) if a != b),
                len(shown),
            )
            found = f"lamp {shown[at] if at < len(shown) else 'nothing'} in second {at}"
            expected = f"{codes[at] if at < len(codes) else 'nothing'}, as the phases say"
            where = grid.cell_name(line, at + 1) if line else grid.place
            reading.problems.append(Problem(where, found, expected))
