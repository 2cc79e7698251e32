"""What a child that runs SUMO under a controller is asked to do, and what it answers."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict, dataclass
from pathlib import Path

from signalopt.control.controller import Controller
from signalopt.control.faults import Faults
from signalopt.control.sumo_plant import SumoStreet
from signalopt.errors import SimulationError
from signalopt.files import atomic_path, write_text
from signalopt.microsim.steering import Conduct
from signalopt.timing.findings import Finding, Rule


@dataclass(frozen=True)
class Request:
    """One request serves all seeds: the seed comes with the command of SUMO."""

    street: SumoStreet
    controller: Controller
    faults: Faults


def write_request(path: Path, request: Request) -> None:
    """Write a request for children of this very program. Raises OutputError."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(pickle.dumps(request))


def read_request(path: Path) -> Request:
    """Read what `write_request` wrote: only files of this program's own may be read, they can run code.

    Raises OSError, and whatever pickle raises for a broken file.
    """
    found = pickle.loads(path.read_bytes())
    if not isinstance(found, Request):
        raise TypeError(f"{path} holds no request")
    return found


def write_conduct(path: Path, conduct: Conduct) -> None:
    """Write how a controller did in a run. Raises OutputError."""
    content = {
        "findings": [asdict(finding) for finding in conduct.findings],
        "figures": dict(conduct.figures),
    }
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


def read_conduct(path: Path) -> Conduct:
    """Read what `write_conduct` wrote. Raises SimulationError if it is missing or broken."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        findings = tuple(
            Finding(**{**row, "rule": Rule(row["rule"]), "subjects": tuple(row["subjects"])})
            for row in content["findings"]
        )
        return Conduct(findings, {str(k): float(v) for k, v in content["figures"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SimulationError(
            f"{path.name} of the controlled run cannot be read: {error}"
        ) from error
