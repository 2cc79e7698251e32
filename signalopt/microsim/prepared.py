"""A case under some signals, prepared once and then run with any number of seeds."""

from __future__ import annotations

import shlex
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from signalopt.emissions.fleet import Fleet
from signalopt.errors import SimulationError
from signalopt.microsim.batch import Job, Outcome
from signalopt.microsim.child import Child
from signalopt.microsim.command import seed_command
from signalopt.microsim.emission_detail import detail_of
from signalopt.microsim.emission_devices import VEHICLES, emission_devices
from signalopt.microsim.kinematics import check_emission_classes
from signalopt.microsim.manifest import emissions_label, fleet_hash, manifest
from signalopt.microsim.outputs import read_run
from signalopt.microsim.pricing import FITTED, SUMO_DEFAULT, Pricing, pricing_of
from signalopt.microsim.result import SeedFailure, SeedRun, SimulationResult
from signalopt.microsim.schedule import Schedule, read_schedule
from signalopt.microsim.steering import CONTROLLED_RUN, Steering, SteeringIn
from signalopt.microsim.workplace import disk_full, save_evidence, seed_files, work_folder
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting

CONTROLLER = "fixed"

SignalFiles = Callable[[Path], tuple[Path, ...]]
"""Writes the additional files of the signals into the folder that it is given."""
Begun = Callable[[Child], None]


@dataclass(frozen=True)
class Prepared:
    """A case under signals, ready to be run with any seed: what all seeds share.

    Made by `prepared`; its folder is gone afterwards unless it was told to be kept. steering: who sets
    the lamps while SUMO runs; None: the programs of `signals` alone.
    """

    case: Case
    plan_name: str
    schedule: Schedule
    signals: tuple[Path, ...]
    folder: Path
    keep: bool
    emission_model: str
    fleet: Fleet
    temperature_c: float
    pricing: Pricing
    devices: tuple[str, ...]
    steering: Steering | None = None

    def job(self, seed: int) -> Job[SeedRun]:
        """The child of a seed and how its outputs are read."""
        files = seed_files(self.folder, seed)
        steering = self.steering
        command = seed_command(self.case, seed, self.signals, files, self.devices)

        def read(wall_s: float) -> SeedRun:
            try:
                run = read_run(
                    seed, wall_s, files, self.schedule, self.case.occupancy, self.pricing
                )
                if steering is None:
                    return run
                conduct = steering.read(files)
                return replace(run, findings=conduct.findings, conduct=conduct.figures)
            except SimulationError as error:
                if disk_full(self.folder):
                    raise SimulationError(f"no room left in {self.folder} ({error})") from error
                raise
            finally:
                if not self.keep:
                    files.tripinfo.unlink(missing_ok=True)

        return Job(
            name=f"seed {seed}",
            command=steering.command(command, seed, files) if steering else command,
            log=files.log,
            read=read,
            program=CONTROLLED_RUN if steering else "sumo",
        )

    def run(self, seed: int, timeout_s: float | None, begun: Begun) -> SeedRun | SeedFailure:
        """Run one seed here and now, leaving nothing behind; `begun` gets the child, to end it early.

        Raises MissingToolError without SUMO, OutputError or OSError where it cannot write.
        """
        job = self.job(seed)
        child = Child(job.command, job.log, job.program)
        begun(child)
        reason = ""
        try:
            with _limit(child, timeout_s):
                reason = child.run()
            if not reason:
                return job.read(child.age_s())
        except SimulationError as error:
            reason = str(error)
        finally:
            repeat = self.repeat(job) if reason else ""
            if not self.keep:
                shutil.rmtree(job.log.parent, ignore_errors=True)
        return SeedFailure(seed, reason, repeat)

    def result(
        self, seeds: Sequence[int], outcomes: Sequence[Outcome[SeedRun]]
    ) -> SimulationResult:
        """Gather runs and failures; outcomes that never came are in neither."""
        runs = tuple(outcome.result for outcome in outcomes if outcome.result is not None)
        failures = tuple(
            SeedFailure(seed, outcome.reason, self.repeat(self.job(seed)))
            for seed, outcome in zip(seeds, outcomes, strict=True)
            if outcome.reason is not None
        )
        counted = {name for run in runs for name in run.vehicle_types}
        return SimulationResult(
            scenario=self.case.name,
            plan=self.plan_name,
            controller=self.steering.controller if self.steering else CONTROLLER,
            case_fingerprint=self.case.fingerprint,
            seeds=tuple(seeds),
            runs=runs,
            failures=failures,
            notes=self.case.notes,
            emissions=emissions_label(
                self.emission_model, self.fleet, self.temperature_c, self.schedule, counted
            ),
            manifest={
                **manifest(self.case, self.signals, self._emission_setting()),
                **(self.steering.settings if self.steering else {}),
            },
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

    def repeat(self, job: Job[SeedRun]) -> str:
        """The shell command that repeats a job; its inputs are saved where they will be found."""
        if self.keep:
            return shlex.join(job.command)
        own = (*self.signals, *self.case.route_files, *self.case.additional_files)
        own += tuple(sorted((self.folder / VEHICLES).glob("*")))
        own += self.steering.inputs if self.steering else ()
        return save_evidence(self.case.name, job.command, own, job.log, self.folder)


@contextmanager
def _limit(child: Child, timeout_s: float | None) -> Iterator[None]:
    if timeout_s is None:
        yield
        return
    reason = f"{child.program} did not end within {timeout_s:g} s (the limit given)"
    watch = threading.Timer(timeout_s, child.kill, [reason])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


@contextmanager
def prepared(
    case: Case,
    plan_name: str,
    signals_in: SignalFiles,
    keep: Path | None = None,
    emission_model: str = FITTED,
    steering_in: SteeringIn | None = None,
) -> Iterator[Prepared]:
    """Write and read everything that does not depend on the seed.

    steering_in: makes who sets lamps while SUMO runs; None: nobody does.

    Raises InputError for plan, route files, vehicle types or a fleet that cannot be used, OutputError
    if a folder cannot be written.
    """
    schedule = read_schedule(case)
    check_emission_classes(schedule)
    fleet, temperature_c = emission_setting(case)
    pricing = pricing_of(emission_model, schedule, fleet, temperature_c)
    with work_folder(keep) as folder:
        signals = signals_in(folder)
        driven, devices = emission_devices(emission_model, case, schedule, folder)
        yield Prepared(
            driven, plan_name, schedule, signals, folder, keep is not None,
            emission_model, fleet, temperature_c, pricing, devices,
            steering_in(folder) if steering_in else None,
        )  # fmt: skip
