"""Further learning in SUMO, the judge: kept only if SUMO says that it is better on unseen demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from signalopt.control.learn.algorithms import (
    Algorithm,
    finite,
    learning_env,
    load_weights,
    make_algorithm,
    networks,
)
from signalopt.control.learn.evaluate import Judge, held_out_trials
from signalopt.control.learn.policy_file import Policy, write_policy
from signalopt.control.learn.scene import Scene
from signalopt.control.learn.settings import TrainSettings
from signalopt.control.learn.spaces import Floats
from signalopt.control.learn.vec_env import CityVecEnv
from signalopt.errors import SimulationError
from signalopt.progress import Listener, Progress

RATE = 0.3
"""Factor on the learning rate: what the queue model taught is to be corrected, not forgotten."""
ROUNDS = 4
"""Looks at the policy in SUMO on the way, for each group of scenes."""


def finetune(
    settings: TrainSettings,
    groups: Sequence[Sequence[Scene]],
    policy: Policy,
    folder: Path,
    steps: int,
    listener: Listener,
) -> tuple[Policy, float]:
    """Learn `steps` more decisions in SUMO; the better policy of before and after, and its score there.

    groups: scenes with the engine `sumo`. A process runs one SUMO at a time, therefore the groups
    learn one after the other. The result is written into `folder`. Raises SimulationError if the
    training diverges; `folder` then holds the best policy so far.
    """
    scenes = [scene for group in groups for scene in group]
    judge = Judge(scenes, held_out_trials(len(scenes), 1, (1.0,)), settings.interval_s)
    first = best = judge.judge(policy.scorer.choose).score
    kept = policy
    told: dict[str, Any] = {
        "engine": "sumo", "scenarios": [s.case.name for s in scenes], "score_before": round(first, 4),
    }  # fmt: skip
    part = max(1, steps // (len(groups) * ROUNDS))
    done = 0
    weights = dict(policy.weights)
    for group in groups:
        env = learning_env(settings, [group], settings.seed + 1)
        algorithm = make_algorithm(settings, env, rate=RATE)
        load_weights(algorithm, weights)
        for _ in range(ROUNDS):
            _learn(algorithm, env, part)
            done += part
            if not finite(algorithm):
                raise SimulationError(
                    f"fine-tuning of {policy.name} diverged (weights that are no numbers);"
                    f" the best policy so far is kept in {folder}"
                )
            weights = networks(algorithm)[0].arrays()
            score = judge.judge(replace(policy, weights=weights).scorer.choose).score
            text = f"cost {score:.3f} of the present programs' in SUMO, best {min(best, score):.3f}"
            listener(Progress(f"fine-tune {policy.name} in SUMO", done, max(steps, done), text))
            if score < best:
                best = score
                kept = _written(policy, weights, folder, told, done, score)
    if kept is policy:
        kept = _written(policy, dict(policy.weights), folder, told, 0, first)
    return kept, best


def _learn(algorithm: Algorithm, env: CityVecEnv, steps: int) -> None:
    # The judge needs the process's only SUMO: the city is ended after every part and begun anew.
    algorithm._last_obs = None
    try:
        algorithm.learn(steps, reset_num_timesteps=False)
    finally:
        env.close()


def _written(
    policy: Policy, weights: dict[str, Floats], folder: Path, told: dict[str, Any], steps: int,
    score: float,
) -> Policy:  # fmt: skip
    tuned = {**told, "steps_kept": steps, "score": round(score, 4)}
    made = replace(policy, weights=weights, training={**policy.training, "finetuned": tuned})
    write_policy(folder, made)
    return made
