"""What `evaluate` found: measures by plan and draw, and the activity that emissions follow from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.mesosim import engine
from signalopt.mesosim import kernel_sums as kernel

Array = NDArray[np.float64]
NAMES = (
    "delay_s", "stops", "speed_kph", "travel_time_s", "person_delay_s", "pedestrian_delay_s",
    "time_loss_s", "depart_delay_s", "throughput", "not_inserted", "unfinished",
)  # fmt: skip
"""Measures of signalopt.measures that the model gives."""


@dataclass(frozen=True)
class ClassActivity:
    """Arrays (plans, draws, classes). stops: full ones; idle_s: at rest inside; entry_idle_s: waiting
    to enter; slow_s: lost while moving, braking and accelerating included; partial_stops: slowings
    counted as the share of a full stop that they cost.
    """

    vehicles: Array
    km: Array
    stops: Array
    partial_stops: Array
    idle_s: Array
    entry_idle_s: Array
    slow_s: Array


@dataclass(frozen=True)
class MesoOutcome:
    """Results of all plans under all draws.

    sums: (plans, draws, classes, kernel.SUMS); walks: (plans, draws, 3); classes: vehicle types;
    persons: in one vehicle of each class.
    """

    classes: tuple[str, ...]
    persons: Array
    sums: Array
    walks: Array

    def measure(self, name: str) -> Array:
        """A measure of signalopt.measures by its name: array (plans, draws), NaN without population.

        Raises KeyError for a measure that the model does not have.
        """
        if name == "person_delay_s":
            return self._person_delay()
        if name == "pedestrian_delay_s":
            return _ratio(self.walks[..., engine.WALK_LOSS_S], self.walks[..., engine.WALKERS])
        return _measure(name, self.sums.sum(axis=2))

    def by_class(self, name: str) -> Array:
        """A measure of each class: array (plans, draws, classes). Raises KeyError."""
        return _measure(name, self.sums)

    def _person_delay(self) -> Array:
        s = self.sums
        delay = (s[..., kernel.TIME_LOSS] + s[..., kernel.DEPART_DELAY]) * self.persons
        persons = (s[..., kernel.VEHICLES] * self.persons).sum(axis=2)
        walkers = self.walks[..., engine.WALKERS]
        return _ratio(delay.sum(axis=2) + self.walks[..., engine.WALK_LOSS_S], persons + walkers)

    @property
    def activity(self) -> ClassActivity:
        """Kilometres, stops and idling by class."""
        s = self.sums
        return ClassActivity(
            vehicles=s[..., kernel.VEHICLES], km=s[..., kernel.DISTANCE] / 1000,
            stops=s[..., kernel.STOPS], partial_stops=s[..., kernel.PARTIAL],
            idle_s=s[..., kernel.IDLE], entry_idle_s=s[..., kernel.DEPART_DELAY],
            slow_s=np.maximum(s[..., kernel.TIME_LOSS] - s[..., kernel.IDLE], 0.0),
        )  # fmt: skip

    @property
    def locked(self) -> NDArray[np.bool_]:
        """Runs (plans, draws) in which a vehicle of the window had not arrived by the hard stop."""
        s = self.sums.sum(axis=2)
        return np.asarray(s[..., kernel.VEHICLES] > s[..., kernel.ARRIVED])


def _measure(name: str, s: Array) -> Array:
    vehicles, inside = s[..., kernel.VEHICLES], s[..., kernel.DURATION]
    lost, waited = s[..., kernel.TIME_LOSS], s[..., kernel.DEPART_DELAY]
    counts = {
        "throughput": s[..., kernel.ARRIVED],
        "not_inserted": vehicles - s[..., kernel.INSERTED],
        "unfinished": s[..., kernel.INSERTED] - s[..., kernel.ARRIVED],
    }
    if name in counts:
        return np.asarray(counts[name], np.float64)
    if name == "speed_kph":
        return _ratio(3.6 * s[..., kernel.DISTANCE], inside)
    totals = {
        "delay_s": lost + waited, "time_loss_s": lost, "depart_delay_s": waited,
        "travel_time_s": inside + waited, "stops": s[..., kernel.STOPS],
    }  # fmt: skip
    return _ratio(totals[name], vehicles)


def _ratio(above: Array, below: Array) -> Array:
    """Above / below, NaN where there is nobody."""
    out: Array = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out
