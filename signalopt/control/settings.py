"""What the figures of a controlled run depend on, in words for the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from signalopt.control.city import City
from signalopt.control.controller import Controller
from signalopt.control.faults import Faults
from signalopt.control.sensing import Sensing


def run_settings(
    city: City, controller: Controller, fallback: str, sensing: Sensing, faults: Faults
) -> Mapping[str, str]:
    """Entries for the manifest of a result; fallback: name of the plan with the fallback programs."""
    return {
        "controller": described(controller),
        "fallback_plan": fallback,
        "sensing": sensing.label(),
        "faults": faults.label(),
        "left_alone": "; ".join(f"{name}: {reason}" for name, reason in city.left_alone),
        "control_notes": "; ".join(city.notes),
    }


def described(controller: Controller) -> str:
    """A controller with its parameters, as it is named on the command line: `name:key=value,...`."""
    if not is_dataclass(controller):
        return controller.name
    values = {field.name: getattr(controller, field.name) for field in fields(controller)}
    told = [
        f"{k}={v}" for k, v in values.items() if isinstance(v, int | float | str) and k != "name"
    ]
    return f"{controller.name}:{','.join(told)}" if told else controller.name
