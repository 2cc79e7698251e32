"""The state of the guard at the start of a run: every site as if it had followed its program for ever."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from signalopt.control.guard_kernel import (
    COUNTED,
    CYCLE,
    FREE,
    GREEN_S,
    HEAD0,
    HEADS,
    INTER0,
    LAMP,
    LAMP0,
    LAMPS,
    OFFSET,
    PLAN0,
    PLAN_AT,
    PRIORITY,
    RED_S,
    UNTIL0,
    WANT,
    YIELDING,
)
from signalopt.control.guard_tables import GuardTables


class Start(NamedTuple):
    """Arrays of a guard, see there; runs and state: columns as named in `guard_kernel`."""

    stage: NDArray[np.int16]
    steady_s: NDArray[np.int32]
    switching: NDArray[np.bool_]
    letters: NDArray[np.uint8]
    codes: NDArray[np.uint8]
    runs: NDArray[np.int32]
    state: NDArray[np.int32]


def start(tables: GuardTables, now_s: int) -> Start:
    """Second `now_s` of the fallback programs."""
    sites = tables.sites
    count, lamps = len(sites), int(sites[:, LAMPS].sum())
    made = Start(
        np.zeros(count, np.int16), np.zeros(count, np.int32), np.zeros(count, np.bool_),
        np.zeros(lamps, np.uint8), np.zeros(lamps, np.uint8), np.zeros((count, 3), np.int32),
        np.zeros((len(tables.heads), 4), np.int32),
    )  # fmt: skip
    made.runs[:, WANT] = 1
    made.state[:, COUNTED] = 1
    for n, row in enumerate(sites):
        cycle = int(row[CYCLE])
        second = (now_s - int(row[OFFSET])) % cycle
        at = row[PLAN_AT] + second * row[LAMPS]
        lit = slice(row[LAMP0], row[LAMP0] + row[LAMPS])
        made.letters[lit] = tables.shown[at : at + row[LAMPS]]
        shown = np.roll(tables.plan_stage[row[PLAN0] : row[PLAN0] + cycle], cycle - 1 - second)
        made.stage[n] = stage = tables.plan_next[row[PLAN0] + second]
        others = np.flatnonzero(shown != stage)
        made.steady_s[n] = cycle - 1 - others[-1] if others.size else cycle
        made.switching[n] = made.steady_s[n] == 0
    made.codes[:] = tables.codes[made.letters]
    for row in sites:
        _start_heads(tables, row, (now_s - int(row[OFFSET])) % int(row[CYCLE]), made)
    return made


def _start_heads(tables: GuardTables, row: NDArray[np.int32], second: int, made: Start) -> None:
    count = row[HEADS]
    mine = slice(row[HEAD0], row[HEAD0] + count)
    at = row[UNTIL0] + second * count
    run = tables.age[at : at + count]
    green = np.isin(made.letters[tables.heads[mine, LAMP]], (PRIORITY, YIELDING))
    least = tables.inter[row[INTER0] : row[INTER0] + count * count].reshape(count, count)
    state = made.state[mine]
    state[:, GREEN_S] = np.where(green, run, 0)
    state[:, RED_S] = np.where(green, 0, run)
    waiting = np.where(green[:, None], 0, least - run[:, None])
    state[:, FREE] = np.maximum(waiting.max(axis=0), 0)
