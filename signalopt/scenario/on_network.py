"""What a scenario says about its network, checked against it before anything is built."""

from __future__ import annotations

from difflib import get_close_matches

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.files import read_xml
from signalopt.network.model import Network
from signalopt.scenario.schema import Scenario


def check_on_network(scenario: Scenario, network: Network) -> None:
    """Look up every intersection, edge and lane that a scenario names.

    Raises InputError with all that the network does not have.
    """
    problems: list[Problem] = []
    known = list(network.intersection)
    named = [("signals_off", name) for name in scenario.signals_off]
    named += [
        ("pedestrians.by_intersection", name) for name in scenario.pedestrians.by_intersection or {}
    ]
    for path, name in named:
        if name not in network.intersection:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else ""
            where = f"{scenario.file}: {path}"
            problems.append(Problem(where, f"`{name}`", "a signalised intersection", hint))
    root = read_xml(network.net_file, "a SUMO network").getroot()
    lanes = {e.get("id", ""): len(e.findall("lane")) for e in root.iterfind("edge") if _street(e)}
    for number, closure in enumerate(scenario.closures):
        where = f"{scenario.file}: closures[{number}]"
        if closure.edge not in lanes:
            near = get_close_matches(closure.edge, list(lanes), n=1)
            hint = f"did you mean `{near[0]}`?" if near else ""
            problems.append(Problem(f"{where}.edge", f"`{closure.edge}`", "an edge", hint))
            continue
        count = lanes[closure.edge]
        problems += [
            Problem(f"{where}.lanes", str(lane), f"lanes 0 to {count - 1} of {closure.edge}")
            for lane in closure.lanes
            if lane >= count
        ]
    if problems:
        raise InputError(*problems)


def _street(edge: etree._Element) -> bool:
    return edge.get("function", "normal") == "normal"
