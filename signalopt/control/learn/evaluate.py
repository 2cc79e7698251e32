"""How good a policy is: on demand that no training episode has, beside the sites' own programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.control.learn.episodes import HELD_OUT_SEED, Episode
from signalopt.control.learn.scene import Scene
from signalopt.control.learn.spaces import Floats
from signalopt.control.learn.street import LearningStreet

Chooser = Callable[[Floats], NDArray[np.int16]]
"""Wanted stages (N,) from observations (N, SIZE)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One scenario on one held-out day: its index in the scenes and the episode."""

    scene: int
    episode: Episode


@dataclass(frozen=True)
class Evaluation:
    """Costs of a policy and of the sites' own programs on the same trials, seconds a vehicle.

    A cost is delay plus stops times their price in queued seconds (see `reward`).
    """

    trials: tuple[Trial, ...]
    cost_s: tuple[float, ...]
    fixed_s: tuple[float, ...]

    @property
    def score(self) -> float:
        """Mean of cost / cost of the own programs; below 1 is better than them."""
        return float(np.mean(np.array(self.cost_s) / np.maximum(self.fixed_s, 1e-9)))


def held_out_trials(scenes: int, days: int, demands: Sequence[float]) -> tuple[Trial, ...]:
    """Every scene on `days` days at each share of the demand; seeds that learning never draws."""
    return tuple(
        Trial(scene, Episode(HELD_OUT_SEED + 100 * scene + day, demand))
        for scene in range(scenes)
        for demand in demands
        for day in range(days)
    )


def cost_of(scene: Scene, episode: Episode, choose: Chooser | None, interval_s: int = 5) -> float:
    """Cost of one run to its very end; choose None: every site follows its own program."""
    sites = len(scene.city.sites)
    follow = None if choose is not None else np.ones(sites, np.bool_)
    street = LearningStreet(scene, episode, follow=follow)
    try:
        seen = street.observe()
        hold = np.full(sites, -1, np.int16)
        while not street.finished:
            asks = hold if choose is None else choose(seen)
            seen, _ = street.step(asks, interval_s)
        return street.cost_s()
    finally:
        street.close()


@dataclass
class Judge:
    """Evaluates on fixed trials; what the own programs cost is found once."""

    scenes: Sequence[Scene]
    trials: tuple[Trial, ...]
    interval_s: int
    fixed_s: tuple[float, ...] = ()

    def judge(self, choose: Chooser) -> Evaluation:
        """Run every trial under a policy."""
        if not self.fixed_s:
            self.fixed_s = tuple(
                cost_of(self.scenes[t.scene], t.episode, None, self.interval_s) for t in self.trials
            )
        costs = tuple(
            cost_of(self.scenes[t.scene], t.episode, choose, self.interval_s) for t in self.trials
        )
        return Evaluation(self.trials, costs, self.fixed_s)
