"""The state of a training in files, to go on from: weights, optimiser, where it stood. Nothing is pickled."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from signalopt.control.learn.policy_file import read_arrays, write_arrays
from signalopt.control.learn.problems import differences
from signalopt.control.learn.scorer import shapes
from signalopt.errors import InputError, Problem
from signalopt.files import make_folder, read_text, write_text

STATE_FILE, NETWORK_FILE, OPTIMISER_FILE = "state.json", "network.npz", "optimiser.npz"
WHAT = "a training written by `signalopt train`"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """progress: plain data (steps done, evaluations so far); settings: those of the training."""

    settings: Mapping[str, Any]
    progress: Mapping[str, Any]
    network: Mapping[str, np.ndarray]
    optimiser: Mapping[str, np.ndarray]


def optimiser_arrays(optimiser: torch.optim.Optimizer) -> dict[str, np.ndarray]:
    """State of an optimiser (Adam: moments and step counts) as arrays named `parameter.entry`."""
    return {
        f"{number}.{name}": np.asarray(value.detach().cpu().numpy(), np.float32)
        for number, entries in optimiser.state_dict()["state"].items()
        for name, value in entries.items()
    }


def restore_optimiser(optimiser: torch.optim.Optimizer, arrays: Mapping[str, np.ndarray]) -> None:
    """Take over the state of an optimiser of the same parameters."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, array in arrays.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = torch.from_numpy(np.array(array))
    whole = optimiser.state_dict()
    whole["state"] = state
    optimiser.load_state_dict(whole)


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write all files; `state.json` last and with the sums of the others. Raises OutputError."""
    make_folder(folder)
    content = {
        "settings": dict(checkpoint.settings),
        "progress": dict(checkpoint.progress),
        "network_sha256": write_arrays(folder / NETWORK_FILE, checkpoint.network),
        "optimiser_sha256": write_arrays(folder / OPTIMISER_FILE, checkpoint.optimiser),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_text(folder / STATE_FILE, text)


def read_checkpoint(folder: Path, settings: Mapping[str, Any]) -> Checkpoint:
    """Read a checkpoint that was made with these settings.

    Raises InputError with everything wrong: files that are missing or broken, another network, other
    settings than those of the training.
    """
    where = folder / STATE_FILE
    if not where.is_file():
        hint = "leave --resume out to begin a training"
        raise InputError(Problem(str(where), "no such file", WHAT, hint))
    try:
        content = json.loads(read_text(where, WHAT))
        progress, stored = dict(content["progress"]), dict(content["settings"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(Problem(str(where), f"broken JSON ({error})", WHAT)) from None
    problems = differences(f"{where}: settings", stored, settings)
    network = read_arrays(folder / NETWORK_FILE, shapes(int(settings["hidden"])), problems)
    optimiser: dict[str, np.ndarray] = {}
    path = folder / OPTIMISER_FILE
    try:
        with np.load(path, allow_pickle=False) as archive:
            optimiser = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        problems.append(Problem(str(path), f"a file that cannot be read ({error})", WHAT))
    if not all(np.isfinite(a).all() for a in optimiser.values() if a.dtype.kind == "f"):
        problems.append(Problem(str(path), "numbers that are not finite", "finite numbers"))
    if problems:
        raise InputError(*problems)
    return Checkpoint(stored, progress, network, optimiser)
