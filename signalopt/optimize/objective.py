"""What plans are judged by: each objective as measures with weights, the same in both simulators.

One place for all rooms: the race and the final comparison read SUMO's measures by it, the search those of
the queue model. Smaller is better throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from signalopt.emissions.weights import load_objective
from signalopt.errors import InputError, Problem
from signalopt.measures import MEASURES
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.statistics import Change, paired_change


@dataclass(frozen=True, slots=True)
class Term:
    """A measure and the weight of one of its units."""

    measure: str
    weight: float = 1.0


@dataclass(frozen=True)
class Objective:
    """A weighted sum of measures.

    relative: weights are per unit of today's value (shares of today's plan), until `against` has made
    them absolute. label and unit are for people.
    """

    name: str
    terms: tuple[Term, ...]
    label: str
    unit: str
    relative: bool = False

    @property
    def measure(self) -> str:
        """The single measure behind the objective, or its name where it has several."""
        return self.terms[0].measure if len(self.terms) == 1 else self.name

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of the measures it needs."""
        return tuple(term.measure for term in self.terms)

    def against(self, today: Mapping[str, float]) -> Objective:
        """Absolute weights, from the measures of today's plan; unchanged where they are absolute.

        A measure that is absent or zero today (no pedestrians, say) drops out.
        """
        if not self.relative:
            return self
        terms = tuple(
            Term(t.measure, t.weight / today[t.measure])
            for t in self.terms
            if today.get(t.measure, 0.0) > 0
        )
        return replace(self, terms=terms, relative=False)

    def value(self, measures: Mapping[str, float]) -> float:
        """The objective of one run. Raises KeyError where a measure is absent."""
        return sum(_sign(t.measure) * t.weight * measures[t.measure] for t in self.terms)

    def array(self, measures: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """The objective of many runs at once, from arrays of one shape."""
        parts = [_sign(t.measure) * t.weight * measures[t.measure] for t in self.terms]
        total: NDArray[np.float64] = np.sum(parts, axis=0)
        return total

    def values(self, result: SimulationResult) -> dict[int, float]:
        """The objective by seed, for the finished runs that have all its measures."""
        return {
            run.seed: self.value(run.measures)
            for run in result.runs
            if all(name in run.measures for name in self.measures)
        }

    def change(self, before: SimulationResult, after: SimulationResult) -> Change | None:
        """Paired change from one result to another over common seeds; None without any."""
        first, second = self.values(before), self.values(after)
        seeds = [seed for seed in first if seed in second]
        if not seeds:
            return None
        return paired_change([first[s] for s in seeds], [second[s] for s in seeds])


DECLARED = ("delay", "co2", "soot", "balanced", "money")
"""Objectives whose weights are data of the emissions room."""
OBJECTIVE_NAMES = ("delay", "person_delay", "stops", "co2", "soot", "balanced", "money")


def find_objective(name: str) -> Objective:
    """The objective of this name. Raises InputError."""
    if name in DECLARED:
        found = load_objective(name)
        terms = tuple(Term(measure, weight) for measure, weight in found.weights.items())
        single = MEASURES[terms[0].measure] if len(terms) == 1 else None
        unit = single.unit if single is not None else "of today's values" if found.relative else ""
        return Objective(
            name, terms, single.label if single is not None else name, unit, found.relative
        )
    own = {"person_delay": "person_delay_s", "stops": "stops"}
    if name in own:
        measure = MEASURES[own[name]]
        return Objective(name, (Term(measure.name),), measure.label, measure.unit)
    near = get_close_matches(name, OBJECTIVE_NAMES, n=1)
    hint = f"did you mean {near[0]}?" if near else ""
    raise InputError(Problem("objective", f"`{name}`", ", ".join(OBJECTIVE_NAMES), hint))


def weighted(parts: Sequence[tuple[str, float]], name: str = "weighted") -> Objective:
    """An objective of shares of today's values, for points of a Pareto front."""
    terms = tuple(Term(measure, share) for measure, share in parts)
    return Objective(name, terms, "weighted share of today's values", "1", relative=True)


def _sign(measure: str) -> int:
    return -1 if MEASURES[measure].better == "higher" else 1
