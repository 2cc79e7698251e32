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
        Measure(
            "co2e_g",
            "g/veh-km",
            "CO2 and CH4 (100 years) per vehicle-km, insertion queue idling included",
            label="CO2e",
        ),
        Measure(
            "pm_mg",
            "mg/veh-km",
            "exhaust PM per vehicle-km, insertion queue idling included; wear is not in it",
            label="exhaust PM",
        ),
        Measure(
            "soot_mg",
            "mg/veh-km",
            "exhaust black carbon per vehicle-km, insertion queue idling included",
            label="soot",
        ),
        Measure(
            "nonexhaust_pm10_mg",
            "mg/veh-km",
            "PM10 of tyres, brakes and road surface per vehicle-km; never part of PM or soot",
            label="wear PM10",
        ),
        Measure(
            "electricity_kwh",
            "kWh/veh-km",
            "electricity of battery vehicles per vehicle-km of all vehicles, heating included",
            label="electricity",
        ),
        Measure(
            "fuel_total_kg",
            "kg",
            "fuel of all vehicles of the window, insertion queue idling included",
            label="fuel total",
        ),
        Measure(
            "co2e_total_kg",
            "kg",
            "CO2 and CH4 of all vehicles of the window, insertion queue idling included",
            label="CO2e total",
        ),
        Measure(
            "nox_total_g",
            "g",
            "tailpipe NOx of all vehicles of the window, insertion queue idling included",
            label="NOx total",
        ),
        Measure(
            "pm_total_g",
            "g",
            "exhaust PM of all vehicles of the window, insertion queue idling included",
            label="exhaust PM total",
        ),
        Measure(
            "soot_total_g",
            "g",
            "exhaust black carbon of all vehicles of the window, insertion queue idling included",
            label="soot total",
        ),
        Measure(
            "nonexhaust_pm10_total_g",
            "g",
            "PM10 of tyres, brakes and road surface of all vehicles of the window",
            label="wear PM10 total",
        ),
        Measure(
            "electricity_total_kwh",
            "kWh",
            "electricity of the battery vehicles of the window, heating included",
            label="electricity total",
        ),
        Measure(
            "money_eur",
            "EUR",
            "time lost by persons, CO2e, NOx and exhaust PM of the window at declared prices",
            label="cost",
        ),
    )
}
