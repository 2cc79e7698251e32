"""What a vehicle emits per km, per stop and per idle second on a driving cycle, and its closure.

The cycle is that of the stop-cost table: cruise at 50 km/h, brake, stand, accelerate, cruise. The cost
of a stop is the sum over braking and accelerating less cruising over the same distance. Closure holds
cruise + stops + idle at mean speeds of 20 km/h (2.5 stops a km) and 30 km/h (1.2) against the hot
factors of EMEP/EEA; the numbers of stops are an assumption of the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from signalopt.emissions.phemlight_power import Rates, rates
from signalopt.emissions.phemlight_vehicle import PhemVehicle

CRUISE_MPS = 50 / 3.6
REST_S, CRUISE_S = 30, 20
LIGHT_ACCEL_MPS2, LIGHT_DECEL_MPS2 = 1.2, 1.5
HEAVY_ACCEL_MPS2, HEAVY_DECEL_MPS2 = 1.0, 1.2
POINTS = ((20.0, 2.5), (30.0, 1.2))
"""Mean speeds in km/h and full stops per km of the closure."""

Trace = tuple[tuple[float, float], ...]
"""Speed (m/s) and acceleration (m/s2), one a second."""


@dataclass(frozen=True, slots=True)
class Response:
    """Per km at 50 km/h, per full stop from it, per second standing: fuel and CO2 g, NOx and PM mg."""

    per_km: Rates
    per_stop: Rates
    per_idle_s: Rates
    lost_s: float


@dataclass(frozen=True, slots=True)
class Closure:
    """Model / hot factor at 20 and 30 km/h."""

    name: str
    co2: tuple[float, float]
    nox: tuple[float, float]
    pm: tuple[float, float]

    def mean(self) -> tuple[float, float, float]:
        """Means of both speeds: CO2, NOx, PM."""
        return tuple((a + b) / 2 for a, b in (self.co2, self.nox, self.pm))  # type: ignore[return-value]


def stop_trace(accel_mps2: float, decel_mps2: float, cruise_mps: float = CRUISE_MPS) -> Trace:
    """The cycle in seconds; the state of a second is that at its end, as SUMO takes it."""
    speeds = [cruise_mps] * CRUISE_S
    while speeds[-1] > 0:
        speeds.append(max(0.0, speeds[-1] - decel_mps2))
    speeds += [0.0] * REST_S
    while speeds[-1] < cruise_mps:
        speeds.append(min(cruise_mps, speeds[-1] + accel_mps2))
    speeds += [cruise_mps] * CRUISE_S
    before = [cruise_mps, *speeds[:-1]]
    return tuple((v, v - u) for u, v in zip(before, speeds, strict=True))


def manner_of(vehicle: PhemVehicle) -> tuple[float, float]:
    """Acceleration and braking of the cycle, m/s2."""
    if vehicle.mass_type == "LV":
        return LIGHT_ACCEL_MPS2, LIGHT_DECEL_MPS2
    return HEAVY_ACCEL_MPS2, HEAVY_DECEL_MPS2


def own_response(vehicle: PhemVehicle, cruise_mps: float = CRUISE_MPS) -> Response:
    """The response of an own vehicle by our evaluation of the engine power."""
    trace = stop_trace(*manner_of(vehicle), cruise_mps)
    return response_of(trace, [rates(vehicle, v, a) for v, a in trace], cruise_mps)


def response_of(trace: Trace, seconds: Sequence[Rates], cruise_mps: float = CRUISE_MPS) -> Response:
    """Response from the rates in each second of `stop_trace`."""
    values = np.array([[r.fuel_gps, r.co2_gps, r.nox_mgps, r.pm_mgps] for r in seconds])
    speeds = np.array([v for v, _ in trace])
    cruise = values[CRUISE_S // 2]
    idle = values[np.flatnonzero(speeds == 0)[REST_S // 2]]
    moving = (speeds > 0) & (np.arange(len(trace)) >= CRUISE_S)
    moving &= np.arange(len(trace)) < len(trace) - CRUISE_S
    halted = int(np.count_nonzero(speeds == 0)) - REST_S  # the second in which it comes to rest
    metres = float(speeds[moving].sum())
    stop = values[moving].sum(axis=0) + halted * idle - cruise * metres / cruise_mps
    lost_s = float(np.count_nonzero(moving)) + halted - metres / cruise_mps
    return Response(Rates(*(cruise / cruise_mps * 1000)), Rates(*stop), Rates(*idle), lost_s)


def closure_of(vehicle: PhemVehicle, response: Response) -> Closure:
    """Hold a response against the vehicle's hot factors."""

    def ratios(amount: Callable[[Rates], float], level: tuple[float, float]) -> tuple[float, float]:
        model = (_at(response, amount, *point) for point in POINTS)
        low, high = (m / known for m, known in zip(model, level, strict=True))
        return low, high

    level = vehicle.level
    return Closure(
        vehicle.name,
        ratios(lambda r: r.co2_gps, level.co2_gpkm),
        ratios(lambda r: r.nox_mgps, level.nox_mgpkm),
        ratios(lambda r: r.pm_mgps, level.pm_mgpkm),
    )


def _at(
    response: Response, amount: Callable[[Rates], float], speed_kph: float, stops_per_km: float
) -> float:
    idle_s = 3600 / speed_kph - 1000 / CRUISE_MPS - stops_per_km * response.lost_s
    return (
        amount(response.per_km)
        + stops_per_km * amount(response.per_stop)
        + idle_s * amount(response.per_idle_s)
    )
