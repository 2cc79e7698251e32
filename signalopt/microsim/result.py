"""What a batch of runs found: one record a seed, failures beside it, and the summary over seeds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from signalopt.measures import MEASURES
from signalopt.microsim.emission_detail import EmissionDetail, Emitted
from signalopt.microsim.statistics import Estimate, estimate
from signalopt.scenario.case import Note
from signalopt.timing.findings import Finding

CONDUCT: Mapping[str, str] = {
    "decision_ms_mean": "milliseconds of computing for a decision of one intersection, mean",
    "decision_ms_p99": "milliseconds of computing for a decision of one intersection, 99th percentile",
    "following_share": "share of the time of all controlled intersections under the fallback program",
    "fallen_share": "share of that time because detectors or communication failed",
    "refused": "asks that the guard did not grant",
}
"""Figures of a controller at work in one run, with their definitions."""
ONE_SEED = "one seed: no interval can be given; run at least two"


@dataclass(frozen=True)
class SeedRun:
    """One finished run.

    measures and by_class: names of signalopt.measures to values; a measure without a population
    (no pedestrians, no vehicle-km) is absent. `complete`: everyone of the window has arrived.
    events: collisions, emergency_stops, emergency_braking, teleports of the whole run;
    vehicle_types: ids of the types that were counted; emitted: what each of them that has an engine
    did and emitted. Of a run under a controller, findings: what the judge says of the lamps that were
    shown, beyond what it says of the fallback programs (nobody may ever see one), and conduct: figures
    of the controller at work (names in CONDUCT).
    """

    seed: int
    measures: Mapping[str, float]
    by_class: Mapping[str, Mapping[str, float]]
    complete: bool
    wall_s: float
    events: Mapping[str, int]
    vehicle_types: tuple[str, ...] = ()
    pedestrians_unfinished: int = 0
    warnings: tuple[str, ...] = ()
    emitted: tuple[Emitted, ...] = ()
    findings: tuple[Finding, ...] = ()
    conduct: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeedFailure:
    """A run that crashed, hung or left broken output, and the shell command that repeats it."""

    seed: int
    reason: str
    command: str


@dataclass(frozen=True)
class SimulationResult:
    """All runs of one plan on one case. `seeds`: those asked for; `runs`: those that finished.

    emissions: the label of the emission figures; emission_detail: their bands for the mean run (None
    where the model has none).
    """

    scenario: str
    plan: str
    controller: str
    case_fingerprint: str
    seeds: tuple[int, ...]
    runs: tuple[SeedRun, ...]
    failures: tuple[SeedFailure, ...]
    notes: tuple[Note, ...]
    emissions: str
    manifest: Mapping[str, str]
    emission_detail: EmissionDetail | None = None

    @property
    def complete(self) -> bool:
        """Whether every seed finished and in each everyone of the window arrived."""
        return len(self.runs) == len(self.seeds) and all(run.complete for run in self.runs)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was unsafe in the lamps shown under a controller: the worst of each kind of all runs."""
        worst: dict[object, Finding] = {}
        for finding in (finding for run in self.runs for finding in run.findings):
            known = worst.setdefault(finding.key, finding)
            if finding.badness_s > known.badness_s:
                worst[finding.key] = finding
        return tuple(worst.values())

    def conduct(self, name: str) -> Estimate | None:
        """A figure of CONDUCT over the finished seeds; None where no run has it."""
        values = [run.conduct[name] for run in self.runs if name in run.conduct]
        return estimate(values) if values else None

    def values(self, measure: str) -> dict[int, float]:
        """Values of a measure by seed, for the runs that have it."""
        return {run.seed: run.measures[measure] for run in self.runs if measure in run.measures}

    def mean(self, measure: str) -> float:
        """Mean of a measure over the finished seeds. Raises KeyError if no run has it."""
        values = self.values(measure)
        if not values:
            raise KeyError(measure)
        return estimate(list(values.values())).mean

    def summary(self) -> dict[str, object]:
        """The result as plain data, ready for JSON."""
        found: dict[str, object] = {
            "scenario": self.scenario,
            "plan": self.plan,
            "controller": self.controller,
            "seeds": list(self.seeds),
            "seeds_finished": [run.seed for run in self.runs],
            "complete": self.complete,
            "measures": _described([run.measures for run in self.runs]),
            "by_class": {
                name: _described([r.by_class[name] for r in self.runs if name in r.by_class])
                for name in sorted({name for run in self.runs for name in run.by_class})
            },
            "runs": [_run_summary(run) for run in self.runs],
            "failures": [
                {"seed": f.seed, "reason": f.reason, "command": f.command} for f in self.failures
            ],
            "notes": [
                {"subject": n.subject, "text": n.text, "confidence": str(n.confidence)}
                for n in self.notes
            ],
            "emissions": self.emissions,
            "emission_detail": self.emission_detail.summary() if self.emission_detail else None,
            "sumo_version": self.manifest["sumo"],
            "manifest": dict(self.manifest),
        }
        if any(run.conduct for run in self.runs):
            found["conduct"] = _conduct(self)
            found["safety"] = [str(finding) for finding in self.findings]
        if len(self.runs) == 1:
            found["interval_note"] = ONE_SEED
        return found

    def to_json(self) -> str:
        """The summary as one JSON object."""
        return json.dumps(self.summary(), ensure_ascii=False, indent=2, allow_nan=False)


def describe(name: str, found: Estimate) -> dict[str, object]:
    """A measure with mean, interval, unit and definition, as plain data."""
    measure = MEASURES[name]
    return {
        "mean": found.mean,
        "ci95": found.ci95,
        "unit": measure.unit,
        "definition": measure.definition,
        "better": measure.better,
        "n": found.count,
    }


def _conduct(result: SimulationResult) -> dict[str, object]:
    found = {name: result.conduct(name) for name in CONDUCT}
    return {
        name: {"mean": value.mean, "ci95": value.ci95, "definition": CONDUCT[name]}
        for name, value in found.items()
        if value is not None
    }


def _described(rows: Sequence[Mapping[str, float]]) -> dict[str, object]:
    names = [name for name in MEASURES if any(name in row for row in rows)]
    return {
        name: describe(name, estimate([row[name] for row in rows if name in row])) for name in names
    }


def _run_summary(run: SeedRun) -> dict[str, object]:
    conduct: dict[str, object] = {"conduct": dict(run.conduct)} if run.conduct else {}
    return {
        "seed": run.seed,
        "complete": run.complete,
        "wall_s": round(run.wall_s, 3),
        "measures": dict(run.measures),
        "events": dict(run.events),
        "pedestrians_unfinished": run.pedestrians_unfinished,
        "warnings": list(run.warnings),
        **conduct,
    }
