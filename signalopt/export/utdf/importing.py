"""Brings a Synchro user's volumes and timings in: a plan and turning counts in our own files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.export.table_text import number_text, table_rows, table_text
from signalopt.export.utdf.parse import UtdfFile, parse_utdf
from signalopt.export.utdf.read import TurnVolume, matched_nodes, timings_of, turn_volumes
from signalopt.export.utdf.stages import utdf_plan
from signalopt.files import read_text, write_text
from signalopt.network.model import Network
from signalopt.timing.planfile import write_plan

COUNT_COLUMNS = ("intersection", "from", "to", "begin", "end", "count", "confidence", "source")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*([ap]m)?", re.IGNORECASE)
_HOUR_S = 3600


@dataclass(frozen=True)
class ImportedUtdf:
    """What was written: None where the file holds nothing of the kind. rows: turning counts."""

    plan_file: Path | None
    counts_file: Path | None
    intersections: tuple[str, ...]
    rows: int
    remarks: tuple[str, ...]


def import_utdf(
    path: Path, network: Network, folder: Path, map_file: Path | None = None
) -> ImportedUtdf:
    """Write `plan.json` and `counts.csv` into `folder`.

    Volumes are vehicles an hour of the scenario's hour (`ScenarioTime`); a volume with several exits goes to
    the first one. Raises InputError with every problem, OutputError.
    """
    file = parse_utdf(read_text(path, "a combined UTDF file"), str(path))
    given = {} if map_file is None else _node_map(map_file)
    nodes = matched_nodes(file, network, given)
    if not nodes:
        hint = "name them with --nodes: a CSV with the columns INTID,intersection"
        raise InputError(Problem(str(path), "no node of this network", "signals of it", hint))
    timed = timings_of(file, nodes)
    plan = utdf_plan(file, network, nodes, path.stem) if timed else None
    volumes = turn_volumes(file, network, nodes)
    plan_file = counts_file = None
    if plan is not None:
        plan_file = folder / "plan.json"
        write_plan(plan_file, plan)
    if volumes:
        counts_file = folder / "counts.csv"
        write_text(counts_file, _counts(volumes, file, path.name))
    remarks = _remarks(file, network, set(nodes.values()), volumes)
    if any(timing.actuated for timing in timed.values()):
        remarks.append("actuated nodes: their longest greens were taken as fixed ones")
    places = () if plan is None else tuple(p.intersection for p in plan.intersections)
    return ImportedUtdf(plan_file, counts_file, places, len(volumes), tuple(remarks))


def _counts(volumes: Sequence[TurnVolume], file: UtdfFile, name: str) -> str:
    begin = _begin_s(file)
    rows = (
        {
            "intersection": v.intersection,
            "from": v.from_edge,
            "to": v.to_edges[0],
            "begin": "" if begin is None else _clock(begin),
            "end": "" if begin is None else _clock(begin + _HOUR_S),
            "count": number_text(v.vph),
            "confidence": "estimated",
            "source": name,
        }
        for v in volumes
    )
    return table_text(COUNT_COLUMNS, rows)


def _remarks(
    file: UtdfFile, network: Network, known: set[str], volumes: Sequence[TurnVolume]
) -> list[str]:
    remarks = ["volumes are marked as estimated: a UTDF file does not say how they were counted"]
    missing = [place.id for place in network.intersections if place.id not in known]
    if missing:
        remarks.append(
            f"{len(missing)} signals of the network are not in the file: {missing[0]}, …"
        )
    several = sorted({v.lane_group for v in volumes if len(v.to_edges) > 1})
    if several:
        remarks.append(
            f"lane groups with several exits: all of the volume goes to the first: {several}"
        )
    if _begin_s(file) is None and volumes:
        remarks.append("no ScenarioTime: counts hold for the scenario's whole window")
    return remarks


def _node_map(path: Path) -> dict[int, str]:
    """Intersections by node number from a CSV. Raises InputError."""
    problems: list[Problem] = []
    given: dict[int, str] = {}
    text = read_text(path, "a CSV with INTID,intersection")
    for line, row in table_rows(text, str(path), ("INTID", "intersection"), problems):
        if not row["INTID"].isdecimal():
            problems.append(Problem(f"{path}:{line}", f"`{row['INTID']}`", "a node number"))
        elif int(row["INTID"]) in given:
            problems.append(Problem(f"{path}:{line}", f"node {row['INTID']} again", "it once"))
        else:
            given[int(row["INTID"])] = row["intersection"]
    if problems:
        raise InputError(*problems)
    return given


def _begin_s(file: UtdfFile) -> int | None:
    """Second of the day of `ScenarioTime` (`7:00 am`, `17:00`)."""
    found = _CLOCK.search(file.settings.get("ScenarioTime", ""))
    if found is None:
        return None
    hour, half = int(found[1]), (found[3] or "").casefold()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * _HOUR_S + int(found[2]) * 60 if hour < 24 else None


def _clock(second: int) -> str:
    return f"{second // _HOUR_S:02d}:{second // 60 % 60:02d}"
