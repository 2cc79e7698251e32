"""The store of a study: finished runs in a folder, safe against kill -9 and power loss.

    DIR/journal.jsonl           one line a finished run, forced to disk before the run counts as done
    DIR/parts/runs-000001.parquet, classes-000001.parquet    the journal's lines, moved here in bulk
    DIR/failures.jsonl          runs that gave no result, with the command that repeats each
    DIR/damaged/                what could not be read, set aside; its runs are run again
    DIR/lock                    held while someone writes

A run is in the journal, in a part, or (after a cut between the two) in both; readers count a key once.
"""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import polars as pl

from signalopt.errors import InputError, OutputError, Problem
from signalopt.files import atomic_path, make_folder, write_text
from signalopt.study.frames import CLASS_SCHEMA, classes_frame, runs_frame
from signalopt.study.record import RunRecord, record_from_json

JOURNAL_LINES = 500
"""Lines after which the journal becomes a part: parts stay few, the journal quick to read."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that gave no result: label, reason and the shell command that repeats it."""

    key: str
    label: str
    seed: int
    reason: str
    command: str


@dataclass
class Store:
    """A folder opened for writing by `open_store`; `damage` tells what was set aside."""

    folder: Path
    done: set[str]
    damage: list[str]
    _journal: IO[bytes]
    _waiting: list[RunRecord] = field(default_factory=list)

    def add(self, record: RunRecord) -> None:
        """Keep a finished run; it is on disk when this returns. Raises OutputError."""
        line = record.to_json().encode()
        try:
            self._journal.write(b"%08x " % zlib.crc32(line) + line + b"\n")
            self._journal.flush()
            os.fsync(self._journal.fileno())
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be written ({error.strerror})") from error
        self.done.add(record.key)
        self._waiting.append(record)
        if len(self._waiting) >= JOURNAL_LINES:
            self.compact()

    def fail(self, failure: Failure) -> None:
        """Keep a failure. Raises OutputError."""
        text = json.dumps(
            {"key": failure.key, "label": failure.label, "seed": failure.seed,
             "reason": failure.reason, "command": failure.command},
            ensure_ascii=False,
        )  # fmt: skip
        try:
            with (self.folder / "failures.jsonl").open("a", encoding="utf-8") as out:
                out.write(text + "\n")
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be written ({error.strerror})") from error

    def compact(self) -> None:
        """Move the journal's runs into a part. Raises OutputError."""
        if not self._waiting:
            return
        number = 1 + max((_number(p) for p in _parts(self.folder)), default=0)
        with atomic_path(self.folder / "parts" / f"classes-{number:06d}.parquet") as path:
            classes_frame(self._waiting).write_parquet(path)
        with atomic_path(self.folder / "parts" / f"runs-{number:06d}.parquet") as path:
            runs_frame(self._waiting).write_parquet(path)
        self._journal.truncate(0)
        self._waiting.clear()


@contextmanager
def open_store(folder: Path) -> Iterator[Store]:
    """Open or begin a store for writing; damaged files are set aside, the journal is tidied.

    Raises InputError if another process writes into it, OutputError if it cannot be written.
    """
    make_folder(folder)
    try:
        lock = (folder / "lock").open("a+", encoding="ascii")
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror})") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            found = f"another process writes here (process {lock.read().strip() or 'unknown'})"
            hint = "wait for it, or use another folder"
            raise InputError(Problem(str(folder), found, "a folder for one sweep", hint)) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        make_folder(folder / "parts")
        damage: list[str] = []
        done = _done_in_parts(folder, damage)
        waiting = [r for r in _tidy_journal(folder, damage) if r.key not in done]
        with (folder / "journal.jsonl").open("ab") as journal:
            store = Store(folder, done | {r.key for r in waiting}, damage, journal, waiting)
            yield store
            store.compact()


def read_runs(folder: Path) -> pl.DataFrame:
    """All runs, one row each (see frames.runs_frame); readers need no lock.

    Raises InputError if there is no store or a part cannot be read.
    """
    return _read(folder, "runs")


def read_classes(folder: Path) -> pl.DataFrame:
    """Measures by vehicle class: columns key, vehicle_class, measure, value."""
    return _read(folder, "classes")


def read_failures(folder: Path) -> tuple[Failure, ...]:
    """Failures of the last sweep into this folder."""
    path = folder / "failures.jsonl"
    if not path.is_file():
        return ()
    return tuple(Failure(**json.loads(line)) for line in path.read_text("utf-8").splitlines())


def forget_failures(folder: Path) -> None:
    """A new try begins: earlier failures are no longer news."""
    (folder / "failures.jsonl").unlink(missing_ok=True)


def _read(folder: Path, kind: str) -> pl.DataFrame:
    if not (folder / "parts").is_dir():
        raise InputError(Problem(str(folder), "no results", "a folder that `sweep` has written"))
    paths = sorted((folder / "parts").glob(f"{kind}-*.parquet"))
    journal, _ = _journal_records(folder)
    make = runs_frame if kind == "runs" else classes_frame
    frames = [make(journal)] if journal else []
    for path in paths:
        try:
            frames.append(pl.read_parquet(path))
        except (pl.exceptions.PolarsError, OSError) as error:
            hint = "run the sweep again: it sets damaged files aside and repeats their runs"
            found = f"a damaged file ({str(error).splitlines()[0]})"
            raise InputError(Problem(str(path), found, "a Parquet file", hint)) from None
    if not frames:
        return runs_frame([]) if kind == "runs" else pl.DataFrame(schema=CLASS_SCHEMA)
    whole = pl.concat(frames, how="diagonal_relaxed")
    once = ["key"] if kind == "runs" else ["key", "vehicle_class", "measure"]
    return whole.unique(subset=once, keep="last", maintain_order=True)


def _parts(folder: Path) -> list[Path]:
    return sorted((folder / "parts").glob("runs-*.parquet"))


def _number(path: Path) -> int:
    return int(path.stem.partition("-")[2])


def _done_in_parts(folder: Path, damage: list[str]) -> set[str]:
    """Keys in readable parts; a part of which one file is damaged is set aside as a whole."""
    done: set[str] = set()
    for path in _parts(folder):
        twin = path.with_name(path.name.replace("runs-", "classes-"))
        try:
            pl.scan_parquet(twin).select(pl.len()).collect()
            pl.read_parquet(twin)
            keys = pl.read_parquet(path).get_column("key").to_list()
        except (pl.exceptions.PolarsError, OSError):
            for file in (path, twin):
                if file.exists():
                    _set_aside(folder, file)
            damage.append(f"{path.name}: damaged, set aside in {folder / 'damaged'}")
            continue
        done.update(keys)
    return done


def _set_aside(folder: Path, file: Path) -> None:
    make_folder(folder / "damaged")
    target = folder / "damaged" / file.name
    number = 1
    while target.exists():
        target = folder / "damaged" / f"{file.stem}.{number}{file.suffix}"
        number += 1
    file.replace(target)


def _journal_records(folder: Path) -> tuple[list[RunRecord], list[bytes]]:
    """Records of the journal and the lines that are damaged."""
    path = folder / "journal.jsonl"
    records, bad = [], []
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        checksum, _, text = line.partition(b" ")
        try:
            if int(checksum, 16) != zlib.crc32(text):
                raise ValueError("checksum")
            records.append(record_from_json(text.decode()))
        except ValueError:
            bad.append(line)
    return records, bad


def _tidy_journal(folder: Path, damage: list[str]) -> Sequence[RunRecord]:
    """Records of the journal; a torn last line (a cut while writing) or damaged ones leave it."""
    records, bad = _journal_records(folder)
    if bad:
        make_folder(folder / "damaged")
        with (folder / "damaged" / "journal.jsonl").open("ab") as out:
            out.writelines(line + b"\n" for line in bad)
        lines = [r.to_json() for r in records]
        text = "".join(f"{zlib.crc32(t.encode()):08x} {t}\n" for t in lines)
        write_text(folder / "journal.jsonl", text)
        damage.append(f"journal.jsonl: {len(bad)} damaged or torn line(s) set aside")
    return records
