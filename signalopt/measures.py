"""The measures: one vocabulary of names, units, definitions and directions for all rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with a name, a unit, a population and a direction (`lower` or `higher` is better)."""

    name: str
    unit: str
    definition: str
    better: str = "lower"
    label: str = ""


MEASURES: dict[str, Measure] = {
    m.name: m
    for m in (
        Measure(
            "delay_s",
            "s/veh",
            "timeLoss + departDelay, mean over all vehicles scheduled to depart in the window, arrived"
            " or not; run continues until they have left or the hard stop",
            label="delay",
        ),
        Measure(
            "stops",
            "1/veh",
            "halts (speed < 0.1 m/s) per vehicle scheduled in the window",
            label="stops",
        ),
        Measure(
            "speed_kph",
            "km/h",
            "distance driven / (time in the network), vehicles of the window",
            "higher",
            "speed",
        ),
        Measure(
            "travel_time_s",
            "s/veh",
            "duration + departDelay, mean over vehicles of the window",
            label="travel time",
        ),
        Measure(
            "person_delay_s",
            "s/person",
            "delay of vehicles weighted by occupancy of their class, and of pedestrians",
            label="person delay",
        ),
        Measure(
            "pedestrian_delay_s",
            "s/ped",
            "timeLoss of the walks of persons who set out in the window, mean over pedestrians",
            label="pedestrian delay",
        ),
        Measure(
            "time_loss_s",
            "s/veh",
            "timeLoss (driving below the wished speed; planned stops do not count), mean over all"
            " vehicles scheduled in the window",
            label="time loss inside the network",
        ),
        Measure(
            "depart_delay_s",
            "s/veh",
            "departDelay (waiting to enter), mean over all vehicles scheduled in the window",
            label="wait at the entry",
        ),
        Measure(
            "throughput",
            "veh",
            "vehicles of the window that reached their destination",
            "higher",
            "arrived vehicles",
        ),
        Measure(
            "not_inserted",
            "veh",
            "vehicles of the window that could not enter the network",
            label="never inserted",
        ),
        Measure(
            "unfinished",
            "veh",
            "vehicles of the window inside the network at the hard stop",
            label="unfinished",
        ),
        Measure(
            "collisions", "1", "collisions reported by SUMO in the whole run", label="collisions"
        ),
        Measure("teleports", "1", "teleports reported by SUMO in the whole run", label="teleports"),
        Measure(
            "fuel_g",
            "g/veh-km",
            "fuel per vehicle-km, insertion queue idling included",
            label="fuel",
        ),
        Measure(
            "co2_g",
            "g/veh-km",
            "tailpipe CO2 per vehicle-km, insertion queue idling included",
            label="CO2",
        ),
        Measure(
            "nox_mg",
            "mg/veh-km",
            "tailpipe NOx per vehicle-km, insertion queue idling included",
            label="NOx",
        ),
        Measure(
            "co2_total_kg",
            "kg",
            "tailpipe CO2 of all vehicles of the window, insertion queue idling included",
            label="CO2 total",
        ),
        Measure(
            "fuel_driven_g",
            "g/veh-km",
            "fuel per vehicle-km without insertion queue idling",
            label="fuel without entry queue",
        ),
        Measure(
            "co2_driven_g",
            "g/veh-km",
            "tailpipe CO2 per vehicle-km without insertion queue idling",
            label="CO2 without entry queue",
        ),
        Measure(
            "nox_driven_mg",
            "mg/veh-km",
            "tailpipe NOx per vehicle-km without insertion queue idling",
            label="NOx without entry queue",
        ),
    )
}
