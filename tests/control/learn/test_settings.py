"""Settings of a training: file, options over it, every problem at once."""

from pathlib import Path

import pytest

from signalopt.control.learn.settings import read_settings
from signalopt.errors import InputError


def test_options_are_laid_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('scenarios = ["smoke"]\nseed = 4\ndemand = [0.5, 1.5]\n[ppo]\nepochs = 2\n')
    found = read_settings(path, {"seed": 9})
    assert (found.scenarios, found.seed, found.ppo.epochs) == (("smoke",), 9, 2)
    assert found.variety.demand == (0.5, 1.5)


def test_every_problem_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("gama = 0.9\nsteps = 0\n[ppo]\nepoch = 1\nclip = 7\n")
    with pytest.raises(InputError) as caught:
        read_settings(path, {})
    text = str(caught.value)
    for part in ("scenarios", "gama", "`gamma`", "steps", "ppo.epoch", "`epochs`", "ppo.clip"):
        assert part in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenarios = [", "TOML"),
        ('scenarios = ["smoke"]\ndemand = [2.0, 1.0]', "demand"),
        ('scenarios = ["smoke"]\nevaluation_demands = [3.0]', "evaluation_demands"),
        ('scenarios = ["smoke"]\nalgorithm = "sarsa"', "algorithm"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        read_settings(path, {})
