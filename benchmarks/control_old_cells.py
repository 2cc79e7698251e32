"""Rows of the public cases in SUMO 1.9.1, kept on disk, each with the published figure of its kind beside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.control_cells import code_digest
from benchmarks.control_old_sumo import Delay, run_controller, run_programs
from benchmarks.control_tables import interval, published
from benchmarks.control_ways import ControllerWay, FixedWay, Way, as_json
from benchmarks.quality_cases import BenchCase
from signalopt.errors import SignaloptError
from signalopt.files import write_text
from signalopt.microsim.statistics import estimate

_KIN = {
    "the net's program": "FIXED",
    "max-wave, 10 s": "MAXWAVE",
    "max-pressure, 10 s": "MAXPRESSURE",
}
"""Published controllers that follow the rule of ours."""
BEST_LEARNED_S = {"cologne1": 26.1, "cologne3": 24.0, "ingolstadt1": 20.9}
"""The best published training episode of any learning controller (benchmarks/data/published_delays.csv)."""
SHOWN_FALLEN = 0.01
"""Share of the time in the fallback programs from which a row tells it."""


def old_rows(
    bench: BenchCase,
    ways: Sequence[Way],
    folder: Path,
    code: str | None,
    say: Callable[[str], None],
    *,
    only_finished: bool = False,
) -> list[dict[str, object]]:
    """A row for each way that the old SUMO can run: today's programs and controllers of the package."""
    bare = bench.name.partition("@")[0]
    rows: list[dict[str, object]] = []
    for way in ways:
        if not isinstance(way, ControllerWay) and not (isinstance(way, FixedWay) and not way.best):
            continue
        kept = _kept(bench, way, folder, code)
        if kept is None and only_finished:
            continue
        if kept is None:
            say(f"SUMO 1.9.1, {bare}: {way.title} ...")
            kept = _measured(bench, way, folder)
        rows.append({"case": bare, "way": way.title, **_shown(bare, way, kept)})
    return rows


def _shown(bare: str, way: Way, kept: Mapping[str, Any]) -> dict[str, str]:
    if "failed" in kept:
        return {"delay": f"failed: {kept['failed']}", "never": "", "beside": ""}
    delays = list(kept["delay_s"].values())
    never = sum(kept["never"].values()) / len(delays)
    beside = [
        f"{row['controller']} {row['delay_s']}"
        for row in published(bare)
        if row["controller"] == _KIN.get(way.title)
    ]
    if kept.get("unsafe"):
        beside.append(f"UNSAFE: {kept['unsafe']}")
    if kept.get("fallen_share", 0.0) > SHOWN_FALLEN:
        beside.append(f"{100 * kept['fallen_share']:.0f} % of the time in fallback")
    if way.title.startswith("our "):
        target_s = BEST_LEARNED_S[bare]
        verdict = "beaten" if sum(delays) / len(delays) < target_s else "not beaten"
        beside.append(f"best learned {target_s} {verdict}")
    return {
        "delay": interval(estimate(delays)),
        "never": f"{never:g}",
        "beside": "; ".join(beside),
    }


def _path(bench: BenchCase, way: Way, folder: Path) -> Path:
    told = json.dumps([bench.name, bench.case.fingerprint, as_json(way), bench.seeds])
    return folder / f"{hashlib.sha256(told.encode()).hexdigest()[:16]}.json"


def _kept(bench: BenchCase, way: Way, folder: Path, code: str | None) -> Mapping[str, Any] | None:
    path = _path(bench, way, folder)
    if not path.is_file():
        return None
    row: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    stale = code is not None and way.ours and row["code"] != code
    return None if stale or "failed" in row else row


def _measured(bench: BenchCase, way: Way, folder: Path) -> Mapping[str, Any]:
    row: dict[str, Any] = {"case": bench.name, "way": way.title, "code": code_digest()}
    try:
        found: Mapping[int, Delay] = (
            run_controller(bench, way.controller, way.sensing)
            if isinstance(way, ControllerWay)
            else run_programs(bench)
        )
        row["delay_s"] = {str(seed): round(d.delay_s, 4) for seed, d in found.items()}
        row["never"] = {str(seed): d.never_entered for seed, d in found.items()}
        row["unsafe"] = sum(d.unsafe for d in found.values())
        fallen = [d.conduct["fallen_share"] for d in found.values() if "fallen_share" in d.conduct]
        row["fallen_share"] = sum(fallen) / len(fallen) if fallen else 0.0
    except SignaloptError as error:
        row["failed"] = str(error).splitlines()[0]
    write_text(_path(bench, way, folder), json.dumps(row, indent=1) + "\n")
    return row
