"""CO2 of both engines by one response: the case's fleet applied to what each engine says vehicles did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.agreement_figures import Values
from benchmarks.truth_store import Truth, TruthStore
from signalopt.emissions.coefficients import CO2, class_coefficients
from signalopt.mesosim.model import MesoModel
from signalopt.mesosim.outcome import MesoOutcome
from signalopt.microsim.activities import activity_of
from signalopt.microsim.kinematics import kind_of
from signalopt.microsim.sums import Sums
from signalopt.scenario.emission_setting import emission_setting

Rates = Mapping[str, tuple[str, Values]]
"""By vehicle type: kinematic class, grams of CO2 per term of activity."""


def co2_rates(store: TruthStore, types: Sequence[str]) -> Rates:
    """Rates of the types that burn fuel."""
    fleet, temperature_c = emission_setting(store.case)
    found = {}
    for name in types:
        kind = kind_of(name, store.schedule.type_of(name))
        if kind is not None and not kind.electric:
            central, _ = class_coefficients(fleet, kind.kinematic_class, temperature_c)
            found[name] = (kind.kinematic_class, np.asarray(central[CO2], np.float64))
    return found


def truth_co2(store: TruthStore, runs: Sequence[Sequence[Truth]]) -> Values:
    """Grams a vehicle by plan and seed, from SUMO's activity; nan where SUMO failed."""
    types = sorted({name for row in runs for run in row for name in run.activity})
    rates = co2_rates(store, types)
    return np.array([[_a_vehicle(run.activity, rates) for run in row] for row in runs])


def device_co2(runs: Sequence[Sequence[Truth]]) -> Values:
    """Grams a vehicle by plan and seed as SUMO's own emission device counts them, entry queue left out."""
    return np.array([[_device(run.activity) for run in row] for row in runs])


def engine_co2(store: TruthStore, model: MesoModel, outcome: MesoOutcome) -> Values:
    """Grams a vehicle by plan (mean over draws), from the queue model's activity."""
    rates = co2_rates(store, model.classes)
    a = outcome.activity
    plans, draws, _ = a.km.shape
    found = np.zeros((plans, draws))
    for i, j in np.ndindex(plans, draws):
        rows = {
            name: {
                "vehicles": a.vehicles[i, j, n], "km": a.km[i, j, n], "stops": a.stops[i, j, n],
                "idle_s": a.idle_s[i, j, n], "entry_idle_s": a.entry_idle_s[i, j, n],
                "time_loss_s": a.idle_s[i, j, n] + a.slow_s[i, j, n],
            }
            for n, name in enumerate(model.classes)
        }  # fmt: skip
        found[i, j] = _a_vehicle(rows, rates)
    return np.asarray(found.mean(axis=1))


def _a_vehicle(activity: Mapping[str, Mapping[str, float]], rates: Rates) -> float:
    vehicles = sum(row["vehicles"] for row in activity.values())
    if not vehicles:
        return float("nan")
    grams = 0.0
    for name, row in activity.items():
        if name in rates:
            kinematic_class, per_term = rates[name]
            count = round(row["vehicles"])
            sums = Sums(vehicles=count, inserted=count, stops=round(row["stops"]))
            sums.time_loss_s, sums.waiting_s = row["time_loss_s"], row["idle_s"]
            sums.depart_delay_s, sums.distance_m = row["entry_idle_s"], 1000 * row["km"]
            grams += float(per_term @ activity_of(kinematic_class, sums).terms(entry=True))
    return grams / vehicles


def _device(activity: Mapping[str, Mapping[str, float]]) -> float:
    vehicles = sum(row["vehicles"] for row in activity.values())
    return sum(row["co2_g"] for row in activity.values()) / vehicles if vehicles else float("nan")
