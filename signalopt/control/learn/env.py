"""One site of a running city as a Gymnasium environment; the other sites run their own programs."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from signalopt.control.controller import HOLD
from signalopt.control.learn.episodes import AS_IT_STANDS, Variety, draw_episode
from signalopt.control.learn.scene import Scene
from signalopt.control.learn.spaces import MASK_AT, MAX_STAGES, Floats
from signalopt.control.learn.street import LearningStreet
from signalopt.control.learn.vec_env import observation_space
from signalopt.errors import InputError, Problem


class SiteEnv(gymnasium.Env[Floats, np.int64]):
    """A site asks for a stage every `interval_s` seconds; spaces and rewards as in `spaces` and `reward`.

    Stages that may not be asked for now (mask at the end of the observation, and `action_mask` of the
    info) are refused by the guard: the lamps stay as they are. An episode is truncated at the end of
    the demand window and never terminated. Raises InputError for a site that is not controlled.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - Gymnasium's own declaration

    def __init__(
        self,
        scene: Scene,
        site: str | None = None,
        *,
        interval_s: int = 5,
        variety: Variety = AS_IT_STANDS,
    ) -> None:
        names = [s.id for s in scene.city.sites]
        if site is not None and site not in names:
            raise InputError(Problem("site", f"`{site}`", "one of: " + ", ".join(names)))
        self.observation_space = observation_space()  # type: ignore[assignment]
        self.action_space = spaces.Discrete(MAX_STAGES)
        self.scene, self.interval_s, self.variety = scene, interval_s, variety
        self.site = names.index(site) if site is not None else 0
        self._street: LearningStreet | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Floats, dict[str, Any]]:
        """Start an episode; `seed` fixes this one and all that follow."""
        super().reset(seed=seed, options=options)
        self.close()
        episode = draw_episode(self.np_random, self.variety)
        others = np.arange(len(self.scene.city.sites)) != self.site
        self._street = street = LearningStreet(self.scene, episode, follow=others)
        return self._told(street.observe())

    def step(self, action: np.int64) -> tuple[Floats, float, bool, bool, dict[str, Any]]:
        """Ask for a stage and let the city run on."""
        if self._street is None:
            raise RuntimeError("reset the environment before the first step")
        asks = np.full(len(self.scene.city.sites), HOLD, np.int16)
        asks[self.site] = action
        seen, rewards = self._street.step(asks, self.interval_s)
        observation, info = self._told(seen)
        return observation, float(rewards[self.site]), False, self._street.ended, info

    def close(self) -> None:
        """End the running city."""
        if self._street is not None:
            self._street.close()
        self._street = None

    def _told(self, seen: Floats) -> tuple[Floats, dict[str, Any]]:
        observation = seen[self.site].copy()
        return observation, {"action_mask": observation[MASK_AT:].astype(np.int8)}
