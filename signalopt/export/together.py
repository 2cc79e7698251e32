"""Writes many files so that either all of them are there or the folder is as it was before."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from signalopt.errors import OutputError

_NEW, _OLD = "new", "old"


def write_together(
    folder: Path, texts: Mapping[str, str | bytes], stale: Iterable[str] = ()
) -> tuple[Path, ...]:
    """Write `texts` (by file name, which may hold folders) into `folder`. Returns the paths.

    All files are written into a temporary folder first and then renamed one by one; files that are
    replaced are kept until the end. `stale`: names of an earlier export that are taken away unless they are
    written again; names that lead out of the folder are left alone. Raises OutputError; then the folder is
    as it was before.
    """
    gone = [name for name in dict.fromkeys(stale) if name not in texts and _is_within(folder, name)]
    made = _missing_folders(folder)
    scratch: Path | None = None
    done: list[str] = []
    away: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".export-", dir=folder))
        for name, text in texts.items():
            target = scratch / _NEW / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode())
        for name in texts:
            made = (*_missing_folders((folder / name).parent), *made)
            _replace(scratch, folder, name)
            done.append(name)
        for name in gone:
            _take_away(scratch, folder, name)
            away.append(name)
    except OSError as error:
        if scratch is not None:
            _undo(scratch, folder, [*done, *away])
            shutil.rmtree(scratch, ignore_errors=True)
        for path in made:
            _remove_if_empty(path)
        reason = error.strerror or str(error)
        raise OutputError(
            f"{folder}: the export cannot be written ({reason}); nothing was left behind"
        ) from error
    shutil.rmtree(scratch, ignore_errors=True)
    for name in gone:
        for parent in (folder / name).parents:
            if parent == folder:
                break
            _remove_if_empty(parent)
    return tuple(folder / name for name in texts)


def _replace(scratch: Path, folder: Path, name: str) -> None:
    """Move one finished file to its place, the one that was there before to `old`."""
    target, old = folder / name, scratch / _OLD / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_file():
        old.parent.mkdir(parents=True, exist_ok=True)
        target.replace(old)
    try:
        (scratch / _NEW / name).replace(target)
    except OSError:
        if old.is_file():
            old.replace(target)
        raise


def _take_away(scratch: Path, folder: Path, name: str) -> None:
    """Move a file of an earlier export to `old`."""
    old = scratch / _OLD / name
    old.parent.mkdir(parents=True, exist_ok=True)
    (folder / name).replace(old)


def _is_within(folder: Path, name: str) -> bool:
    """Whether a listed name is a plain file of the folder itself, reached by no link."""
    parts = PurePosixPath(name)
    if not name or parts.is_absolute() or ".." in parts.parts:
        return False
    path = folder / name
    return (
        path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(folder.resolve())
    )


def _undo(scratch: Path, folder: Path, done: list[str]) -> None:
    """Take new files away and put replaced ones back."""
    for name in done:
        old = scratch / _OLD / name
        if old.is_file():
            old.replace(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)


def _missing_folders(folder: Path) -> tuple[Path, ...]:
    """Folders that do not exist yet, deepest first."""
    missing = []
    while not folder.exists() and folder != folder.parent:
        missing.append(folder)
        folder = folder.parent
    return tuple(missing)


def _remove_if_empty(path: Path) -> None:
    try:
        path.rmdir()
    except OSError:
        return  # somebody else's files are in it, or it was never made
