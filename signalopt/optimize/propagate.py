"""Platoons through the whole area under one plan: arrivals everywhere and the plan's modelled cost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.performance import SettingModel, Weights, queues_of
from signalopt.optimize.platoons import Profile, Queueing
from signalopt.optimize.streams import MovementKey
from signalopt.optimize.tables import VEHICLE_SPACE_M, stream_arrivals, weighted_cost

_SWEEPS = 6
"""Passes over the area: a platoon is followed over about as many intersections in a row."""


def propagate(
    flows: CaseFlows,
    chosen: Mapping[str, tuple[SettingModel, int]],
    cycle_s: int,
    weights: Weights,
) -> tuple[dict[MovementKey, Profile], int]:
    """Arrivals (veh/s, on each intersection's own clock) and the cost of the plan.

    chosen: model and offset by intersection, all with profiles of `cycle_s`. Cost in weighted vehicle
    seconds an hour: waiting, stops, overflow, queues longer than their street.
    """
    service = {
        key: profile for model, _ in chosen.values() for key, profile in model.service.items()
    }
    cost = sum(model.overflow_cost(weights) for model, _ in chosen.values())
    left = {key: m.left_over_veh(key) for m, _ in chosen.values() for key in m.service}
    if not service:
        return {}, round(cost)
    arrivals = {key: np.full(cycle_s, flows.movement_vph[key] / 3600) for key in service}
    for _ in range(_SWEEPS):
        arrivals = _arrivals(flows, chosen, queues_of(arrivals, service), cycle_s)
    room = _storage(flows)
    for key, queue in queues_of(arrivals, service).items():
        rates = weights.rates(key)
        spilled = max(0.0, float(queue.waiting.max()) + left[key] - room.get(key, np.inf))
        cost += float(weighted_cost(queue, cycle_s, rates))
        cost += rates.wait * spilled * weights.spill_s * 3600 / cycle_s
    return arrivals, round(cost)


def _arrivals(
    flows: CaseFlows,
    chosen: Mapping[str, tuple[SettingModel, int]],
    queues: Mapping[MovementKey, Queueing],
    cycle_s: int,
) -> dict[MovementKey, Profile]:
    shaped: dict[MovementKey, Profile] = {key: np.zeros(cycle_s) for key in queues}
    known = dict.fromkeys(queues, 0.0)
    for stream in flows.streams:
        up, down = stream.upstream, stream.downstream
        if up is None or up not in queues or down not in queues:
            continue
        share = min(1.0, stream.flow_vph / flows.movement_vph[up])
        ahead = chosen[down.intersection][1] - chosen[up.intersection][1]
        shaped[down] += np.roll(stream_arrivals(stream, queues[up], share), -ahead)
        known[down] += stream.flow_vph
    return {
        key: profile + max(0.0, flows.movement_vph[key] - known[key]) / 3600
        for key, profile in shaped.items()
    }


def _storage(flows: CaseFlows) -> dict[MovementKey, float]:
    """Vehicles that fit on the way from the nearest upstream stop line, by movement."""
    room: dict[MovementKey, float] = {}
    for stream in flows.streams:
        if stream.upstream is not None:
            lanes = len({m.from_lane for m in flows.links[stream.downstream]})
            space = stream.distance_m * lanes / VEHICLE_SPACE_M
            room[stream.downstream] = min(space, room.get(stream.downstream, space))
    return room
