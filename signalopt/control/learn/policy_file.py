"""A trained policy as files: `policy.json` says what it is and where from, `weights.npz` holds the numbers.

Nothing in them is code and nothing is run: weights are read as plain float arrays (pickled objects are
refused) and everything is compared with what this version expects before it is used.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from signalopt.control.learn.problems import differences
from signalopt.control.learn.scorer import Scorer, shapes
from signalopt.control.learn.spaces import Floats, description, space_problems
from signalopt.errors import InputError, Problem
from signalopt.files import atomic_path, make_folder, read_text, write_text

FORMAT, FORMAT_VERSION = "signalopt policy", 1
POLICY_FILE, WEIGHTS_FILE, CURVE_FILE = "policy.json", "weights.npz", "learning_curve.csv"
MOST_HIDDEN = 1024
WHAT = "a policy written by `signalopt train`"
_HEADER_BYTES = 1024


@dataclass(frozen=True, eq=False)
class Policy:
    """A trained policy.

    hidden, dueling: the network (see `scorer`). interval_s: it was trained to be asked every so many
    seconds. training: provenance, plain data as it stands in the file.
    """

    name: str
    weights: Mapping[str, Floats]
    hidden: int
    dueling: bool
    interval_s: int
    training: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scorer(self) -> Scorer:
        """What scores stages."""
        return Scorer(self.weights, self.dueling)


def write_policy(folder: Path, policy: Policy, curve_csv: str | None = None) -> None:
    """Write a policy's files; `policy.json` last: a folder that has it is whole. Raises OutputError."""
    make_folder(folder)
    digest = write_arrays(folder / WEIGHTS_FILE, policy.weights)
    if curve_csv is not None:
        write_text(folder / CURVE_FILE, curve_csv)
    content = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "spaces": description(),
        "network": {"hidden": policy.hidden, "dueling": policy.dueling},
        "interval_s": policy.interval_s,
        "weights_sha256": digest,
        "training": dict(policy.training),
    }
    write_text(
        folder / POLICY_FILE,
        json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
    )


def read_policy(folder: Path) -> Policy:
    """Read and check a policy. Raises InputError with everything that is wrong with it."""
    where = folder / POLICY_FILE
    if not folder.is_dir():
        raise InputError(Problem(str(folder), "no such folder", WHAT))
    text = read_text(where, WHAT)
    try:
        content = json.loads(text)
    except ValueError as error:
        raise InputError(Problem(str(where), f"broken JSON ({error})", WHAT)) from None
    problems = differences(str(where), content, {"format": FORMAT, "version": FORMAT_VERSION})
    if problems:
        raise InputError(*problems)
    problems = space_problems(f"{where}: spaces", content.get("spaces"))
    hidden, dueling, interval_s = _network(where, content, problems)
    weights: dict[str, Floats] = {}
    if hidden:
        weights = read_arrays(folder / WEIGHTS_FILE, shapes(hidden), problems)
        digest = content.get("weights_sha256")
        path = folder / WEIGHTS_FILE
        if path.is_file() and (found := _sha256(path)) != digest:
            expected = f"SHA-256 {str(digest)[:16]}… as {POLICY_FILE} says"
            hint = "the two files do not belong together"
            problems.append(Problem(str(path), f"SHA-256 {found[:16]}…", expected, hint))
    training = content.get("training", {})
    if not isinstance(training, dict):
        problems.append(Problem(f"{where}: training", repr(training)[:80], "an object"))
    if problems:
        raise InputError(*problems)
    name = folder.resolve().name
    return Policy(name, weights, hidden, dueling, interval_s, training)


def _network(
    where: Path, content: Mapping[str, Any], problems: list[Problem]
) -> tuple[int, bool, int]:
    network = content.get("network")
    network = network if isinstance(network, dict) else {}
    hidden, dueling = network.get("hidden"), network.get("dueling")
    interval_s = content.get("interval_s")
    if not isinstance(hidden, int) or not 1 <= hidden <= MOST_HIDDEN:
        expected = f"a whole number from 1 to {MOST_HIDDEN}"
        problems.append(Problem(f"{where}: network.hidden", repr(hidden), expected))
        hidden = 0
    if not isinstance(dueling, bool):
        problems.append(Problem(f"{where}: network.dueling", repr(dueling), "true or false"))
    if not isinstance(interval_s, int) or not 1 <= interval_s <= 60:
        expected = "whole seconds from 1 to 60"
        problems.append(Problem(f"{where}: interval_s", repr(interval_s), expected))
        interval_s = 1
    return hidden, bool(dueling), interval_s


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> str:
    """Write arrays as .npz and give its SHA-256; the same arrays give the same bytes. Raises OutputError."""
    buffer = io.BytesIO()
    np.savez(buffer, **{name: arrays[name] for name in sorted(arrays)})  # type: ignore[arg-type]
    with atomic_path(path) as temporary:
        temporary.write_bytes(buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def read_arrays(
    path: Path, wanted: Mapping[str, tuple[int, ...]], problems: list[Problem]
) -> dict[str, Floats]:
    """Read finite float arrays of exactly these names and shapes; what is wrong goes to `problems`."""
    expected = "weights of a policy (.npz without pickled objects)"
    found: dict[str, Floats] = {}
    try:
        most = sum(8 * int(np.prod(shape)) + _HEADER_BYTES for shape in wanted.values())
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > most:
            problems.append(Problem(str(path), f"{size} bytes of arrays", f"at most {most}"))
            return {}
        with np.load(path, allow_pickle=False) as archive:
            names = set(archive.files)
            for name, shape in wanted.items():
                if name in names:
                    _check(path, name, archive[name], shape, found, problems)
    except FileNotFoundError:
        problems.append(Problem(str(path), "no such file", expected))
        return {}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        problems.append(Problem(str(path), f"a file that cannot be read ({error})", expected))
        return {}
    problems += [
        Problem(f"{path}: {name}", "nothing", f"an array {wanted[name]}")
        for name in sorted(set(wanted) - names)
    ]
    problems += [
        Problem(f"{path}: {name}", "an array", "no array of this name")
        for name in sorted(names - set(wanted))
    ]
    return found


def _check(
    path: Path, name: str, array: np.ndarray, shape: tuple[int, ...], found: dict[str, Floats],
    problems: list[Problem],
) -> None:  # fmt: skip
    where = f"{path}: {name}"
    if array.shape != shape or array.dtype.kind != "f":
        problems.append(Problem(where, f"{array.dtype} {array.shape}", f"float32 {shape}"))
    elif not np.isfinite(array).all():
        problems.append(Problem(where, "numbers that are not finite", "finite numbers"))
    else:
        found[name] = np.ascontiguousarray(array, np.float32)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
