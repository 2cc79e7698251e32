"""Situations of Astana's areas in which controllers are compared, and the plans that they are held against.

A situation is a scenario, or the morning peak with something that the plan was not made for: other demand,
dead detectors, a lane blocked by a broken-down vehicle. `forecast` names the demand that our fixed plan was
optimised for: its own in the planned situations, the morning peak's in the others.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from benchmarks.quality_cases import AMBER3, BenchCase, bench_case
from signalopt.assets import cache_folder
from signalopt.errors import InputError, Problem
from signalopt.files import atomic_path, make_folder, read_xml
from signalopt.optimize.demand_draws import DemandDraw, drawn_case
from signalopt.optimize.job import optimize
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario
from signalopt.timing.plan import IntersectionPlan, Plan
from signalopt.timing.planfile import read_plan, write_plan
from signalopt.timing.program import cycle_of
from signalopt.timing.signals import SignalLayout

AREAS = ("mangilik_el", "tauelsizdik", "leftbank_core", "rightbank_core")
BLOCKED_S = 900
"""How long the broken-down vehicle stands: a quarter of an hour (estimated)."""
_BEFORE_STOP_LINE_M = 80.0
_PLACES_TRIED = 50


@dataclass(frozen=True, slots=True)
class Situation:
    """What happens: `scenario` is added to the area's name, `change` (if any) alters the case."""

    name: str
    told: str
    scenario: str = "am"
    forecast: str = "am"
    change: Callable[[Case, Path], Case] | None = None
    dead_detectors: float = 0.0
    areas: tuple[str, ...] = AREAS


def _demand(factor: float) -> Callable[[Case, Path], Case]:
    return lambda case, folder: drawn_case(case, DemandDraw(11, factor), folder)


def with_incident(case: Case, folder: Path) -> Case:
    """The case with a lane of its busiest approach blocked near the stop line, from the window's begin on.

    A vehicle that is not counted stands there for BLOCKED_S. Raises InputError where no approach has two
    lanes and room.
    """
    edge, lane, route, place_m = _busy_place(case)
    make_folder(folder)
    path = folder / "incident.rou.xml"
    root = etree.Element("routes")
    etree.SubElement(root, "vType", id="broken_down", vClass="passenger")
    depart_s = max(case.depart_begin_s, case.begin_s - 60)
    vehicle = etree.SubElement(
        root, "vehicle", id="broken_down", type="broken_down", depart=str(depart_s),
        departLane=str(lane), departPos="base", departSpeed="0",
    )  # fmt: skip
    etree.SubElement(vehicle, "route", edges=" ".join(route))
    etree.SubElement(
        vehicle, "stop", lane=f"{edge}_{lane}", endPos=f"{place_m:.1f}",
        until=str(case.begin_s + BLOCKED_S), friendlyPos="true",
    )  # fmt: skip
    with atomic_path(path) as temporary:
        etree.ElementTree(root).write(str(temporary), encoding="UTF-8", xml_declaration=True)
    return replace(
        case,
        name=f"{case.name} incident",
        route_files=(*case.route_files, path),
        fingerprint=f"{case.fingerprint}-incident-{edge}-{lane}",
    )


def _busy_place(case: Case) -> tuple[str, int, tuple[str, ...], float]:
    """Edge, lane, rest of a route over it, metres from its start: the busiest that has room."""
    counts: Counter[str] = Counter()
    rests: dict[str, tuple[str, ...]] = {}
    for path in case.route_files:
        for element in read_xml(path, "SUMO routes").getroot().iter("route"):
            edges = str(element.get("edges", "")).split()
            counts.update(edges)
            for position, edge in enumerate(edges[:-1]):
                rests.setdefault(edge, tuple(edges[position:]))
    lanes = _vehicle_lanes(case)
    for edge, _ in counts.most_common(_PLACES_TRIED):
        own = lanes.get(edge, [])
        if len(own) >= 2 and own[0][1] > 2 * _BEFORE_STOP_LINE_M and edge in rests:
            index, length_m = own[0]
            return edge, index, rests[edge], length_m - _BEFORE_STOP_LINE_M
    raise InputError(Problem(case.name, "no approach of two lanes", "one to block a lane of"))


def _vehicle_lanes(case: Case) -> dict[str, list[tuple[int, float]]]:
    """Index and length of the lanes for vehicles of every edge, from the right."""
    return {
        str(edge.get("id")): [
            (int(lane.get("index", "0")), float(lane.get("length", "0")))
            for lane in edge.iter("lane")
            if "pedestrian" not in lane.get("allow", "")
        ]
        for edge in read_xml(case.net_file, "a SUMO network").getroot().iter("edge")
        if edge.get("function") is None
    }


SITUATIONS: dict[str, Situation] = {
    made.name: made
    for made in (
        Situation("am", "morning peak, as forecast"),
        Situation(
            "x1.2", "morning peak, a fifth more vehicles on another day", change=_demand(1.2)
        ),
        Situation("x0.8", "morning peak, a fifth fewer on another day", change=_demand(0.8)),
        Situation("detectors", "morning peak, a tenth of the detectors dead", dead_detectors=0.1),
        Situation(
            "incident",
            "morning peak, a lane of the busiest approach blocked for a quarter of an hour",
            change=with_incident,
        ),
        Situation("pm", "evening peak, as forecast", "pm", "pm"),
        Situation("september", "first school week, plan made for the usual morning", "september"),
        Situation("snow", "snowfall morning, plan made for it", "snow", "snow"),
        Situation("event", "event, plan made for it", "event", "event"),
        Situation(
            "closure",
            "Konayev closed, plan made for the usual morning",
            "closure",
            areas=("leftbank_core",),
        ),
    )
}


def situation_case(area: str, situation: Situation, window_s: int | None) -> Case:
    """The case of a situation in an area; window_s: only so much of its window, after 300 s of warm-up.

    Raises InputError for an area without it.
    """
    case = _scenario_case(area, situation.scenario, window_s)
    if situation.change is None:
        return case
    name = f"{area}-{situation.name}-{window_s or 'whole'}"
    return situation.change(case, cache_folder() / "bench" / "control" / name)


def forecast_plan(
    area: str, situation: Situation, window_s: int | None, budget_s: float, *, make: bool = True
) -> Plan | None:
    """Our best fixed plan for what was forecast: one for all situations that share the forecast."""
    case = _scenario_case(area, situation.forecast, window_s)
    return best_plan(case, budget_s, make=make)


def best_plan(case: Case, budget_s: float, *, make: bool = True) -> Plan | None:
    """The plan that the optimiser finds within a budget with one worker; kept in the cache folder.

    make: search for it where none is kept; else None.
    """
    told = [case.fingerprint, case.depart_begin_s, case.end_s, case.hard_stop_s, budget_s]
    name = f"{case.name}-{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]}.json"
    path = cache_folder() / "bench" / "control" / "plans" / name.replace(" ", "_")
    if path.is_file():
        return read_plan(path, case.network.fingerprint)
    if not make:
        return None
    plan = optimize(case, budget_s=budget_s, workers=1, seed=1).plan
    make_folder(path.parent)
    write_plan(path, plan)
    return plan


def free_bench(name: str, seed_count: int) -> BenchCase:
    """A public case under the rules of the published controllers.

    Any of the net's stages may follow any other after 3 s of amber for what ends; what goes on stays green,
    where the net's own program shows it amber, too. No all-red.
    """
    bench = bench_case(f"{name}{AMBER3}", seed_count, as_judged=True)
    layouts = bench.case.network.layouts
    return _with_clearances(
        bench, f"{name}@free", layouts, "any stage after 3 s of amber, no all-red"
    )


def safe_bench(name: str, seed_count: int) -> BenchCase:
    """A public case in which every stage change has the intergreens that its conflicts need.

    Amber 3 s, then all-red by the clearance formula of the package; the net's own program keeps its greens.
    """
    bench = bench_case(f"{name}{AMBER3}", seed_count, as_judged=True)
    layouts = bench_case(name, seed_count).case.network.layouts
    return _with_clearances(
        bench, f"{name}@safe", layouts, "any stage after 3 s of amber and safe all-red"
    )


def _with_clearances(
    bench: BenchCase, name: str, layouts: Mapping[str, SignalLayout], rules: str
) -> BenchCase:
    """Every stage change derived from these clearances, none given by the net."""
    places = tuple(
        replace(
            place,
            layout=replace(place.layout, interstages=(), clearances=layouts[place.id].clearances),
        )
        for place in bench.case.network.intersections
    )
    network = replace(bench.case.network, intersections=places)
    programs = []
    for program in bench.case.today.intersections:
        if isinstance(program, IntersectionPlan):
            cycle = cycle_of(network.layouts[program.intersection], program)
            offset_s = program.offset_s % cycle
            programs.append(replace(program, cycle_s=cycle, offset_s=offset_s))
    variant = name.partition("@")[2]
    case = replace(
        bench.case,
        name=f"{bench.case.name} {variant}",
        network=network,
        today=bench.case.today.with_programs(programs, "the net's greens, derived interstages"),
        fingerprint=f"{bench.case.fingerprint}-{variant}",
    )
    return replace(bench, name=name, case=case, judged=case, rules=rules)


def _scenario_case(area: str, scenario: str, window_s: int | None) -> Case:
    case = build_case(load_scenario(f"{area}_{scenario}"))
    return case if window_s is None else cut_case(case, window_s)


SHORT_WARMUP_S = 300
"""Warm-up where only a part of the window is run."""


def cut_case(case: Case, window_s: int) -> Case:
    """The case with the first `window_s` of its window after a short warm-up; nobody sets out later."""
    short = replace(
        case,
        end_s=min(case.end_s, case.begin_s + window_s),
        depart_begin_s=max(case.depart_begin_s, case.begin_s - SHORT_WARMUP_S),
        fingerprint=f"{case.fingerprint}-first-{window_s}",
    )
    folder = cache_folder() / "bench" / "control" / f"{case.name}-first-{window_s}"
    make_folder(folder)
    files = []
    for path in case.route_files:
        tree = read_xml(path, "SUMO routes")
        root = tree.getroot()
        for element in list(root):
            depart = element.get("depart")
            if depart is not None and not short.depart_begin_s <= float(depart) < short.end_s:
                root.remove(element)
        with atomic_path(folder / path.name) as temporary:
            tree.write(str(temporary), encoding="UTF-8", xml_declaration=True)
        files.append(folder / path.name)
    return replace(short, route_files=tuple(files))
