"""How well two lists of figures about the same plans agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One engine against SUMO's mean over seeds.

    rank_all, rank_near: Spearman's coefficient over all plans and over those drawn near the good one
    (nan where either side does not vary); bias_all, bias_near: relative error of the sum over plans;
    bias_median: the plan in the middle; regret: how much worse, in SUMO, the plan that the engine
    likes best is than the best of all.
    """

    rank_all: float
    rank_near: float
    bias_all: float
    bias_near: float
    bias_median: float
    regret: float


def agree(engine: Values, truth: Values, near: slice) -> Agreement:
    """Compare an engine's figures (one a plan) with SUMO's means; lower figures are better."""
    return Agreement(
        rank_all=rank(engine, truth),
        rank_near=rank(engine[near], truth[near]),
        bias_all=float(engine.sum() / truth.sum() - 1),
        bias_near=float(engine[near].sum() / truth[near].sum() - 1),
        bias_median=float(np.median(engine / truth) - 1),
        regret=float(truth[int(np.argmin(engine))] / truth.min() - 1),
    )


def rank(first: Values, second: Values) -> float:
    """Spearman's rank correlation; nan for fewer than three plans or figures that do not vary."""
    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(spearmanr(first, second).statistic)


def seed_agreement(by_seed: Values) -> float:
    """Mean rank correlation of the pairs of seeds (columns); nan for a single one."""
    pairs = list(combinations(range(by_seed.shape[1]), 2))
    if not pairs:
        return float("nan")
    return float(np.mean([rank(by_seed[:, a], by_seed[:, b]) for a, b in pairs]))


def ceiling(pair_rank: float, seeds: int) -> float:
    """What a faultless engine could reach against a mean of `seeds` noisy runs.

    Spearman-Brown gives the reliability of the mean, its root the correlation with the truth behind it
    (Spearman 1910, Brown 1910; attenuation: Spearman 1904).
    """
    if not pair_rank > 0:
        return float("nan")
    return float(np.sqrt(seeds * pair_rank / (1 + (seeds - 1) * pair_rank)))


def common_rows(rows: Sequence[Values]) -> NDArray[np.bool_]:
    """Plans for which every list holds a finite figure."""
    kept = np.ones(len(rows[0]), bool)
    for row in rows:
        kept &= np.isfinite(row).reshape(len(row), -1).all(axis=1)
    return kept
