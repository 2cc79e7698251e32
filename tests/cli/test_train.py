"""`signalopt train` from the command line: what it prints, and what it says when it cannot."""

import importlib.util
import json
from pathlib import Path

import pytest

from signalopt.control.learn.extras import PACKAGES
from tests.cli.conftest import Run


@pytest.mark.slow_ci
@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in PACKAGES),
    reason="the packages for learning are not installed: pip install signalopt[rl]",
)
def test_a_policy_is_trained_and_said(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "a.toml"
    config.write_text(
        "hidden = 8\nevaluate_every = 200\nevaluation_demands = [0.8]\n[ppo]\nrollout = 50\n"
    )
    output = tmp_path / "mine"
    done = run("train", "smoke", "-o", output, "--config", config, "--steps", 200, "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["steps"] == 200
    assert told["policy"] == str(output)
    assert (output / "policy.json").is_file()
    again = run("train", "smoke", "-o", output, "--config", config, "--steps", 300, "--resume")
    assert again.code == 0, again.err
    assert "unseen demand" in again.out
    other = run("train", "smoke", "-o", output, "--config", config, "--seed", 5, "--resume")
    assert other.code == 2
    assert "seed" in other.err


def test_missing_packages_are_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "torch" else usual(name)
    )
    done = run("train", "smoke", "-o", tmp_path / "p")
    assert done.code == 2
    assert "torch" in done.err
    assert "pip install signalopt[rl]" in done.err
    assert not (tmp_path / "p").exists()


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in PACKAGES),
    reason="the packages for learning are not installed: pip install signalopt[rl]",
)
def test_bad_input_is_told_before_anything_is_built(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "a.toml"
    config.write_text("gama = 1\nsteps = -3\n")
    done = run("train", "-o", tmp_path / "p", "--config", config)
    assert done.code == 2
    assert all(word in done.err for word in ("gama", "steps", "scenarios"))
    assert run("train", "nowhere", "-o", tmp_path / "p").code == 2
    assert not (tmp_path / "p").exists()
