"""The policy network as policies that stock Stable-Baselines3 algorithms train."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3 import DQN
from stable_baselines3.common.distributions import CategoricalDistribution, Distribution
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.type_aliases import PyTorchObs, Schedule
from stable_baselines3.dqn.policies import DQNPolicy, QNetwork

from signalopt.control.learn.network import StageNetwork
from signalopt.control.learn.spaces import MASK_AT, MAX_STAGES

HIDDEN = 64


class StageActorCritic(ActorCriticPolicy):
    """For PPO (and A2C): logits of stages that may not be asked for are masked."""

    def __init__(self, *args: Any, hidden: int = HIDDEN, **options: Any) -> None:
        self.hidden = hidden
        super().__init__(*args, **options)

    def _build(self, lr_schedule: Schedule) -> None:
        self.network = StageNetwork(self.hidden, dueling=False)
        self.optimizer = self.optimizer_class(
            self.network.parameters(),
            lr=lr_schedule(1),  # type: ignore[call-arg]
            **self.optimizer_kwargs,
        )

    def _distribution(self, scores: torch.Tensor) -> Distribution:
        assert isinstance(self.action_dist, CategoricalDistribution)
        return self.action_dist.proba_distribution(action_logits=scores)

    def forward(
        self, obs: torch.Tensor, deterministic: bool = False
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Actions, values and log probabilities."""
        scores, values = self.network(obs)
        distribution = self._distribution(scores)
        actions = distribution.get_actions(deterministic=deterministic)
        return actions, values, distribution.log_prob(actions)

    def evaluate_actions(
        self, obs: PyTorchObs, actions: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
        """Values, log probabilities of the actions, and entropies."""
        scores, values = self.network(obs)
        distribution = self._distribution(scores)
        return values, distribution.log_prob(actions), distribution.entropy()

    def get_distribution(self, obs: PyTorchObs) -> Distribution:
        """Distribution over the stages."""
        return self._distribution(self.network(obs)[0])

    def predict_values(self, obs: PyTorchObs) -> torch.Tensor:
        """Values of the observations."""
        values: torch.Tensor = self.network(obs)[1]
        return values


class StageQNetwork(QNetwork):
    """Action values of the stages; of those that may not be asked for, a value that nothing undercuts."""

    def __init__(self, *args: Any, hidden: int = HIDDEN, **options: Any) -> None:
        super().__init__(*args, **options)
        self.network = StageNetwork(hidden, dueling=True)
        del self.q_net

    def forward(self, obs: PyTorchObs) -> torch.Tensor:
        """Action values (N, MAX_STAGES)."""
        values: torch.Tensor = self.network(obs)[0]
        return values


class StageQPolicy(DQNPolicy):
    """For DQN."""

    def __init__(self, *args: Any, hidden: int = HIDDEN, **options: Any) -> None:
        self.hidden = hidden
        super().__init__(*args, **options)

    def make_q_net(self) -> StageQNetwork:
        """One of the two networks (the other is the target)."""
        arguments = self._update_features_extractor(self.net_args, features_extractor=None)
        return StageQNetwork(**arguments, hidden=self.hidden).to(self.device)


class MaskedDQN(DQN):
    """DQN that explores among the stages that may be asked for, each site by its own dice.

    Stock DQN also trains StageQPolicy; it only explores with requests that the guard then refuses.
    """

    def predict(
        self,
        observation: np.ndarray | dict[str, np.ndarray],
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
        deterministic: bool = False,
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...] | None]:
        """Greedy stages, and random allowed ones with the probability of exploration."""
        best, state = self.policy.predict(observation, state, episode_start, deterministic)
        if deterministic or self.exploration_rate <= 0:
            return best, state
        assert isinstance(observation, np.ndarray)
        random = random_stages(observation.reshape(-1, observation.shape[-1]), self._dice)
        explored = self._dice.random(random.size) < self.exploration_rate
        chosen = np.where(explored, random, np.reshape(best, -1))
        return chosen.reshape(np.shape(best)), state

    def _sample_action(
        self, learning_starts: int, action_noise: Any = None, n_envs: int = 1
    ) -> tuple[np.ndarray, np.ndarray]:
        if self.num_timesteps < learning_starts:
            assert isinstance(self._last_obs, np.ndarray)
            actions = random_stages(self._last_obs, self._dice)
            return actions, actions
        return super()._sample_action(learning_starts, action_noise, n_envs)

    @property
    def _dice(self) -> np.random.Generator:
        if not hasattr(self, "_generator"):
            self._generator = np.random.default_rng([self.seed or 0, self.num_timesteps])
        return self._generator


def random_stages(observations: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """A random allowed stage for each observation."""
    mask = observations[:, MASK_AT:] > 0.5
    dreamt = np.where(mask, dice.random(mask.shape), -1.0)
    return np.asarray(dreamt.argmax(axis=1), np.int64)


def action_space() -> spaces.Discrete:
    """The index of a stage."""
    return spaces.Discrete(MAX_STAGES)
