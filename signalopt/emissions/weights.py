"""Objectives made of several measures, and the one money figure; weights and prices are data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

import numpy as np

from signalopt.emissions.band import Band
from signalopt.emissions.coefficients import CO2E, NOX, PM, Coefficients
from signalopt.emissions.estimate import EmissionResult
from signalopt.emissions.evidence import read_toml
from signalopt.emissions.factors import DRAWS, Draw, Factor, Floats
from signalopt.errors import InputError, Problem

# EUR per unit of the pollutant: prices are per t and per kg, pollutants in g and mg
_POLLUTANTS = {"co2e": (CO2E, 1e-6), "nox": (NOX, 1e-6), "pm": (PM, 1e-6)}


@dataclass(frozen=True, slots=True)
class Objective:
    """Weights of measures; with `relative` each measure is divided by that of a reference plan."""

    name: str
    weights: Mapping[str, float]
    relative: bool
    source: str

    def value(
        self, measures: Mapping[str, float], reference: Mapping[str, float] | None = None
    ) -> float:
        """The figure to minimise. Raises ValueError if a measure, or the reference, is missing."""
        missing = [name for name in self.weights if name not in measures]
        if missing or (self.relative and reference is None):
            raise ValueError(f"objective {self.name} needs {missing or 'a reference'}")
        total = 0.0
        for name, weight in self.weights.items():
            base = reference[name] if self.relative and reference is not None else 1.0
            total += weight * (measures[name] / base if base else 1.0)
        return total


@lru_cache(maxsize=1)
def _objectives() -> Mapping[str, Objective]:
    rows = read_toml("weights")["objective"]
    return {
        name: Objective(name, dict(row["weights"]), bool(row["relative"]), row["source"])
        for name, row in rows.items()
    }


def load_objective(name: str) -> Objective:
    """A declared objective: delay, co2, soot, balanced, money. Raises InputError."""
    known = _objectives()
    if name not in known:
        near = get_close_matches(name, list(known), n=1)
        hint = f"did you mean {near[0]}?" if near else ""
        raise InputError(Problem("objective", repr(name), ", ".join(known), hint))
    return known[name]


@lru_cache(maxsize=1)
def prices() -> Mapping[str, Factor]:
    """Prices in EUR per t CO2e, kg NOx, kg PM and person-hour, transferred to Kazakhstan."""
    table = read_toml("weights")
    transfer = table["transfer"]["gdp_ratio"] ** table["transfer"]["elasticity"]
    found = {}
    for name, row in table["price"].items():
        k = transfer if row["transferred"] else 1.0
        found[name] = Factor(
            f"price {name}",
            row["low"] * k,
            row["central"] * k,
            row["high"] * k,
            row["unit"],
            row["evidence"],
            row["source"],
        )
    return found


def money_eur(person_delay_h: float, result: EmissionResult) -> Band:
    """Cost in EUR of time lost by persons and of CO2e, NOx and exhaust PM, with its band."""
    draw = Draw(DRAWS)
    price = prices()
    hour = price["person_hour"]
    central = person_delay_h * hour.central
    draws = person_delay_h * hour.at(draw.z(hour.name))
    names = {"co2e": "co2e_g", "nox": "nox_mg", "pm": "pm_mg"}
    for name, (index, unit) in _POLLUTANTS.items():
        factor = price[name]
        central += result.total[names[name]].central * unit * factor.central
        draws = draws + result.draws[:, index] * unit * factor.at(draw.z(factor.name))
    return Band.of(central, draws)


def money_coefficients(coefficients: Coefficients) -> Floats:
    """EUR of emissions per term at central prices: array (classes, terms). Time apart."""
    price = prices()
    parts = [
        coefficients.central[:, index] * unit * price[name].central
        for name, (index, unit) in _POLLUTANTS.items()
    ]
    return np.asarray(np.sum(parts, axis=0))
