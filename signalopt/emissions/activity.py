"""What the vehicles of a class did: the only thing that the emission model wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches

import numpy as np

from signalopt.emissions.factors import Floats
from signalopt.emissions.response import IDLE, KM, PARTIAL, REFERENCE_CRUISE_KPH, STOP, TERMS
from signalopt.emissions.technology import kinematic_classes
from signalopt.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Activity:
    """Sums over the vehicles of one kinematic class.

    kinematic_class: `car`, `lcv`, `truck`, `bus` or `articulated_bus`.
    km: driven in the area. stops: full stops. idle_s: seconds at rest inside the area, engine on.
    entry_idle_s: seconds of waiting to enter. mean_trip_km: mean length driven per vehicle; a trip
    is longer than what the area shows of it, so that the cold start uses the longer of this and the
    fleet's `trip_km`. partial_stops: slowings without a halt. cruise_kph: speed that full stops
    start from.
    """

    kinematic_class: str
    vehicles: float
    km: float
    stops: float
    idle_s: float
    entry_idle_s: float = 0.0
    mean_trip_km: float = 0.0
    partial_stops: float = 0.0
    cruise_kph: float = REFERENCE_CRUISE_KPH

    def terms(self, *, entry: bool) -> Floats:
        """The activity as a vector over TERMS; `entry` counts the wait to enter as idling."""
        vector = np.zeros(len(TERMS))
        vector[KM], vector[STOP], vector[PARTIAL] = self.km, self.stops, self.partial_stops
        vector[IDLE] = self.idle_s + (self.entry_idle_s if entry else 0.0)
        return vector


def check_activities(activities: Sequence[Activity]) -> None:
    """Raise InputError with every unknown class and every negative or endless figure."""
    problems: list[Problem] = []
    known = kinematic_classes()
    for number, activity in enumerate(activities, start=1):
        where = f"activity {number}"
        name = activity.kinematic_class
        if name not in known:
            near = get_close_matches(name, known, n=2)
            hint = f"did you mean {' or '.join(near)}?" if near else ""
            problems.append(Problem(where, f"class {name!r}", ", ".join(known), hint))
        for field in fields(activity):
            value = getattr(activity, field.name)
            if not isinstance(value, str) and not (np.isfinite(value) and value >= 0):
                problems.append(
                    Problem(f"{where} ({name}): {field.name}", str(value), "a number from 0 on")
                )
    if problems:
        raise InputError(*problems)
