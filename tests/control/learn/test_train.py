"""Training for real: it learns, it stops, it goes on, and what goes wrong leaves the last good policy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("gymnasium", reason="the [rl] extra is not installed")
pytest.importorskip("stable_baselines3", reason="the [rl] extra is not installed")
pytest.importorskip("torch", reason="the [rl] extra is not installed")
pytest.importorskip("tensorboard", reason="the [rl] extra is not installed")

from signalopt.control.learn.episodes import HELD_OUT_SEED, Episode
from signalopt.control.learn.evaluate import cost_of
from signalopt.control.learn.policy_file import CURVE_FILE, read_policy
from signalopt.control.learn.reward import Purse
from signalopt.control.learn.sb3_policy import random_stages
from signalopt.control.learn.settings import TrainSettings
from signalopt.control.learn.train import train
from signalopt.errors import InputError, SimulationError
from signalopt.progress import Progress
from tests.control.learn.given import smoke_scene
from tests.control.smoke_case import smoke_case


def settings(**changes: Any) -> TrainSettings:
    usual: dict[str, Any] = {
        "scenarios": ["smoke"], "steps": 600, "hidden": 8, "evaluate_every": 300, "patience": 0,
        "evaluation_demands": [1.0], "ppo": {"rollout": 50, "minibatches": 2},
        "dqn": {"buffer": 1000, "batch": 32, "learning_starts": 50, "gradient_steps": 1},
    }  # fmt: skip
    return TrainSettings.model_validate({**usual, **changes})


@pytest.mark.slow_ci
def test_a_tiny_policy_learns_in_a_minute(tmp_path: Path) -> None:
    learned = train(
        settings(
            steps=6000,
            hidden=24,
            evaluate_every=2000,
            ppo={"rollout": 50, "minibatches": 5, "epochs": 6, "learning_rate": 1e-3},
        ),
        [smoke_case()],
        tmp_path / "tiny",
    )
    policy = read_policy(learned.folder)
    dice = np.random.default_rng(0)
    gains = []
    for seed in range(5):
        episode = Episode(HELD_OUT_SEED + 777 + seed)
        own = cost_of(smoke_scene(), episode, policy.scorer.choose)
        random = cost_of(
            smoke_scene(), episode, lambda seen: random_stages(seen, dice).astype(np.int16)
        )
        gains.append(1 - own / random)
    assert min(gains) > 0.05, gains
    assert np.mean(gains) > 0.15, gains
    assert learned.score < 1.0  # and better than the program that runs there


@pytest.mark.parametrize("algorithm", ["ppo", "dqn"])
def test_a_training_leaves_all_its_files(tmp_path: Path, algorithm: str) -> None:
    told: list[Progress] = []
    found = train(
        settings(algorithm=algorithm), [smoke_case()], tmp_path / "p", listener=told.append
    )
    policy = read_policy(tmp_path / "p")
    assert policy.dueling == (algorithm == "dqn")
    facts = policy.training
    assert facts["scenarios"][0]["name"] == "smoke"
    assert facts["settings"]["seed"] == 1
    assert {"signalopt", "torch", "stable-baselines3"} <= set(facts["versions"])
    assert facts["evaluation"]["trials"][0]["seed"] >= HELD_OUT_SEED
    rows = (tmp_path / "p" / CURVE_FILE).read_text().splitlines()
    assert rows[0].startswith("step,seconds,score,smoke_x1_seed")
    assert [int(row.split(",")[0]) for row in rows[2:]] == [0, 300, 600]
    logs = tmp_path / "p" / "training" / "from-0"
    assert (logs / "progress.csv").is_file()
    assert list(logs.glob("events.out.tfevents*"))
    assert found.score == pytest.approx(min(float(row.split(",")[2]) for row in rows[2:]), abs=1e-4)
    assert any(p.total == 600 and 0 < p.done < 600 for p in told)


@pytest.mark.slow_ci
def test_the_same_seed_gives_the_same_policy(tmp_path: Path) -> None:
    def learn(name: str, seed: int) -> np.ndarray:
        train(settings(steps=200, seed=seed), [smoke_case()], tmp_path / name)
        from signalopt.control.learn.checkpoint import NETWORK_FILE

        state = tmp_path / name / "training" / "state" / NETWORK_FILE
        return np.asarray(np.load(state)["read.weight"])

    first = learn("a", 1)
    assert np.array_equal(first, learn("b", 1))
    assert not np.array_equal(first, learn("c", 2))


@pytest.mark.slow_ci
def test_a_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    train(settings(steps=300), [smoke_case()], folder)
    found = train(settings(steps=600), [smoke_case()], folder, resume=True)
    assert found.steps == 600
    rows = (folder / CURVE_FILE).read_text().splitlines()
    assert [int(row.split(",")[0]) for row in rows[2:]] == [0, 300, 600]
    assert (folder / "training" / "from-300").is_dir()
    with pytest.raises(InputError) as caught:
        train(settings(steps=900, gamma=0.5, seed=7), [smoke_case()], folder, resume=True)
    assert "gamma" in str(caught.value)
    assert "seed" in str(caught.value)
    with pytest.raises(InputError, match="no such file"):
        train(settings(), [smoke_case()], tmp_path / "other", resume=True)
    (folder / "training" / "state" / "optimiser.npz").write_bytes(b"broken")
    with pytest.raises(InputError, match=r"optimiser\.npz"):
        train(settings(steps=900), [smoke_case()], folder, resume=True)


def test_a_training_may_begin_with_a_policy(tmp_path: Path) -> None:
    train(settings(steps=200), [smoke_case()], tmp_path / "first")
    first = read_policy(tmp_path / "first")
    begun = settings(steps=100, start=str(tmp_path / "first"), ppo={"rollout": 50})
    train(begun, [smoke_case()], tmp_path / "second")
    second = read_policy(tmp_path / "second").training
    assert second["begun_with"] == first.training
    assert second["settings"]["start"] == "first"
    # the first point of the curve is the policy that it began with
    curve = [float(p.split(",")[2]) for p in _rows(tmp_path / "second")]
    assert curve[0] == pytest.approx(first.training["evaluation"]["score"], abs=1e-3)
    with pytest.raises(InputError, match="hidden"):
        train(settings(hidden=9, start=begun.start), [smoke_case()], tmp_path / "third")
    assert not (tmp_path / "third").exists()


def _rows(folder: Path) -> list[str]:
    return (folder / CURVE_FILE).read_text().splitlines()[2:]


def test_a_diverged_training_keeps_the_last_good_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual: Callable[[Purse], Any] = Purse.settle
    count = iter(range(10**6))

    def spoilt(purse: Purse) -> Any:
        return usual(purse) * (np.nan if next(count) > 600 else 1.0)

    monkeypatch.setattr(Purse, "settle", spoilt)
    with pytest.raises(SimulationError, match=r"diverged.*best policy.*is kept"):
        train(settings(steps=4000), [smoke_case()], tmp_path / "p")
    assert np.isfinite(read_policy(tmp_path / "p").weights["read.weight"]).all()


@pytest.mark.slow_ci
def test_patience_and_time_end_a_training(tmp_path: Path) -> None:
    slow = {"ppo": {"rollout": 50, "minibatches": 2, "learning_rate": 1e-9}}
    found = train(settings(steps=5000, patience=2, **slow), [smoke_case()], tmp_path / "a")
    assert found.reason == "no better policy in 2 evaluations"
    assert found.steps < 2000
    found = train(settings(steps=5000, minutes=0.001), [smoke_case()], tmp_path / "b")
    assert found.reason == "the time is over"
    assert read_policy(tmp_path / "b").hidden == 8


@pytest.mark.slow_ci
def test_ctrl_c_keeps_the_policy_and_the_state(tmp_path: Path) -> None:
    def stop(news: Progress) -> None:
        if news.task.startswith("train") and news.done > 250:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(settings(), [smoke_case()], tmp_path / "p", listener=stop)
    assert read_policy(tmp_path / "p").hidden == 8
    assert train(settings(), [smoke_case()], tmp_path / "p", resume=True).steps == 600


@pytest.mark.slow
def test_fine_tuning_in_sumo_keeps_the_better_policy(tmp_path: Path) -> None:
    pytest.importorskip("libsumo", reason="libsumo is not installed")
    found = train(settings(steps=300), [smoke_case()], tmp_path / "p", finetune_steps=400)
    told = read_policy(tmp_path / "p").training["finetuned"]
    assert found.sumo_score is not None
    assert told["score"] == pytest.approx(found.sumo_score, abs=1e-4)
    assert told["score"] <= told["score_before"]
