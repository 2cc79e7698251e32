"""Running sums over the vehicles and pedestrians of a window, and the measures that follow from them.

Sums are kept by vehicle type and added up, so that a measure of a class and of all is one formula.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Sums:
    """Running sums of one vehicle type, class, or of all: counts, seconds, metres.

    waiting_s: standing for traffic; dwell_s: standing at planned stops; halts counts the former,
    services the latter. lost_km: what
    vehicles would have driven further in the seconds lost in motion, each at its own mean moving speed.
    device_*: mg as SUMO's emission device counted them (0 without it).
    """

    vehicles: int = 0
    inserted: int = 0
    arrived: int = 0
    time_loss_s: float = 0.0
    depart_delay_s: float = 0.0
    duration_s: float = 0.0
    distance_m: float = 0.0
    stops: int = 0
    services: int = 0
    waiting_s: float = 0.0
    dwell_s: float = 0.0
    lost_km: float = 0.0
    device_fuel_mg: float = 0.0
    device_co2_mg: float = 0.0
    device_nox_mg: float = 0.0
    device_pm_mg: float = 0.0
    persons: float = 0.0
    person_delay_s: float = 0.0

    def add(self, other: Sums) -> None:
        """Add the sums of another type."""
        for field in fields(self):
            value = getattr(self, field.name) + getattr(other, field.name)
            setattr(self, field.name, value)

    def measures(self) -> dict[str, float]:
        """Measures of traffic by name (see signalopt.measures); those without a population are left out."""
        found: dict[str, float] = {
            "throughput": self.arrived,
            "not_inserted": self.vehicles - self.inserted,
            "unfinished": self.inserted - self.arrived,
        }
        if self.vehicles:
            found["delay_s"] = (self.time_loss_s + self.depart_delay_s) / self.vehicles
            found["time_loss_s"] = self.time_loss_s / self.vehicles
            found["depart_delay_s"] = self.depart_delay_s / self.vehicles
            found["stops"] = self.stops / self.vehicles
            found["travel_time_s"] = (self.duration_s + self.depart_delay_s) / self.vehicles
        if self.duration_s > 0:
            found["speed_kph"] = 3.6 * self.distance_m / self.duration_s
        return found


@dataclass(slots=True)
class Walks:
    """Persons due in the window: how many walk, what they lost, how many have not arrived."""

    walkers: int = 0
    time_loss_s: float = 0.0
    unfinished: int = 0


def person_measures(total: Sums, walks: Walks, *, occupancy_known: bool) -> dict[str, float]:
    """Delay of pedestrians, and of persons in vehicles and on foot where the occupancy is known."""
    found: dict[str, float] = {}
    if walks.walkers:
        found["pedestrian_delay_s"] = walks.time_loss_s / walks.walkers
    persons = total.persons + walks.walkers
    if occupancy_known and persons:
        found["person_delay_s"] = (total.person_delay_s + walks.time_loss_s) / persons
    return found
