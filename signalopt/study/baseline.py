"""Baselines: measures of scenarios under a plan, seed by seed, kept to compare later versions with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

import signalopt
from signalopt.assets import data_folder
from signalopt.errors import InputError, Problem
from signalopt.files import read_text, write_text
from signalopt.microsim.result import SimulationResult
from signalopt.network.tools import sumo_version
from signalopt.scenario.case import Case
from signalopt.scenario.fingerprint import file_hash, input_files, scenario_data
from signalopt.scenario.schema import Scenario
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import plan_hash

FORMAT = "signalopt-baseline"
VERSION = 1
DIGITS = 7
"""Significant digits that are kept: far finer than any change that matters, and small files."""


@dataclass(frozen=True)
class Entry:
    """One scenario of a baseline.

    scenario_hash: of what the scenario says and its inputs, not of our code; network, plan_hash: of what
    code made of it then; values: by measure, by seed (in the order of `seeds`).
    """

    scenario: str
    scenario_hash: str
    network: str
    plan: str
    plan_hash: str
    seeds: tuple[int, ...]
    values: Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True)
class Baseline:
    """A saved baseline with the versions that made it."""

    name: str
    signalopt: str
    sumo: str
    entries: tuple[Entry, ...]

    @property
    def by_scenario(self) -> dict[str, Entry]:
        """Entries by scenario name."""
        return {entry.scenario: entry for entry in self.entries}


_ADAPTER = TypeAdapter(Baseline)


def entry_of(scenario: Scenario, case: Case, plan: Plan, result: SimulationResult) -> Entry:
    """What a baseline keeps of a result."""
    runs = sorted(result.runs, key=lambda run: run.seed)
    names = sorted({name for run in runs for name in run.measures})
    values = {name: tuple(_rounded(run.measures.get(name)) for run in runs) for name in names}
    return Entry(
        scenario.name, scenario_hash(scenario), case.network.fingerprint, plan.name, plan_hash(plan),
        tuple(run.seed for run in runs), values,
    )  # fmt: skip


def make_baseline(name: str, entries: tuple[Entry, ...]) -> Baseline:
    """A baseline of this version and this SUMO."""
    return Baseline(name, signalopt.__version__, sumo_version(), entries)


def scenario_hash(scenario: Scenario) -> str:
    """Sixteen hex digits that change with the scenario's text and inputs, not with our code or SUMO."""
    content = {
        "scenario": scenario_data(scenario),
        "inputs": sorted(file_hash(path) for path in input_files(scenario)),
        "area": _area_hash(scenario.network.area),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline file, one line a measure so that changes can be reviewed. Raises OutputError."""
    lines = ["{", f' "format": "{FORMAT}",', f' "version": {VERSION},']
    lines += [
        f' "{key}": {json.dumps(getattr(baseline, key), ensure_ascii=False)},'
        for key in ("name", "signalopt", "sumo")
    ]
    lines.append(' "entries": [')
    for number, entry in enumerate(baseline.entries):
        last = number == len(baseline.entries) - 1
        lines += [*_entry_lines(entry), "  }" if last else "  },"]
    write_text(path, "\n".join([*lines, " ]", "}"]) + "\n")


def read_baseline(path: Path) -> Baseline:
    """Read a baseline file. Raises InputError with every problem."""
    text = read_text(path, "a baseline")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            Problem(f"{path}:{error.lineno}", error.msg, "a baseline in JSON")
        ) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        found = content.get("format") if isinstance(content, dict) else type(content).__name__
        raise InputError(Problem(f"{path}: format", repr(found), repr(FORMAT)))
    if content.pop("version", None) != VERSION:
        raise InputError(Problem(f"{path}: version", "another version", f"version {VERSION}"))
    content.pop("format")
    try:
        baseline = _ADAPTER.validate_python(content)
    except ValidationError as error:
        raise InputError(
            *(
                Problem(f"{path}: {'.'.join(map(str, e['loc']))}", repr(e["input"])[:80], e["msg"])
                for e in error.errors(include_url=False)
            )
        ) from None
    problems = [
        Problem(f"{path}: {e.scenario}.{name}", f"{len(v)} values", f"{len(e.seeds)}, one a seed")
        for e in baseline.entries
        for name, v in e.values.items()
        if len(v) != len(e.seeds)
    ]
    if problems:
        raise InputError(*problems)
    return baseline


def _area_hash(area: str | None) -> str:
    """Hash over the sources of a built-in area."""
    digest = hashlib.sha256()
    for path in sorted((data_folder("networks") / area).iterdir()) if area else ():
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _entry_lines(entry: Entry) -> list[str]:
    def quoted(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    head = [
        f'   "{key}": {quoted(getattr(entry, key))},'
        for key in ("scenario", "scenario_hash", "network", "plan", "plan_hash")
    ]
    rows = [f"    {quoted(name)}: {quoted(list(row))}" for name, row in entry.values.items()]
    values = ['   "values": {', ",\n".join(rows), "   }"]
    return ["  {", *head, f'   "seeds": {quoted(list(entry.seeds))},', *values]


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
