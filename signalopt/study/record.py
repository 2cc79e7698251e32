"""One finished run as a flat record: what identifies it, what it measured, what it cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path

import signalopt
from signalopt.microsim.result import SeedRun
from signalopt.network.tools import sumo_version

KEY_DIGITS = 24
_PACKAGE = Path(__file__).resolve().parent.parent
_ROOMS = {
    "sumo": ("microsim", "emissions"),
    "meso": ("mesosim", "emissions"),
}
"""Rooms whose code decides what a run measures; the case's fingerprint covers those below."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run in the store.

    key: hash of everything that the measures depend on; case: fingerprint of the case; factors: the
    scenario's overrides by dotted key; measures: by name of signalopt.measures; classes: measures by
    vehicle class; events: what SUMO counted in the whole run.
    """

    key: str
    scenario: str
    plan: str
    engine: str
    seed: int
    factors: Mapping[str, object]
    case: str
    plan_hash: str
    sumo: str
    signalopt: str
    complete: bool
    wall_s: float
    measures: Mapping[str, float]
    classes: Mapping[str, Mapping[str, float]]
    events: Mapping[str, int]

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, allow_nan=False)


RECORD_KEYS = tuple(field.name for field in fields(RunRecord))


def record_from_json(text: str) -> RunRecord:
    """Read what `to_json` wrote. Raises ValueError for anything else."""
    content = json.loads(text)
    if not isinstance(content, dict) or set(content) != set(RECORD_KEYS):
        raise ValueError("not a run record")
    return RunRecord(**content)


def record_of(
    run: SeedRun, key: str, scenario: str, plan: str, engine: str, factors: Mapping[str, object],
    case_fingerprint: str, plan_hash: str,
) -> RunRecord:  # fmt: skip
    """A record from what the simulator returned."""
    return RunRecord(
        key=key, scenario=scenario, plan=plan, engine=engine, seed=run.seed, factors=dict(factors),
        case=case_fingerprint, plan_hash=plan_hash, sumo=sumo_version(),
        signalopt=signalopt.__version__, complete=run.complete, wall_s=round(run.wall_s, 3),
        measures=dict(run.measures),
        classes={name: dict(values) for name, values in run.by_class.items()},
        events=dict(run.events),
    )  # fmt: skip


def run_key(case_fingerprint: str, plan_hash: str, seed: int, engine: str) -> str:
    """Address of a run: case, plan, seed, engine, SUMO and code of the simulating rooms."""
    parts = (
        case_fingerprint,
        plan_hash,
        str(seed),
        engine,
        sumo_version(),
        simulating_code(engine),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:KEY_DIGITS]


@lru_cache(maxsize=len(_ROOMS))
def simulating_code(engine: str) -> str:
    """Hash over the code and data of the rooms that run and read a simulation."""
    digest = hashlib.sha256()
    for room in _ROOMS[engine]:
        for path in sorted((_PACKAGE / room).rglob("*")):
            if path.suffix in (".py", ".toml", ".csv"):
                digest.update(path.relative_to(_PACKAGE).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
