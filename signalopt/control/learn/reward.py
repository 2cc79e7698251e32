"""What learning is paid for: the queued seconds and stops of a site, priced as our measures price them.

The reward of a site for one step is -(queued seconds + stop price x stops) / (10 x seconds of the step):
-1 means ten vehicles held up all the time. A queued second is the unit; for `co2` and `soot` a stop weighs as
many of them as it emits idle seconds' worth (coefficients of the fleet, season and vehicle mix of the case),
for `delay` a stop costs nothing beyond its time. A share of what its neighbours earn is added, so that nobody
gains by passing a queue on (T. Chu et al., Multi-agent deep reinforcement learning for large-scale traffic
signal control, IEEE T-ITS 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from signalopt.control.learn.reward_kernel import count_second
from signalopt.control.learn.spaces import Floats
from signalopt.emissions.coefficients import POLLUTANTS, class_coefficients
from signalopt.emissions.response import IDLE, STOP
from signalopt.errors import InputError, Problem
from signalopt.mesosim.model import MesoModel
from signalopt.microsim.kinematics import kind_of
from signalopt.microsim.pricing import fleet_for
from signalopt.microsim.schedule import read_schedule
from signalopt.scenario.emission_setting import emission_setting

if TYPE_CHECKING:
    from signalopt.control.city import City

REWARDS = ("delay", "co2", "soot")
_POLLUTANT = {"co2": "co2_g", "soot": "soot_mg"}
VEHICLES_FOR_ONE = 10.0
COOPERATION = 0.25
"""Weight of the neighbours' mean reward beside the site's own."""


def stop_price_s(model: MesoModel, reward: str) -> float:
    """Queued seconds that a full stop is worth. Raises InputError for an unknown reward."""
    if reward not in REWARDS:
        raise InputError(Problem("reward", f"`{reward}`", ", ".join(REWARDS)))
    if reward == "delay":
        return 0.0
    column = POLLUTANTS.index(_POLLUTANT[reward])
    fleet, temperature_c = emission_setting(model.case)
    schedule = read_schedule(model.case)
    counts = np.bincount(model.fleet.type_of, minlength=len(model.classes))
    stop = idle = 0.0
    for name, count in zip(model.classes, counts, strict=True):
        kind = kind_of(name, schedule.type_of(name))
        if kind is None:
            continue
        central, _ = class_coefficients(fleet_for(fleet, kind), kind.kinematic_class, temperature_c)
        stop += count * float(central[column, STOP])
        idle += count * float(central[column, IDLE])
    return stop / idle if idle > 0 else 0.0


def neighbours_of(city: City) -> Floats:
    """(N, N): row i shares one equally among the sites that i sends vehicles to or gets them from."""
    sites = len(city.sites)
    near = np.zeros((sites, sites), np.bool_)
    leads = np.flatnonzero(city.movement_next >= 0)
    source = city.movement_site[leads]
    goal = city.lane_site[city.movement_next[leads]]
    near[source, goal] = near[goal, source] = True
    np.fill_diagonal(near, val=False)
    share = near / np.maximum(near.sum(axis=1, keepdims=True), 1)
    return np.asarray(share, np.float32)


@dataclass
class Purse:
    """Adds up second by second what every site has cost since `settle` was last asked.

    held, left: of the last second, by lane; queued_s, stops: by site.
    """

    lane_site: NDArray[np.int32]
    neighbours: Floats
    stop_price: float
    held: Floats
    left: NDArray[np.int64]
    queued_s: NDArray[np.float64]
    stops: NDArray[np.float64]
    seconds: int = 0

    def count(self, held: Floats, left: NDArray[np.int64]) -> None:
        """One second has passed. By lane: vehicles at rest, vehicles over the stop line since the start."""
        count_second(self.lane_site, held, left, self.held, self.left, self.queued_s, self.stops)
        self.seconds += 1

    def settle(self) -> Floats:
        """Rewards (N,) of the seconds counted since the last time."""
        cost = self.queued_s + self.stop_price * self.stops
        own = -cost / (VEHICLES_FOR_ONE * max(self.seconds, 1))
        self.queued_s[:] = 0.0
        self.stops[:] = 0.0
        self.seconds = 0
        together = own + COOPERATION * (self.neighbours @ own)
        return np.asarray(together, np.float32)


def purse_of(city: City, stop_price: float) -> Purse:
    """An empty purse for a city in which nobody is yet."""
    lanes, sites = len(city.lanes), len(city.sites)
    return Purse(
        np.asarray(city.lane_site, np.int32), neighbours_of(city), stop_price,
        np.zeros(lanes, np.float32), np.zeros(lanes, np.int64), np.zeros(sites), np.zeros(sites),
    )  # fmt: skip
