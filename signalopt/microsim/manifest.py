"""Where a result comes from: versions, fingerprints, and the honest label of its emissions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import signalopt
from signalopt.emissions.fleet import Fleet
from signalopt.microsim.pricing import FITTED, SUMO_DEFAULT
from signalopt.microsim.schedule import Schedule
from signalopt.network.tools import sumo_version
from signalopt.scenario.case import Case


def manifest(
    case: Case, signals: Sequence[Path], emissions: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """Everything that the numbers depend on besides the seeds, as plain strings.

    emissions: model, fleet and temperature of the emissions (`emission_...`). signals_sha256: digest
    of the signal programs that SUMO was given. Raises OSError.
    """
    digest = hashlib.sha256()
    for path in signals:
        digest.update(path.read_bytes())
    return {
        "signalopt": signalopt.__version__,
        "sumo": sumo_version(),
        "case": case.fingerprint,
        "network": case.network.fingerprint,
        "season": case.season,
        "window_s": f"[{case.begin_s}, {case.end_s})",
        "vehicles_from_s": str(case.depart_begin_s),
        "hard_stop_s": str(case.hard_stop_s),
        "step_length_s": f"{case.step_length_s:g}",
        "signals_off": ",".join(case.signals_off),
        "signals_sha256": digest.hexdigest(),
        **{f"emission_{key}": value for key, value in (emissions or {}).items()},
    }


def fleet_hash(fleet: Fleet) -> str:
    """Digest of the shares of a fleet: a file may change under its name."""
    return hashlib.sha256(repr((fleet.shares, fleet.trip_km)).encode()).hexdigest()[:16]


def emissions_label(
    model: str, fleet: Fleet, temperature_c: float, schedule: Schedule, type_ids: Iterable[str]
) -> str:
    """Say which emission model the figures come from and what it leaves out.

    `type_ids`: the vehicle types that were counted. Raises KeyError for one that no file defines.
    """
    if model == SUMO_DEFAULT:
        return _device_label(schedule, type_ids)
    how = (
        "km, stops and idle seconds priced with the response of PHEMlight5"
        if model == FITTED
        else f"PHEMlight5 device of SUMO {sumo_version()} for one base vehicle a class, scaled to the fleet"
    )
    return (
        f"estimated: {how}; level of EMEP/EEA 2019, fleet {fleet.name}, {temperature_c:g} °C with cold "
        "start and winter; soot = black carbon of the exhaust, wear apart; waiting to enter counted "
        "as idling (*_driven_* without it). Bands: 95 % of factors, fleet and winter."
    )


def _device_label(schedule: Schedule, type_ids: Iterable[str]) -> str:
    models: dict[str, set[str]] = {}
    for type_id in type_ids:
        vehicle_type = schedule.type_of(type_id)
        model = vehicle_type.emission_class or "SUMO's default (HBEFA4)"
        models.setdefault(vehicle_type.v_class, set()).add(model)
    listed = "; ".join(f"{name}: {', '.join(sorted(models[name]))}" for name in sorted(models))
    return (
        f"estimated: emission device of SUMO {sumo_version()}, as it is, per vehicle type ({listed}). "
        "Hot engines, no cold start, no winter, no fleet, no soot; it overweights idling: not to be "
        "optimised, not for inventories. Insertion queue idling added (*_driven_* without it)."
    )
