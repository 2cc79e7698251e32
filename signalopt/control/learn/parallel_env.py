"""All sites of a running city as a PettingZoo parallel environment."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv  # type: ignore[import-untyped]

from signalopt.control.controller import HOLD
from signalopt.control.learn.episodes import AS_IT_STANDS, Variety, draw_episode
from signalopt.control.learn.scene import Scene
from signalopt.control.learn.spaces import MASK_AT, MAX_STAGES, Floats
from signalopt.control.learn.street import LearningStreet
from signalopt.control.learn.vec_env import observation_space


class CityParallelEnv(ParallelEnv[str, Floats, int]):  # type: ignore[misc]
    """Agents are the controlled sites by name; spaces, rewards and ends are those of `env.SiteEnv`."""

    metadata: ClassVar[dict[str, Any]] = {"name": "signalopt_city_v1", "render_modes": []}

    def __init__(
        self, scene: Scene, *, interval_s: int = 5, variety: Variety = AS_IT_STANDS, seed: int = 0
    ) -> None:
        self.scene, self.interval_s, self.variety = scene, interval_s, variety
        self.possible_agents = [site.id for site in scene.city.sites]
        self.agents: list[str] = []
        self.render_mode = None
        self._observation_space = observation_space()
        self._action_space = spaces.Discrete(MAX_STAGES)
        self._dice = np.random.default_rng(seed)
        self._street: LearningStreet | None = None

    def observation_space(self, agent: str) -> spaces.Box:
        """The observation of a site: the same space for all."""
        del agent
        return self._observation_space

    def action_space(self, agent: str) -> spaces.Discrete:
        """The index of a stage: the same space for all."""
        del agent
        return self._action_space

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Floats], dict[str, dict[str, Any]]]:
        """Start an episode; `seed` fixes this one and all that follow."""
        del options
        if seed is not None:
            self._dice = np.random.default_rng(seed)
        self.close()
        self.agents = list(self.possible_agents)
        self._street = street = LearningStreet(self.scene, draw_episode(self._dice, self.variety))
        return self._told(street.observe())

    def step(
        self, actions: dict[str, int]
    ) -> tuple[
        dict[str, Floats],
        dict[str, float],
        dict[str, bool],
        dict[str, bool],
        dict[str, dict[str, Any]],
    ]:
        """Ask for stages, by site; sites that are left out hold theirs."""
        if self._street is None:
            raise RuntimeError("reset the environment before the first step")
        asks = np.array([actions.get(name, HOLD) for name in self.possible_agents], np.int16)
        seen, paid = self._street.step(asks, self.interval_s)
        observations, infos = self._told(seen)
        rewards = {name: float(r) for name, r in zip(self.agents, paid, strict=True)}
        ended = self._street.ended
        truncated = dict.fromkeys(self.agents, ended)
        terminated = dict.fromkeys(self.agents, False)
        if ended:
            self.agents = []
        return observations, rewards, terminated, truncated, infos

    def close(self) -> None:
        """End the running city."""
        if self._street is not None:
            self._street.close()
        self._street = None

    def _told(self, seen: Floats) -> tuple[dict[str, Floats], dict[str, dict[str, Any]]]:
        observations = {name: row.copy() for name, row in zip(self.agents, seen, strict=True)}
        infos: dict[str, dict[str, Any]] = {
            name: {"action_mask": row[MASK_AT:].astype(np.int8)}
            for name, row in observations.items()
        }
        return observations, infos
