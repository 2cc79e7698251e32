"""Folders of a batch: where its files lie, and what is saved of a run that failed."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from signalopt.assets import cache_folder
from signalopt.errors import OutputError
from signalopt.microsim.command import SeedFiles

# Outputs of a run are megabytes; with less room than this a cut-off file means a full disk.
_FULL_BYTES = 1_000_000


@contextmanager
def work_folder(keep: Path | None) -> Iterator[Path]:
    """Give an empty temporary folder, or `keep`, made if need be and left as it is.

    Raises OutputError if it cannot be made or written.
    """
    try:
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            yield keep.resolve()
        else:
            with tempfile.TemporaryDirectory(
                prefix="signalopt-sumo-", ignore_cleanup_errors=True
            ) as name:
                yield Path(name).resolve()
    except OSError as error:
        where = error.filename or keep or tempfile.gettempdir()
        raise OutputError(f"{where}: cannot be written ({error.strerror or error})") from error


def seed_files(folder: Path, seed: int) -> SeedFiles:
    """Make the folder of one seed. Raises OSError."""
    own = folder / f"seed-{seed}"
    own.mkdir(exist_ok=True)
    return SeedFiles(own)


def disk_full(folder: Path) -> bool:
    """Whether there is no room left where `folder` lies."""
    return shutil.disk_usage(folder).free < _FULL_BYTES


def save_evidence(
    case_name: str, command: Sequence[str], files: Sequence[Path], log: Path, folder: Path
) -> str:
    """Save what a failed run needs to be repeated and return the shell command that repeats it.

    Those of `files` (signal programs, changed types) that lie in the temporary folder and the log go
    into the cache; a later failure with the same files and seed replaces them. If the cache cannot be
    written, the command is returned as it was run.
    """
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    saved = cache_folder().resolve() / "failed" / f"{case_name}-{digest.hexdigest()[:12]}"
    try:
        (saved / log.parent.name).mkdir(parents=True, exist_ok=True)
        for path in (*files, log):
            if path.is_relative_to(folder) and path.is_file():
                (saved / path.relative_to(folder)).parent.mkdir(exist_ok=True)
                shutil.copyfile(path, saved / path.relative_to(folder))
    except OSError:
        return shlex.join(command)
    return shlex.join(part.replace(str(folder), str(saved)) for part in command)
