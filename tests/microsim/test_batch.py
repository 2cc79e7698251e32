"""Children that crash, hang, are killed or leave rubbish: each costs only itself."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from signalopt.errors import MissingToolError, SimulationError
from signalopt.microsim import command
from signalopt.microsim.batch import BatchInterruptedError, Job, run_batch
from signalopt.microsim.simulate import SimulationInterruptedError, simulate
from signalopt.network.tools import find_tool
from signalopt.progress import Progress, ignore
from tests.microsim.conftest import CaseMaker, cars


def _sumo_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, does: str) -> None:
    """A `sumo` that misbehaves for one seed (shell text) and is the real one for all others."""
    real = find_tool("sumo")
    script = tmp_path / "sumo"
    script.write_text(
        f'#!/bin/sh\ncase " $* " in *" --seed {seed} "*)\n{does}\n;; esac\nexec {real} "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(command, "find_tool", lambda _name: script)


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("echo 'Error: something broke' >&2; exit 3", "exit code 3: something broke"),
        ("exit 1", "exit code 1: it said nothing"),
        ("kill -9 $$", "SIGKILL"),
        ("kill -SEGV $$", "SIGSEGV"),
        ("exit 0", "cannot be read"),
    ],
)
def test_a_dying_child_costs_only_itself(
    make_case: CaseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, reason: str
) -> None:
    _sumo_that(tmp_path, monkeypatch, 2, does)
    result = simulate(make_case(cars([0, 5])), None, [1, 2, 3])
    assert [run.seed for run in result.runs] == [1, 3]
    assert not result.complete
    (failure,) = result.failures
    assert failure.seed == 2
    assert reason in failure.reason
    assert "--seed 2" in failure.command


@pytest.mark.parametrize("output", ["--tripinfo-output", "--statistic-output"])
def test_output_cut_off_is_noticed(
    make_case: CaseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    real = find_tool("sumo")
    cut = textwrap.dedent(f"""\
        {real} "$@" || exit
        while [ "$1" != {output} ]; do shift; done
        truncate -s 3000 "$2"; exit 0""")
    _sumo_that(tmp_path, monkeypatch, 2, cut)
    result = simulate(make_case(cars(range(0, 100, 5))), None, [1, 2])
    (failure,) = result.failures
    assert failure.seed == 2
    assert "cut off or broken" in failure.reason


def test_a_full_disk_is_named(
    make_case: CaseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sumo_that(tmp_path, monkeypatch, 2, "exit 0")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(
        "signalopt.microsim.workplace.shutil.disk_usage", lambda _path: usage._replace(free=0)
    )
    result = simulate(make_case(cars([0])), None, [1, 2])
    assert "no room left in" in result.failures[0].reason


def test_a_hanging_child_is_ended_and_the_others_kept(
    make_case: CaseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sumo_that(tmp_path, monkeypatch, 2, "exec sleep 300")
    result = simulate(make_case(cars([0])), None, [1, 2, 3], timeout_s=3)
    assert [run.seed for run in result.runs] == [1, 3]
    assert "did not end within 3 s" in result.failures[0].reason


def test_the_limit_follows_from_the_first_run(
    make_case: CaseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sumo_that(tmp_path, monkeypatch, 2, "exec sleep 300")
    monkeypatch.setattr("signalopt.microsim.batch.LEAST_LIMIT_S", 1.0)
    result = simulate(make_case(cars([0])), None, [1, 2])
    assert "the longest finished run took" in result.failures[0].reason


def test_nothing_finished_is_an_error_with_all_reasons(
    make_case: CaseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(cars([0], edges="WC nowhere"))
    with pytest.raises(SimulationError, match="nowhere") as caught:
        simulate(case, None, [1, 2])
    assert "seed 1" in str(caught.value)
    assert "seed 2" in str(caught.value)


def test_the_failure_can_be_repeated(
    make_case: CaseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sumo_that(tmp_path, monkeypatch, 2, "exit 4")
    (failure,) = simulate(make_case(cars([0])), None, [1, 2]).failures
    again = shlex.split(failure.command)
    assert subprocess.run(again, check=False, capture_output=True).returncode == 4
    again[0] = str(find_tool("sumo"))  # the real one: the saved inputs are whole
    done = subprocess.run(again, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_missing_binary_is_said_at_once(
    make_case: CaseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_tool", lambda _name: tmp_path / "no-sumo")
    with pytest.raises(MissingToolError, match="no-sumo"):
        simulate(make_case(cars([0])), None, [1, 2])


def test_ctrl_c_ends_children_and_keeps_what_is_finished(
    make_case: CaseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid_file = tmp_path / "pid"
    _sumo_that(tmp_path, monkeypatch, 2, f"echo $$ > {pid_file}; exec sleep 300")

    def interrupt_after_first(news: Progress) -> None:
        if news.done == 1:
            while not pid_file.exists() or not pid_file.read_text().strip():
                time.sleep(0.01)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(SimulationInterruptedError) as caught:
        simulate(make_case(cars([0])), None, [1, 2, 3], workers=2, listener=interrupt_after_first)
    partial = caught.value.partial
    assert isinstance(caught.value, KeyboardInterrupt)
    assert 1 in [run.seed for run in partial.runs]
    assert 2 not in [run.seed for run in partial.runs]
    assert not partial.complete
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_no_thread_survives(make_case: CaseMaker) -> None:
    before = threading.active_count()
    simulate(make_case(cars([0])), None, [1, 2, 3])
    assert threading.active_count() == before


def test_at_most_so_many_workers(tmp_path: Path) -> None:
    """Each child notes how many run beside it."""
    note = tmp_path / "running"
    note.mkdir()
    text = textwrap.dedent(f"""\
        import os, pathlib, time
        here = pathlib.Path({str(note)!r}) / str(os.getpid())
        here.touch(); time.sleep(0.2)
        print(len(list(here.parent.iterdir()))); here.unlink()""")
    logs = [tmp_path / f"{i}.log" for i in range(5)]
    jobs = [
        Job(log.stem, (sys.executable, "-c", text), log, lambda _s, log=log: int(log.read_text()))
        for log in logs
    ]
    outcomes = run_batch(jobs, workers=2, timeout_s=30, task="t", listener=ignore)
    assert max(outcome.result for outcome in outcomes if outcome.result) == 2


def test_an_interrupted_batch_tells_what_it_has(tmp_path: Path) -> None:
    def stop(news: Progress) -> None:
        if news.done == 1:
            raise KeyboardInterrupt

    jobs = [
        Job(name, (sys.executable, "-c", f"import time; time.sleep({seconds})"),
            tmp_path / f"{name}.log", lambda _s, name=name: name)
        for name, seconds in (("quick", 0), ("slow", 60))
    ]  # fmt: skip
    with pytest.raises(BatchInterruptedError) as caught:
        run_batch(jobs, workers=2, timeout_s=None, task="t", listener=stop)
    assert [outcome.result for outcome in caught.value.outcomes] == ["quick", None]
