"""Where runs are made: threads around child processes here, or workers of a Dask cluster."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Protocol

from signalopt.microsim.batch import available_cores
from signalopt.microsim.child import Child
from signalopt.microsim.prepared import Prepared, prepared
from signalopt.microsim.result import SeedRun
from signalopt.microsim.signals import write_signals
from signalopt.scenario.case import Case
from signalopt.study.shipping import Shipped
from signalopt.study.work import Done, Task, execute
from signalopt.timing.planfile import plan_hash

KEPT = 4
"""Prepared cases that are kept though nobody runs them just now: runs of a cell follow each other."""


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
    """Threads of this process, each waiting for its own `sumo`: a crash costs one run.

    What all seeds of a case and plan share is prepared once.
    """

    def __init__(self, workers: int = 0) -> None:
        self._slots = workers or available_cores()
        self._pool = ThreadPoolExecutor(self._slots, thread_name_prefix="run")
        self._shelf = _Shelf()
        self._children: set[Child] = set()
        self._closed = False

    @property
    def slots(self) -> int:
        """Runs at a time."""
        return self._slots

    def address(self, case: Case) -> Case | Shipped:
        """The case itself: threads share it."""
        return case

    def submit(self, task: Task) -> Future[Done]:
        """Begin a task as soon as a thread is free."""
        return self._pool.submit(self._run, task)

    def close(self) -> None:
        """Drop what has not begun, end the children, remove what was prepared."""
        self._closed = True
        for child in tuple(self._children):
            child.kill("ended with the sweep")
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._shelf.clear()

    def _run(self, task: Task) -> Done:
        if task.engine != "sumo" or not isinstance(task.case, Case):
            return execute(task)
        mine: list[Child] = []

        def begun(child: Child) -> None:
            mine.append(child)
            self._children.add(child)
            if self._closed:
                child.kill("ended with the sweep")

        try:
            with self._shelf.take(task) as ready:
                found = ready.run(task.seed, task.timeout_s, begun)
        finally:
            self._children.difference_update(mine)
        if isinstance(found, SeedRun):
            return Done(task.key, found)
        return Done(task.key, None, found.reason, found.command)


@dataclass
class _Entry:
    ready: Prepared
    stack: ExitStack
    users: int = 0


class _Shelf:
    """Prepared cases by case and plan; the longest unused one makes room."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def take(self, task: Task) -> Iterator[Prepared]:
        """What a task needs, prepared now or before."""
        assert isinstance(task.case, Case)
        key = (task.case.fingerprint, plan_hash(task.plan))
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                entry = self._entries[key] = _prepare(task.case, task)
            entry.users += 1
            self._entries.move_to_end(key)
            self._make_room()
        try:
            yield entry.ready
        finally:
            with self._lock:
                entry.users -= 1

    def clear(self) -> None:
        """Remove everything; nobody may be using it."""
        for entry in self._entries.values():
            entry.stack.close()
        self._entries.clear()

    def _make_room(self) -> None:
        idle = [key for key, entry in self._entries.items() if entry.users == 0]
        for key in idle[: max(0, len(idle) - KEPT)]:
            self._entries.pop(key).stack.close()


def _prepare(case: Case, task: Task) -> _Entry:
    stack = ExitStack()
    plan = task.plan
    ready = stack.enter_context(
        prepared(case, plan.name, lambda folder: write_signals(case, plan, folder))
    )
    return _Entry(ready, stack)
