"""Where runs are made: threads around child processes here, or workers of a Dask cluster."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from signalopt.microsim.batch import available_cores
from signalopt.scenario.case import Case
from signalopt.study.shipping import Shipped
from signalopt.study.work import Done, Task, execute


class Pool(Protocol):
    """Somewhere to run tasks; `slots` at a time."""

    @property
    def slots(self) -> int:
        """Runs at a time."""

    def address(self, case: Case) -> Case | Shipped:
        """The case as a task names it here."""

    def submit(self, task: Task) -> Future[Done]:
        """Begin a task."""

    def close(self) -> None:
        """End what still runs."""


class LocalPool:
    """Threads of this process, each waiting for its own `sumo`: a crash costs one run."""

    def __init__(self, workers: int = 0) -> None:
        self._slots = workers or available_cores()
        self._pool = ThreadPoolExecutor(self._slots, thread_name_prefix="run")

    @property
    def slots(self) -> int:
        """Runs at a time."""
        return self._slots

    def address(self, case: Case) -> Case | Shipped:
        """The case itself: threads share it."""
        return case

    def submit(self, task: Task) -> Future[Done]:
        """Begin a task as soon as a thread is free."""
        return self._pool.submit(execute, task)

    def close(self) -> None:
        """Drop what has not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)
