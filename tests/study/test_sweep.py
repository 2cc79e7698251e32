"""Sweeps run for real: resume, retries, failures, and what kill -9 leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from signalopt.errors import OutputError
from signalopt.scenario.case import Case
from signalopt.study.cells import expand
from signalopt.study.inputs import Builder, read_inputs
from signalopt.study.pools import LocalPool
from signalopt.study.spec import read_sweep
from signalopt.study.store import open_store, read_failures, read_runs
from signalopt.study.sweep import Summary, clock_text, run_sweep
from signalopt.study.work import Done, Task, execute


class SeenPool:
    """Runs tasks at once, after a hook that may spoil them; remembers what it was given."""

    slots = 1

    def __init__(self, hook: Callable[[Task], Done | None] = lambda _: None) -> None:
        self.hook, self.given = hook, [0]
        self.tasks: list[Task] = []

    def address(self, case: Case) -> Case:
        return case

    def submit(self, task: Task) -> Future[Done]:
        self.tasks.append(task)
        future: Future[Done] = Future()
        future.set_result(self.hook(task) or execute(task))
        return future

    def close(self) -> None:
        pass


def sweep_into(folder: Path, file: Path, pool: object) -> Summary:
    spec = read_sweep(file)
    cells = expand(spec)
    with open_store(folder) as store:
        return run_sweep(spec, cells, Builder(read_inputs(spec, cells)), store, pool)  # type: ignore[arg-type]


def test_everything_once_and_nothing_twice(short_sweep: Path, tmp_path: Path) -> None:
    first = sweep_into(tmp_path / "out", short_sweep, LocalPool(2))
    assert (first.cells, first.runs, first.made, first.known, first.failed) == (2, 8, 8, 0, 0)
    again = SeenPool()
    second = sweep_into(tmp_path / "out", short_sweep, again)
    assert (second.made, second.known) == (0, 8)
    assert again.tasks == []
    runs = read_runs(tmp_path / "out")
    assert runs.height == 8
    assert runs.get_column("key").n_unique() == 8
    arrived = runs.sort("set.demand.scale").get_column("throughput").to_list()
    assert max(arrived[:4]) < min(arrived[4:])


def test_a_crash_is_tried_again_then_told(short_sweep: Path, tmp_path: Path) -> None:
    crashes: dict[str, int] = {}

    def hook(task: Task) -> Done | None:
        """Seed 1 crashes once, seed 2 always."""
        times = crashes[task.key] = crashes.get(task.key, 0) + 1
        if (task.seed == 1 and times == 1) or task.seed == 2:
            return Done(task.key, None, "sumo was ended by SIGSEGV", "sumo -c x")
        return None

    found = sweep_into(tmp_path / "out", short_sweep, SeenPool(hook))
    assert (found.made, found.failed) == (6, 2)
    failures = read_failures(tmp_path / "out")
    assert {f.seed for f in failures} == {2}
    assert failures[0].command == "sumo -c x"
    assert sweep_into(tmp_path / "out", short_sweep, SeenPool()).made == 2


def test_interrupt_keeps_what_was_finished(short_sweep: Path, tmp_path: Path) -> None:
    def hook(task: Task) -> Done | None:
        if task.seed == 3:
            raise KeyboardInterrupt
        return None

    found = sweep_into(tmp_path / "out", short_sweep, SeenPool(hook))
    assert found.interrupted
    assert read_runs(tmp_path / "out").height == found.made > 0


def test_clock_text() -> None:
    assert [clock_text(s) for s in (4.4, 190, 7500)] == ["4 s", "3 min 10 s", "2 h 05 min"]


def test_kill_9_loses_nothing_that_was_finished(short_sweep: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [str(Path(sys.executable).with_name("signalopt")), "sweep", str(short_sweep),
               "-o", str(out), "--workers", "1"]  # fmt: skip
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    journal = out / "journal.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (journal.is_file() and journal.stat().st_size):
        time.sleep(0.02)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    finished = {json.loads(line.partition(" ")[2])["key"]
                for line in journal.read_text().splitlines()}  # fmt: skip
    assert 1 <= len(finished) < 8
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["known"] == len(finished)
    assert found["made"] == 8 - len(finished)
    runs = read_runs(out)
    assert runs.height == 8
    assert finished <= set(runs.get_column("key"))


def test_full_disk_is_told(
    short_sweep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("signalopt.study.store.os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        sweep_into(tmp_path / "out", short_sweep, SeenPool())
