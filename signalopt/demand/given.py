"""Route files that a user brings: checked against the network, then expanded once by duarouter.

Trips, flows and vehicles become explicit vehicles with routes, so that every plan meets the same
traffic. Vehicle types of the files are kept; types that they lack are SUMO's default.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from lxml import etree

from signalopt.demand.graph import RoadGraph
from signalopt.demand.routes import Route, edge_costs, shortest_routes
from signalopt.demand.trips import write_xml
from signalopt.errors import InputError, Problem, SimulationError
from signalopt.files import read_xml
from signalopt.network.tools import run_tool

_MOVERS = frozenset({"vehicle", "trip", "flow", "person", "personFlow"})
_RATES = ("vehsPerHour", "perHour", "number", "period", "probability", "begin", "end")
_SHOWN = 20  # problems of one kind in one file; a wrong network would give thousands


def check_route_files(files: Sequence[Path], graph: RoadGraph) -> None:
    """Look for missing and unconnected edges, bad flows and empty files.

    `graph` must hold every edge of the network. Raises InputError with all problems, file and line
    each (after 20 in a file the rest is counted).
    """
    problems: list[Problem] = []
    for file in files:
        root = read_xml(file, "a SUMO route file").getroot()
        if root.tag not in ("routes", "additional"):
            problems.append(Problem(f"{file}:1", f"<{root.tag}>", "a route file (<routes>)"))
            continue
        found = list(_file_problems(file, root, graph))
        problems += found[:_SHOWN]
        if len(found) > _SHOWN:
            more = f"{len(found) - _SHOWN} more problems"
            problems.append(Problem(str(file), more, "none", "made for another network?"))
    roots = [read_xml(file, "a SUMO route file").getroot() for file in files]
    if not problems and not any(e.tag in _MOVERS for root in roots for e in root):
        names = ", ".join(str(file) for file in files)
        problems.append(Problem(names, "no vehicle, trip or flow", "at least one vehicle"))
    if problems:
        raise InputError(*problems)


def _file_problems(file: Path, root: etree._Element, graph: RoadGraph) -> Iterable[Problem]:
    followers = {key: {target for target, _ in turns} for key, turns in graph.turns.items()}
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        where = f"{file}:{element.sourceline}: {element.tag} {element.get('id', '')}".rstrip()
        edges = element.get("edges", "").split() if element.tag in ("route", "walk") else []
        named = [*edges, *element.get("via", "").split()]
        named += [element.get(key, "") for key in ("from", "to") if element.get(key)]
        missing = [e for e in dict.fromkeys(named) if e not in graph.all_edges]
        for edge in missing:
            yield Problem(where, f"edge `{edge}`", "an edge of the network")
        if element.tag == "route" and not missing:
            for edge, follow in pairwise(edges):
                if follow not in followers.get(edge, ()):
                    yield Problem(where, f"{edge} then {follow}", "edges that are connected")
        if element.tag in ("flow", "personFlow"):
            yield from _flow_problems(where, element)


def _flow_problems(where: str, flow: etree._Element) -> Iterable[Problem]:
    values: dict[str, float] = {}
    for key in _RATES:
        text = flow.get(key)
        if text is None or (key == "period" and text.startswith("exp")):
            continue
        try:
            values[key] = float(text) if ":" not in text else _clock(text)
        except ValueError:
            yield Problem(where, f'{key}="{text}"', "a number")
            continue
        if values[key] < 0:
            yield Problem(where, f'{key}="{text}"', "a number of at least 0")
    if "begin" in values and "end" in values and values["begin"] > values["end"]:
        found = f"begin {values['begin']:g} after end {values['end']:g}"
        yield Problem(where, found, "begin before end")
    if values.get("probability", 0) > 1:
        yield Problem(where, f"probability {values['probability']:g}", "at most 1")


def _clock(text: str) -> float:
    return sum(float(part) * 60.0**power for power, part in enumerate(reversed(text.split(":"))))


def own_type_ids(files: Sequence[Path]) -> frozenset[str]:
    """Ids of vehicle types (and distributions) that a user's own files define."""
    roots = [read_xml(path, "a SUMO route or additional file").getroot() for path in files]
    return frozenset(
        element.get("id", "")
        for root in roots
        for element in root.iter("vType", "vTypeDistribution")
    )


def expand_routes(
    net_file: Path, files: Sequence[Path], types: Sequence[Path], target: Path, seed: int,
    begin_s: int, end_s: int,
) -> None:  # fmt: skip
    """Expand to explicit vehicles departing in [begin_s, end_s), sorted, into `target`.

    `types`: additional files with vehicle types and stops. Raises InputError with duarouter's own
    messages where trips cannot be routed.
    """
    arguments = ["--net-file", str(net_file), "--route-files", ",".join(str(f) for f in files)]
    if types:
        arguments += ["--additional-files", ",".join(str(f) for f in types)]
    arguments += ["--output-file", str(target), "--seed", str(seed), "--no-step-log", "true"]
    arguments += ["--begin", str(begin_s), "--end", str(end_s), "--routing-algorithm", "dijkstra"]
    arguments += ["--xml-validation", "never"]
    try:
        run_tool("duarouter", arguments)
    except SimulationError as error:
        names = ", ".join(str(file) for file in files)
        hint = "check the edges and vehicle classes of these trips"
        raise InputError(Problem(names, str(error), "trips that can be routed", hint)) from None


def detour_routes(path: Path, graph: RoadGraph, begin_s: float, end_s: float) -> tuple[str, ...]:
    """Lead vehicles departing in [begin_s, end_s) round edges and turns that `graph` does not have.

    Their new route is the cheapest from their first to their last edge. Returns the ids of vehicles
    for which there is none; they keep their route. Raises OutputError.
    """
    root = read_xml(path, "expanded routes").getroot()
    followers = {key: {target for target, _ in turns} for key, turns in graph.turns.items()}
    trees: dict[str, dict[str, tuple[float, Route]]] = {}
    costs = edge_costs(graph, {})
    lost: list[str] = []
    for vehicle in root.iterfind("vehicle"):
        route = vehicle.find("route")
        if route is None or not begin_s <= float(vehicle.get("depart", "0")) < end_s:
            continue
        edges = route.get("edges", "").split()
        if edges[0] in graph.edges and all(
            follow in followers.get(edge, ()) for edge, follow in pairwise(edges)
        ):
            continue
        if edges[0] not in trees:
            trees[edges[0]] = shortest_routes(graph, (edges[0],), costs)
        found = trees[edges[0]].get(edges[-1])
        if found is None:
            lost.append(vehicle.get("id", ""))
        else:
            route.set("edges", " ".join(found[1]))
    write_xml(path, root)
    return tuple(lost)


def tidy_routes(
    path: Path, begin_s: int, end_s: int, scale: float, seed: int,
    type_shares: Sequence[tuple[str, float]] = (),
) -> int:  # fmt: skip
    """Keep vehicles departing in [begin_s, end_s) scaled in number, sorted; return how many.

    scale < 1 drops vehicles at random; above 1 adds copies that depart within a minute of the
    original. type_shares: vehicle types to be drawn anew (empty: those of the file stay). Raises
    OutputError.
    """
    dice = random.Random(f"scale {seed}")
    root = read_xml(path, "expanded routes").getroot()
    others = [e for e in root if e.tag not in ("vehicle", "person", "trip")]
    movers: list[tuple[float, int, etree._Element]] = []
    for element in root:
        if element.tag not in ("vehicle", "person", "trip"):
            continue
        depart = float(element.get("depart", "0"))
        wanted = scale if element.tag != "person" else 1.0
        copies = int(wanted) + (dice.random() < wanted % 1)
        for number in range(copies):
            item, when = element, depart
            if number:
                item = copy.deepcopy(element)
                item.set("id", f"{element.get('id')}+{number}")
                when = depart + dice.randrange(60)
                item.set("depart", f"{when:.2f}")
            if type_shares and item.tag != "person":
                names, weights = zip(*type_shares, strict=True)
                item.set("type", dice.choices(names, weights)[0])
            if begin_s <= when < end_s:
                movers.append((when, len(movers), item))
    movers.sort(key=lambda m: m[:2])
    tidy = etree.Element("routes")
    tidy.extend([*others, *(element for _, _, element in movers)])
    write_xml(path, tidy)
    return len(movers)
