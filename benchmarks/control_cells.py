"""One cell of the control benchmark: a way to run the signals of a case, over seeds, kept on disk."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import signalopt
from benchmarks.control_ways import Plans, Way, as_json
from signalopt.errors import SignaloptError
from signalopt.files import write_text
from signalopt.microsim.result import SimulationResult
from signalopt.scenario.case import Case
from signalopt.timing.planfile import plan_hash

SHOWN = ("delay_s", "stops", "co2_g", "not_inserted", "unfinished", "collisions")
_FOLDER = Path(signalopt.__file__).parent / "control"


@dataclass(frozen=True)
class Cell:
    """A way on a case. group, situation: where its row stands."""

    group: str
    situation: str
    case: Case
    way: Way
    plans: Plans
    seeds: tuple[int, ...]
    dead_detectors: float = 0.0

    @property
    def key(self) -> str:
        """A name that changes whenever the result could, but for changes of the code."""
        plan = self.plans.named(self.way.best)
        told = [
            self.case.fingerprint, self.case.begin_s, self.case.end_s, self.case.depart_begin_s,
            self.case.hard_stop_s, as_json(self.way), plan_hash(plan),
            self.seeds, self.dead_detectors,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


Row = Mapping[str, Any]
"""What is kept of a cell: plain data."""


def code_digest() -> str:
    """Which code controls: a hash of the control room's files."""
    told = hashlib.sha256()
    for path in sorted(_FOLDER.rglob("*.py")):
        told.update(path.read_bytes())
    return told.hexdigest()[:12]


def finished(cell: Cell, folder: Path, code: str | None) -> Row | None:
    """The row of an earlier run. code: only if it was made by this code, where that matters."""
    path = folder / f"{cell.key}.json"
    if not path.is_file():
        return None
    row: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "failed" in row or (code is not None and cell.way.ours and row["code"] != code):
        return None
    return row


def run_cell(cell: Cell, folder: Path) -> Row:
    """Measure and keep."""
    row: dict[str, Any] = {
        "group": cell.group, "situation": cell.situation, "way": cell.way.title,
        "case": cell.case.name, "code": code_digest(), "told": cell.way.key,
    }  # fmt: skip
    started = time.monotonic()
    try:
        found = cell.way.run(cell.case, cell.plans, cell.seeds, cell.dead_detectors)
        row |= figures(found)
        if found.failures:
            row["failed"] = f"seed {found.failures[0].seed}: {found.failures[0].reason}"[:300]
    except SignaloptError as error:
        row["failed"] = str(error).splitlines()[0]
    row["wall_s"] = round(time.monotonic() - started, 1)
    write_text(folder / f"{cell.key}.json", json.dumps(row, indent=1) + "\n")
    return row


def figures(found: SimulationResult) -> dict[str, Any]:
    """By seed, what tables need."""
    row: dict[str, Any] = {
        name: {str(seed): round(value, 4) for seed, value in found.values(name).items()}
        for name in SHOWN
    }
    row["sensing"] = found.manifest.get("sensing", "")
    row["findings"] = len(found.findings)
    row["incomplete"] = [run.seed for run in found.runs if not run.complete]
    conducts = ("decision_ms_mean", "decision_ms_p99", "fallen_share", "refused")
    for name in conducts:
        value = found.conduct(name)
        if value is not None:
            row[name] = round(value.mean, 4)
    return row


def delays(row: Row) -> dict[int, float]:
    """Delay by seed; empty for a cell that failed."""
    return {int(seed): value for seed, value in row.get("delay_s", {}).items()}


def in_common(first: Row, second: Row) -> tuple[Sequence[float], Sequence[float]]:
    """Delays of two rows on the seeds that both finished."""
    one, two = delays(first), delays(second)
    seeds = [seed for seed in one if seed in two]
    return [one[s] for s in seeds], [two[s] for s in seeds]
