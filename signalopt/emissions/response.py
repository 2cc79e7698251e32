"""Response to driving: the shape of the power model, scaled to the hot level of each technology.

Model of a vehicle: E = alpha km + beta stops + beta_partial slowings + gamma idle_s,
linear in what the vehicle did. Closure: per km at 20 km/h with 2.5 stops and at 30 km/h with 1.2
stops the raw shape is divided by the hot factor at that speed; the mean of the two quotients divides
the shape. An uncertain stop or idle second acts before that, so that it moves the balance of stop,
idle and cruise and not the level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from signalopt.emissions.evidence import read_toml
from signalopt.emissions.factors import Draw, Floats
from signalopt.emissions.technology import (
    POLLUTANTS_WITH_LEVEL,
    Technology,
    load_technologies,
)

TERMS = ("km", "stop", "partial_stop", "idle_s")
KM, STOP, PARTIAL, IDLE = range(len(TERMS))
REFERENCE_CRUISE_KPH = 50.0


@dataclass(frozen=True, slots=True)
class Response:
    """Raw response of one base vehicle: pollutant -> (per km, stop, idle second)."""

    name: str
    title: str
    group: str
    cruise_kph: float
    lost_time_s: float
    stop_speed_exponent: float
    raw: Mapping[str, tuple[float, float, float]]
    evidence: str
    source: str


@lru_cache(maxsize=1)
def load_responses() -> Mapping[str, Response]:
    """All base vehicles of `data/responses.toml` by name."""
    return {name: _response(name, row) for name, row in read_toml("responses").items()}


def _response(name: str, row: Mapping[str, Any]) -> Response:
    raw = {
        key: (float(v["km"]), float(v["stop"]), float(v["idle_s"]))
        for key, v in row.items()
        if isinstance(v, dict)
    }
    return Response(
        name=name,
        title=row["title"],
        group=row["group"],
        cruise_kph=float(row["cruise_kph"]),
        lost_time_s=float(row["lost_time_s"]),
        stop_speed_exponent=float(row["stop_speed_exponent"]),
        raw=raw,
        evidence=row["evidence"],
        source=row["source"],
    )


def shape(response: Response, pollutant: str, draw: Draw) -> Floats:
    """Raw response with its uncertain stop and idle: array (draws, terms), from the cycle's speed."""
    km, stop, idle = response.raw[pollutant]
    heavy = response.group in ("bus", "truck", "articulated")
    stops = stop * draw.factor(f"stop_{response.group}")
    terms = (
        np.full(len(draw), km),
        stops,
        stops * draw.factor("partial_stop_share"),
        idle * draw.factor("idle_heavy" if heavy else "idle_light"),
    )
    return np.stack(terms, axis=-1)


def shape_of_electricity(response: Response, draw: Draw) -> Floats:
    """KWh at the battery per term: array (draws, terms); heating apart."""
    km, stop, idle = response.raw["electricity_kwh"]
    stops = stop * draw.factor("stop_electric")
    one = np.ones(len(draw))
    partial = stops * draw.factor("partial_stop_share")
    return np.stack((km * one, stops, partial, idle * one), axis=-1)


@dataclass(frozen=True, slots=True)
class DrivingState:
    """What a vehicle does per km at a mean speed; one of the two at which levels are closed."""

    speed_kph: float
    stops_per_km: float

    def idle_s_per_km(self, response: Response) -> float:
        """Seconds at rest per km: what remains of the time after cruise and the loss of the stops."""
        cruise_s = 3600 / response.cruise_kph
        return 3600 / self.speed_kph - cruise_s - self.stops_per_km * response.lost_time_s

    def per_km(self, response: Response, coefficients: Floats) -> Floats:
        """Emission per km in this state, from coefficients with the terms as last axis."""
        activity = np.zeros(len(TERMS))
        activity[KM], activity[STOP] = 1.0, self.stops_per_km
        activity[IDLE] = self.idle_s_per_km(response)
        return np.asarray(coefficients @ activity)


@lru_cache(maxsize=1)
def closure_states() -> tuple[DrivingState, ...]:
    """The two driving states of `data/closure.toml`."""
    rows = read_toml("closure")["state"]
    return tuple(DrivingState(float(r["speed_kph"]), float(r["stops_per_km"])) for r in rows)


def hot(technology: Technology, pollutant: str, draw: Draw) -> Floats:
    """Hot coefficients of a technology, level without its uncertainty: array (draws, terms).

    Zero where the technology has no level (battery vehicles).
    """
    levels = technology.level[pollutant]
    response = load_responses()[technology.base]
    if levels[0] == 0:
        return np.zeros((len(draw), len(TERMS)))
    raw = shape(response, pollutant, draw)
    quotients = [
        state.per_km(response, raw) / level
        for state, level in zip(closure_states(), levels, strict=True)
    ]
    return np.asarray(raw / np.mean(quotients, axis=0)[:, None])


def stop_speed_factor(response: Response, cruise_kph: float) -> float:
    """Cost of a stop from `cruise_kph` against one from the speed of the cycle (50 km/h)."""
    return float((cruise_kph / response.cruise_kph) ** response.stop_speed_exponent)


@dataclass(frozen=True, slots=True)
class Closure:
    """How the scaled model meets the hot factor of a technology: model / level at 20 and 30 km/h.

    raw_20, raw_30: the same before scaling.
    """

    technology: Technology
    pollutant: str
    level_20: float
    level_30: float
    raw_20: float
    raw_30: float
    at_20: float
    at_30: float


def closure_table() -> tuple[Closure, ...]:
    """Closure of every technology that has a level, all pollutants."""
    central, rows = Draw(), []
    for technology in load_technologies().values():
        response = load_responses()[technology.base]
        for pollutant in POLLUTANTS_WITH_LEVEL:
            levels = technology.level[pollutant]
            if levels[0] == 0:
                continue
            both = (shape(response, pollutant, central), hot(technology, pollutant, central))
            (raw_20, raw_30), (at_20, at_30) = (
                [
                    float(state.per_km(response, c)[0]) / level
                    for state, level in zip(closure_states(), levels, strict=True)
                ]
                for c in both
            )
            rows.append(Closure(technology, pollutant, *levels, raw_20, raw_30, at_20, at_30))
    return tuple(rows)
