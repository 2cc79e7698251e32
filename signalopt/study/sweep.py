"""Running a sweep: what is not yet in the store is run, kept, tried again, or told as failed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field

from signalopt.errors import InputError
from signalopt.progress import Listener, Progress, ignore
from signalopt.study.cells import Cell
from signalopt.study.inputs import Builder
from signalopt.study.pools import Pool
from signalopt.study.record import record_of, run_key
from signalopt.study.spec import Sweep
from signalopt.study.store import Failure, Store
from signalopt.study.work import Done, Task
from signalopt.timing.planfile import plan_hash

AHEAD = 2
"""Tasks handed out per slot: enough that no slot waits, few enough that memory stays small."""
_WATCH_S = 1.0


@dataclass(frozen=True)
class Summary:
    """What a sweep did. `known`: runs that the store had already."""

    cells: int
    runs: int
    known: int
    made: int
    failed: int
    wall_s: float
    damage: tuple[str, ...] = ()
    interrupted: bool = False


@dataclass
class _State:
    total: int
    task_name: str
    listener: Listener
    started: float = field(default_factory=time.monotonic)
    known: int = 0
    made: int = 0
    failed: int = 0

    def tell(self) -> None:
        done = self.known + self.made + self.failed
        parts = []
        if self.made and done < self.total:
            left_s = (time.monotonic() - self.started) / self.made * (self.total - done)
            parts.append(f"about {clock_text(left_s)} left")
        if self.failed:
            parts.append(f"{self.failed} failed")
        self.listener(Progress(self.task_name, done, self.total, ", ".join(parts)))


@dataclass(frozen=True)
class _Open:
    """A run that is being made."""

    cell: Cell
    task: Task
    tries: int


def run_sweep(
    sweep: Sweep,
    cells: tuple[Cell, ...],
    builder: Builder,
    store: Store,
    pool: Pool,
    listener: Listener = ignore,
) -> Summary:
    """Make every run that the store lacks. Ctrl-C ends it with everything finished kept.

    Raises OutputError if the store cannot be written (a full disk), MissingToolError without SUMO.
    """
    state = _State(len(cells) * len(sweep.seeds), f"sweep {sweep.name}", listener)
    waiting = _missing(sweep, cells, builder, store, pool, state)
    open_runs: dict[Future[Done], _Open] = {}
    interrupted = False
    try:
        state.tell()
        more = True
        while more or open_runs:
            while more and len(open_runs) < AHEAD * pool.slots:
                following = next(waiting, None)
                if following is None:
                    more = False
                else:
                    open_runs[pool.submit(following.task)] = following
            if not open_runs:
                break
            done, _ = wait(open_runs, timeout=_WATCH_S, return_when=FIRST_COMPLETED)
            for future in done:
                _settle(
                    open_runs.pop(future), future, sweep, store, state, again=open_runs, pool=pool
                )
            if done:
                state.tell()
    except KeyboardInterrupt:
        interrupted = True
    finally:
        pool.close()
    return Summary(
        len(cells), state.total, state.known, state.made, state.failed,
        time.monotonic() - state.started, tuple(store.damage), interrupted,
    )  # fmt: skip


def clock_text(seconds: float) -> str:
    """`4 s`, `3 min 10 s`, `2 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _missing(
    sweep: Sweep, cells: tuple[Cell, ...], builder: Builder, store: Store, pool: Pool, state: _State
) -> Iterator[_Open]:
    for cell in sorted(cells, key=lambda c: c.case_label):
        try:
            case, plan = builder.case(cell), builder.plan(cell)
        except InputError as error:
            for seed in sweep.seeds:
                reason = "; ".join(str(p) for p in error.problems)
                store.fail(Failure("", cell.label, seed, reason, ""))
                state.failed += 1
            continue
        for seed in sweep.seeds:
            key = run_key(case.fingerprint, plan_hash(plan), seed, cell.engine)
            if key in store.done:
                state.known += 1
                continue
            task = Task(
                key, cell.label, pool.address(case), plan, cell.engine, seed, sweep.timeout_s
            )
            yield _Open(cell, task, 0)


def _settle(
    one: _Open, future: Future[Done], sweep: Sweep, store: Store, state: _State, *,
    again: dict[Future[Done], _Open], pool: Pool,
) -> None:  # fmt: skip
    done = future.result()
    task = one.task
    if done.run is not None:
        fingerprint = task.case.fingerprint
        store.add(
            record_of(done.run, task.key, one.cell.scenario, one.cell.plan, task.engine,
                      one.cell.values, fingerprint, plan_hash(task.plan))
        )  # fmt: skip
        state.made += 1
    elif one.tries < sweep.retries:
        again[pool.submit(task)] = _Open(one.cell, task, one.tries + 1)
    else:
        store.fail(Failure(task.key, task.label, task.seed, done.reason, done.command))
        state.failed += 1
