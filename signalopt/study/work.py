"""The unit of work of a sweep: one case, one plan, one seed, one engine; plain data in and out."""

from __future__ import annotations

from dataclasses import dataclass

from signalopt.errors import SimulationError
from signalopt.microsim.result import SeedRun
from signalopt.microsim.simulate import simulate
from signalopt.scenario.case import Case
from signalopt.study.shipping import Shipped, unpack
from signalopt.timing.plan import Plan


@dataclass(frozen=True)
class Task:
    """One run to be made. `case`: the case itself, or how a distant worker gets it."""

    key: str
    label: str
    case: Case | Shipped
    plan: Plan
    engine: str
    seed: int
    timeout_s: float | None


@dataclass(frozen=True)
class Done:
    """What became of a task: a run, or the reason and the command that repeats it."""

    key: str
    run: SeedRun | None
    reason: str = ""
    command: str = ""


def execute(task: Task, parcel: bytes | None = None) -> Done:
    """Make one run. A crash or a hang of the simulator is an answer, not an exception.

    parcel: the packed case, where the worker may not have it. Raises InputError, MissingToolError
    and OutputError for what no further try would mend.
    """
    case = unpack(task.case, parcel) if isinstance(task.case, Shipped) else task.case
    try:
        if task.engine == "meso":
            from signalopt.mesosim.simulate import simulate_meso  # noqa: PLC0415 - loads Numba

            result = simulate_meso(case, task.plan, [task.seed])
        else:
            result = simulate(case, task.plan, [task.seed], workers=1, timeout_s=task.timeout_s)
    except SimulationError as error:
        reason, _, command = str(error).rpartition("\n  ")
        return Done(task.key, None, (reason or command).splitlines()[-1], command.strip())
    return Done(task.key, result.runs[0])
