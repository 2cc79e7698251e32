"""The objective on the queue model: costs of plans that punish whatever smells of gridlock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.emissions.coefficients import POLLUTANTS, coefficients
from signalopt.emissions.response import IDLE, KM, STOP, TERMS
from signalopt.emissions.weights import money_coefficients, prices
from signalopt.mesosim.evaluate import Draw, MesoOutcome, evaluate
from signalopt.mesosim.model import MesoModel
from signalopt.microsim.activities import equivalents
from signalopt.microsim.kinematics import kind_of
from signalopt.microsim.schedule import read_schedule
from signalopt.optimize.demand_draws import DemandDraw
from signalopt.optimize.evaluation import CostOf
from signalopt.optimize.objective import Objective
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting
from signalopt.timing.plan import Plan

Floats = NDArray[np.float64]
LOST_FACTOR = 20.0
"""A plan that leaves a twentieth of the vehicles behind costs twice its figure, whatever the objective."""
LOCKED_FACTOR = 2.0
"""A run that does not empty by the hard stop costs this much more. Such plans still have an order among
themselves, so that the search finds the way out, and one where all are like that finds the best of them."""

_TOTALS = {
    "fuel_total_kg": ("fuel_g", 1e-3),
    "co2_total_kg": ("co2_g", 1e-3),
    "co2e_total_kg": ("co2e_g", 1e-3),
    "nox_total_g": ("nox_mg", 1e-3),
    "pm_total_g": ("pm_mg", 1e-3),
    "soot_total_g": ("soot_mg", 1e-3),
}


@dataclass(frozen=True)
class EmissionTable:
    """Linear emission coefficients by vehicle type; types without an engine have none.

    amounts: (types, pollutants, terms); money_eur: (types, terms). worth: (types, 5), what a trip, a km, a
    halt and a lost km are worth in full stops, and a lost second in idling (microsim.activities): the
    same reading of halts as where SUMO's trips are priced.
    """

    amounts: Floats
    money_eur: Floats
    worth: Floats

    def measure(self, name: str, outcome: MesoOutcome) -> Floats:
        """An emission measure of signalopt.measures, shape (plans, draws). Raises KeyError."""
        done = outcome.activity
        terms = np.zeros((*done.km.shape, len(TERMS)))
        trip, per_km, halt, lost_km, lost_s = self.worth.T
        speed_kph = outcome.by_class("speed_kph")
        inside_s = np.divide(
            3600 * done.km, speed_kph, out=np.zeros_like(speed_kph), where=speed_kph > 0
        )
        moving_s = np.maximum(inside_s - done.idle_s, 1e-9)
        lost = done.km * np.minimum(1.0, done.slow_s / moving_s)
        terms[..., KM] = done.km
        terms[..., STOP] = (
            trip * done.vehicles + per_km * done.km + halt * done.stops + lost_km * lost
        )
        terms[..., IDLE] = done.idle_s + lost_s * done.slow_s + done.entry_idle_s
        if name == "money_eur":
            hour = prices()["person_hour"].central
            persons = (done.vehicles * outcome.persons).sum(axis=2)
            lost_h = outcome.measure("person_delay_s") * persons / 3600
            emitted: Floats = np.einsum("pdct,ct->pd", terms, self.money_eur)
            whole: Floats = lost_h * hour + emitted
            return whole
        pollutant, unit = _TOTALS.get(name, (name, 1.0))
        at = POLLUTANTS.index(pollutant) if pollutant in POLLUTANTS else None
        if at is None:
            raise KeyError(name)
        total: Floats = np.einsum("pdct,ct->pd", terms, self.amounts[:, at]) * unit
        return total if name in _TOTALS else total / np.maximum(done.km.sum(axis=2), 1e-9)


def emission_table(case: Case, types: Sequence[str]) -> EmissionTable:
    """Coefficients of the case's fleet and temperature for these vehicle types."""
    fleet, temperature_c = emission_setting(case)
    table = coefficients(fleet, temperature_c)
    money = money_coefficients(table)
    schedule = read_schedule(case)
    amounts = np.zeros((len(types), len(POLLUTANTS), len(TERMS)))
    cost = np.zeros((len(types), len(TERMS)))
    worth = np.zeros((len(types), 5))
    for row, name in enumerate(types):
        kind = kind_of(name, schedule.type_of(name))
        if kind is not None:
            at = table.classes.index(kind.kinematic_class)
            amounts[row], cost[row] = table.central[at], money[at]
            worth[row] = equivalents()[kind.kinematic_class].worth
    return EmissionTable(amounts, cost, worth)


def meso_cost_of(
    model: MesoModel, objective: Objective, draws: Sequence[DemandDraw], workers: int
) -> CostOf:
    """Costs of plans on these draws of demand, by the queue model."""
    value = value_of(model, objective)
    given = [Draw(seed=draw.seed, demand=draw.demand) for draw in draws]

    def cost_of(plans: Sequence[Plan], positions: Sequence[int]) -> NDArray[np.float64]:
        chosen = tuple(given[i] for i in positions)
        return outcome_costs(evaluate(model, plans, chosen, workers=workers), value)

    return cost_of


def outcome_costs(outcome: MesoOutcome, value: Callable[[MesoOutcome], Floats]) -> Floats:
    """Costs of shape (plans, draws) in units of the objective, with the punishments."""
    lost = outcome.measure("unfinished") + outcome.measure("not_inserted")
    share = lost / np.maximum(1.0, lost + outcome.measure("throughput"))
    costs: Floats = value(outcome) * (1 + LOST_FACTOR * share)
    return np.where(outcome.locked, costs * LOCKED_FACTOR, costs)


def value_of(model: MesoModel, objective: Objective) -> Callable[[MesoOutcome], Floats]:
    """The objective itself as a function of outcomes, shape (plans, draws)."""
    measures = measures_of(model, objective.measures)

    def value(outcome: MesoOutcome) -> Floats:
        return objective.array({name: read(outcome) for name, read in measures.items()})

    return value


def measures_of(
    model: MesoModel, names: Sequence[str]
) -> dict[str, Callable[[MesoOutcome], Floats]]:
    """How each measure is read from an outcome of this model."""
    table = emission_table(model.case, model.classes)
    found: dict[str, Callable[[MesoOutcome], Floats]] = {}
    for name in names:
        emitted = name in _TOTALS or name in POLLUTANTS or name == "money_eur"

        def read(outcome: MesoOutcome, name: str = name, emitted: bool = emitted) -> Floats:
            return table.measure(name, outcome) if emitted else outcome.measure(name)

        found[name] = read
    return found


def meso_today(model: MesoModel, objective: Objective, today: Plan) -> Objective:
    """The objective with weights against today's plan on the queue model, where they are relative."""
    outcome = evaluate(model, [today])
    if not objective.relative:
        return objective
    readers = measures_of(model, objective.measures)
    return objective.against({name: float(read(outcome)[0, 0]) for name, read in readers.items()})
