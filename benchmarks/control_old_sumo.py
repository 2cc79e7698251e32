"""Public cases in SUMO 1.9.1, the version of the published figures: a rig of its own, counted by `delay_all`.

SUMO 1.9 inserts vehicles on the first lane and at rest, 1.28 on a good lane at speed, so figures of the two
cannot be compared. The old binary comes from its own wheel in a benchmark-only environment and reads the
case's own files (route files expanded for 1.28 name emission classes that it does not know). Controllers are
those of the package, by the same child, which speaks TraCI to the old binary.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from lxml import etree

from benchmarks.control_venv import Venv, venv_with
from benchmarks.quality_cases import BenchCase
from signalopt.control.city import build_city
from signalopt.control.controller import Controller
from signalopt.control.faults import Faults
from signalopt.control.sensing import Sensing
from signalopt.control.sumo_plant import Client
from signalopt.control.sumo_request import Request, read_conduct
from signalopt.control.sumo_run import steered_signals, steering_of, sumo_street
from signalopt.errors import SimulationError
from signalopt.files import write_text
from signalopt.microsim.command import SeedFiles, seed_command
from signalopt.microsim.schedule import parse_time_s
from signalopt.scenario.case import Case

VERSION = "1.9.1"
TIMEOUT_S = 900.0
PUBLISHED_SIGHT_M = 200.0
"""How far the published controllers see (Ault and Sharon 2021)."""
Steered = Callable[[Sequence[str], int, SeedFiles], tuple[str, ...]]
"""Command of SUMO, seed, files of the run -> command of the child that runs it."""
_OPTION = re.compile(r"--([a-z][a-z0-9.-]*)")


@dataclass(frozen=True, slots=True)
class Delay:
    """`delay_all` of one run in s/veh, how many vehicles never entered, and how the controller did.

    conduct: figures of microsim.result.CONDUCT; unsafe: findings about the lamps that were shown.
    """

    delay_s: float
    never_entered: int
    conduct: Mapping[str, float] = field(default_factory=dict)
    unsafe: int = 0


def old_sumo() -> Venv:
    """The environment with the old SUMO. Raises MissingToolError where it cannot be made."""
    return venv_with(f"sumo-{VERSION}", (f"eclipse-sumo=={VERSION}",), dependencies=False)


def environment(venv: Venv) -> dict[str, str]:
    """Environment of a child that runs the old binary from our own Python."""
    return {**os.environ, "SUMO_HOME": str(venv.sumo_home)}


def old_command(
    case: Case, own_routes: Sequence[Path], signals: Sequence[Path], seed: int, files: SeedFiles
) -> tuple[str, ...]:
    """The measured run of a case in the old SUMO, less the options that it does not know.

    own_routes: the case's route files as they were published; signals: additional files beside them.
    """
    plain = replace(case, route_files=tuple(own_routes), additional_files=())
    binary = old_sumo().sumo_home / "bin" / "sumo"
    _, *options = seed_command(plain, seed, signals, files)
    return (str(binary), *kept_options(options, known_options(binary)))


@lru_cache(maxsize=4)
def known_options(binary: Path) -> frozenset[str]:
    """Names of the options that a `sumo` binary lists in its help."""
    told = subprocess.run(
        [str(binary), "--help"], capture_output=True, text=True, check=False
    ).stdout
    return frozenset(_OPTION.findall(told))


def kept_options(options: Sequence[str], known: frozenset[str]) -> list[str]:
    """Options (each with its value behind it) less those that are not known."""
    kept: list[str] = []
    for name, value in zip(options[::2], options[1::2], strict=True):
        if name.removeprefix("--") in known:
            kept += (name, value)
    return kept


def scheduled(routes: Sequence[Path], begin_s: int, end_s: int) -> dict[str, float]:
    """Departure of every vehicle that is due in [begin_s, end_s), by id."""
    found = {}
    for path in routes:
        for element in etree.parse(str(path)).getroot():
            if element.tag in ("trip", "vehicle"):
                depart_s = parse_time_s(element.get("depart", ""))
                if begin_s <= depart_s < end_s:
                    found[str(element.get("id"))] = depart_s
    return found


def delay_all(tripinfo: Path, due: Mapping[str, float], end_s: int) -> Delay:
    """Mean of timeLoss + departDelay over all who are due; who never entered has waited until `end_s`."""
    waiting, total_s = dict(due), 0.0
    for element in etree.parse(str(tripinfo)).getroot().iter("tripinfo"):
        if waiting.pop(str(element.get("id")), None) is not None:
            total_s += float(element.get("timeLoss", "nan"))
            total_s += float(element.get("departDelay", "nan"))
    total_s += sum(end_s - depart_s for depart_s in waiting.values())
    return Delay(total_s / len(due), len(waiting))


def own_routes(bench: BenchCase) -> tuple[Path, ...]:
    """Route files of a public case as published, beside its configuration."""
    bare = bench.name.partition("@")[0]
    folder = Path(os.environ["SIGNALOPT_PUBLIC_CASES"]) / bare
    tree = etree.parse(str(folder / f"{bare}.sumocfg"))
    named = next(str(e.get("value")) for e in tree.getroot().iter("route-files"))
    return tuple(folder / part.strip() for part in named.split(","))


def run_programs(bench: BenchCase) -> dict[int, Delay]:
    """The net's own programs in the old SUMO: the published FIXED, by seed."""
    return {seed: _run(bench, seed, (), _plain) for seed in bench.seeds}


def run_controller(
    bench: BenchCase,
    controller: Controller,
    sensing: Sensing,
    seeds: Sequence[int] | None = None,
    *,
    own_lane: bool = False,
) -> dict[int, Delay]:
    """A controller of the package in the old SUMO, by seed; it starts from the case's own programs.

    own_lane: it sees 200 m of the approach lane itself and nothing upstream of it, as the published
    controllers do.
    """
    case = bench.judged
    city = build_city(case, case.today)
    if own_lane:
        city = replace(city, lane_reach_m=np.minimum(city.lane_length_m, PUBLISHED_SIGHT_M))
    street = sumo_street(case, city, sensing)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        signals = steered_signals(case, case.today, street, folder)
        for path in signals:
            write_text(path, old_detectors(path.read_text(encoding="utf-8")))
        request = Request(street, controller, Faults())
        steering = steering_of(request, case.today.name, Client.TRACI, folder)

        def steered(sumo: Sequence[str], seed: int, files: SeedFiles) -> tuple[str, ...]:
            return steering.command(sumo, seed, files)

        return {seed: _run(bench, seed, signals, steered) for seed in seeds or bench.seeds}


def old_detectors(text: str) -> str:
    """An additional file with the period of detectors named as SUMO 1.9 wants it."""
    root = etree.fromstring(text.encode())
    for loop in root.iter("inductionLoop"):
        loop.set("freq", loop.attrib.pop("period"))
    return etree.tostring(root, encoding="unicode")


def _plain(sumo: Sequence[str], _seed: int, _files: SeedFiles) -> tuple[str, ...]:
    return tuple(sumo)


def _run(bench: BenchCase, seed: int, signals: Sequence[Path], steered: Steered) -> Delay:
    routes, case = own_routes(bench), bench.judged
    with tempfile.TemporaryDirectory() as scratch:
        files = SeedFiles(Path(scratch))
        command = steered(old_command(case, routes, signals, seed, files), seed, files)
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
            env=environment(old_sumo()),
        )  # fmt: skip
        if done.returncode != 0:
            raise SimulationError(f"SUMO {VERSION}, seed {seed}: {done.stderr.strip()[-400:]}")
        due = scheduled(routes, case.begin_s, case.end_s)
        found = delay_all(files.tripinfo, due, case.end_s)
        if not files.conduct.is_file():
            return found
        conduct = read_conduct(files.conduct)
        return replace(found, conduct=conduct.figures, unsafe=len(conduct.findings))
