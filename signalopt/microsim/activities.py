"""SUMO's trips as the activity of the emission model: km, full stops, idle seconds.

SUMO counts a halt whenever a vehicle falls below 0.1 m/s. In a queue most halts start from a crawl
and cost far less than a full stop, while cruising in traffic costs more than an even 50 km/h and time
lost in motion is partly braking and accelerating: much of it at speed, little of it in a crawl. So the
lost seconds count by the distance that they would have been worth (`lost_km`).
`data/stop_equivalents.toml` of the emissions says how many full stops a trip, a km, a halt and a lost km
are worth: fitted to PHEMlight5 runs by `benchmarks.emissions`, so that one response serves all simulators.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from signalopt.emissions.activity import Activity
from signalopt.emissions.evidence import read_toml
from signalopt.microsim.sums import Sums


@dataclass(frozen=True, slots=True)
class Equivalents:
    """Full stops that a trip, a km, a halt and a km lost in motion are worth; idle of a lost second.

    A trip costs something by itself because vehicles enter the network below their speed.
    vehicle: base vehicle that SUMO's PHEMlight5 drives for the class. response: pollutant to its
    raw amount per km, full stop and idle second on the driving cycle.
    """

    vehicle: str
    stops_per_trip: float
    stops_per_km: float
    stops_per_halt: float
    stops_per_lost_km: float
    idle_per_slow_s: float
    response: tuple[tuple[str, tuple[float, float, float]], ...]

    @property
    def worth(self) -> tuple[float, float, float, float, float]:
        """Full stops of a trip, a km, a halt and a lost km, and idle seconds of a lost second."""
        return (
            self.stops_per_trip, self.stops_per_km, self.stops_per_halt, self.stops_per_lost_km,
            self.idle_per_slow_s,
        )  # fmt: skip


@lru_cache(maxsize=1)
def equivalents() -> dict[str, Equivalents]:
    """The fitted equivalents by kinematic class."""
    found = {}
    for name, row in read_toml("stop_equivalents").items():
        response = tuple((key, tuple(value)) for key, value in row["response"].items())
        found[name] = Equivalents(
            row["vehicle"], row["stops_per_trip"], row["stops_per_km"], row["stops_per_halt"],
            row["stops_per_lost_km"], row["idle_per_slow_s"], response,
        )  # fmt: skip
    return found


def lost_km(distance_m: float, slow_s: float, moving_s: float) -> float:
    """Km that somebody would have driven in the seconds lost in motion, at the mean speed of moving.

    At most the distance driven; 0 for who never moved.
    """
    if slow_s <= 0 or moving_s <= 0:
        return 0.0
    return distance_m / 1000 * min(1.0, slow_s / moving_s)


def activity_of(kinematic_class: str, sums: Sums) -> Activity:
    """Activity of the vehicles of one type; planned stops are halts, their dwell is idling.

    Where no lost km were counted by vehicle (the queue model), they follow from the sums.
    Raises KeyError for a class without equivalents.
    """
    e = equivalents()[kinematic_class]
    km = sums.distance_m / 1000
    slow_s = max(0.0, sums.time_loss_s - sums.waiting_s)
    idle_s = sums.waiting_s + sums.dwell_s
    lost = sums.lost_km or lost_km(sums.distance_m, slow_s, sums.duration_s - idle_s)
    stops = (
        e.stops_per_trip * sums.inserted
        + e.stops_per_km * km
        + e.stops_per_halt * (sums.stops + sums.services)
        + e.stops_per_lost_km * lost
    )
    return Activity(
        kinematic_class=kinematic_class,
        vehicles=sums.vehicles,
        km=km,
        stops=stops,
        idle_s=idle_s + e.idle_per_slow_s * slow_s,
        entry_idle_s=sums.depart_delay_s,
        mean_trip_km=km / sums.inserted if sums.inserted else 0.0,
    )


def base_amounts(activity: Activity) -> dict[str, float]:
    """What the base vehicle of the class emits for an activity by its response, entry queue left out."""
    return {
        name: per_km * activity.km + per_stop * activity.stops + per_idle_s * activity.idle_s
        for name, (per_km, per_stop, per_idle_s) in equivalents()[activity.kinematic_class].response
    }
