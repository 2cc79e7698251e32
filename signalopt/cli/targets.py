"""Refuses a place that cannot be written before minutes of work are spent on what belongs there."""

from __future__ import annotations

import tempfile
from pathlib import Path

from signalopt.errors import OutputError


def check_file_target(path: Path) -> None:
    """Raise OutputError if `path` cannot become a file; nothing is made on the way."""
    if path.is_dir():
        raise OutputError(
            f"{path}: is a folder; name the file to write, such as {path / 'plan.json'}"
        )
    check_folder_target(path.parent)


def check_folder_target(folder: Path) -> None:
    """Raise OutputError if nothing can be written in `folder`, or the folder cannot be made."""
    nearest = folder.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{folder}: cannot be written ({reason}: {nearest})") from error
