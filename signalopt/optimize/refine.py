"""Improving plans in SUMO itself, guided by the queue model and by where it was wrong so far.

The logarithm of SUMO's figure over the model's is a Gaussian process over the plans (two-level
emulation: M. C. Kennedy and A. O'Hagan, Biometrika 87, 2000); the next plan to run is the one with the
lowest confidence bound (N. Srinivas et al., ICML 2010) among neighbours of the best. All runs use the
same few selection seeds.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from signalopt.optimize.evaluation import OUT, Evaluator
from signalopt.optimize.moves import MoveChoice, crossed
from signalopt.optimize.variables import Settings, Space

BOLDNESS = 1.0
"""How many standard deviations below its mean a plan is hoped to be."""
POOL = 40
PARENTS = 3
REACH = 6
GREEN_SCALE_S = 6.0
CYCLE_SCALE_S = 12.0
OFFSET_SCALE_S = 8.0
LENGTHS = (0.7, 1.4, 3.0, 6.0)
NOISE_SHARES = (0.1, 0.4)
JAMMED_RATIO = 5.0
"""SUMO's figure over the model's for a plan that jammed."""


@dataclass(frozen=True)
class Trial:
    """A plan that SUMO has run: the model's cost and SUMO's figure on the common seeds."""

    settings: Settings
    predicted: float
    measured: float

    @property
    def ratio(self) -> float:
        """Logarithm of SUMO's figure over the model's."""
        if not math.isfinite(self.measured) or self.predicted <= 0:
            return math.log(JAMMED_RATIO)
        return math.log(max(self.measured, 1e-9) / self.predicted)


@dataclass(frozen=True)
class Correction:
    """A Gaussian process for the logarithm of SUMO over model; `at` gives mean and deviation."""

    points: NDArray[np.float64]
    weights: NDArray[np.float64]
    factor: tuple[NDArray[np.float64], bool]
    mean: float
    variance: float
    length: float

    def at(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and standard deviation at points of shape (plans, features)."""
        cross = self.variance * _kernel(points, self.points, self.length)
        mean = self.mean + cross @ self.weights
        spread = self.variance - np.einsum("ij,ji->i", cross, cho_solve(self.factor, cross.T))
        return mean, np.sqrt(np.maximum(spread, 0.0))


def features(space: Space, settings: Settings) -> list[float]:
    """A plan as a point: greens, cycles and offsets in comparable units, stage orders far apart."""
    point: list[float] = []
    for site, setting in zip(space.sites, settings, strict=True):
        cycle = site.cycle_s(setting)
        turn = 2 * math.pi * setting.offset_s / cycle
        radius = cycle / (2 * math.pi * OFFSET_SCALE_S)
        greens = {
            stage.stage: green
            for stage, green in zip(
                site.orders[setting.order].sequence, setting.greens_s, strict=True
            )
        }
        point += [green / GREEN_SCALE_S for _, green in sorted(greens.items())]
        point += [cycle / CYCLE_SCALE_S, 2.0 * setting.order]
        if len(space.sites) > 1:
            point += [radius * math.cos(turn), radius * math.sin(turn)]
    return point


def learn_correction(space: Space, trials: Sequence[Trial]) -> Correction:
    """Fit the process to what was run; length and noise by greatest likelihood on a small grid."""
    points = np.array([features(space, t.settings) for t in trials])
    ratios = np.array([t.ratio for t in trials])
    mean = float(np.median(ratios))
    rest = ratios - mean
    variance = max(float(rest.var()), 1e-6)
    best: tuple[float, Correction] | None = None
    for length in LENGTHS:
        # Lengths are per feature; a plan has many, so that distances grow with their root.
        scaled = length * math.sqrt(points.shape[1])
        kernel = variance * _kernel(points, points, scaled)
        for share in NOISE_SHARES:
            whole = kernel + (share * variance + 1e-9) * np.eye(len(points))
            factor = cho_factor(whole, lower=True)
            weights = cho_solve(factor, rest)
            likelihood = -0.5 * float(rest @ weights) - float(np.log(np.diag(factor[0])).sum())
            if best is None or likelihood > best[0]:
                made = Correction(points, weights, factor, mean, variance, scaled)
                best = (likelihood, made)
    assert best is not None
    return best[1]


def propose(
    evaluator: Evaluator, trials: Sequence[Trial], dice: random.Random
) -> tuple[Settings, float] | None:
    """The next plan to run in SUMO and the model's cost of it; None where no new plan was found."""
    space, tried = evaluator.space, {t.settings for t in trials}
    correction = learn_correction(space, trials)
    parents = sorted(trials, key=lambda t: t.measured)[:PARENTS]
    choice = MoveChoice.fresh(space)
    pool: dict[Settings, None] = {}
    for parent in parents:
        for _ in range(POOL):
            _, found = choice.draw(space, parent.settings, dice, REACH)
            if dice.random() < 0.4:
                _, found = choice.draw(space, found, dice, REACH)
            pool[found] = None
        if len(space.sites) > 1 and len(trials) > 1:
            child = crossed(space, parent.settings, dice.choice(list(trials)).settings, dice)
            if child is not None:
                pool[child] = None
    pool |= dict.fromkeys(settings for _, settings in evaluator.ranking()[: 2 * POOL])
    new = [settings for settings in pool if settings not in tried]
    if not new:
        return None
    costs = np.array(evaluator.costs(new, [_limit(evaluator, parents)] * len(new)))
    usable = np.isfinite(costs) & (costs > 0)
    if not usable.any():
        return None
    new = [settings for settings, good in zip(new, usable, strict=True) if good]
    mean, deviation = correction.at(np.array([features(space, s) for s in new]))
    hoped = np.log(costs[usable]) + mean - BOLDNESS * deviation
    at = int(np.argmin(hoped))
    return new[at], float(costs[usable][at])


def refine(
    evaluator: Evaluator,
    trials: list[Trial],
    measure: Callable[[Settings], float | None],
    count: int,
    seed: int,
) -> None:
    """Run up to `count` further plans in SUMO, appended to `trials`.

    measure: SUMO's figure of a plan on the common seeds, infinite where it jams; None ends the work.
    """
    dice = random.Random(f"refine {seed}")
    for _ in range(count):
        found = propose(evaluator, trials, dice)
        if found is None:
            return
        settings, predicted = found
        measured = measure(settings)
        if measured is None:
            return
        trials.append(Trial(settings, predicted, measured))


def _limit(evaluator: Evaluator, parents: Sequence[Trial]) -> float:
    """Highest cost on the first draw of a neighbour that is looked at more closely."""
    known = [evaluator.first_cost(p.settings) for p in parents if math.isfinite(p.predicted)]
    return 1.1 * max(known) if known else OUT


def _kernel(
    first: NDArray[np.float64], second: NDArray[np.float64], length: float
) -> NDArray[np.float64]:
    squares = ((first[:, None, :] - second[None, :, :]) ** 2).sum(axis=2)
    near: NDArray[np.float64] = np.exp(-0.5 * squares / length**2)
    return near
