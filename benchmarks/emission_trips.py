"""Trips that SUMO's PHEMlight5 device has counted: what each vehicle did and emitted, and the fit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from signalopt.microsim.activities import equivalents, lost_km
from signalopt.microsim.kinematics import kind_of
from signalopt.microsim.schedule import Schedule
from signalopt.microsim.stream import stream

Floats = NDArray[np.float64]

POLLUTANTS = ("co2_g", "nox_mg", "pm_mg")
# CO2 decides; the others only break ties, their level follows in the response
WEIGHTS = (1.0, 0.1, 0.15)
RUN_WEIGHT = 3.0
"""Weight of the sum over a run against its trips one by one: plans are compared by their sums."""


@dataclass(frozen=True, slots=True)
class Trips:
    """One row a vehicle of a class: km, halts, idle seconds, seconds and km lost in motion; amounts.

    run: number of the simulation run that each row comes from.
    """

    did: Floats
    emitted: Floats
    run: NDArray[np.int64]

    def joined(self, other: Trips) -> Trips:
        """Both, one below the other; the runs of `other` are others."""
        runs = np.concatenate((self.run, other.run + self.run.max() + 1))
        return Trips(
            np.vstack((self.did, other.did)), np.vstack((self.emitted, other.emitted)), runs
        )


@dataclass(frozen=True, slots=True)
class Fit:
    """Full stops that a trip, a km, a halt and a lost km are worth, and idle of a lost second.

    r2: share of the variance of CO2, NOx, PM over vehicles that the model explains.
    """

    stops_per_trip: float
    stops_per_km: float
    stops_per_halt: float
    stops_per_lost_km: float
    idle_per_slow_s: float
    r2: tuple[float, float, float]
    vehicles: int


def read_trips(tripinfo: Path, schedule: Schedule) -> dict[str, Trips]:
    """Trips of the window by kinematic class."""
    rows: dict[str, list[tuple[list[float], list[float]]]] = {}
    for element in stream(tripinfo, ("tripinfo",)):
        type_id = element.get("vType", "")
        kind = kind_of(type_id, schedule.type_of(type_id))
        found = element.find("emissions")
        if (
            element.get("id") not in schedule.vehicles
            or kind is None
            or found is None
            or float(element.get("depart", "-1")) < 0
        ):
            continue
        waiting_s = float(element.get("waitingTime", "0"))
        halts = float(element.get("waitingCount", "0"))
        halts += schedule.services.get(element.get("id", ""), 0)
        slow_s = max(0.0, float(element.get("timeLoss", "0")) - waiting_s)
        idle_s = waiting_s + float(element.get("stopTime", "0"))
        metres = float(element.get("routeLength", "0"))
        moving_s = float(element.get("duration", "0")) - idle_s
        did = [metres / 1000, halts, idle_s, slow_s, lost_km(metres, slow_s, moving_s)]
        mg = [float(found.get(name, "0")) for name in ("CO2_abs", "NOx_abs", "PMx_abs")]
        rows.setdefault(kind.kinematic_class, []).append((did, [mg[0] / 1000, mg[1], mg[2]]))
    return {
        name: Trips(
            np.array([d for d, _ in both]),
            np.array([e for _, e in both]),
            np.zeros(len(both), dtype=np.int64),
        )
        for name, both in rows.items()
    }


def fit(kinematic_class: str, trips: Trips) -> Fit:
    """Equivalents that make the cycle's response meet the device: non-negative least squares.

    The idle seconds keep the response of the idle table; what is left over cruise and idle is given
    to trips, km, halts and what was lost in motion. Each run's sum is one more equation.
    """
    response = dict(equivalents()[kinematic_class].response)
    km, halts, idle_s, slow_s, lost = trips.did.T
    left, right = [], []
    for i, (name, weight) in enumerate(zip(POLLUTANTS, WEIGHTS, strict=True)):
        per_km, per_stop, per_idle_s = response[name]
        scale = weight / float(trips.emitted[:, i].mean())
        columns = (
            per_stop * np.ones_like(km),
            per_stop * km,
            per_stop * halts,
            per_stop * lost,
            per_idle_s * slow_s,
        )
        matrix = scale * np.stack(columns, axis=1)
        target = scale * (trips.emitted[:, i] - per_km * km - per_idle_s * idle_s)
        left.append(matrix)
        right.append(target)
        for run in np.unique(trips.run):
            own = trips.run == run
            # as if each of the run's trips were its mean trip
            factor = RUN_WEIGHT / np.sqrt(own.sum())
            left.append(factor * matrix[own].sum(axis=0, keepdims=True))
            right.append(factor * target[own].sum(keepdims=True))
    found, _ = nnls(np.vstack(left), np.concatenate(right))
    values = [float(x) for x in found]
    trip, per_km, halt, per_lost_km, idle = values
    return Fit(trip, per_km, halt, per_lost_km, idle, _explained(response, trips, values), len(km))


def _explained(
    response: dict[str, tuple[float, float, float]], trips: Trips, values: list[float]
) -> tuple[float, float, float]:
    km, halts, idle_s, slow_s, lost = trips.did.T
    stops = values[0] + values[1] * km + values[2] * halts + values[3] * lost
    shares = []
    for i, name in enumerate(POLLUTANTS):
        a, b, c = response[name]
        rest = trips.emitted[:, i] - (a * km + b * stops + c * (idle_s + values[4] * slow_s))
        shares.append(1 - float(rest.var() / trips.emitted[:, i].var()))
    return shares[0], shares[1], shares[2]
