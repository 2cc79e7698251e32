"""Many children at a time: workers, time limits, isolation of crashes, an orderly end on Ctrl-C.

Each job has a thread that starts its child, sleeps until the child ends and then reads its outputs
while other children run. The calling thread watches the limits and tells the listener.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from signalopt.errors import SimulationError
from signalopt.microsim.child import Child
from signalopt.progress import Listener, Progress

Result = TypeVar("Result")

# Without a limit of the caller's: the first run may take an hour, each later one ten times the
# longest that has finished, but never less than a minute (a busy machine is no hang).
FIRST_LIMIT_S = 3600.0
LEAST_LIMIT_S = 60.0
LIMIT_FACTOR = 10.0

_WATCH_S = 0.2


@dataclass(frozen=True)
class Job(Generic[Result]):
    """One child and what to do with its outputs once it has ended well (given its wall seconds).

    program: what its failures call it.
    """

    name: str
    command: Sequence[str]
    log: Path
    read: Callable[[float], Result]
    program: str = "sumo"


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What became of a job: a result, or the reason why there is none. Both None: never finished."""

    result: Result | None = None
    reason: str | None = None


class BatchInterruptedError(KeyboardInterrupt):
    """Ctrl-C during a batch; `outcomes` (in the order of the jobs) holds what had finished."""

    def __init__(self, outcomes: Sequence[Outcome[Any]]) -> None:
        super().__init__("interrupted")
        self.outcomes = tuple(outcomes)


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_batch(
    jobs: Sequence[Job[Result]],
    *,
    workers: int,
    timeout_s: float | None,
    task: str,
    listener: Listener,
) -> tuple[Outcome[Result], ...]:
    """Run all jobs, at most `workers` at a time (0: one a core); outcomes in the order of the jobs.

    A job that fails or exceeds the limit costs only itself. Raises BatchInterruptedError on Ctrl-C and
    whatever else is no SimulationError (a missing program, a full disk), after ending all children.
    """
    watch = _Watch(timeout_s)
    children = [Child(job.command, job.log, job.program) for job in jobs]
    outcomes: list[Outcome[Result]] = [Outcome() for _ in jobs]
    pool = ThreadPoolExecutor(max_workers=min(workers or available_cores(), len(jobs)) or 1)
    place: dict[Future[Outcome[Result]], int] = {}
    try:
        for i, (job, child) in enumerate(zip(jobs, children, strict=True)):
            place[pool.submit(_run_one, job, child, watch)] = i
        pending = set(place)
        listener(Progress(task, 0, len(jobs)))
        while pending:
            done, pending = wait(pending, timeout=_WATCH_S, return_when=FIRST_COMPLETED)
            for future in done:
                outcomes[place[future]] = future.result()
                text = (
                    f"{jobs[place[future]].name} {'failed' if future.result().reason else 'done'}"
                )
                listener(Progress(task, len(jobs) - len(pending), len(jobs), text))
            watch.end_overdue(children)
    except KeyboardInterrupt as error:
        raise BatchInterruptedError(outcomes) from error
    finally:
        for child in children:
            child.kill("ended with the batch")
        pool.shutdown(wait=True, cancel_futures=True)
    return tuple(outcomes)


def _run_one(job: Job[Result], child: Child, watch: _Watch) -> Outcome[Result]:
    reason = child.run()
    wall_s = child.age_s()
    if reason:
        return Outcome(reason=reason)
    watch.note(wall_s)
    try:
        return Outcome(job.read(wall_s))
    except SimulationError as error:
        return Outcome(reason=str(error))


class _Watch:
    """The time limit of a batch: given, or derived from the longest run that has finished."""

    def __init__(self, timeout_s: float | None) -> None:
        self._given_s = timeout_s
        self._longest_s: float | None = None

    def note(self, wall_s: float) -> None:
        """Learn how long a good run takes."""
        self._longest_s = max(wall_s, self._longest_s or 0.0)

    def end_overdue(self, children: Sequence[Child]) -> None:
        """Kill every child that runs for longer than allowed."""
        limit_s, why = self._limit()
        now_s = time.monotonic()
        for child in children:
            if child.is_running and child.age_s(now_s) > limit_s:
                child.kill(f"{child.program} did not end within {limit_s:.0f} s ({why})")

    def _limit(self) -> tuple[float, str]:
        if self._given_s is not None:
            return self._given_s, "the limit given"
        if self._longest_s is None:
            return FIRST_LIMIT_S, "the limit of a first run"
        limit_s = max(LEAST_LIMIT_S, LIMIT_FACTOR * self._longest_s)
        return limit_s, f"the longest finished run took {self._longest_s:.1f} s"
