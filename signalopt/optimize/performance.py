"""What one intersection with one setting does to its movements: service profiles and overflow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from signalopt.network.model import Movement
from signalopt.optimize.platoons import Profile, Queueing, cyclic_queue
from signalopt.optimize.streams import MovementKey
from signalopt.timing.capacity import (
    AMBER_USED_S,
    LEAST_CAPACITY_VPH,
    green_matrix,
    link_services,
    overflow_delay_s,
)
from signalopt.timing.plan import AnyProgram
from signalopt.timing.program import cycle_states
from signalopt.timing.signals import SignalLayout
from signalopt.timing.webster import Demand, lane_degrees
from signalopt.timing.yielding import START_UP_LOST_S


@dataclass(frozen=True, slots=True)
class Rates:
    """What one vehicle of a movement costs: per second of waiting and per stop, in the objective's unit."""

    wait: float
    stop: float


@dataclass(frozen=True)
class Weights:
    """What waiting, stops and queues that outgrow their street are worth.

    stop_s: seconds of delay that one stop counts as. `delay`: what braking and starting cost on top of the
    waiting (60 km/h, 1.6 and 2 m/s2: about 9 s, of which the queue holds half). `co2`: fuel of a stop over
    fuel of an idling second in the emission model that SUMO runs by default, 18 s. `stops`: stops first.
    spill_s: seconds for each vehicle that does not fit into its street, each cycle. by_movement: rates of
    movements whose mix of vehicles is known (see optimize/pollutants.py).
    """

    stop_s: float
    spill_s: float = 120.0
    by_movement: Mapping[MovementKey, Rates] = field(default_factory=dict)

    def rates(self, key: MovementKey) -> Rates:
        """Rates of one movement."""
        return self.by_movement.get(key) or Rates(1.0, self.stop_s)


OBJECTIVE_WEIGHTS: Mapping[str, Weights] = {
    "delay": Weights(5.0),
    "co2": Weights(18.0),
    "stops": Weights(90.0),
}
MODELLED_SATURATION = 0.97
"""Highest degree of saturation inside the cyclic model; what exceeds it is counted as overflow."""


@dataclass(frozen=True)
class SettingModel:
    """One program of one intersection, seen by its movements; seconds count from its own offset.

    service: veh/s that each movement can discharge in each second; overflow: vehicle seconds an hour by
    movement that chance and oversaturation add whatever the coordination; degree: highest degree of
    saturation of a lane; own_cycle_s: the program's cycle, of which the profiles hold a whole number.
    """

    program: AnyProgram
    service: Mapping[MovementKey, Profile]
    overflow: Mapping[MovementKey, float]
    degree: float
    own_cycle_s: int

    def overflow_cost(self, weights: Weights) -> float:
        """Overflow of all movements: its waiting, and one more stop a cycle of those who are left over."""
        return sum(
            seconds * (weights.rates(key).wait + weights.rates(key).stop / self.own_cycle_s)
            for key, seconds in self.overflow.items()
        )

    def left_over_veh(self, key: MovementKey) -> float:
        """Mean number of vehicles that the green before has left over."""
        return self.overflow.get(key, 0.0) / 3600


def repeated(model: SettingModel, period_s: int) -> SettingModel:
    """The same program over a longer common period: an intersection at half the common cycle.

    Raises ValueError if the period is no multiple of the program's cycle.
    """
    times, rest = divmod(period_s, model.own_cycle_s)
    if rest:
        raise ValueError(f"{period_s} s is no multiple of a cycle of {model.own_cycle_s} s")
    service = {key: np.tile(profile, times) for key, profile in model.service.items()}
    return replace(model, service=service)


def model_setting(
    layout: SignalLayout,
    program: AnyProgram,
    demand: Demand,
    movements: Mapping[MovementKey, Sequence[Movement]],
) -> SettingModel:
    """Model the movements of one intersection (`movements`: only its own) under one program."""
    states = cycle_states(layout, program)
    services = link_services(layout, states, demand.flow_vph, demand.saturation_vph, demand.lanes)
    degrees = lane_degrees(services, demand.lanes)
    green = green_matrix(states)
    lanes = demand.lanes or {}
    lane_flow: dict[object, float] = {}
    for link, service in services.items():
        lane = lanes.get(link, link)
        lane_flow[lane] = lane_flow.get(lane, 0.0) + service.flow_vph
    profiles: dict[MovementKey, Profile] = {}
    overflow: dict[MovementKey, float] = {}
    for key, links in movements.items():
        profile = np.zeros(len(states))
        for movement in links:
            found = services.get(movement.link)
            if found is None or found.flow_vph <= 0:
                continue
            lane = lanes.get(movement.link, movement.link)
            window = _served_seconds(green[movement.link], states, movement.link)
            degree = degrees[lane]
            capacity = found.flow_vph / degree / 3600 * len(states)
            profile += capacity * window / max(1.0, window.sum())
            lane_capacity = max(LEAST_CAPACITY_VPH, lane_flow[lane] / max(degree, 1e-9))
            added = found.flow_vph * overflow_delay_s(lane_capacity, degree)
            overflow[key] = overflow.get(key, 0.0) + added
        if profile.any():
            profiles[key] = profile
    highest = max(degrees.values(), default=0.0)
    return SettingModel(program, profiles, overflow, highest, len(states))


def bounded_arrivals(arrivals: Profile, service: Profile) -> Profile:
    """Arrivals scaled down where they exceed what a cycle can serve, so that queues are periodic."""
    capacity = service.sum(axis=-1, keepdims=True) * MODELLED_SATURATION
    wanted = arrivals.sum(axis=-1, keepdims=True)
    factor = np.minimum(1.0, capacity / np.maximum(wanted, 1e-12))
    bounded: Profile = arrivals * factor
    return bounded


def queues_of(
    arrivals: Mapping[MovementKey, Profile], service: Mapping[MovementKey, Profile]
) -> dict[MovementKey, Queueing]:
    """The stop lines of several movements of one cycle, computed together."""
    if not service:
        return {}
    rates = np.stack(list(service.values()))
    coming = np.stack([arrivals[key] for key in service])
    found = cyclic_queue(bounded_arrivals(coming, rates), rates)
    return {
        key: Queueing(
            found.queued_departures[row],
            found.free_departures[row],
            found.waiting[row],
            found.stops[row],
        )
        for row, key in enumerate(service)
    }


def _served_seconds(green: NDArray[np.bool_], states: Sequence[str], link: int) -> Profile:
    """Seconds in which a queue discharges: start-up lost, the first seconds of amber used."""
    cycle = len(green)
    if green.all():
        return np.ones(cycle)
    served = green.astype(float)
    for second in range(cycle):
        if green[second] and not green[second - 1]:
            for late in range(int(START_UP_LOST_S)):
                served[(second + late) % cycle] = 0.0
        if not green[second] and green[second - 1]:
            for late in range(math.ceil(AMBER_USED_S)):
                at = (second + late) % cycle
                if states[at][link] == "y":
                    served[at] = min(1.0, AMBER_USED_S - late)
    return served
