"""Assertions for anybody's tests: use them on every plan that a test makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from signalopt.timing.findings import Finding, new_findings
from signalopt.timing.plan import Plan
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


def _assert_none(findings: Sequence[Finding], what: str) -> None:
    if findings:
        raise AssertionError("\n".join([f"{what} is not safe:", *map(str, findings)]))
