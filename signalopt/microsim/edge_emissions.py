"""Emissions by street and class: SUMO's PHEMlight5 device per edge, scaled to the fleet.

Edge figures of SUMO are for normal edges alone unless told otherwise, which loses what is emitted on
the junctions (5-11 % of CO2); here the interiors are counted and belong to their junction. Vehicles
that wait to enter idle at the edge by which they enter.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from signalopt.emissions.activity import Activity
from signalopt.emissions.coefficients import POLLUTANTS, class_coefficients
from signalopt.emissions.fleet import Fleet
from signalopt.errors import SimulationError
from signalopt.files import write_text
from signalopt.microsim.activities import base_amounts
from signalopt.microsim.kinematics import Kind, kind_of
from signalopt.microsim.pricing import PHEMLIGHT5, fleet_for
from signalopt.microsim.result import SeedRun
from signalopt.microsim.schedule import Schedule, read_schedule
from signalopt.microsim.signals import write_signals
from signalopt.microsim.simulate import simulate_files
from signalopt.microsim.stream import required, stream
from signalopt.progress import Listener, ignore
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting
from signalopt.timing.plan import Plan

MAPPED = ("fuel_g", "co2_g", "nox_mg", "pm_mg", "soot_mg")
_RAW = {"co2_g": ("CO2_abs", 1e-3), "nox_mg": ("NOx_abs", 1.0), "pm_mg": ("PMx_abs", 1.0)}
# what SUMO does not count follows what it is made of
_FOLLOWS = {"fuel_g": "co2_g", "soot_mg": "pm_mg"}
UNKNOWN_ENTRY = ""

ByClass = Mapping[str, Mapping[str, float]]
"""Kinematic class to pollutant to amount."""


@dataclass(frozen=True, slots=True)
class EdgeEmissions:
    """Emissions per hour by edge (junction interiors as `:junction_n`), class and pollutant.

    One mapping a seed. Edge "" holds the waiting of vehicles that never entered.
    """

    plan: str
    fleet: str
    temperature_c: float
    seeds: tuple[int, ...]
    by_seed: tuple[Mapping[str, ByClass], ...]

    def mean(self) -> dict[str, dict[str, dict[str, float]]]:
        """Mean over the seeds."""
        found: dict[str, dict[str, dict[str, float]]] = {}
        for edges in self.by_seed:
            for edge, classes in edges.items():
                for name, amounts in classes.items():
                    own = found.setdefault(edge, {}).setdefault(name, dict.fromkeys(MAPPED, 0.0))
                    for pollutant, amount in amounts.items():
                        own[pollutant] += amount / len(self.by_seed)
        return found


def edge_emissions(
    case: Case,
    plan: Plan | None,
    seeds: Sequence[int],
    *,
    listener: Listener = ignore,
) -> EdgeEmissions:
    """Run SUMO once a seed under `plan` (None: today's) and count by edge, within the window.

    Raises what `simulate` raises, SimulationError for outputs that cannot be read.
    """
    chosen = case.today if plan is None else plan
    schedule = read_schedule(case)
    fleet, temperature_c = emission_setting(case)
    kinds = _kinds(schedule)
    found = []
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="signalopt-edges-") as name:
            folder = Path(name)
            run = simulate_files(
                case, chosen.name,
                lambda inner: (*write_signals(case, chosen, inner), _write_request(case, kinds, inner)),
                [seed], keep=folder, emission_model=PHEMLIGHT5, listener=listener,
            ).runs[0]  # fmt: skip
            found.append(_read(folder, case, schedule, run, fleet, temperature_c, kinds))
    return EdgeEmissions(chosen.name, fleet.name, temperature_c, tuple(seeds), tuple(found))


def _kinds(schedule: Schedule) -> dict[Kind, list[str]]:
    """Vehicle types by kind, for those with an engine that burns something."""
    kinds: dict[Kind, list[str]] = {}
    for type_id, vehicle_type in schedule.types.items():
        kind = kind_of(type_id, vehicle_type)
        if kind is not None and not kind.electric:
            kinds.setdefault(kind, []).append(type_id)
    return kinds


def _write_request(case: Case, kinds: Mapping[Kind, list[str]], folder: Path) -> Path:
    root = etree.Element("additional")
    for kind, types in kinds.items():
        etree.SubElement(
            root, "edgeData", id=f"emissions.{kind.kinematic_class}", type="emissions",
            file=str(_output(folder, kind)), vTypes=" ".join(types), withInternal="true",
            excludeEmpty="true", begin=str(case.begin_s), end=str(case.end_s),
        )  # fmt: skip
    path = folder / "edges.add.xml"
    write_text(path, etree.tostring(root, encoding="unicode"))
    return path


def _output(folder: Path, kind: Kind) -> Path:
    return folder / f"edges-{kind.kinematic_class}.xml"


def _read(
    folder: Path,
    case: Case,
    schedule: Schedule,
    run: SeedRun,
    fleet: Fleet,
    temperature_c: float,
    kinds: Mapping[Kind, list[str]],
) -> Mapping[str, ByClass]:
    hourly = 3600 / (case.end_s - case.begin_s)
    edges: dict[str, dict[str, dict[str, float]]] = {}
    try:
        for kind in kinds:
            activity = _activity(run, kind)
            if activity is None:
                continue
            factors = fleet_factors(activity, fleet_for(fleet, kind), temperature_c)
            for edge, raw in read_edges(_output(folder, kind)).items():
                own = edges.setdefault(edge, {}).setdefault(kind.kinematic_class, {})
                for name in MAPPED:
                    amount = raw[_FOLLOWS.get(name, name)] * factors[name] * hourly
                    own[name] = own.get(name, 0.0) + amount
        waits = _entry_waits(folder / f"seed-{run.seed}" / "tripinfo.xml", schedule)
    except (OSError, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise SimulationError(f"SUMO's edge output cannot be read: {error!r}") from error
    for (edge, kind), wait_s in waits.items():
        central, _ = class_coefficients(fleet_for(fleet, kind), kind.kinematic_class, temperature_c)
        per_s = central @ Activity(kind.kinematic_class, 1, 0, 0, 1.0).terms(entry=False)
        own = edges.setdefault(edge, {}).setdefault(
            kind.kinematic_class, dict.fromkeys(MAPPED, 0.0)
        )
        for name in MAPPED:
            own[name] += wait_s * float(per_s[POLLUTANTS.index(name)]) * hourly
    return edges


def read_edges(path: Path) -> dict[str, dict[str, float]]:
    """CO2 in g, NOx and PM in mg by edge from SUMO's edge data.

    Raises OSError, KeyError, ValueError or XMLSyntaxError for anything else than that.
    """
    found: dict[str, dict[str, float]] = {}
    for element in stream(path, ("edge",)):
        own = found.setdefault(required(element, "id"), dict.fromkeys(_RAW, 0.0))
        for name, (key, factor) in _RAW.items():
            own[name] += float(element.attrib[key]) * factor
    return found


def fleet_factors(activity: Activity, fleet: Fleet, temperature_c: float) -> dict[str, float]:
    """Fleet at a temperature / base vehicle of SUMO's device, for the same activity, by pollutant.

    Fuel is per CO2 and soot per PM of the device. 0 where the base vehicle emits nothing.
    """
    central, _ = class_coefficients(fleet, activity.kinematic_class, temperature_c)
    inside = central @ activity.terms(entry=False)
    base = base_amounts(activity)
    return {
        name: float(inside[POLLUTANTS.index(name)]) / base[_FOLLOWS.get(name, name)]
        if base[_FOLLOWS.get(name, name)] > 0
        else 0.0
        for name in MAPPED
    }


def _activity(run: SeedRun, kind: Kind) -> Activity | None:
    """What all types of a kind did together; None if nobody of them drove."""
    own = [e.activity for e in run.emitted if e.kind == kind and e.activity.km > 0]
    if not own:
        return None
    return Activity(
        kind.kinematic_class,
        sum(a.vehicles for a in own),
        sum(a.km for a in own),
        sum(a.stops for a in own),
        sum(a.idle_s for a in own),
    )


def _entry_waits(tripinfo: Path, schedule: Schedule) -> dict[tuple[str, Kind], float]:
    """Seconds of waiting to enter by entry edge and kind, vehicles of the window."""
    waits: dict[tuple[str, Kind], float] = {}
    for element in stream(tripinfo, ("tripinfo",)):
        if element.get("id") not in schedule.vehicles:
            continue
        type_id = required(element, "vType")
        kind = kind_of(type_id, schedule.type_of(type_id))
        wait_s = float(element.attrib["departDelay"])
        if kind is None or wait_s <= 0:
            continue
        lane = element.get("departLane", "") if float(element.attrib["depart"]) >= 0 else ""
        edge = lane.rsplit("_", 1)[0] if lane else UNKNOWN_ENTRY
        waits[edge, kind] = waits.get((edge, kind), 0.0) + wait_s
    return waits
