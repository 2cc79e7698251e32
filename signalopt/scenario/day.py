"""Today's plan for a scenario: from the day's average flows in areas, the net's own elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from signalopt.assets import data_folder
from signalopt.demand.flows import PCU, flows_of_routes, link_flows, spread_over_links
from signalopt.demand.graph import read_graph
from signalopt.demand.od import gate_od, read_gates
from signalopt.demand.routes import assign
from signalopt.network.area import load_area
from signalopt.network.model import Network, Turn
from signalopt.scenario.schema import Gates, Scenario
from signalopt.scenario.today import todays_plan
from signalopt.scenario.traffic import movement_bus_flows, type_shares
from signalopt.timing.plan import Plan

DAY_PERIODS = ("am", "midday", "pm")
GATES_FILE = "gates.csv"


def todays_plan_of(scenario: Scenario, network: Network, route_files: Sequence[Path]) -> Plan:
    """The plan in force without us. Raises InputError.

    In an area it is the same for all its scenarios: Webster for the mean of the area's periods.
    """
    area_name = scenario.network.area
    if area_name is None:
        return replace(network.found_plan(), name="as found")
    gates = area_gates(scenario)
    if gates is None:
        window = scenario.window
        flows = link_flows(network, route_files, window.begin, window.end, pcu=True)
    else:
        flows = day_flows(scenario, network, gates)
    for place in network.intersections:
        pph = (scenario.pedestrians.by_intersection or {}).get(
            place.id, scenario.pedestrians.per_crossing_pph
        )
        walkers = {m.link: pph for m in place.movements if m.turn is Turn.CROSSING}
        flows[place.id] = {**flows.get(place.id, {}), **walkers}
    avenues = [avenue.intersections for avenue in load_area(area_name).avenues]
    return todays_plan(network, avenues, flows)


def area_gates(scenario: Scenario) -> Path | None:
    """The table of gate volumes: the scenario's own, else the one shipped for the area."""
    if scenario.demand.gates is not None:
        return scenario.demand.gates.file
    shipped = data_folder("scenarios") / "demand" / str(scenario.network.area) / GATES_FILE
    return shipped if shipped.is_file() else None


def day_flows(scenario: Scenario, network: Network, gates: Path) -> dict[str, dict[int, float]]:
    """Mean flows of the day's periods in pcu/h by intersection and link."""
    graph = read_graph(network.net_file)
    chosen = [Gates(gates, period) for period in DAY_PERIODS if _has_period(gates, period)] or [
        scenario.demand.gates or Gates(gates, DAY_PERIODS[0])
    ]
    pcu = sum(s * PCU.get(name, 1.0) for name, s in type_shares(scenario.demand.shares))
    total: dict[tuple[str, str], float] = dict(movement_bus_flows(scenario, network))
    total = {pair: buses * PCU["bus"] for pair, buses in total.items()}
    for choice in chosen:
        routes = assign(graph, gate_od(graph, read_gates(choice.file, choice.period, graph)))
        for pair, vph in flows_of_routes(routes).items():
            total[pair] = total.get(pair, 0.0) + vph * pcu / len(chosen)
    return spread_over_links(network, total)


def _has_period(gates: Path, period: str) -> bool:
    lines = gates.read_text(encoding="utf-8-sig").splitlines()
    return any(line.split(",")[0].strip() == period for line in lines)
