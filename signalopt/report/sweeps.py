"""A sweep as heat maps: one axis across, combinations of the others down."""

from __future__ import annotations

from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.report.data import Interval, Sweep, SweepCell
from signalopt.study.frames import FACTOR
from signalopt.study.query import summary
from signalopt.study.spec import ENGINES
from signalopt.study.store import read_runs

MEASURES_SHOWN = (
    "delay_s", "person_delay_s", "stops", "co2_g", "soot_mg", "nox_mg", "fuel_g", "speed_kph",
)  # fmt: skip
_FIXED_AXES = ("scenario", "plan", "engine")


def sweep_of(folder: Path) -> Sweep:
    """Cells of a store of `sweep`. Across runs `plan` if there are several, else the axis with most values.

    Raises InputError for a folder without runs.
    """
    runs = read_runs(folder)
    if not runs.height:
        hint = "`sweep` has not finished one yet"
        raise InputError(Problem(str(folder), "no run", "results of a sweep", hint))
    shown = [n for n in MEASURES_SHOWN if n in runs.columns and runs[n].drop_nulls().len()]
    table = summary(folder, shown)
    factors = [name for name in table.columns if name.startswith(FACTOR)]
    values = {
        axis: list(dict.fromkeys(_text(v) for v in table[axis].to_list()))
        for axis in (*_FIXED_AXES, *factors)
    }
    several = [axis for axis, own in values.items() if len(own) > 1]
    across = (
        "plan" if "plan" in several else max(several, key=lambda a: len(values[a]), default="plan")
    )
    down = [axis for axis in several if axis != across] or ["scenario"]
    if "engine" not in down and values["engine"] != [ENGINES[0]]:
        down.append("engine")  # figures of the queue model are never shown without saying so
    cells = []
    for row in table.iter_rows(named=True):
        found = {}
        for name in shown:
            mean, half = row[name], row[f"{name} ±"]
            if mean is not None:
                low_high = (None, None) if half is None else (mean - half, mean + half)
                found[name] = Interval(mean, *low_high)
        cells.append(
            SweepCell(
                tuple((a.removeprefix(FACTOR), _text(row[a])) for a in down), _text(row[across]),
                int(row["seeds"]), bool(row["complete"]), found,
            )
        )  # fmt: skip
    rows = tuple(dict.fromkeys(cell.row for cell in cells))
    return Sweep(
        across.removeprefix(FACTOR), tuple(values[across]), rows, tuple(shown), tuple(cells)
    )


def _text(value: object) -> str:
    return "–" if value is None else str(value)
