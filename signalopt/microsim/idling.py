"""What a vehicle emits while it waits outside the network: asked of SUMO's own emission models.

A vehicle in the insertion queue idles like one in a queue on the street, but SUMO counts nothing for
it. The rate per second at standstill comes from SUMO's `emissionsDrivingCycle` for the vehicle's type,
so that it always belongs to the emission class, and to the release, that SUMO drives with.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lxml import etree

from signalopt.errors import SimulationError
from signalopt.microsim.schedule import VehicleType
from signalopt.network.tools import run_tool

_SECONDS = 100


@dataclass(frozen=True, slots=True)
class IdleRates:
    """Fuel, CO2 and NOx of a standing vehicle with its engine on, in mg per second."""

    fuel_mgps: float
    co2_mgps: float
    nox_mgps: float


@lru_cache(maxsize=256)
def idle_rates(vehicle_type: VehicleType) -> IdleRates:
    """Idle rates of a vehicle type.

    Raises SimulationError if SUMO does not know the emission class, MissingToolError without SUMO.
    """
    with tempfile.TemporaryDirectory(prefix="signalopt-idle-") as name:
        folder = Path(name)
        root = etree.Element("additional")
        row = etree.SubElement(root, "vType", id="idling", vClass=vehicle_type.v_class)
        if vehicle_type.emission_class:
            row.set("emissionClass", vehicle_type.emission_class)
        types, cycle = folder / "types.add.xml", folder / "cycle.csv"
        types.write_bytes(etree.tostring(root))
        # time; speed; acceleration
        cycle.write_text("".join(f"{second};0;0\n" for second in range(_SECONDS)))
        said = run_tool(
            "emissionsDrivingCycle",
            ["--additional-files", str(types), "--vtype", "idling", "--timeline-file", str(cycle),
             "--output", str(folder / "seconds.csv")],
            timeout_s=60,
        )  # fmt: skip
    totals = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    try:
        fuel, co2, nox = (float(totals[key]) / _SECONDS for key in ("fuel", "CO2", "NOx"))
    except (KeyError, ValueError) as error:
        text = f"emissionsDrivingCycle: no idle rate for {vehicle_type} ({error})"
        raise SimulationError(text) from error
    return IdleRates(fuel, co2, nox)
