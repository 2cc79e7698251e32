"""Two plans on the same case, compared pairwise: same trips, same seeds."""

from __future__ import annotations

import json
from dataclasses import dataclass

from signalopt.emissions.estimate import EmissionDifference, difference
from signalopt.errors import InputError, Problem
from signalopt.measures import MEASURES
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.statistics import Change, Estimate, paired_change


@dataclass(frozen=True, slots=True)
class Comparison:
    """Paired changes by measure over the seeds that both results finished.

    `complete` says that both results are complete; a change between runs that left vehicles behind
    is not to be trusted.
    """

    scenario: str
    before: str
    after: str
    seeds: tuple[int, ...]
    complete: bool
    changes: dict[str, Change]
    emission_change: EmissionDifference | None = None

    def improves(self, measure: str) -> bool:
        """Whether the measure got better and its interval leaves no doubt. Raises KeyError."""
        change = self.changes[measure]
        sign = 1 if MEASURES[measure].better == "higher" else -1
        return change.significant and sign * change.difference.mean > 0

    def summary(self) -> dict[str, object]:
        """The comparison as plain data, ready for JSON."""
        return {
            "scenario": self.scenario,
            "before": self.before,
            "after": self.after,
            "seeds": list(self.seeds),
            "complete": self.complete,
            "changes": {name: _described(name, c) for name, c in self.changes.items()},
            "emission_change": _bands(self.emission_change),
        }

    def to_json(self) -> str:
        """The summary as one JSON object."""
        return json.dumps(self.summary(), ensure_ascii=False, indent=2, allow_nan=False)


def compare(before: SimulationResult, after: SimulationResult) -> Comparison:
    """Compare two results seed by seed (common random numbers).

    Raises InputError if they belong to different cases, were counted with different emission models,
    fleets or temperatures, or share no finished seed.
    """
    problems = []
    if before.case_fingerprint != after.case_fingerprint:
        problems.append(
            Problem(
                f"comparison of `{before.plan}` and `{after.plan}`",
                f"results of two cases (`{before.scenario}` {before.case_fingerprint},"
                f" `{after.scenario}` {after.case_fingerprint})",
                "two results of one case",
                "simulate both plans on the same scenario",
            )
        )
    problems += _emission_problems(before, after)
    runs_before = {run.seed: run.measures for run in before.runs}
    runs_after = {run.seed: run.measures for run in after.runs}
    seeds = tuple(seed for seed in runs_before if seed in runs_after)
    if not seeds:
        problems.append(
            Problem(
                f"comparison of `{before.plan}` and `{after.plan}`",
                f"no seed that both finished (before {sorted(runs_before)},"
                f" after {sorted(runs_after)})",
                "common seeds",
                "simulate both plans with the same seeds",
            )
        )
    if problems:
        raise InputError(*problems)
    changes = {}
    for name in MEASURES:
        pairs = [
            (runs_before[seed][name], runs_after[seed][name])
            for seed in seeds
            if name in runs_before[seed] and name in runs_after[seed]
        ]
        if pairs:
            changes[name] = paired_change([a for a, _ in pairs], [b for _, b in pairs])
    return Comparison(
        scenario=before.scenario,
        before=before.plan,
        after=after.plan,
        seeds=seeds,
        complete=before.complete and after.complete,
        changes=changes,
        emission_change=_emission_change(before, after),
    )


def _emission_change(
    before: SimulationResult, after: SimulationResult
) -> EmissionDifference | None:
    if before.emission_detail is None or after.emission_detail is None:
        return None
    return difference(before.emission_detail.result, after.emission_detail.result)


def _emission_problems(before: SimulationResult, after: SimulationResult) -> list[Problem]:
    """Figures counted in different ways do not make a difference of plans."""
    keys = [key for key in before.manifest if key.startswith("emission_")]
    return [
        Problem(
            f"comparison of `{before.plan}` and `{after.plan}`: {key.removeprefix('emission_')}",
            f"{before.manifest[key]} and {after.manifest[key]}",
            "emissions counted alike",
            "simulate both plans with the same emission model, fleet and temperature",
        )
        for key in keys
        if key in after.manifest and before.manifest[key] != after.manifest[key]
    ]


def _bands(change: EmissionDifference | None) -> dict[str, object] | None:
    if change is None:
        return None
    return {
        "band": "2.5 to 97.5 % of factors, fleet and winter; seeds are not in it",
        "total": {name: band.as_json() for name, band in change.total.items()},
        "percent": {name: band.as_json() for name, band in change.percent.items()},
        "by_class": {
            name: {key: band.as_json() for key, band in row.items()}
            for name, row in change.by_class.items()
        },
    }


def _described(name: str, change: Change) -> dict[str, object]:
    relative: Estimate | None = change.relative
    return {
        "unit": MEASURES[name].unit,
        "better": MEASURES[name].better,
        "before": change.before,
        "after": change.after,
        "difference": {"mean": change.difference.mean, "ci95": change.difference.ci95},
        "relative": None if relative is None else {"mean": relative.mean, "ci95": relative.ci95},
        "significant": change.significant,
        "n": change.difference.count,
    }
