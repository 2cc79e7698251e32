"""How fast an avenue is in a scenario under today's plan, and the demand scale that a speed asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from signalopt.demand.graph import ANY_CLASS, read_graph
from signalopt.demand.od import scale_gates
from signalopt.demand.speeds import (
    AvenueSpeed,
    SpeedCalibration,
    avenue_speed,
    calibrate_scale,
)
from signalopt.errors import InputError, Problem
from signalopt.network.area import load_area
from signalopt.network.tools import run_tool
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.schema import Scenario

_TIMEOUT_S = 1800


def speed_today(case: Case, area: str, street: str, seed: int = 1) -> AvenueSpeed:
    """Speed of an avenue in the measured window under today's plan, by plain SUMO.

    Raises InputError for a street that the area does not have, SimulationError.
    """
    chain = _avenue(area, street)
    with TemporaryDirectory() as name:
        output = Path(name) / "routes.xml"
        run_tool(
            "sumo",
            ["-c", str(case.config_file), "--end", str(case.end_s), "--seed", str(seed),
             "--vehroute-output", str(output), "--vehroute-output.exit-times", "true",
             "--vehroute-output.write-unfinished", "true", "--no-warnings", "true"],
            timeout_s=_TIMEOUT_S,
        )  # fmt: skip
        graph = read_graph(case.net_file, ANY_CLASS)
        return avenue_speed(output, graph, chain, case.begin_s, case.end_s)


def _avenue(area: str, street: str) -> tuple[str, ...]:
    """The longest chain of intersections of a street."""
    avenues = load_area(area).avenues
    chains = [avenue.intersections for avenue in avenues if avenue.street == street]
    if not chains:
        known = ", ".join(dict.fromkeys(avenue.street for avenue in avenues))
        raise InputError(Problem(f"area {area}", f"no street {street}", f"one of {known}"))
    return max(chains, key=len)


def calibrate_to_speed(
    scenario: Scenario, street: str, target_kph: float, low: float = 0.6, high: float = 1.2
) -> SpeedCalibration:
    """Factor on an area's whole table of gate volumes at which an avenue has a measured speed.

    Today's plan follows the table, as it would have followed the street. Raises InputError (also for
    scenarios without gates), SimulationError.
    """
    gates = scenario.demand.gates
    if gates is None or scenario.network.area is None:
        where = f"{scenario.file}: demand"
        raise InputError(Problem(where, "no gates of an area", "gate volumes to be scaled"))
    area = scenario.network.area

    def speed_at(factor: float) -> float:
        with TemporaryDirectory() as name:
            folder = Path(name)
            scale_gates(gates.file, factor, folder / gates.file.name)
            demand = replace(scenario.demand, gates=replace(gates, file=folder / gates.file.name))
            case = build_case(replace(scenario, demand=demand), folder / "case")
            return speed_today(case, area, street).time_mean_kph

    return calibrate_scale(speed_at, target_kph, low, high)
