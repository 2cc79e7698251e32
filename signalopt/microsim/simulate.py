"""`simulate`: one plan, one case, several seeds, judged by SUMO."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from signalopt.errors import InputError, Problem, SimulationError
from signalopt.microsim.batch import BatchInterruptedError, run_batch
from signalopt.microsim.prepared import prepared
from signalopt.microsim.pricing import FITTED
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.signals import take_signals, write_signals
from signalopt.microsim.steering import SteeringIn
from signalopt.progress import Listener, ignore
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan


class SimulationInterruptedError(KeyboardInterrupt):
    """Ctrl-C during a simulation: the children are ended, `partial` holds the finished seeds.

    It stays a KeyboardInterrupt, so that no caller mistakes half a batch for a whole one.
    """

    def __init__(self, partial: SimulationResult) -> None:
        super().__init__(f"interrupted: {len(partial.runs)} of {len(partial.seeds)} seeds finished")
        self.partial = partial


def simulate(
    case: Case,
    plan: Plan | None,
    seeds: Sequence[int],
    *,
    workers: int = 0,
    timeout_s: float | None = None,
    keep: Path | None = None,
    emission_model: str = FITTED,
    listener: Listener = ignore,
) -> SimulationResult:
    """Run SUMO once a seed under `plan` (None: today's plan) and gather the measures.

    workers: children at a time, 0 = one a core. timeout_s: limit of one run; None: derived from the
    first run (see microsim.batch). keep: folder in which all inputs and outputs are left.
    emission_model: `fitted`, `phemlight5` or `sumo-default` (see microsim.pricing), with the fleet and
    the temperature of the case.

    Raises InputError for seeds, plan, route files, vehicle types or a fleet that cannot be used,
    MissingToolError without SUMO,
    OutputError if a folder cannot be written, SimulationError if not one seed finished, and
    SimulationInterruptedError on Ctrl-C. Single seeds that fail are in `failures`.
    """
    chosen = case.today if plan is None else plan
    return simulate_files(
        case, chosen.name, lambda folder: write_signals(case, chosen, folder), seeds,
        workers, timeout_s, keep, emission_model, listener,
    )  # fmt: skip


def simulate_additional(
    case: Case,
    plan_file: Path,
    seeds: Sequence[int],
    *,
    workers: int = 0,
    timeout_s: float | None = None,
    keep: Path | None = None,
    emission_model: str = FITTED,
    listener: Listener = ignore,
) -> SimulationResult:
    """Like `simulate`, with the signal programs of a SUMO additional file used as they are.

    Signals that the file does not name run the program of the net file.
    """
    return simulate_files(
        case, plan_file.name, lambda folder: take_signals(case, plan_file, folder), seeds,
        workers, timeout_s, keep, emission_model, listener,
    )  # fmt: skip


def simulate_files(
    case: Case,
    plan_name: str,
    signals_in: Callable[[Path], tuple[Path, ...]],
    seeds: Sequence[int],
    workers: int = 0,
    timeout_s: float | None = None,
    keep: Path | None = None,
    emission_model: str = FITTED,
    listener: Listener = ignore,
    steering_in: SteeringIn | None = None,
) -> SimulationResult:
    """Like `simulate`, with the additional files that `signals_in` writes into a folder it is given.

    steering_in: makes who sets lamps while SUMO runs (see microsim.steering); None: nobody does.
    """
    _check_request(seeds, workers, timeout_s)
    with prepared(case, plan_name, signals_in, keep, emission_model, steering_in) as ready:
        try:
            outcomes = run_batch(
                [ready.job(seed) for seed in seeds],
                workers=workers,
                timeout_s=timeout_s,
                task=f"simulate {case.name} under {plan_name}",
                listener=listener,
            )
        except BatchInterruptedError as interrupt:
            raise SimulationInterruptedError(ready.result(seeds, interrupt.outcomes)) from None
        found = ready.result(seeds, outcomes)
    if not found.runs:
        reasons = "\n".join(f"seed {f.seed}: {f.reason}\n  {f.command}" for f in found.failures)
        raise SimulationError(f"{case.name} under `{plan_name}`: no seed finished\n{reasons}")
    return found


def _check_request(seeds: Sequence[int], workers: int, timeout_s: float | None) -> None:
    problems = []
    if not seeds:
        problems.append(Problem("seeds", "none", "at least one seed"))
    if any(seed < 0 for seed in seeds):
        problems.append(Problem("seeds", f"{min(seeds)}", "numbers from 0 on"))
    if len(set(seeds)) < len(seeds):
        twice = sorted({seed for seed in seeds if list(seeds).count(seed) > 1})
        problems.append(Problem("seeds", f"{twice} more than once", "each seed once"))
    if workers < 0:
        problems.append(Problem("workers", f"{workers}", "0 (one a core) or more"))
    if timeout_s is not None and timeout_s <= 0:
        problems.append(Problem("timeout", f"{timeout_s:g} s", "more than 0 s"))
    if problems:
        raise InputError(*problems)
