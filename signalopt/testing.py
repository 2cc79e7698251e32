"""For anybody's tests: assertions to use on every plan that a test makes, and random plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from signalopt.timing.bounds import interstages_s, least_greens_s, stage_timings
from signalopt.timing.findings import Finding, new_findings
from signalopt.timing.plan import IntersectionPlan, Plan
from signalopt.timing.safety import judge_plan, judge_states
from signalopt.timing.signals import SignalLayout


def assert_plan_safe(
    layouts: Mapping[str, SignalLayout], plan: Plan, inherited: Iterable[Finding] = ()
) -> None:
    """Raise AssertionError listing every finding of the plan that is not `inherited`."""
    _assert_none(new_findings(judge_plan(layouts, plan), inherited), f"plan `{plan.name}`")


def assert_states_safe(
    layout: SignalLayout, states: Sequence[str], inherited: Iterable[Finding] = ()
) -> None:
    """Raise AssertionError if states recorded second by second (not a whole cycle) break a rule."""
    found = new_findings(judge_states(layout, states, cyclic=False), inherited)
    _assert_none(found, f"states of `{layout.intersection}`")


def random_program(layout: SignalLayout, rng: np.random.Generator) -> IntersectionPlan:
    """A random stage order, random greens that keep every minimum, a random offset."""
    order = [layout.stages[i] for i in rng.permutation(len(layout.stages))]
    sequence = stage_timings(order)
    least = least_greens_s(layout, sequence)
    lost = sum(interstages_s(layout, sequence))
    spare = max(0, layout.max_cycle_s - sum(least) - lost)
    extra = rng.multinomial(int(rng.integers(0, spare + 1)), [1 / len(order)] * len(order))
    stages = tuple(
        replace(timing, green_s=green + int(more))
        for timing, green, more in zip(sequence, least, extra, strict=True)
    )
    cycle = sum(stage.green_s for stage in stages) + lost
    return IntersectionPlan(layout.intersection, cycle, int(rng.integers(cycle)), stages)


def _assert_none(findings: Sequence[Finding], what: str) -> None:
    if findings:
        raise AssertionError("\n".join([f"{what} is not safe:", *map(str, findings)]))
