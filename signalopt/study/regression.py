"""A later version against a baseline: same scenario, same seeds, pair by pair, more seeds if needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from signalopt.errors import InputError, Problem
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.statistics import CONFIDENCE
from signalopt.network.tools import sumo_version
from signalopt.scenario.case import Case
from signalopt.scenario.schema import Scenario
from signalopt.study.baseline import Baseline, Entry, scenario_hash
from signalopt.study.limits import Judgement, Limit, Verdict, judge
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import plan_hash

FIRST_SEEDS = 5
GROWTH = 2
"""Each further look has this many times the seeds."""

Simulate = Callable[[Sequence[int]], SimulationResult]


@dataclass(frozen=True)
class ScenarioVerdict:
    """What became of one scenario. `causes`: what differs from the baseline and may explain changes."""

    scenario: str
    seeds: tuple[int, ...]
    judgements: tuple[Judgement, ...]
    causes: tuple[str, ...]
    failures: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of all limits; a run that failed leaves it inconclusive."""
        found = {judgement.verdict for judgement in self.judgements}
        if Verdict.REGRESSION in found:
            return Verdict.REGRESSION
        inconclusive = Verdict.INCONCLUSIVE in found or bool(self.failures)
        return Verdict.INCONCLUSIVE if inconclusive else Verdict.PASSED


def looks(first: int, most: int) -> tuple[int, ...]:
    """Numbers of seeds at which a verdict is tried: first, twice that, ..., most."""
    counts: list[int] = []
    count = max(2, min(first, most))
    while count < most:
        counts.append(count)
        count *= GROWTH
    return (*counts, most)


def look_confidence(count: int) -> float:
    """Confidence of each of `count` looks so that all together err in at most 5 % (Bonferroni)."""
    return 1 - (1 - CONFIDENCE) / count


def check_entry(
    baseline: Baseline, entry: Entry, scenario: Scenario, limits: Sequence[Limit]
) -> None:
    """Refuse a baseline of another scenario version, or one without a measure that has a limit.

    Raises InputError with every problem.
    """
    problems = []
    now = scenario_hash(scenario)
    if entry.scenario_hash != now:
        found = f"`{entry.scenario}` of another version ({entry.scenario_hash}, now {now})"
        hint = "the scenario or its inputs were changed: save a new baseline"
        problems.append(Problem(f"baseline `{baseline.name}`", found, "the same scenario", hint))
    problems += [
        Problem(f"baseline `{baseline.name}`: {entry.scenario}", f"no `{limit.measure}`",
                "a measure that was saved", ", ".join(sorted(entry.values)))
        for limit in limits
        if None in entry.values.get(limit.measure, (None,))
    ]  # fmt: skip
    if problems:
        raise InputError(*problems)


def compare_entry(
    baseline: Baseline, entry: Entry, case: Case, plan: Plan, limits: Sequence[Limit],
    simulate: Simulate, *, first: int = FIRST_SEEDS, most: int | None = None,
) -> ScenarioVerdict:  # fmt: skip
    """Simulate on the baseline's seeds until every limit is decided or its seeds are used up."""
    available = min(len(entry.seeds), most or len(entry.seeds))
    steps = looks(first, available)
    confidence = look_confidence(len(steps))
    after: dict[int, dict[str, float]] = {}
    failures: list[str] = []
    verdict = ScenarioVerdict(entry.scenario, (), (), ())
    for count in steps:
        wanted = [seed for seed in entry.seeds[:count] if seed not in after]
        result = simulate(wanted)
        after |= {run.seed: dict(run.measures) for run in result.runs}
        failures += [f"seed {f.seed}: {f.reason}; repeat: {f.command}" for f in result.failures]
        verdict = ScenarioVerdict(
            entry.scenario,
            tuple(seed for seed in entry.seeds[:count] if seed in after),
            tuple(_judged(entry, limits, after, confidence)),
            causes(baseline, entry, case, plan),
            tuple(failures),
        )
        if verdict.verdict is not Verdict.INCONCLUSIVE:
            break
    return verdict


def causes(baseline: Baseline, entry: Entry, case: Case, plan: Plan) -> tuple[str, ...]:
    """What is not as it was when the baseline was saved."""
    found = []
    if baseline.sumo != sumo_version():
        found.append(f"SUMO {baseline.sumo} -> {sumo_version()}")
    if entry.network != case.network.fingerprint:
        found.append("the built network")
    if entry.plan_hash != plan_hash(plan):
        found.append(f"the plan (`{entry.plan}` -> `{plan.name}`)")
    return tuple(found) or ("nothing but the code (network, plan and SUMO are the same)",)


def _judged(
    entry: Entry, limits: Sequence[Limit], after: dict[int, dict[str, float]], confidence: float
) -> Iterator[Judgement]:
    for limit in limits:
        pairs = [
            (before, after[seed][limit.measure])
            for seed, before in zip(entry.seeds, entry.values[limit.measure], strict=True)
            if seed in after and limit.measure in after[seed] and before is not None
        ]
        if pairs:
            try:
                yield judge(limit, [b for b, _ in pairs], [a for _, a in pairs], confidence)
            except ValueError as error:
                hint = "give the limit in the measure's unit"
                raise InputError(Problem("--fail", str(error), "a limit", hint)) from None
