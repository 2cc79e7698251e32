"""Means with 95 % intervals over seeds, and paired changes between two sets of runs.

Intervals are Student's t: mean +- t(0.975, n-1) * s / sqrt(n), with s the sample standard deviation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `count` seeds with its 95 % interval; `low`, `high` are None with fewer than two."""

    mean: float
    low: float | None
    high: float | None
    count: int

    @property
    def ci95(self) -> list[float | None]:
        """The interval as JSON wants it."""
        return [self.low, self.high]


@dataclass(frozen=True, slots=True)
class Change:
    """A paired change: difference after - before, and after / before - 1, each with its interval.

    `relative` is None where the mean before is zero; `significant` says that the interval of the
    difference leaves zero out (never with fewer than two pairs).
    """

    before: float
    after: float
    difference: Estimate
    relative: Estimate | None
    significant: bool


def half_width(deviation: float, count: int, confidence: float = CONFIDENCE) -> float:
    """Half the width of the interval of a mean of `count` values with this deviation."""
    quantile = float(stdtrit(count - 1, 0.5 + confidence / 2))
    return quantile * deviation / math.sqrt(count)


def estimate(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """Mean and Student t interval (95 % unless told). Raises ValueError without values."""
    if not values:
        raise ValueError("no values to estimate a mean from")
    count = len(values)
    mean = math.fsum(values) / count
    if count == 1:
        return Estimate(mean, None, None, 1)
    half = half_width(_deviation(values, mean), count, confidence)
    return Estimate(mean, mean - half, mean + half, count)


def paired_change(
    before: Sequence[float], after: Sequence[float], confidence: float = CONFIDENCE
) -> Change:
    """Paired comparison of equally long samples (same seed at the same place).

    The relative change is the ratio of the means minus one; its interval is that of the linearised
    ratio estimator (W. G. Cochran, Sampling Techniques, 3rd ed. 1977, section 6.4): the spread of
    (after - ratio * before) / mean(before). Raises ValueError for empty or unequal samples.
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} values before, {len(after)} after: not pairs")
    difference = estimate([b - a for a, b in zip(before, after, strict=True)], confidence)
    count = len(before)
    mean_before, mean_after = math.fsum(before) / count, math.fsum(after) / count
    significant = (
        difference.low is not None
        and difference.high is not None
        and (difference.low > 0 or difference.high < 0)
    )
    relative = None
    if mean_before != 0:
        ratio = mean_after / mean_before
        relative = Estimate(ratio - 1, None, None, count)
        if count > 1:
            rests = [(b - ratio * a) / mean_before for a, b in zip(before, after, strict=True)]
            half = half_width(_deviation(rests, math.fsum(rests) / count), count, confidence)
            relative = Estimate(ratio - 1, ratio - 1 - half, ratio - 1 + half, count)
    return Change(mean_before, mean_after, difference, relative, significant)


def _deviation(values: Sequence[float], mean: float) -> float:
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
