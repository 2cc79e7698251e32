"""`manifest.json` of a case: what it was made from and what is in its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from signalopt import __version__
from signalopt.errors import InputError, Problem
from signalopt.files import read_text, write_text
from signalopt.network.tools import sumo_version
from signalopt.scenario.case import Note
from signalopt.scenario.fingerprint import scenario_data
from signalopt.scenario.schema import Scenario

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """Contents of a case folder; file names are relative to it, `inputs` are SHA-256 by name."""

    key: str
    net_file: str
    route_files: tuple[str, ...]
    additional_files: tuple[str, ...]
    inputs: Mapping[str, str]
    vehicles: int
    buses: int
    pedestrians: int
    notes: tuple[Note, ...]


def write_manifest(folder: Path, manifest: Manifest, scenario: Scenario) -> None:
    """Write the manifest, with scenario, seed and versions for the reader. Raises OutputError."""
    content = {
        "signalopt": __version__,
        "sumo": sumo_version(),
        "seed": scenario.seed,
        "scenario": scenario_data(scenario),
        "case": TypeAdapter(Manifest).dump_python(manifest, mode="json"),
    }
    write_text(folder / MANIFEST, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a case folder. Raises InputError if it is damaged."""
    path = folder / MANIFEST
    try:
        content = json.loads(read_text(path, "the manifest of a case"))
        return TypeAdapter(Manifest).validate_python(content["case"])
    except (ValueError, KeyError, TypeError, ValidationError):
        hint = f"remove the folder {folder} to have it built again"
        raise InputError(Problem(str(path), "a damaged manifest", "JSON of a case", hint)) from None
