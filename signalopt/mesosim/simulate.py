"""`simulate_meso`: the answer of `microsim.simulate`, given by the queue model."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from signalopt.emissions.fleet import Fleet
from signalopt.errors import InputError, Problem
from signalopt.mesosim import engine
from signalopt.mesosim import kernel_sums as kernel
from signalopt.mesosim.calibration import Calibration
from signalopt.mesosim.draws import Draw, draw_demand
from signalopt.mesosim.evaluate import compile_plan
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.microsim.emission_detail import detail_of
from signalopt.microsim.kinematics import check_emission_classes
from signalopt.microsim.manifest import emissions_label, fleet_hash, manifest
from signalopt.microsim.outputs import emitted_by, of_class
from signalopt.microsim.pricing import FITTED, emission_measures, pricing_of, summed
from signalopt.microsim.result import SeedRun, SimulationResult
from signalopt.microsim.schedule import Schedule, read_schedule
from signalopt.microsim.sums import Sums, Walks, person_measures
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting
from signalopt.timing.findings import Finding
from signalopt.timing.plan import Plan

CONTROLLER = "fixed"
ENGINE = "meso"


def simulate_meso(
    case: Case,
    plan: Plan | None,
    seeds: Sequence[int],
    *,
    calibration: Calibration | None = None,
    listener: Listener = ignore,
) -> SimulationResult:
    """Run the queue model once a seed under `plan` (None: today's plan) and gather the measures.

    A seed draws the drivers' speeds; trips are those of the case, as in SUMO. Collisions and teleports
    do not exist in the model and are absent. Emissions by the fitted coefficients, as microsim's.
    Raises InputError for seeds, route files, vehicle types or a fleet that cannot be used.
    """
    chosen = case.today if plan is None else plan

    def run(model: MesoModel, seed: int) -> MesoRun:
        demand = draw_demand(model, Draw(seed, 1.0, 0.0))
        return MesoRun(engine.run_sums(model, compile_plan(model, chosen), demand))

    return simulate_meso_runs(
        case, chosen.name, seeds, run, calibration=calibration, listener=listener
    )


@dataclass(frozen=True)
class MesoRun:
    """What a run of the queue model did; findings and conduct as in microsim.result.SeedRun."""

    sums: engine.RunSums
    findings: tuple[Finding, ...] = ()
    conduct: Mapping[str, float] = field(default_factory=dict)


def simulate_meso_runs(
    case: Case,
    plan_name: str,
    seeds: Sequence[int],
    run: Callable[[MesoModel, int], MesoRun],
    *,
    controller: str = CONTROLLER,
    settings: Mapping[str, str] = MappingProxyType({}),
    calibration: Calibration | None = None,
    listener: Listener = ignore,
) -> SimulationResult:
    """Like `simulate_meso` with runs of any making: run gets the model and a seed.

    controller, settings: who set the lamps and what else the figures depend on, for the result.
    """
    if not seeds or min(seeds) < 0 or len(set(seeds)) < len(seeds):
        raise InputError(Problem("seeds", f"{list(seeds)}", "different numbers from 0 on"))
    schedule = read_schedule(case)
    check_emission_classes(schedule)
    fleet, temperature_c = emission_setting(case)
    model = prepare(case, calibration=calibration, listener=listener)
    runs = []
    task = f"queue model {case.name} under {plan_name}"
    for number, seed in enumerate(seeds):
        listener(Progress(task, number, len(seeds)))
        runs.append(_seed_run(model, run, seed, schedule, fleet, temperature_c))
    listener(Progress(task, len(seeds), len(seeds)))
    setting = {
        "model": FITTED, "fleet": fleet.name, "fleet_sha256": fleet_hash(fleet),
        "temperature_c": f"{temperature_c:g}",
    }  # fmt: skip
    counted = {name for run in runs for name in run.vehicle_types}
    return SimulationResult(
        scenario=case.name,
        plan=plan_name,
        controller=controller,
        case_fingerprint=case.fingerprint,
        seeds=tuple(seeds),
        runs=tuple(runs),
        failures=(),
        notes=case.notes,
        emissions=emissions_label(FITTED, fleet, temperature_c, schedule, counted),
        manifest={
            **manifest(case, (), setting),
            "engine": ENGINE,
            "calibration": model.calibration.to_json(),
            **settings,
        },
        emission_detail=detail_of([run.emitted for run in runs], FITTED, fleet, temperature_c),
    )


def _seed_run(
    model: MesoModel, run: Callable[[MesoModel, int], MesoRun], seed: int, schedule: Schedule,
    fleet: Fleet, temperature_c: float,
) -> SeedRun:  # fmt: skip
    began = time.perf_counter()
    made = run(model, seed)
    found = made.sums
    types = _sums_by_type(model, schedule, found)
    pricing = pricing_of(FITTED, schedule, fleet, temperature_c)
    priced = {name: pricing.price(name, sums) for name, sums in types.items()}
    classes: dict[str, Sums] = {}
    total = Sums()
    for name, sums in types.items():
        classes.setdefault(schedule.type_of(name).v_class, Sums()).add(sums)
        total.add(sums)
    walks = Walks(
        round(found.walks[engine.WALKERS]), float(found.walks[engine.WALK_LOSS_S]),
        round(found.walks[engine.WALKS_UNFINISHED]),
    )  # fmt: skip
    measures = total.measures()
    measures |= person_measures(total, walks, occupancy_known=bool(model.case.occupancy))
    measures |= emission_measures(summed(priced.values()), total.distance_m)
    return SeedRun(
        seed=seed,
        measures=measures,
        by_class={
            name: classes[name].measures()
            | emission_measures(of_class(name, priced, schedule), classes[name].distance_m)
            for name in sorted(classes)
        },
        complete=total.arrived == total.vehicles and walks.unfinished == 0,
        wall_s=time.perf_counter() - began,
        events={},
        vehicle_types=tuple(sorted(types)),
        pedestrians_unfinished=walks.unfinished,
        emitted=emitted_by(types, priced, schedule),
        findings=made.findings,
        conduct=made.conduct,
    )


def _sums_by_type(model: MesoModel, schedule: Schedule, found: engine.RunSums) -> dict[str, Sums]:
    """The kernel's rows as the sums that microsim adds up; types that did not drive are left out."""
    served = _services(model, schedule)
    types = {}
    for number, name in enumerate(model.classes):
        row = found.vehicles[number]
        if row[kernel.VEHICLES] == 0:
            continue
        delay = float(row[kernel.TIME_LOSS] + row[kernel.DEPART_DELAY])
        types[name] = Sums(
            vehicles=round(row[kernel.VEHICLES]),
            inserted=round(row[kernel.INSERTED]),
            arrived=round(row[kernel.ARRIVED]),
            time_loss_s=float(row[kernel.TIME_LOSS]),
            depart_delay_s=float(row[kernel.DEPART_DELAY]),
            duration_s=float(row[kernel.DURATION]),
            distance_m=float(row[kernel.DISTANCE]),
            stops=round(row[kernel.STOPS]),
            services=served[name][0],
            waiting_s=float(row[kernel.IDLE]),
            dwell_s=served[name][1],
            persons=float(model.persons[number] * row[kernel.VEHICLES]),
            person_delay_s=float(model.persons[number]) * delay,
        )
    return types


def _services(model: MesoModel, schedule: Schedule) -> dict[str, tuple[int, float]]:
    """Planned stops and their seconds by type, of the measured vehicles."""
    steps = model.steps
    ends = np.flatnonzero(steps["next"] < 0)
    dwell = np.concatenate([[0.0], np.cumsum(steps["dwell"])])
    fleet = model.fleet
    last = ends[np.searchsorted(ends, fleet.first_step)]
    seconds = (dwell[last + 1] - dwell[fleet.first_step]) * fleet.measured
    halts = np.array([schedule.services.get(name, 0) for name in model.fleet_index.ids])
    return {
        name: (
            int((halts * fleet.measured)[fleet.type_of == number].sum()),
            float(seconds[fleet.type_of == number].sum()),
        )
        for number, name in enumerate(model.classes)
    }
