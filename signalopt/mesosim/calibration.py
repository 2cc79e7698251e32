"""The few factors by which the model is fitted to SUMO; at their defaults it is plain physics."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields

from signalopt.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Calibration:
    """Factors and times of the queue model.

    headway: factor on the driver's time gap tau in a discharging queue; spacing: factor on the room a
    queued vehicle takes in that headway; start_s: seconds from green to the first movement (SUMO's
    step of a second lets it begin earlier or later); drag: factor on the speed lost by uneven driving
    (sigma * accel / 2); accel, decel: factors on the vehicle's own; gap: factor on the time a driver
    needs to clear a junction, clear: share of the junction that a priority vehicle must have passed;
    wave: factor on the time
    that free room takes to travel up a queue; uneven: seconds of headway for sigma = 1 (measured on
    queues in SUMO: 0.3 s at 0.4 to 0.5); walk_share: part of a crossing on which a walker is in the
    way of one direction of vehicles.
    """

    headway: float = 1.0
    spacing: float = 1.0
    start_s: float = 0.0
    drag: float = 1.0
    accel: float = 1.0
    decel: float = 1.0
    gap: float = 1.0
    clear: float = 0.6
    wave: float = 1.0
    uneven: float = 0.65
    walk_share: float = 0.6

    def to_json(self) -> str:
        """As JSON, all factors by name."""
        return json.dumps(asdict(self), indent=2)

    @staticmethod
    def from_json(text: str, where: str = "calibration") -> Calibration:
        """Read `to_json`'s text. Raises InputError for unknown names and values that are no numbers."""
        known = {field.name for field in fields(Calibration)}
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise InputError(Problem(where, str(error), "JSON")) from None
        if not isinstance(values, dict):
            raise InputError(Problem(where, type(values).__name__, "a JSON object"))
        problems = [
            Problem(f"{where}: {name}", repr(value), "a number of " + ", ".join(sorted(known)))
            for name, value in values.items()
            if name not in known or isinstance(value, bool) or not isinstance(value, int | float)
        ]
        if problems:
            raise InputError(*problems)
        return Calibration(**{name: float(value) for name, value in values.items()})
