"""What a case was made from: hashes of inputs, of the code that builds it, and one over all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter

from signalopt.network.tools import sumo_version
from signalopt.scenario.fleet_name import is_fleet_file
from signalopt.scenario.schema import Scenario

_PACKAGE = Path(__file__).resolve().parent.parent
_BUILDERS = ("scenario", "demand", "timing", "network")


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def input_files(scenario: Scenario) -> tuple[Path, ...]:
    """Files that a scenario names, in fixed order."""
    demand = scenario.demand
    named = [
        scenario.network.net,
        scenario.network.stages,
        demand.gates.file if demand.gates else None,
        demand.od,
        demand.turns.entries if demand.turns else None,
        demand.turns.shares if demand.turns else None,
        demand.counts,
        *(demand.routes or ()),
        *scenario.additional,
        Path(scenario.fleet) if is_fleet_file(scenario.fleet) else None,
    ]
    return tuple(path for path in named if isinstance(path, Path))


def input_hashes(scenario: Scenario, net_file: Path) -> dict[str, str]:
    """Hash of each input by file name (paths are left out: they differ between machines)."""
    files = dict.fromkeys((net_file, *input_files(scenario)))
    hashes: dict[str, str] = {}
    for path in files:
        name = path.name if path.name not in hashes else f"{path.parent.name}/{path.name}"
        hashes[name] = file_hash(path)
    return hashes


def scenario_data(scenario: Scenario) -> dict[str, object]:
    """The scenario as plain data with file names instead of paths."""
    plain = TypeAdapter(Scenario).dump_python(scenario, mode="json")
    named = {str(path): path.name for path in input_files(scenario)}
    data = _renamed(plain, named)
    assert isinstance(data, dict)
    return data


def _renamed(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return {key: _renamed(child, names) for key, child in value.items()}
    if isinstance(value, list):
        return [_renamed(child, names) for child in value]
    return names.get(value, value) if isinstance(value, str) else value


def code_hash() -> str:
    """Hash over the modules and data that turn a scenario into a case."""
    digest = hashlib.sha256()
    for room in _BUILDERS:
        for path in sorted((_PACKAGE / room).rglob("*")):
            if path.suffix in (".py", ".toml"):
                digest.update(path.relative_to(_PACKAGE).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def case_key(scenario: Scenario, hashes: Mapping[str, str]) -> str:
    """Sixteen hex digits that change with the scenario, an input, SUMO or the building code."""
    content = {
        "scenario": scenario_data(scenario),
        "inputs": dict(hashes),
        "sumo": sumo_version(),
        "code": code_hash(),
    }
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
