"""Shows progress on stderr: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from signalopt.progress import Listener, Progress

PLAIN_INTERVAL_S = 2.0


@contextmanager
def shown_progress() -> Iterator[Listener]:
    """Give a listener for the time of one piece of work; it may be called from any thread."""
    if not sys.stderr.isatty():
        yield PlainListener()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[news]}", style="dim"),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield BarListener(bars)


class BarListener:
    """One bar a task, for as long as the task goes on."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __call__(self, news: Progress) -> None:
        """Move the bar of this task."""
        with self._lock:
            if news.done >= news.total:
                finished = self._tasks.pop(news.task, None)
                if finished is not None:
                    self._bars.remove_task(finished)
                return
            if news.task not in self._tasks:
                self._tasks[news.task] = self._bars.add_task(news.task, total=news.total, news="")
            self._bars.update(
                self._tasks[news.task], completed=news.done, total=news.total, news=news.text
            )


class PlainListener:
    """A line when a task begins or ends, and at most one every two seconds in between."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def __call__(self, news: Progress) -> None:
        """Print a line if it is time for one."""
        with self._lock:
            now = self._clock()
            last = self._said_at.get(news.task)
            if last is not None and now - last < PLAIN_INTERVAL_S and news.done < news.total:
                return
            self._said_at[news.task] = now
        text = f" - {news.text}" if news.text else ""
        typer.echo(f"{news.task}: {news.done}/{news.total}{text}", err=True)
