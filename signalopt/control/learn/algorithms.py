"""Stable-Baselines3 algorithms with our network, and the normalisation of what it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import torch
from stable_baselines3 import DQN, PPO

from signalopt.control.learn.network import StageNetwork
from signalopt.control.learn.sb3_policy import (
    MaskedDQN,
    StageActorCritic,
    StageQNetwork,
    StageQPolicy,
    random_stages,
)
from signalopt.control.learn.scene import Scene
from signalopt.control.learn.settings import TrainSettings
from signalopt.control.learn.spaces import STAGE_AT, Floats, split
from signalopt.control.learn.vec_env import CityVecEnv

Algorithm: TypeAlias = "PPO | DQN"
LAST_RATE = 0.2
"""The learning rate falls linearly to this share of its first value."""
NORMALISATION_STEPS = 120
LEAST_DEVIATION = 1e-3


def learning_env(
    settings: TrainSettings, groups: Sequence[Sequence[Scene]], seed: int
) -> CityVecEnv:
    """The environment of a training.

    Rewards are scaled by 1 - gamma: values are then means of the rewards ahead and not sums, whose
    errors would drown what the stages' scores are to learn in the layers that both share.
    """
    return CityVecEnv(
        groups, interval_s=settings.interval_s, seed=seed, variety=settings.variety,
        reward_scale=1 - settings.gamma,
    )  # fmt: skip


def falling(first: float) -> Callable[[float], float]:
    """A learning rate by the share of the training that is still ahead."""
    return lambda ahead: first * (LAST_RATE + (1 - LAST_RATE) * ahead)


def make_algorithm(settings: TrainSettings, env: CityVecEnv, *, rate: float = 1.0) -> Algorithm:
    """The algorithm of the settings on an environment. rate: factor on its learning rate."""
    seed = settings.seed
    if settings.algorithm == "ppo":
        p = settings.ppo
        return PPO(
            StageActorCritic, env, learning_rate=falling(p.learning_rate * rate),
            n_steps=p.rollout, batch_size=max(_part(p.rollout * env.num_envs, p.minibatches), 2),
            n_epochs=p.epochs, gamma=settings.gamma, gae_lambda=p.gae_lambda, clip_range=p.clip,
            ent_coef=p.entropy, policy_kwargs={"hidden": settings.hidden}, seed=seed, device="cpu",
        )  # fmt: skip
    d = settings.dqn
    return MaskedDQN(
        StageQPolicy, env, learning_rate=falling(d.learning_rate * rate),
        buffer_size=max(d.buffer, env.num_envs), learning_starts=d.learning_starts,
        batch_size=d.batch, gamma=settings.gamma, train_freq=1, gradient_steps=d.gradient_steps,
        target_update_interval=max(d.target_every, env.num_envs), exploration_fraction=d.explore,
        exploration_final_eps=d.explore_to, policy_kwargs={"hidden": settings.hidden}, seed=seed,
        device="cpu",
    )  # fmt: skip


def _part(whole: int, parts: int) -> int:
    """Size of the parts of a rollout: as near to `parts` of them as divides it without a rest."""
    fitting = [n for n in range(1, whole + 1) if whole % n == 0]
    return whole // min(fitting, key=lambda n: (abs(n - parts), n))


def networks(algorithm: Algorithm) -> tuple[StageNetwork, ...]:
    """The networks of an algorithm, the acting one first (DQN: then its target)."""
    policy = algorithm.policy
    if isinstance(policy, StageActorCritic):
        return (policy.network,)
    assert isinstance(policy, StageQPolicy)
    nets = (policy.q_net, policy.q_net_target)
    return tuple(net.network for net in nets if isinstance(net, StageQNetwork))


def load_weights(algorithm: Algorithm, arrays: dict[str, Floats]) -> None:
    """Take over weights and normalisation."""
    for network in networks(algorithm):
        network.load_arrays(arrays)


def fit_normalisation(algorithm: Algorithm, env: CityVecEnv, seed: int) -> None:
    """Mean and deviation of every feature over some steps of chance actions, then fixed for good.

    Stages keep their place most of the time, as they do under any sensible policy.
    """
    dice = np.random.default_rng([seed, 7])
    observations = env.reset()
    stages, sites = [], []
    for _ in range(NORMALISATION_STEPS):
        rows, site, mask = split(observations)
        exists = rows[:, :, STAGE_AT["exists"]] > 0.5
        stages.append(rows[exists])
        sites.append(site.copy())
        current = rows[:, :, STAGE_AT["current"]].argmax(axis=1)
        may_stay = mask[np.arange(current.size), current]
        stays = may_stay & (dice.random(current.size) < 0.7)
        actions = np.where(stays, current, random_stages(observations, dice))
        observations = env.step(actions)[0]  # type: ignore[assignment]
    for network in networks(algorithm):
        for part, values in (("stage", stages), ("site", sites)):
            whole = np.concatenate(values)
            deviation = whole.std(axis=0)
            # What never varied here may vary elsewhere: it is only centred.
            scale = np.where(deviation > LEAST_DEVIATION, 1 / np.maximum(deviation, 1e-9), 1.0)
            getattr(network, f"{part}_mean").copy_(torch.from_numpy(whole.mean(axis=0)))
            getattr(network, f"{part}_scale").copy_(torch.from_numpy(scale.astype(np.float32)))


def finite(algorithm: Algorithm) -> bool:
    """Whether all weights are numbers."""
    return all(
        bool(torch.isfinite(parameter).all())
        for network in networks(algorithm)
        for parameter in network.parameters()
    )
