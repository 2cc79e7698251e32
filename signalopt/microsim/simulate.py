"""`simulate`: one plan, one case, several seeds, judged by SUMO."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from signalopt.emissions.fleet import Fleet
from signalopt.errors import InputError, Problem, SimulationError
from signalopt.microsim.batch import BatchInterruptedError, Job, Outcome, run_batch
from signalopt.microsim.command import seed_command
from signalopt.microsim.emission_detail import detail_of
from signalopt.microsim.emission_devices import VEHICLES, emission_devices
from signalopt.microsim.kinematics import check_emission_classes
from signalopt.microsim.manifest import emissions_label, fleet_hash, manifest
from signalopt.microsim.outputs import read_run
from signalopt.microsim.pricing import FITTED, SUMO_DEFAULT, Pricing, pricing_of
from signalopt.microsim.result import SeedFailure, SeedRun, SimulationResult
from signalopt.microsim.schedule import Schedule, read_schedule
from signalopt.microsim.signals import take_signals, write_signals
from signalopt.microsim.workplace import disk_full, save_evidence, seed_files, work_folder
from signalopt.progress import Listener, ignore
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting
from signalopt.timing.plan import Plan

CONTROLLER = "fixed"


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
) -> SimulationResult:
    """Like `simulate`, with the additional files that `signals_in` writes into a folder it is given."""
    _check_request(seeds, workers, timeout_s)
    schedule = read_schedule(case)
    check_emission_classes(schedule)
    fleet, temperature_c = emission_setting(case)
    pricing = pricing_of(emission_model, schedule, fleet, temperature_c)
    with work_folder(keep) as folder:
        signals = signals_in(folder)
        driven, devices = emission_devices(emission_model, case, schedule, folder)
        batch = _Batch(
            driven, plan_name, schedule, tuple(seeds), signals, folder, keep is not None,
            emission_model, fleet, temperature_c, pricing, devices,
        )  # fmt: skip
        jobs = batch.jobs()
        try:
            outcomes = run_batch(
                jobs,
                workers=workers,
                timeout_s=timeout_s,
                task=f"simulate {case.name} under {plan_name}",
                listener=listener,
            )
        except BatchInterruptedError as interrupt:
            partial = batch.result(jobs, interrupt.outcomes)
            raise SimulationInterruptedError(partial) from None
        found = batch.result(jobs, outcomes)
    if not found.runs:
        reasons = "\n".join(f"seed {f.seed}: {f.reason}\n  {f.command}" for f in found.failures)
        raise SimulationError(f"{case.name} under `{plan_name}`: no seed finished\n{reasons}")
    return found


@dataclass(frozen=True)
class _Batch:
    """What all seeds of one call share."""

    case: Case
    plan_name: str
    schedule: Schedule
    seeds: tuple[int, ...]
    signals: tuple[Path, ...]
    folder: Path
    keep: bool
    emission_model: str
    fleet: Fleet
    temperature_c: float
    pricing: Pricing
    devices: tuple[str, ...]

    def jobs(self) -> list[Job[SeedRun]]:
        """One job a seed."""
        return [self._job(seed) for seed in self.seeds]

    def _job(self, seed: int) -> Job[SeedRun]:
        files = seed_files(self.folder, seed)

        def read(wall_s: float) -> SeedRun:
            try:
                return read_run(
                    seed, wall_s, files, self.schedule, self.case.occupancy, self.pricing
                )
            except SimulationError as error:
                if disk_full(self.folder):
                    raise SimulationError(f"no room left in {self.folder} ({error})") from error
                raise
            finally:
                if not self.keep:
                    files.tripinfo.unlink(missing_ok=True)

        return Job(
            name=f"seed {seed}",
            command=seed_command(self.case, seed, self.signals, files, self.devices),
            log=files.log,
            read=read,
        )

    def result(
        self, jobs: Sequence[Job[SeedRun]], outcomes: Sequence[Outcome[SeedRun]]
    ) -> SimulationResult:
        """Gather runs and failures; outcomes that never came are in neither."""
        runs = tuple(outcome.result for outcome in outcomes if outcome.result is not None)
        failures = tuple(
            SeedFailure(seed, outcome.reason, self._repeat(job))
            for seed, job, outcome in zip(self.seeds, jobs, outcomes, strict=True)
            if outcome.reason is not None
        )
        counted = {name for run in runs for name in run.vehicle_types}
        return SimulationResult(
            scenario=self.case.name,
            plan=self.plan_name,
            controller=CONTROLLER,
            case_fingerprint=self.case.fingerprint,
            seeds=self.seeds,
            runs=runs,
            failures=failures,
            notes=self.case.notes,
            emissions=emissions_label(
                self.emission_model, self.fleet, self.temperature_c, self.schedule, counted
            ),
            manifest=manifest(self.case, self.signals, self._emission_setting()),
            emission_detail=None
            if self.emission_model == SUMO_DEFAULT
            else detail_of(
                [run.emitted for run in runs], self.emission_model, self.fleet, self.temperature_c
            ),
        )

    def _emission_setting(self) -> dict[str, str]:
        return {
            "model": self.emission_model,
            "fleet": self.fleet.name,
            "fleet_sha256": fleet_hash(self.fleet),
            "temperature_c": f"{self.temperature_c:g}",
        }

    def _repeat(self, job: Job[SeedRun]) -> str:
        if self.keep:
            return shlex.join(job.command)
        own = (*self.signals, *self.case.route_files, *self.case.additional_files)
        own += tuple(sorted((self.folder / VEHICLES).glob("*")))
        return save_evidence(self.case.name, job.command, own, job.log, self.folder)


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
