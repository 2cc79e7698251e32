"""Weights of fuel, CO2 or soot: what a stop and an idling second of each movement's vehicles emit.

The coefficients are plain numbers by kinematic class (the linear response of the emission model: an
amount per full stop and per idling second); the kilometres are the same under every plan and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from signalopt.demand.flows import pcu_of
from signalopt.errors import InputError, Problem
from signalopt.files import read_xml
from signalopt.network.model import Network
from signalopt.optimize.performance import Rates, Weights
from signalopt.optimize.streams import MovementKey, movement_links, route_of


@dataclass(frozen=True, slots=True)
class Response:
    """What one vehicle of a class emits per full stop and per idling second (g or mg)."""

    per_stop: float
    per_idle_s: float


@dataclass(frozen=True)
class PollutantWeights:
    """Weights of one pollutant. One unit of modelled cost stands for `amount_per_unit` (g or mg)."""

    weights: Weights
    amount_per_unit: float


Composition = Mapping[MovementKey, Mapping[str, float]]
"""Vehicles per hour by movement and vehicle type."""


def read_composition(
    network: Network, route_files: Sequence[Path], begin_s: float, end_s: float
) -> dict[MovementKey, dict[str, float]]:
    """Vehicles per hour of each signalled movement by vehicle type, departures in [begin_s, end_s)."""
    at = {(key.from_edge, key.to_edge): key for key in movement_links(network)}
    found: dict[MovementKey, dict[str, float]] = {}
    hourly = 3600 / (end_s - begin_s)
    routes: dict[str, tuple[str, ...]] = {}
    for file in route_files:
        for element in read_xml(file, "SUMO routes").getroot():
            if element.tag == "route":
                routes[element.get("id", "")] = tuple(element.get("edges", "").split())
            if element.tag != "vehicle":
                continue
            depart, edges = route_of(element, routes, file)
            if not begin_s <= depart < end_s:
                continue
            kind = element.get("type", "")
            for pair in pairwise(edges):
                if pair in at:
                    own = found.setdefault(at[pair], {})
                    own[kind] = own.get(kind, 0.0) + hourly
    return found


def pollutant_weights(
    composition: Composition,
    responses: Mapping[str, Response],
    class_of: Callable[[str], str],
    *,
    spill_s: float = 120.0,
) -> PollutantWeights:
    """Weights by movement from its mix of vehicles; `class_of` gives the kinematic class of a type.

    Flows of the model are passenger car units, so amounts are per unit. The scale is such that an idling
    second of the mean unit costs 1. Raises InputError naming every type without a class in `responses`
    and for a network without traffic.
    """
    unknown = sorted(
        {kind for mix in composition.values() for kind in mix if class_of(kind) not in responses}
    )
    if unknown:
        raise InputError(
            *(
                Problem(f"vehicle type `{kind}`", f"class `{class_of(kind)}`",
                        f"a class with coefficients ({', '.join(sorted(responses))})")
                for kind in unknown
            )
        )  # fmt: skip
    amounts: dict[MovementKey, tuple[float, float, float]] = {}
    for key, mix in composition.items():
        units = sum(flow * pcu_of(kind) for kind, flow in mix.items())
        if units > 0:
            idle = sum(flow * responses[class_of(kind)].per_idle_s for kind, flow in mix.items())
            stop = sum(flow * responses[class_of(kind)].per_stop for kind, flow in mix.items())
            amounts[key] = (units, idle, stop)
    total = sum(units for units, _, _ in amounts.values())
    idle = sum(idle for _, idle, _ in amounts.values())
    stop = sum(stop for _, _, stop in amounts.values())
    if not amounts or idle <= 0:
        raise InputError(Problem("composition", "no vehicles", "traffic over some signal"))
    unit = idle / total
    rates = {key: Rates(i / n / unit, s / n / unit) for key, (n, i, s) in amounts.items()}
    return PollutantWeights(Weights(stop / idle, spill_s, rates), unit)
