"""Clearance formulas: how long until the next traffic may start, and how long pedestrians need.

Sources. Amber 3 s and extension of red by the excess: ODM 218.6.003-2011, 9.2. Structure of the vehicle
formula (crossing time + clearing time - entering time), clearing speeds 10 m/s ahead and 7 m/s
turning, vehicle length 6 m and entering at 40 km/h: RiLSA 2015, chapter 2.6. Pedestrian green
`crossing / 1.3 + 5 s` and clearing time `crossing / (4 * 1.3)`: CIS practice (Kremenets, Pechersky,
Afanasiev, "Technical means of traffic organisation", 2005); the text of the Kazakh standard ST RK
1412 could not be read, so these stand in for it.
"""

from __future__ import annotations

import math

AMBER_S = 3
ALL_RED_S = 2
"""All-red of an ordinary Astana intersection (estimated; the police rule of November 2025 asks 4)."""
WALKING_MPS = 1.3
PEDESTRIAN_START_S = 5
CLEARING_THROUGH_MPS = 10.0
CLEARING_TURNING_MPS = 7.0
ENTERING_MPS = 40 / 3.6
VEHICLE_M = 6.0
PEDESTRIAN_LEAST_CLEARANCE_S = 3
FLASHING_GREEN_S = 3
REFUGE_M = 2.0
"""Least width of a median on which walkers may wait (SP 42.13330, islands of refuge; estimated for
Kazakhstan, whose standard could not be read)."""


def vehicle_intergreen_s(
    clear_m: float,
    enter_m: float,
    *,
    clear_mps: float = CLEARING_THROUGH_MPS,
    enter_mps: float = ENTERING_MPS,
    vehicle_m: float = VEHICLE_M,
    amber_s: int = AMBER_S,
    all_red_s: int = ALL_RED_S,
) -> int:
    """Whole seconds from end of green of a vehicle group to start of green of a conflicting one.

    clear_m: from the stop line of the ending movement to the conflict point; enter_m: from the stop
    line of the starting movement to it. The last vehicle passes its stop line at the end of amber;
    the first one enters without stopping. Never less than amber + all-red.
    """
    needed = amber_s + (clear_m + vehicle_m) / clear_mps - enter_m / enter_mps
    return max(amber_s + all_red_s, math.ceil(needed - 1e-9))


def vehicle_to_pedestrian_intergreen_s(
    clear_m: float,
    *,
    clear_mps: float = CLEARING_THROUGH_MPS,
    vehicle_m: float = VEHICLE_M,
    amber_s: int = AMBER_S,
    all_red_s: int = ALL_RED_S,
) -> int:
    """Whole seconds from end of a vehicle green to start of a conflicting pedestrian green.

    clear_m: from the stop line to the far side of the crossing. Pedestrians start at once.
    """
    return vehicle_intergreen_s(
        clear_m, 0.0, clear_mps=clear_mps, vehicle_m=vehicle_m, amber_s=amber_s, all_red_s=all_red_s
    )


def pedestrian_min_green_s(crossing_m: float) -> int:
    """Least pedestrian green (flashing included): crossing / 1.3 m/s + 5 s, rounded up."""
    return math.ceil(crossing_m / WALKING_MPS + PEDESTRIAN_START_S - 1e-9)


def pedestrian_intergreen_s(crossing_m: float, refuge_after_m: float | None = None) -> int:
    """Whole seconds from end of a pedestrian green to start of a conflicting vehicle green.

    CIS practice: crossing / (4 * 1.3 m/s), at least 3 s. Where a refuge island divides the crossing,
    `refuge_after_m` is its longest stretch without one, and whoever stepped off before the flashing
    reaches the island or the kerb: refuge_after_m / 1.3 m/s - 3 s of flashing, if that is longer.
    """
    seconds = crossing_m / (4 * WALKING_MPS)
    if refuge_after_m is not None:
        seconds = max(seconds, full_clearance_s(refuge_after_m) - FLASHING_GREEN_S)
    return max(PEDESTRIAN_LEAST_CLEARANCE_S, math.ceil(seconds - 1e-9))


def full_clearance_s(stretch_m: float) -> float:
    """Seconds that a walker needs for a stretch at 1.3 m/s."""
    return stretch_m / WALKING_MPS
