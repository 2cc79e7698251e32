"""Limits on measures (`co2_g:1%`, `delay_s:0.5`) and the verdict of paired values about one."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from signalopt.errors import InputError, Problem
from signalopt.measures import MEASURES
from signalopt.microsim.statistics import CONFIDENCE, Estimate, paired_change

_LIMIT = re.compile(r"\s*([a-z0-9_]+)\s*:\s*([0-9]*\.?[0-9]+)\s*(%?)\s*")


class Verdict(StrEnum):
    """What the values say about a limit."""

    PASSED = "passed"
    INCONCLUSIVE = "inconclusive"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True)
class Limit:
    """How much worse a measure may get: a share of its value before (`relative`) or in its unit."""

    measure: str
    amount: float
    relative: bool

    def __str__(self) -> str:
        if self.relative:
            return f"{self.measure}:{100 * self.amount:g}%"
        return f"{self.measure}:{self.amount:g}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A limit and what was found.

    worsening: by how much the measure got worse, in the unit of the limit, with its interval;
    seeds_needed: pairs that would probably decide it, None where it is decided.
    """

    limit: Limit
    verdict: Verdict
    before: float
    after: float
    worsening: Estimate
    seeds_needed: int | None


def parse_limits(texts: Sequence[str]) -> tuple[Limit, ...]:
    """Limits from the command line. Raises InputError with every problem."""
    limits: list[Limit] = []
    problems: list[Problem] = []
    for text in texts:
        found = _LIMIT.fullmatch(text)
        if found is None:
            problems.append(Problem("--fail", f"`{text}`", "MEASURE:NUMBER or MEASURE:NUMBER%"))
            continue
        name, amount, percent = found.groups()
        if name not in MEASURES:
            near = get_close_matches(name, MEASURES, n=1)
            hint = f"did you mean `{near[0]}`?" if near else ""
            problems.append(Problem("--fail", f"measure `{name}`", "a known measure", hint))
            continue
        value = float(amount) / 100 if percent else float(amount)
        limits.append(Limit(name, value, bool(percent)))
    names = [limit.measure for limit in limits]
    problems += [
        Problem("--fail", f"`{name}` twice", "one limit a measure")
        for name in sorted({n for n in names if names.count(n) > 1})
    ]
    if problems:
        raise InputError(*problems)
    return tuple(limits)


def judge(
    limit: Limit, before: Sequence[float], after: Sequence[float], confidence: float = CONFIDENCE
) -> Judgement:
    """Compare paired values with a limit.

    A regression is told only if the worsening is beyond the limit and so is its whole interval; passed,
    if its whole interval stays within. Everything else is inconclusive. Raises ValueError for samples
    that are empty or no pairs, or a relative limit on a measure that was zero.
    """
    change = paired_change(before, after, confidence)
    sign = -1.0 if MEASURES[limit.measure].better == "higher" else 1.0
    found = change.relative if limit.relative else change.difference
    if found is None:
        if change.after == change.before:
            found = Estimate(0.0, 0.0, 0.0, change.difference.count)
        else:
            raise ValueError(f"{limit.measure} was zero: a limit in percent says nothing")
    worse = _signed(found, sign)
    return Judgement(
        limit, _verdict(worse, limit.amount), change.before, change.after, worse,
        _needed(worse, limit.amount),
    )  # fmt: skip


def _signed(found: Estimate, sign: float) -> Estimate:
    if found.low is None or found.high is None:
        return Estimate(sign * found.mean, None, None, found.count)
    low, high = sorted((sign * found.low, sign * found.high))
    return Estimate(sign * found.mean, low, high, found.count)


def _verdict(worse: Estimate, limit: float) -> Verdict:
    if worse.low is None or worse.high is None:
        return Verdict.INCONCLUSIVE
    if worse.low > limit:
        return Verdict.REGRESSION
    return Verdict.PASSED if worse.high <= limit else Verdict.INCONCLUSIVE


def _needed(worse: Estimate, limit: float) -> int | None:
    """Pairs that bring the interval's end to the limit if mean and spread stay as they are."""
    if (
        _verdict(worse, limit) is not Verdict.INCONCLUSIVE
        or worse.low is None
        or worse.high is None
    ):
        return None
    distance, half = abs(worse.mean - limit), (worse.high - worse.low) / 2
    if distance == 0:
        return None
    return max(worse.count + 1, math.ceil(worse.count * (half / distance) ** 2))
