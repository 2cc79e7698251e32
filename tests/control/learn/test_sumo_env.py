"""The same environment on SUMO: equal spaces, repeatable, and a policy that runs in both."""

import numpy as np
import pytest

pytest.importorskip("gymnasium", reason="the [rl] extra is not installed")
pytest.importorskip("stable_baselines3", reason="the [rl] extra is not installed")
pytest.importorskip("libsumo", reason="the [rl] extra is not installed")

from signalopt.control.learn.env import SiteEnv
from signalopt.control.learn.episodes import HELD_OUT_SEED, Episode
from signalopt.control.learn.evaluate import cost_of
from signalopt.control.learn.scorer import Scorer
from tests.control.learn.given import smoke_scene, weights

pytestmark = pytest.mark.slow_ci


def test_both_engines_have_one_environment() -> None:
    queue_model, sumo = SiteEnv(smoke_scene(), "East"), SiteEnv(smoke_scene("sumo"), "East")
    assert queue_model.observation_space == sumo.observation_space
    assert queue_model.action_space == sumo.action_space

    def rewards(env: SiteEnv) -> list[float]:
        env.reset(seed=4)
        found = []
        for step in range(60):
            seen, reward, _, _, _ = env.step(np.int64(step // 8 % 2))
            assert env.observation_space.contains(seen)
            found.append(reward)
        env.close()
        return found

    first = rewards(sumo)
    assert first == rewards(sumo)
    # the same streets and trips: the queue model pays about what SUMO pays
    assert sum(first) == pytest.approx(sum(rewards(queue_model)), rel=0.5)


def test_a_policy_is_judged_in_both() -> None:
    choose = Scorer(weights()).choose
    episode = Episode(HELD_OUT_SEED + 5, 0.6)
    for engine in ("meso", "sumo"):
        assert cost_of(smoke_scene(engine), episode, choose) > 0
