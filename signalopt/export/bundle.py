"""Bundles on disk: a folder or a zip file, with the same bytes for the same files."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.export.release import SUMS, read_sums
from signalopt.export.together import write_together
from signalopt.files import atomic_path

ZIP = ".zip"
LARGEST_BYTES = 1_000_000_000
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o644 << 16


def write_bundle(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a zip file if the name ends so, else a folder.

    A folder may hold an earlier bundle, which is replaced; any other file in it is refused. Raises
    InputError, OutputError.
    """
    if path.suffix == ZIP:
        with atomic_path(path) as temporary:
            temporary.write_bytes(zip_bytes(files))
        return
    write_together(path, files, _earlier(path))


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip file: names sorted, times fixed, rights of plain files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, _FIXED_TIME)
            info.create_system, info.external_attr = 3, _FILE_MODE
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return held.getvalue()


def read_bundle(path: Path) -> dict[str, bytes]:
    """All files of a bundle by name. Raises InputError if it is none or cannot be read whole."""
    if path.is_dir():
        names = sorted(p for p in path.rglob("*") if p.is_file())
        total = sum(p.stat().st_size for p in names)
        _check_size(path, total)
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in names}
    if not path.is_file():
        raise InputError(Problem(str(path), "no such file", "a bundle of `signalopt release`"))
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_size(path, sum(entry.file_size for entry in entries))
            found = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise InputError(Problem(str(path), f"no whole zip file ({error})", "a bundle")) from None
    if len(found) < len(entries):
        raise InputError(Problem(str(path), "a file name twice", "each name once"))
    return found


def read_report(path: Path) -> dict[str, bytes]:
    """A report to put into a bundle: one file, or all files of a folder. Raises InputError."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    if not path.is_dir():
        raise InputError(Problem(str(path), "no such file", "a report: a file or a folder"))
    files = {p.relative_to(path).as_posix(): p for p in path.rglob("*") if p.is_file()}
    if not files:
        raise InputError(Problem(str(path), "an empty folder", "a report"))
    _check_size(path, sum(p.stat().st_size for p in files.values()))
    return {name: file.read_bytes() for name, file in sorted(files.items())}


def _earlier(folder: Path) -> tuple[str, ...]:
    """Names in a folder to be replaced. Raises InputError for files that no earlier bundle put there."""
    if not folder.is_dir():
        return ()
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    listed = folder / SUMS
    known = {SUMS, *read_sums(listed.read_bytes(), str(listed))} if listed.is_file() else set()
    foreign = sorted(names - known)
    if foreign:
        hint = "name a new folder, or take the file away"
        found = f"`{foreign[0]}`" + (f" and {len(foreign) - 1} more" if len(foreign) > 1 else "")
        raise InputError(Problem(str(folder), found, "an empty folder or an earlier bundle", hint))
    return tuple(sorted(names))


def _check_size(path: Path, total: int) -> None:
    if total > LARGEST_BYTES:
        raise InputError(Problem(str(path), f"{total} bytes", f"at most {LARGEST_BYTES}"))
