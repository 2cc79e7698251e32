"""Stop, idle and km of PHEMlight5 vehicles as SUMO itself counts them, and electricity of a bus.

`emissionsDrivingCycle` drives the trace of `emissions.phemlight_cycle`; what it gives is held against
our own evaluation of the engine power (a fault of a file or of the loader shows as a difference) and
against the hot factors (closure).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from signalopt.emissions.evidence import read_toml
from signalopt.emissions.phemlight_cycle import (
    HEAVY_ACCEL_MPS2,
    HEAVY_DECEL_MPS2,
    Closure,
    Response,
    Trace,
    closure_of,
    manner_of,
    own_response,
    response_of,
    stop_trace,
)
from signalopt.emissions.phemlight_names import MODEL
from signalopt.emissions.phemlight_power import Rates
from signalopt.emissions.phemlight_vehicle import PhemVehicle, phem_vehicles
from signalopt.errors import SimulationError
from signalopt.files import write_text
from signalopt.microsim.emission_devices import write_vehicle_files
from signalopt.network.tools import run_tool

# columns of SUMO's trace output: t, v, a, slope, CO, CO2, HC, PMx, NOx, fuel, electricity in mg/s (Wh/s)
_CO2, _PM, _NOX, _FUEL, _ELECTRICITY = 5, 7, 8, 9, 10


@dataclass(frozen=True, slots=True)
class VehicleClosure:
    """One vehicle: its response by SUMO and by our own evaluation, and its closure by SUMO."""

    vehicle: PhemVehicle
    by_sumo: Response
    own: Response
    closure: Closure

    @property
    def largest_difference(self) -> float:
        """Largest relative difference of SUMO from our evaluation over km, stop and idle second."""
        pairs = zip(_figures(self.by_sumo), _figures(self.own), strict=True)
        return max(abs(a - b) / abs(b) for a, b in pairs if b)


def closure_table(vehicles: Sequence[PhemVehicle] | None = None) -> tuple[VehicleClosure, ...]:
    """Closure of own vehicles (None: all of summer).

    Raises SimulationError if SUMO refuses a class, MissingToolError without SUMO.
    """
    chosen = phem_vehicles() if vehicles is None else tuple(vehicles)
    rows = []
    with tempfile.TemporaryDirectory(prefix="signalopt-closure-") as name:
        folder = Path(name)
        write_vehicle_files(folder, chosen)
        for vehicle in chosen:
            trace = stop_trace(*manner_of(vehicle))
            response = response_of(trace, driven(f"{MODEL}/{vehicle.name}", trace, folder))
            rows.append(
                VehicleClosure(
                    vehicle, response, own_response(vehicle), closure_of(vehicle, response)
                )
            )
    return tuple(rows)


def shipped_response(name: str) -> Response:
    """Response of a class that SUMO ships, such as PC_EU4_G, on the cycle of light vehicles."""
    trace = stop_trace(1.2, 1.5)
    with tempfile.TemporaryDirectory(prefix="signalopt-closure-") as folder:
        return response_of(trace, driven(f"{MODEL}/{name}", trace, Path(folder)))


def electric_response() -> Response:
    """Response of the battery bus of `data/electric_bus.toml` by SUMO's Energy model, in kWh.

    `fuel_gps` of its parts is kWh per km, per stop and per second at rest; nothing else is emitted.
    """
    data = read_toml("electric_bus")
    trace = stop_trace(HEAVY_ACCEL_MPS2, HEAVY_DECEL_MPS2)
    root = etree.Element("additional")
    bus = etree.SubElement(
        root, "vType", id="bus", vClass="bus", emissionClass="Energy/unknown",
        mass=str(data["mass_kg"]),
    )  # fmt: skip
    for key, value in data["parameters"].items():
        etree.SubElement(bus, "param", key=key, value=str(value))
    with tempfile.TemporaryDirectory(prefix="signalopt-cycle-") as name:
        types = Path(name) / "types.add.xml"
        write_text(types, etree.tostring(root, encoding="unicode"))
        rows = _seconds(["--additional-files", str(types), "--vtype", "bus"], trace)
    found = [Rates(float(row[_ELECTRICITY]) / 1000, 0.0, 0.0, 0.0) for row in rows]
    return response_of(trace, found)


def driven(emission_class: str, trace: Trace, vehicles: Path) -> list[Rates]:
    """Rates in each second of a trace by SUMO's emissionsDrivingCycle; `vehicles`: folder of files.

    Raises SimulationError if SUMO refuses the class or leaves seconds out.
    """
    rows = _seconds(["--emission-class", emission_class, "--phemlight-path", str(vehicles)], trace)
    try:
        return [
            Rates(float(r[_FUEL]) / 1000, float(r[_CO2]) / 1000, float(r[_NOX]), float(r[_PM]))
            for r in rows
        ]
    except (ValueError, IndexError) as error:
        text = f"emissionsDrivingCycle: no rates for {emission_class} ({error})"
        raise SimulationError(text) from error


def _seconds(vehicle: Sequence[str], trace: Trace) -> list[list[str]]:
    """Cells of each second that emissionsDrivingCycle writes for a trace."""
    with tempfile.TemporaryDirectory(prefix="signalopt-cycle-") as name:
        folder = Path(name)
        timeline, output = folder / "trace.csv", folder / "seconds.csv"
        lines = (f"{second};{v:.6f};{a:.6f}\n" for second, (v, a) in enumerate(trace))
        timeline.write_text("".join(lines))
        run_tool(
            "emissionsDrivingCycle",
            ["--timeline-file", str(timeline), *vehicle, "--output", str(output)],
            timeout_s=60,
        )
        try:
            rows = [line.split(";") for line in output.read_text().splitlines() if line]
        except OSError as error:
            raise SimulationError(f"emissionsDrivingCycle wrote nothing ({error})") from error
    if len(rows) != len(trace):
        raise SimulationError(f"emissionsDrivingCycle: {len(rows)} of {len(trace)} seconds")
    return rows


def _figures(response: Response) -> list[float]:
    parts = (response.per_km, response.per_stop, response.per_idle_s)
    return [x for p in parts for x in (p.fuel_gps, p.co2_gps, p.nox_mgps, p.pm_mgps)]
