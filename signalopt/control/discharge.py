"""How queues discharge, by plain physics of a case's vehicles: saturation headway and start-up loss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from signalopt.errors import InputError, Problem
from signalopt.files import read_xml
from signalopt.mesosim.calibration import Calibration
from signalopt.mesosim.vehicle_types import TypeBook, read_types
from signalopt.scenario.case import Case

USUAL_HEADWAY_S = 1.9
"""Seconds a vehicle where nothing is known: 1900 vehicles an hour and lane (HCM 2000, chapter 16)."""
USUAL_STARTUP_S = 2.0
"""Start-up lost time where nothing is known (HCM 2000, chapter 16)."""


def discharge(
    case: Case, speed_mps: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Saturation headway and start-up loss in seconds for lanes of these speeds, arrays of one shape.

    A follower keeps its time gap tau and the room of a vehicle at the speed of the lane; uneven driving
    adds (see `mesosim.calibration`). From rest to speed v a vehicle loses v / (2 a) against driving at v.
    Means over the case's vehicles, by type. Raises InputError for types that nobody defines.
    """
    driven: Counter[str] = Counter()
    for path in case.route_files:
        root = read_xml(path, "a SUMO route file").getroot()
        driven.update(v.get("type", "DEFAULT_VEHTYPE") for v in root.iterfind("vehicle"))
    if not driven:
        return np.full(speed_mps.shape, USUAL_HEADWAY_S), np.full(speed_mps.shape, USUAL_STARTUP_S)
    known = read_types((*case.additional_files, *case.route_files))
    headway, startup = np.zeros(speed_mps.shape), np.zeros(speed_mps.shape)
    uneven = Calibration().uneven
    total = sum(driven.values())
    for name, count in _by_type(driven, known).items():
        kind = known.types[name]
        speed = np.minimum(speed_mps, kind.max_speed_mps)
        headway += count * (
            kind.tau_s + uneven * kind.sigma + (kind.length_m + kind.min_gap_m) / speed
        )
        startup += count * (kind.startup_s + speed / (2 * kind.accel_mps2))
    return headway / total, startup / total


def _by_type(driven: Mapping[str, int], known: TypeBook) -> dict[str, float]:
    """Vehicles by type; those of a distribution by its weights. SUMO refuses types that nobody defines."""
    found: dict[str, float] = {}
    for name, count in driven.items():
        names, weights = known.distributions.get(name, ((name,), (1.0,)))
        for one, weight in zip(names, weights, strict=True):
            found[one] = found.get(one, 0.0) + count * weight / sum(weights)
    unknown = sorted(set(found) - set(known.types))
    if unknown:
        raise InputError(*(Problem("routes", f"vehicle type `{n}`", "a vType") for n in unknown))
    return found
