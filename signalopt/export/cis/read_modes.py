"""Reads the mode maps of a workbook back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from signalopt.errors import Problem
from signalopt.export.cis.grids import Grid
from signalopt.export.cis.modes import DAYS, LAST_MINUTE, MONTHS, DailyMap, ModeMaps


def read_modes(grids: Sequence[Grid], where: str, problems: list[Problem]) -> ModeMaps | None:
    """The maps, or None with what is wrong with them added to `problems`."""
    tables = {grid.key: grid for grid in grids if grid.key in ("daily", "weekly", "annual")}
    missing = [key for key in ("daily", "weekly", "annual") if key not in tables]
    if missing:
        found = f"no table `{', '.join(missing)}`"
        problems.append(Problem(where, found, "a whole CIS workbook"))
        return None
    before = len(problems)
    daily = _daily(tables["daily"], problems)
    weekly = _numbers(tables["weekly"], 7, len(daily), problems, empty=False)
    annual = _numbers(tables["annual"], DAYS, len(weekly), problems, empty=True)
    if len(annual) != MONTHS:
        problems.append(Problem(tables["annual"].place, f"{len(annual)} months", f"{MONTHS}"))
    return None if len(problems) > before else ModeMaps(daily, weekly, annual)


def _daily(grid: Grid, problems: list[Problem]) -> tuple[DailyMap, ...]:
    names: dict[int, str] = {}
    rows: dict[int, list[tuple[int, int]]] = {}
    for line, row in grid.rows:
        number, name, _, pk, hours, minutes = row[:6] if len(row) >= 6 else (None,) * 6
        figures = [value for value in (number, pk, hours, minutes) if _whole(value)]
        if len(figures) < 4:
            problems.append(
                Problem(grid.cell_name(line, 0), f"{row[:6]}", "map, programme, hour and minute")
            )
            continue
        index, programme, hour, minute = figures
        names.setdefault(index, str(name))
        end = 60 * hour + minute
        last = rows.setdefault(index, [])
        if minute > 59 or end > LAST_MINUTE or (last and end <= last[-1][1]) or end == 0:
            found = f"an interval that ends at {hour:02}:{minute:02}"
            problems.append(Problem(grid.cell_name(line, 4), found, "ascending ends up to 24:00"))
        last.append((programme, end))
    for index, held in rows.items():
        if held[-1][1] != LAST_MINUTE:
            found = f"daily map {index} that ends at {held[-1][1] // 60:02}:{held[-1][1] % 60:02}"
            problems.append(Problem(grid.place, found, "24:00"))
    if sorted(rows) != list(range(1, len(rows) + 1)) or not rows:
        problems.append(Problem(grid.place, f"daily maps {sorted(rows)}", "maps from 1 on"))
    return tuple(DailyMap(names[index], tuple(rows[index])) for index in sorted(rows))


def _numbers(
    grid: Grid, count: int, most: int, problems: list[Problem], *, empty: bool
) -> tuple[tuple[int, ...], ...]:
    """Lines of `count` numbers from 1 to `most`; cells may be empty where there is no such day."""
    lines = []
    for line, row in grid.rows:
        cells = [*row[1 : count + 1], *[None] * (count + 1 - len(row))][:count]
        values: list[object] = [0 if cell in (None, "") and empty else cell for cell in cells]
        for column, value in enumerate(values, start=1):
            if not _whole(value) or not (0 if empty else 1) <= value <= most:
                place = grid.cell_name(line, column)
                problems.append(Problem(place, f"{value!r}", f"a map from 1 to {most}"))
        lines.append(tuple(value for value in values if _whole(value)))
    return tuple(lines)


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
