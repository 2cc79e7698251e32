"""From SUMO's tripinfo and statistic output to the measures of one run.

Population: everyone scheduled in the window, arrived or not.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from signalopt.errors import SimulationError
from signalopt.microsim.activities import activity_of, lost_km
from signalopt.microsim.child import log_lines
from signalopt.microsim.command import SeedFiles
from signalopt.microsim.emission_detail import Emitted
from signalopt.microsim.kinematics import kind_of
from signalopt.microsim.pricing import Priced, Pricing, emission_measures, summed
from signalopt.microsim.result import SeedRun
from signalopt.microsim.schedule import Schedule
from signalopt.microsim.stream import required, stream
from signalopt.microsim.sums import Sums, Walks, person_measures

_SHOWN_LOST = 5
_SHOWN_WARNINGS = 20
# The projection library inside SUMO's wheel says this although no coordinate is transformed.
_NOISE = "pj_obj_create"


def read_run(
    seed: int,
    wall_s: float,
    files: SeedFiles,
    schedule: Schedule,
    occupancy: tuple[tuple[str, float], ...],
    pricing: Pricing | None = None,
) -> SeedRun:
    """Read what one run left behind; `pricing` turns what vehicles did into emissions (None:
    none are counted).

    Raises SimulationError if an output is missing, cut off or holds something else than expected, or
    if somebody scheduled in the window is missing from it.
    """
    types: dict[str, Sums] = {}
    walks = Walks()
    missing = set(schedule.vehicles)
    missing_persons = set(schedule.persons)
    try:
        for element in stream(files.tripinfo, ("tripinfo", "personinfo")):
            name = required(element, "id")
            if element.tag == "personinfo":
                if name in missing_persons:
                    missing_persons.remove(name)
                    _add_walks(walks, element)
            elif name in missing:
                missing.remove(name)
                _add_vehicle(types, element, schedule.services.get(name, 0))
        priced = {
            type_id: pricing.price(type_id, sums) for type_id, sums in types.items() if pricing
        }
        classes = _by_class(types, schedule, occupancy)
        events = _events(files)
    except etree.XMLSyntaxError as error:
        raise SimulationError(f"SUMO's output is cut off or broken: {error}") from error
    except OSError as error:
        raise SimulationError(f"SUMO's output cannot be read: {error}") from error
    except (KeyError, ValueError) as error:
        raise SimulationError(f"SUMO's output holds something unexpected: {error!r}") from error
    _refuse_lost("vehicles", missing, len(schedule.vehicles))
    _refuse_lost("persons", missing_persons, len(schedule.persons))
    total = Sums()
    for sums in classes.values():
        total.add(sums)
    measures = total.measures() | person_measures(total, walks, occupancy_known=bool(occupancy))
    measures |= emission_measures(summed(priced.values()), total.distance_m)
    measures["collisions"] = events["collisions"]
    measures["teleports"] = events["teleports"]
    return SeedRun(
        seed=seed,
        measures=measures,
        by_class={
            name: classes[name].measures()
            | emission_measures(of_class(name, priced, schedule), classes[name].distance_m)
            for name in sorted(classes)
        },
        complete=total.arrived == total.vehicles and walks.unfinished == 0,
        wall_s=wall_s,
        events=events,
        vehicle_types=tuple(sorted(types)),
        emitted=emitted_by(types, priced, schedule),
        pedestrians_unfinished=walks.unfinished,
        warnings=_warnings(files),
    )


def _add_vehicle(types: dict[str, Sums], element: etree._Element, services: int) -> None:
    values = element.attrib
    type_id = required(element, "vType")
    sums = types.get(type_id)
    if sums is None:
        sums = types[type_id] = Sums()
    sums.vehicles += 1
    sums.time_loss_s += float(values["timeLoss"])
    sums.depart_delay_s += float(values["departDelay"])
    if float(values["depart"]) < 0:
        return  # never inserted: SUMO still writes a distance, that was not driven
    sums.inserted += 1
    duration_s, distance_m = float(values["duration"]), float(values["routeLength"])
    waiting_s, dwell_s = float(values["waitingTime"]), float(values["stopTime"])
    sums.duration_s += duration_s
    sums.distance_m += distance_m
    sums.stops += int(values["waitingCount"])
    sums.services += services
    sums.waiting_s += waiting_s
    sums.dwell_s += dwell_s
    slow_s = float(values["timeLoss"]) - waiting_s
    sums.lost_km += lost_km(distance_m, slow_s, duration_s - waiting_s - dwell_s)
    sums.arrived += float(values["arrival"]) >= 0
    emissions = element.find("emissions")
    if emissions is not None:
        amounts = emissions.attrib
        sums.device_fuel_mg += float(amounts["fuel_abs"])
        sums.device_co2_mg += float(amounts["CO2_abs"])
        sums.device_nox_mg += float(amounts["NOx_abs"])
        sums.device_pm_mg += float(amounts["PMx_abs"])


def of_class(v_class: str, priced: Mapping[str, Priced], schedule: Schedule) -> Priced:
    """What the vehicles of a SUMO vehicle class emitted. Raises KeyError for an unknown type."""
    return summed(p for name, p in priced.items() if schedule.type_of(name).v_class == v_class)


def emitted_by(
    types: Mapping[str, Sums], priced: Mapping[str, Priced], schedule: Schedule
) -> tuple[Emitted, ...]:
    """What each type with an engine did and emitted."""
    found = []
    for type_id in sorted(types):
        kind = kind_of(type_id, schedule.type_of(type_id))
        if kind is not None and type_id in priced:
            activity = activity_of(kind.kinematic_class, types[type_id])
            found.append(Emitted(kind, activity, priced[type_id].total))
    return tuple(found)


def _by_class(
    types: dict[str, Sums], schedule: Schedule, occupancy: tuple[tuple[str, float], ...]
) -> dict[str, Sums]:
    """Sums of types as sums of classes, with the persons."""
    classes: dict[str, Sums] = {}
    for type_id, sums in types.items():
        vehicle_type = schedule.type_of(type_id)
        persons = _persons_in(type_id, occupancy)
        sums.persons = persons * sums.vehicles
        sums.person_delay_s = persons * (sums.time_loss_s + sums.depart_delay_s)
        classes.setdefault(vehicle_type.v_class, Sums()).add(sums)
    return classes


def _persons_in(type_id: str, occupancy: tuple[tuple[str, float], ...]) -> float:
    """Persons in a vehicle: of the longest prefix of its type, else one (the driver)."""
    fitting = [
        (len(prefix), persons) for prefix, persons in occupancy if type_id.startswith(prefix)
    ]
    return max(fitting)[1] if fitting else 1.0


def _add_walks(walks: Walks, element: etree._Element) -> None:
    own = element.findall("walk")
    if not own:
        return
    walks.walkers += 1
    for walk in own:
        lost_s = float(required(walk, "timeLoss"))
        if float(required(walk, "arrival")) < 0:
            # SUMO writes a time loss of 0 for a walk that is not over; the waiting is a lower bound
            lost_s = max(lost_s, float(required(walk, "waitingTime")))
        walks.time_loss_s += lost_s
    walks.unfinished += any(float(required(walk, "arrival")) < 0 for walk in own)


def _events(files: SeedFiles) -> Mapping[str, int]:
    root = etree.parse(str(files.statistics)).getroot()
    safety, teleports = root.find("safety"), root.find("teleports")
    if safety is None or teleports is None:
        raise KeyError("safety and teleports in the statistic output")
    return {
        "collisions": int(required(safety, "collisions")),
        "emergency_stops": int(required(safety, "emergencyStops")),
        "emergency_braking": int(required(safety, "emergencyBraking")),
        "teleports": int(required(teleports, "total")),
    }


def _warnings(files: SeedFiles) -> tuple[str, ...]:
    lines = [line for line in log_lines(files.log) if line and not line.startswith(_NOISE)]
    if len(lines) > _SHOWN_WARNINGS:
        lines[_SHOWN_WARNINGS:] = [f"... and {len(lines) - _SHOWN_WARNINGS} more lines"]
    return tuple(lines)


def _refuse_lost(who: str, missing: set[str], scheduled: int) -> None:
    if missing:
        shown = ", ".join(sorted(missing)[:_SHOWN_LOST]) + (
            ", ..." if len(missing) > _SHOWN_LOST else ""
        )
        raise SimulationError(
            f"SUMO lost {len(missing)} of {scheduled} {who} scheduled in the window: {shown}"
            " (is a route file not sorted by departure?)"
        )
