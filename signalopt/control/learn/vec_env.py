"""All sites of one or several running cities as one Stable-Baselines3 vector environment: a shared policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.vec_env.base_vec_env import VecEnv, VecEnvIndices, VecEnvStepReturn

from signalopt.control.learn.episodes import Variety, draw_episode
from signalopt.control.learn.scene import Scene
from signalopt.control.learn.spaces import MAX_STAGES, Floats, bounds
from signalopt.control.learn.street import LearningStreet


def observation_space() -> spaces.Box:
    """The observation of one site, see `spaces`."""
    low, high = bounds()
    return spaces.Box(low, high, dtype=np.float32)


class CityVecEnv(VecEnv):
    """Every site of every running city is one environment; all go on by `interval_s` in lock-step.

    groups: one city runs for each group of scenes; scenes of a group have equally many sites, and every
    episode takes one of them by chance. An episode ends for all sites of its city at the end of the
    demand window (truncated, never terminated: traffic goes on). seed: of all episodes. reward_scale:
    factor on the rewards, for learners that want them near one.
    """

    def __init__(
        self,
        groups: Sequence[Sequence[Scene]],
        *,
        interval_s: int = 5,
        seed: int = 0,
        variety: Variety | None = None,
        reward_scale: float = 1.0,
    ) -> None:
        self.render_mode = None
        self.reward_scale = reward_scale
        self.interval_s = interval_s
        self.variety = variety or Variety()
        self._groups = [list(group) for group in groups]
        self._dice = [np.random.default_rng([seed, slot]) for slot in range(len(groups))]
        self._streets: list[LearningStreet | None] = [None] * len(groups)
        sizes = [len(group[0].city.sites) for group in self._groups]
        ends = np.cumsum(sizes)
        self._parts = [slice(int(e - n), int(e)) for e, n in zip(ends, sizes, strict=True)]
        self._actions = np.zeros(int(ends[-1]), np.int64)
        super().__init__(int(ends[-1]), observation_space(), spaces.Discrete(MAX_STAGES))
        self._nothing: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]

    def reset(self) -> Floats:
        """Start an episode in every city."""
        observations = np.empty((self.num_envs, *self.observation_space.shape), np.float32)  # type: ignore[misc]
        for slot, part in enumerate(self._parts):
            observations[part] = self._begin(slot)
        self._reset_seeds()
        self._reset_options()
        return observations

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed all episodes from now on."""
        if seed is not None:
            self._dice = [np.random.default_rng([seed, n]) for n in range(len(self._groups))]
        return super().seed(seed)

    def step_async(self, actions: np.ndarray) -> None:
        """Take over the wanted stages, (environments,)."""
        self._actions = np.asarray(actions)

    def step_wait(self) -> VecEnvStepReturn:
        """Let all cities run on for `interval_s`."""
        observations = np.empty((self.num_envs, *self.observation_space.shape), np.float32)  # type: ignore[misc]
        rewards = np.empty(self.num_envs, np.float32)
        dones = np.zeros(self.num_envs, np.bool_)
        infos = self._nothing
        for slot, part in enumerate(self._parts):
            street = self._streets[slot]
            if street is None:
                raise RuntimeError("reset the environment before the first step")
            seen, rewards[part] = street.step(self._actions[part].astype(np.int16), self.interval_s)
            if street.ended:
                infos = self._tell_end(infos, part, seen)
                dones[part] = True
                seen = self._begin(slot)
            observations[part] = seen
        rewards *= self.reward_scale
        return observations, rewards, dones, infos

    def _tell_end(
        self, infos: list[dict[str, Any]], part: slice, last: Floats
    ) -> list[dict[str, Any]]:
        told = [dict(info) for info in infos]
        for n, final in zip(range(part.start, part.stop), last.copy(), strict=True):
            told[n] = {"terminal_observation": final, "TimeLimit.truncated": True}
        return told

    def _begin(self, slot: int) -> Floats:
        dice = self._dice[slot]
        group = self._groups[slot]
        scene = group[int(dice.integers(len(group)))]
        old = self._streets[slot]
        if old is not None:
            old.close()
        self._streets[slot] = street = LearningStreet(scene, draw_episode(dice, self.variety))
        return street.observe()

    def close(self) -> None:
        """End all running cities."""
        for street in self._streets:
            if street is not None:
                street.close()
        self._streets = [None] * len(self._groups)

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """An attribute of this object, once for each environment asked for."""
        return [getattr(self, attr_name) for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Environments share everything: attributes are those of the whole. Raises ValueError."""
        del value, indices
        raise ValueError(f"`{attr_name}`: the environments of a city cannot differ")

    def env_method(
        self,
        method_name: str,
        *method_args: Any,
        indices: VecEnvIndices = None,
        **method_kwargs: Any,
    ) -> list[Any]:
        """Environments have no methods of their own. Raises ValueError."""
        del method_args, indices, method_kwargs
        raise ValueError(f"`{method_name}`: the environments of a city have no methods")

    def env_is_wrapped(self, wrapper_class: Any, indices: VecEnvIndices = None) -> list[bool]:
        """No environment is wrapped."""
        del wrapper_class
        return [False for _ in self._get_indices(indices)]
