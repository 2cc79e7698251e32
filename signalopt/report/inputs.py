"""What a report can be made from: result files of `optimize`, tables of `pareto`, folders of `sweep`."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from signalopt.errors import InputError, Problem
from signalopt.files import read_text
from signalopt.measures import MEASURES
from signalopt.report.data import FORMAT, DemandPoint, FrontPoint, Interval

FRONT_TABLE, RESULT, SWEEP_PARTS = "front.csv", "result.json", "parts"
_RESULT_KEYS = ("scenario", "plan_file", "verdict")


class Kind(StrEnum):
    """What the target of `signalopt report` is."""

    SCENARIO = "scenario"
    RESULT = "result of optimize"
    FRONT = "front of pareto"
    SWEEP = "sweep"
    DATA = "data of a report"


@dataclass(frozen=True)
class Result:
    """A file of `optimize --json`. today, chosen: summaries of simulations, None if not simulated."""

    scenario: str
    plan_file: Path
    verdict: str
    objective: str
    today: dict[str, Any] | None
    chosen: dict[str, Any] | None
    comparison: dict[str, Any] | None
    demand: tuple[DemandPoint, ...]


def kind_of(target: str) -> tuple[Kind, Path]:
    """Tell what a target is; a folder stands for the file in it. Raises InputError for a strange one."""
    path = Path(target)
    if path.is_dir():
        if (path / SWEEP_PARTS).is_dir():
            return Kind.SWEEP, path
        for name, kind in ((RESULT, Kind.RESULT), (FRONT_TABLE, Kind.FRONT)):
            if (path / name).is_file():
                return kind, path / name
        expected = (
            f"`{SWEEP_PARTS}` (of sweep), `{RESULT}` (of optimize) or `{FRONT_TABLE}` (of pareto)"
        )
        raise InputError(Problem(target, "a folder without results", f"a folder with {expected}"))
    if path.name == FRONT_TABLE:
        return Kind.FRONT, path
    if path.suffix != ".json":
        return Kind.SCENARIO, path
    content = _json(path)
    if content.get("format") == FORMAT:
        return Kind.DATA, path
    if all(key in content for key in _RESULT_KEYS):
        return Kind.RESULT, path
    raise InputError(
        Problem(
            target, "JSON with other content",
            "what `optimize --json` printed, or the data of a report",
            "a plan is named by --plan, beside its scenario",
        )
    )  # fmt: skip


def read_result(path: Path) -> Result:
    """Read what `optimize --json` printed; its plan is looked for as named, then beside it.

    Raises InputError with all problems.
    """
    content = _json(path)
    problems = [
        Problem(f"{path}: {key}", "nothing", "a text")
        for key in _RESULT_KEYS
        if not isinstance(content.get(key), str)
    ]
    plan_file = Path(str(content.get("plan_file", "")))
    if not problems and not plan_file.is_file():
        beside = path.parent / plan_file.name
        if not beside.is_file():
            hint = "put the plan file beside the result"
            problems.append(Problem(f"{path}: plan_file", f"no file {plan_file}", "a plan", hint))
        plan_file = beside
    if problems:
        raise InputError(*problems)
    try:
        demand = tuple(
            DemandPoint(
                str(row["plan"]), str(row["simulator"]), float(row["demand"]),
                Interval(float(row["mean"]), *row["ci95"]), float(row["worst"]),
                int(row["incomplete"]),
            )
            for row in content.get("other_demand", ())
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        found = f"something unexpected ({error!r})"
        raise InputError(Problem(f"{path}: other_demand", found, "rows of optimize")) from None
    return Result(
        scenario=content["scenario"],
        plan_file=plan_file,
        verdict=content["verdict"],
        objective=str(content.get("measure", "")),
        today=content.get("today"),
        chosen=content.get("chosen"),
        comparison=content.get("versus_today"),
        demand=demand,
    )


def read_front(path: Path) -> tuple[FrontPoint, ...]:
    """Read `front.csv` of `pareto` (or the folder that holds it). Points that SUMO did not run drop out.

    Raises InputError.
    """
    table = path / FRONT_TABLE if path.is_dir() else path
    rows = list(csv.DictReader(io.StringIO(read_text(table, "the table of a Pareto front"))))
    axes = [name for name in (rows[0] if rows else ()) if name in MEASURES]
    if len(axes) < 2 or "plan" not in rows[0]:
        raise InputError(Problem(str(table), "other columns", "the table that `pareto` writes"))
    points = []
    for line, row in enumerate(rows, start=2):
        try:
            values = {
                axis: Interval(
                    float(row[axis]),
                    _maybe(row.get(f"{axis}_low")),
                    _maybe(row.get(f"{axis}_high")),
                )
                for axis in axes
                if row[axis]
            }
        except ValueError as error:
            raise InputError(Problem(f"{table}:{line}", str(error), "numbers")) from None
        if len(values) == len(axes):
            dominated = (row.get("dominated") or "").lower() == "true"
            points.append(FrontPoint(row["plan"], values, dominated))
    return tuple(points)


def _maybe(text: str | None) -> float | None:
    return float(text) if text else None


def _json(path: Path) -> dict[str, Any]:
    text = read_text(path, "a result (JSON)")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        found = f"{error.msg}"
        raise InputError(Problem(f"{path}:{error.lineno}", found, "a result in JSON")) from None
    if not isinstance(content, dict):
        raise InputError(Problem(str(path), "JSON that is no object", "a result in JSON"))
    return content
