"""Policies in files: what comes back, and that nothing broken or foreign gets in."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from signalopt.control.learn.controller import load_controller
from signalopt.control.learn.policy_file import (
    CURVE_FILE,
    POLICY_FILE,
    WEIGHTS_FILE,
    Policy,
    read_policy,
    write_policy,
)
from signalopt.errors import InputError
from tests.control.learn.given import observations, weights


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    policy = Policy("mine", weights(), 8, dueling=False, interval_s=5, training={"seed": 3})
    write_policy(made, policy, "step,score\n0,1\n")
    return made


def _change(folder: Path, **changes: Any) -> None:
    path = folder / POLICY_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_was_written_comes_back(folder: Path) -> None:
    policy = read_policy(folder)
    assert (policy.name, policy.hidden, policy.interval_s) == ("mine", 8, 5)
    assert policy.training == {"seed": 3}
    assert (folder / CURVE_FILE).read_text().startswith("step")
    seen = observations(20)
    assert np.array_equal(policy.scorer.scores(seen), _scores(seen))
    assert load_controller(folder).name == "mine"


def _scores(seen: np.ndarray) -> np.ndarray:
    from signalopt.control.learn.scorer import Scorer

    return Scorer(weights()).scores(seen)


def test_the_same_policy_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_policy(tmp_path / "again", read_policy(folder))
    for name in (WEIGHTS_FILE, POLICY_FILE):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_all_that_differs_is_told_at_once(folder: Path) -> None:
    spaces = json.loads((folder / POLICY_FILE).read_text())["spaces"]
    _change(
        folder, spaces=spaces | {"version": 99, "max_stages": 4}, interval_s=0,
        network={"hidden": 9, "dueling": "no"},
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        read_policy(folder)
    text = str(caught.value)
    for part in ("spaces.version", "spaces.max_stages", "interval_s", "dueling", "read.weight"):
        assert part in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2}, "version"),
        ({"format": "something else"}, "format"),
        ({"weights_sha256": "0" * 64}, "SHA-256"),
        ({"training": 5}, "training"),
        ({"spaces": None}, "spaces"),
        ({"network": {"hidden": 10**9, "dueling": False}}, "network.hidden"),
    ],
)
def test_foreign_policies_are_refused(folder: Path, changes: dict[str, Any], said: str) -> None:
    _change(folder, **changes)
    with pytest.raises(InputError, match=said):
        read_policy(folder)


def test_broken_files_are_refused(folder: Path, tmp_path: Path) -> None:
    path = folder / WEIGHTS_FILE
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], b"", b"no archive"):
        path.write_bytes(broken)
        with pytest.raises(InputError, match=WEIGHTS_FILE):
            read_policy(folder)
    path.write_bytes(whole)
    (folder / POLICY_FILE).write_text("{")
    with pytest.raises(InputError, match="JSON"):
        read_policy(folder)
    with pytest.raises(InputError, match="no such"):
        read_policy(tmp_path / "nowhere")
    path.unlink()
    (folder / POLICY_FILE).unlink()
    with pytest.raises(InputError, match="no such file"):
        read_policy(folder)


class _Trap:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("code of a policy file was run",))


def test_no_code_of_a_file_is_run(folder: Path) -> None:
    trap = np.array([_Trap()], dtype=object)
    np.savez(folder / WEIGHTS_FILE, **{"read.weight": trap})
    with pytest.raises(InputError, match=WEIGHTS_FILE):
        read_policy(folder)
    (folder / WEIGHTS_FILE).write_bytes(pickle.dumps(_Trap()))
    with pytest.raises(InputError, match=WEIGHTS_FILE):
        read_policy(folder)


def test_weights_that_are_no_numbers_are_refused(folder: Path) -> None:
    bad = weights()
    bad["think.weight"][0, 0] = np.nan
    write_policy(folder, Policy("mine", bad, 8, dueling=False, interval_s=5))
    with pytest.raises(InputError, match=r"think\.weight.*not finite"):
        read_policy(folder)


def test_a_huge_archive_is_not_unpacked(folder: Path) -> None:
    np.savez_compressed(folder / WEIGHTS_FILE, **{"read.weight": np.zeros(20_000_000, np.float32)})
    with pytest.raises(InputError, match="at most"):
        read_policy(folder)
