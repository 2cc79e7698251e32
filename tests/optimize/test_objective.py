"""Objectives: the same weighted measures for runs in SUMO and for arrays of the queue model."""

import numpy as np
import pytest

from signalopt.errors import InputError
from signalopt.measures import MEASURES
from signalopt.microsim.result import SeedRun, SimulationResult
from signalopt.optimize.objective import OBJECTIVE_NAMES, Objective, Term, find_objective, weighted


def result(plan: str, values: dict[int, dict[str, float]]) -> SimulationResult:
    runs = tuple(SeedRun(s, m, {}, True, 1.0, {}) for s, m in values.items())
    return SimulationResult(
        "case", plan, "fixed", "f", tuple(values), runs, (), (), "none", {"sumo": "x"}
    )


@pytest.mark.parametrize("name", OBJECTIVE_NAMES)
def test_every_objective_is_made_of_known_measures(name):
    objective = find_objective(name)
    assert set(objective.measures) <= set(MEASURES)
    assert objective.label


def test_unknown_objective_names_its_neighbour():
    with pytest.raises(InputError, match="did you mean delay"):
        find_objective("delai")


def test_more_is_better_turns_the_sign():
    objective = Objective("x", (Term("delay_s", 2.0), Term("speed_kph", 0.5)), "x", "")
    assert objective.value({"delay_s": 30.0, "speed_kph": 20.0}) == 50.0
    table = {"delay_s": np.array([[30.0], [10.0]]), "speed_kph": np.array([[20.0], [20.0]])}
    assert objective.array(table).tolist() == [[50.0], [10.0]]


def test_shares_of_todays_values_become_weights_and_absent_measures_drop_out():
    objective = weighted([("delay_s", 0.5), ("pedestrian_delay_s", 0.5)])
    absolute = objective.against({"delay_s": 40.0, "pedestrian_delay_s": 0.0})
    assert absolute.terms == (Term("delay_s", 0.5 / 40),)
    assert absolute.value({"delay_s": 20.0}) == 0.25
    assert absolute.against({"delay_s": 1.0}) is absolute


def test_change_is_paired_over_common_seeds():
    before = result("a", {1: {"delay_s": 40.0}, 2: {"delay_s": 60.0}, 3: {"delay_s": 9.0}})
    after = result("b", {1: {"delay_s": 30.0}, 2: {"delay_s": 49.0}, 4: {"delay_s": 0.0}})
    change = find_objective("delay").change(before, after)
    assert change is not None
    assert change.difference.count == 2
    assert change.difference.mean == -10.5
    assert find_objective("delay").change(before, result("c", {7: {"delay_s": 1.0}})) is None
