"""What SUMO says about plans, run once and kept: one small JSON file a plan and seed.

The name of a file follows from case, plan, seed, engine and SUMO's version, so nothing is ever run twice
or taken for something else.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import repeat
from pathlib import Path

from lxml import etree

from signalopt.assets import cache_folder
from signalopt.errors import SimulationError
from signalopt.files import write_text
from signalopt.microsim.command import SeedFiles, seed_command
from signalopt.microsim.manifest import manifest
from signalopt.microsim.outputs import read_run
from signalopt.microsim.schedule import Schedule, read_schedule
from signalopt.microsim.signals import write_signals
from signalopt.network.tools import tool_environment
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import plan_hash

FORMAT = 1
SUMO, SUMO_MESO = "sumo", "sumo --mesosim"
# Without the first option SUMO's mesoscopic engine does not look at signals at all.
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_MESO = ("--mesosim", "true", "--meso-junction-control", "true")


@dataclass(frozen=True)
class Truth:
    """One run. Sums over vehicles scheduled in the window; `failure` instead of them if it failed.

    measures, by_class: names of signalopt.measures; activity: by vehicle type vehicles, km, stops,
    idle_s (inside, speed < 0.1 m/s), entry_idle_s and co2_g; movements: `edge>next edge` to vehicles
    of the whole run and their mean seconds on `edge` (the junction before it included).
    """

    engine: str
    seed: int
    wall_s: float
    measures: Mapping[str, float] = field(default_factory=dict)
    by_class: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    activity: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    movements: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    complete: bool = True
    failure: str = ""


@dataclass(frozen=True)
class TruthStore:
    """SUMO's answers for one case, in `folder`; missing ones are run when they are asked for."""

    case: Case
    folder: Path
    schedule: Schedule
    content: str
    version: str
    timeout_s: float = 900.0

    def get(self, plan: Plan, seed: int, engine: str = SUMO) -> Truth:
        """The answer for one plan and seed, from the store or from SUMO."""
        path = self.path(plan, seed, engine)
        known = _read(path)
        if known is None:
            known = self._run(plan, seed, engine)
            write_text(path, json.dumps(asdict(known)))
        return known

    def get_all(
        self, plans: Sequence[Plan], seeds: Iterable[int], *, engine: str = SUMO, workers: int = 1
    ) -> list[list[Truth]]:
        """Answers by plan and seed. Seeds run one after the other, so that a half-filled store is of use."""
        wanted = tuple(seeds)
        with ThreadPoolExecutor(max_workers=workers) as pool:
            rounds = [
                list(pool.map(self.get, plans, repeat(seed), repeat(engine))) for seed in wanted
            ]
        return [list(answers) for answers in zip(*rounds, strict=True)]

    def path(self, plan: Plan, seed: int, engine: str) -> Path:
        """Where an answer lies."""
        facts = (FORMAT, self.content, plan_hash(plan), seed, engine, self.version)
        key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:20]
        return self.folder / f"{self.case.name}-{self.content[:8]}" / f"{key}.json"

    def _run(self, plan: Plan, seed: int, engine: str) -> Truth:
        with tempfile.TemporaryDirectory(prefix="signalopt-truth-") as name:
            files = SeedFiles(Path(name))
            routes = files.folder / "vehroutes.xml"
            command = [
                *seed_command(self.case, seed, write_signals(self.case, plan, files.folder), files),
                "--vehroute-output", str(routes), "--vehroute-output.exit-times", "true",
                "--vehroute-output.write-unfinished", "true",
                *(_MESO if engine == SUMO_MESO else ()),
            ]  # fmt: skip
            began = time.monotonic()
            try:
                with files.log.open("wb") as log:
                    subprocess.run(
                        command, stdout=log, stderr=log, check=True, timeout=self.timeout_s,
                        env=tool_environment(),
                    )  # fmt: skip
                wall_s = time.monotonic() - began
                run = read_run(seed, wall_s, files, self.schedule, self.case.occupancy)
            except (subprocess.SubprocessError, SimulationError) as error:
                wall_s = time.monotonic() - began
                return Truth(engine, seed, wall_s, failure=str(error).splitlines()[0][-300:])
            return Truth(
                engine, seed, wall_s, dict(run.measures), run.by_class,
                _activity(files.tripinfo, self.schedule), _movements(routes), run.complete,
            )  # fmt: skip


def open_store(case: Case, folder: Path | None = None) -> TruthStore:
    """The store of a case, in `folder` or (None) in the cache."""
    where = folder or cache_folder() / "truth"
    return TruthStore(
        case, where, read_schedule(case), content_of(case), manifest(case, ())["sumo"]
    )


def content_of(case: Case) -> str:
    """Hash of what SUMO is given, plan aside: unlike the case's fingerprint it outlives our own code."""
    digest = hashlib.sha256()
    for path in (case.net_file, *case.route_files, *case.additional_files):
        digest.update(_COMMENT.sub(b"", path.read_bytes()))
    facts = (
        case.begin_s, case.end_s, case.depart_begin_s, case.hard_stop_s, case.step_length_s,
        case.sumo_options, case.signals_off,
    )  # fmt: skip
    digest.update(repr(facts).encode())
    return digest.hexdigest()


def _read(path: Path) -> Truth | None:
    try:
        raw = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    moves = {name: (int(n), float(s)) for name, (n, s) in raw.pop("movements").items()}
    return Truth(**raw, movements=moves)


def _activity(tripinfo: Path, schedule: Schedule) -> dict[str, dict[str, float]]:
    """Sums by vehicle type over the vehicles scheduled in the window."""
    found: dict[str, dict[str, float]] = {}
    for _, element in etree.iterparse(str(tripinfo), tag="tripinfo"):
        values = element.attrib
        if values["id"] in schedule.vehicles:
            row = found.setdefault(values["vType"].split("@")[0], dict.fromkeys(_SUMS, 0.0))
            row["vehicles"] += 1
            row["entry_idle_s"] += float(values["departDelay"])
            if float(values["depart"]) >= 0:
                row["km"] += float(values["routeLength"]) / 1000
                row["stops"] += int(values["waitingCount"])
                row["idle_s"] += float(values["waitingTime"])
                row["time_loss_s"] += float(values["timeLoss"])
                emissions = element.find("emissions")
                if emissions is not None:
                    row["co2_g"] += float(emissions.get("CO2_abs")) / 1000
        element.clear()
    return {
        name: {key: round(value, 3) for key, value in row.items()} for name, row in found.items()
    }


_SUMS = ("vehicles", "km", "stops", "idle_s", "entry_idle_s", "time_loss_s", "co2_g")


def _movements(vehroutes: Path) -> dict[str, tuple[int, float]]:
    """Vehicles and mean seconds by `edge>next edge`; the edge of departure counts from insertion on."""
    sums: dict[str, list[float]] = {}
    for _, element in etree.iterparse(str(vehroutes), tag="vehicle"):
        route = element.find("route")
        if route is None or float(element.get("depart", "-1")) < 0:
            element.clear()
            continue
        edges = route.get("edges", "").split()
        times = [float(t) for t in route.get("exitTimes", "").split()]
        before = float(element.get("depart"))
        for edge, following, left in zip(edges, [*edges[1:], ""], times, strict=False):
            if left < 0:
                break
            row = sums.setdefault(f"{edge}>{following}", [0, 0.0])
            row[0] += 1
            row[1] += left - before
            before = left
        element.clear()
    return {name: (int(n), round(total / n, 2)) for name, (n, total) in sums.items()}
