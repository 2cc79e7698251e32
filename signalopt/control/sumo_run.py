"""`simulate_in_sumo`: a controller on a case, judged by SUMO over several seeds."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from signalopt.control.city import City, build_city
from signalopt.control.controller import Controller
from signalopt.control.faults import Faults, fault_plan
from signalopt.control.sensing import Sensing
from signalopt.control.settings import run_settings
from signalopt.control.sumo_detectors import loops_xml, watched_lanes
from signalopt.control.sumo_plant import Client, SumoStreet, usual_client
from signalopt.control.sumo_request import Request, read_conduct, write_request
from signalopt.errors import InputError, Problem
from signalopt.files import write_text
from signalopt.microsim.command import SeedFiles
from signalopt.microsim.pricing import FITTED
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.signals import write_signals
from signalopt.microsim.simulate import simulate_files
from signalopt.microsim.steering import Conduct
from signalopt.network.sumo_net import read_raw_net
from signalopt.progress import Listener, ignore
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan

CHILD = "signalopt.control.sumo_child"


@dataclass(frozen=True)
class SumoSteering:
    """A controller that steers the runs of a batch: what microsim.steering.Steering asks for."""

    controller: str
    settings: Mapping[str, str]
    inputs: tuple[Path, ...]
    client: Client

    def command(self, sumo: Sequence[str], seed: int, files: SeedFiles) -> tuple[str, ...]:
        """The command of the child that runs what the command `sumo` would run, steered."""
        return (
            sys.executable, "-m", CHILD, str(self.inputs[0]), "--conduct", str(files.conduct),
            "--seed", str(seed), "--client", self.client, "--", *sumo,
        )  # fmt: skip

    def read(self, files: SeedFiles) -> Conduct:
        """What the child left behind. Raises SimulationError if it is missing or broken."""
        return read_conduct(files.conduct)


def simulate_in_sumo(
    case: Case,
    controller: Controller,
    seeds: Sequence[int],
    *,
    plan: Plan | None = None,
    sensing: Sensing = Sensing(),  # noqa: B008 - frozen
    faults: Faults = Faults(),  # noqa: B008 - frozen
    workers: int = 0,
    timeout_s: float | None = None,
    keep: Path | None = None,
    emission_model: str = FITTED,
    client: Client | None = None,
    listener: Listener = ignore,
) -> SimulationResult:
    """Run SUMO once a seed with a controller at every intersection that can be steered.

    plan: the fallback programs, which also run where nobody steers (None: today's plan); further
    arguments as of microsim.simulate. client: None: libsumo where it is installed, else traci.
    `findings` of the result must be looked at: the lamps that SUMO showed were judged.

    Raises InputError where nothing can be steered, for step lengths that do not divide a second, and what
    microsim.simulate raises.
    """
    fallback = case.today if plan is None else plan
    street = sumo_street(case, build_city(case, fallback), sensing)
    fault_plan(street.city, faults)
    request = Request(street, controller, faults)
    return simulate_files(
        case, controller.name, lambda folder: steered_signals(case, fallback, street, folder),
        seeds, workers, timeout_s, keep, emission_model, listener,
        lambda folder: steering_of(request, fallback.name, client or usual_client(), folder),
    )  # fmt: skip


def sumo_street(case: Case, city: City, sensing: Sensing) -> SumoStreet:
    """What a plant needs to know of a case. Raises InputError for its step length."""
    steps = round(1 / case.step_length_s)
    if steps < 1 or abs(steps * case.step_length_s - 1) > 1e-9:
        raise InputError(
            Problem(
                f"{case.name}: step length",
                f"{case.step_length_s:g} s",
                "1 s or a whole number of steps a second",
                "controllers work second by second",
            )
        )
    watched = watched_lanes(city, read_raw_net(case.net_file))
    return SumoStreet(city, sensing, watched, case.depart_begin_s, case.hard_stop_s, steps)


def steered_signals(
    case: Case, fallback: Plan, street: SumoStreet, folder: Path
) -> tuple[Path, ...]:
    """Write the additional files of a steered run: the fallback programs and the loops.

    Raises InputError for a plan of another network, OutputError.
    """
    loops = folder / "loops.add.xml"
    write_text(loops, loops_xml(street.city, street.sensing))
    return (*write_signals(case, fallback, folder), loops)


def steering_of(request: Request, fallback: str, client: Client, folder: Path) -> SumoSteering:
    """Write the request into a folder and say how children are started with it. Raises OutputError."""
    path = folder / "request.pickle"
    write_request(path, request)
    street = request.street
    settings = {
        **run_settings(street.city, request.controller, fallback, street.sensing, request.faults),
        "sumo_client": client,
    }
    return SumoSteering(request.controller.name, settings, (path,), client)
