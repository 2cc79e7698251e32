"""The environments keep the rules of Gymnasium, PettingZoo and Stable-Baselines3, and are repeatable."""

import warnings

import numpy as np
import pytest

pytest.importorskip("gymnasium", reason="the [rl] extra is not installed")
pytest.importorskip("pettingzoo", reason="the [rl] extra is not installed")
pytest.importorskip("stable_baselines3", reason="the [rl] extra is not installed")
pytest.importorskip("torch", reason="the [rl] extra is not installed")

from signalopt.control.learn.env import SiteEnv
from signalopt.control.learn.episodes import AS_IT_STANDS, Variety
from signalopt.control.learn.parallel_env import CityParallelEnv
from signalopt.control.learn.sb3_policy import random_stages
from signalopt.control.learn.scene import make_scene
from signalopt.control.learn.spaces import MASK_AT, MAX_STAGES, SIZE, STAGE_AT, split
from signalopt.control.learn.vec_env import CityVecEnv
from signalopt.errors import InputError
from tests.control.learn.given import smoke_scene
from tests.control.smoke_case import smoke_case


def test_one_site_keeps_the_rules_of_gymnasium() -> None:
    from gymnasium.utils.env_checker import check_env

    env = SiteEnv(smoke_scene(), "East")
    check_env(env, skip_render_check=True)
    env.close()


def test_one_site_keeps_the_rules_of_stable_baselines() -> None:
    from stable_baselines3.common.env_checker import check_env

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about observations that are not images
        check_env(SiteEnv(smoke_scene()))


def test_the_city_keeps_the_rules_of_pettingzoo(capsys: pytest.CaptureFixture[str]) -> None:
    from pettingzoo.test import parallel_api_test

    parallel_api_test(CityParallelEnv(smoke_scene(), seed=3), num_cycles=150)
    assert "Passed" in capsys.readouterr().out


def test_seeds_make_episodes_repeatable() -> None:
    def run(seed: int) -> np.ndarray:
        env = CityVecEnv([[smoke_scene()]], seed=seed, variety=Variety(head_start_s=30))
        dice = np.random.default_rng(1)
        seen = env.reset()
        told = [seen]
        for _ in range(40):
            seen, reward, _, _ = env.step(random_stages(seen, dice))
            told += [seen, np.repeat(reward[:, None], SIZE, axis=1)]
        return np.stack(told)

    assert np.array_equal(run(5), run(5))
    assert not np.array_equal(run(5), run(6))


def test_cities_run_in_lock_step_and_end_truncated() -> None:
    scene = smoke_scene()
    env = CityVecEnv([[scene], [scene]], interval_s=20, seed=1, variety=AS_IT_STANDS)
    assert env.num_envs == 2 * len(scene.city.sites)
    seen = env.reset()
    dice = np.random.default_rng(0)
    ends = 0
    for _ in range(80):
        before = seen
        seen, rewards, dones, infos = env.step(random_stages(seen, dice))
        assert (rewards <= 0).all()
        assert env.observation_space.contains(seen[0])
        for n in np.flatnonzero(dones):
            ends += 1
            assert infos[n]["TimeLimit.truncated"]
            assert env.observation_space.contains(infos[n]["terminal_observation"])
            assert not np.array_equal(infos[n]["terminal_observation"], seen[n])
        assert not np.shares_memory(before, seen)
    assert ends == 2 * env.num_envs  # twelve minutes with the warm-up are 36 steps
    env.close()


def test_the_mask_tells_what_the_guard_grants() -> None:
    scene = smoke_scene()
    env = CityVecEnv([[scene]], seed=1, variety=AS_IT_STANDS)
    seen = env.reset()
    dice = np.random.default_rng(0)
    for _ in range(60):
        mask = seen[:, MASK_AT:] > 0.5
        assert mask.any(axis=1).all()
        asks = random_stages(seen, dice)
        seen = env.step(asks)[0]
        shown = split(seen)[0][:, :, STAGE_AT["current"]].argmax(axis=1)
        assert np.array_equal(shown, asks)  # five seconds later it is shown or being changed to


def test_asks_that_no_site_has_are_harmless() -> None:
    env = CityVecEnv([[smoke_scene()]], seed=1, variety=AS_IT_STANDS)
    env.reset()
    for action in (MAX_STAGES - 1, 5):
        seen = env.step(np.full(env.num_envs, action))[0]
        assert np.isfinite(seen).all()


def test_the_other_sites_keep_their_programs() -> None:
    env = SiteEnv(smoke_scene(), "East")
    env.reset(seed=1)
    assert env._street is not None
    for _ in range(20):
        env.step(np.int64(0))
    assert env._street._guard.following.tolist() == [
        site.id != "East" for site in smoke_scene().city.sites
    ]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="one of"):
        SiteEnv(smoke_scene(), "Nowhere")
    with pytest.raises(InputError, match="meso or sumo"):
        make_scene(smoke_case(), engine="matsim")
    with pytest.raises(InputError, match="kind"):
        make_scene(smoke_case(), sensing="eyes")
    with pytest.raises(InputError) as caught:
        Variety(demand=(2, 1), driving=3, shift_s=-1, head_start_s=-1)
    assert all(word in str(caught.value) for word in ("demand", "driving", "shift_s", "head_start"))


def test_rewards_may_be_scaled() -> None:
    def paid(scale: float) -> np.ndarray:
        env = CityVecEnv([[smoke_scene()]], seed=1, variety=AS_IT_STANDS, reward_scale=scale)
        env.reset()
        return np.array([env.step(np.zeros(env.num_envs, np.int64))[1] for _ in range(30)])

    whole = paid(1.0)
    assert whole.sum() < 0
    np.testing.assert_allclose(paid(0.03), 0.03 * whole, rtol=1e-5)
