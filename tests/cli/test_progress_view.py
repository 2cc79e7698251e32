"""Progress as lines where no terminal is."""

import io

import pytest
from rich.console import Console
from rich.progress import Progress as Bars

from signalopt.cli.progress_view import PLAIN_INTERVAL_S, BarListener, PlainListener, shown_progress
from signalopt.progress import Progress


class Clock:
    """A clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_first_and_last_news_are_printed_and_few_between(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    listen = PlainListener(clock)

    for done in range(6):
        listen(Progress("seeds", done, 5, f"seed {done}" if done else ""))
        clock.now += PLAIN_INTERVAL_S / 2.5

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["seeds: 0/5", "seeds: 3/5 - seed 3", "seeds: 5/5 - seed 5"]


def test_each_task_has_its_own_pace(capsys: pytest.CaptureFixture[str]) -> None:
    listen = PlainListener(Clock())

    listen(Progress("build", 0, 2))
    listen(Progress("simulate", 0, 2))
    listen(Progress("simulate", 1, 2))

    assert capsys.readouterr().err.splitlines() == ["build: 0/2", "simulate: 0/2"]


def test_without_a_terminal_lines_are_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress() as listen:
        listen(Progress("build", 1, 1))

    assert capsys.readouterr().err == "build: 1/1\n"


def test_a_bar_follows_its_task() -> None:
    with Bars(console=Console(file=io.StringIO())) as bars:
        listen = BarListener(bars)
        listen(Progress("seeds", 0, 4))
        listen(Progress("seeds", 3, 5, "seed 3"))

        (task,) = bars.tasks
        assert (task.description, task.completed, task.total) == ("seeds", 3, 5)
        assert task.fields["news"] == "seed 3"


def test_a_finished_task_leaves_no_bar() -> None:
    with Bars(console=Console(file=io.StringIO())) as bars:
        listen = BarListener(bars)
        listen(Progress("seeds", 0, 4))
        listen(Progress("seeds", 4, 4))
        listen(Progress("quick", 1, 1))

        assert not bars.tasks
