"""The search over parameters on costs whose minimum is known."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from signalopt.control.knob_search import Trial, search_knobs
from signalopt.control.knobs import Knob


@dataclass(frozen=True)
class _Rule:
    gap_s: float = 3.0
    interval_s: int = 10
    fixed: float = 1.0


KNOBS = (
    Knob("gap_s", 0, 20, 1, 6, "s"),
    Knob("interval_s", 1, 120, 2, 20, "s"),
    Knob("fixed", 0, 2, 1, 1),
)


def _bowl(rule: _Rule) -> float:
    return (rule.gap_s - 4.6) ** 2 + 0.05 * (rule.interval_s - 5) ** 2 + 100 * (rule.fixed - 1) ** 2


def _best(trials: tuple[Trial, ...]) -> Trial:
    return min(trials, key=lambda trial: trial.cost)


def test_finds_the_minimum_of_a_bowl():
    trials = search_knobs(_Rule(), KNOBS, _bowl, 100)
    found = _best(trials).controller
    assert found.gap_s == pytest.approx(4.6, abs=0.1)
    assert found.interval_s == 5
    assert isinstance(found.interval_s, int)
    assert found.fixed == 1.0
    assert trials[0] == Trial(_Rule(), _bowl(_Rule()))


def test_never_leaves_the_range_and_never_tries_twice():
    asked: list[_Rule] = []

    def cost(rule: _Rule) -> float:
        asked.append(rule)
        return -rule.gap_s - rule.interval_s

    found = _best(search_knobs(_Rule(), KNOBS, cost, 200)).controller
    assert (found.gap_s, found.interval_s) == (6, 20)
    assert len(asked) == len(set(asked))
    assert all(1 <= rule.gap_s <= 6 and 2 <= rule.interval_s <= 20 for rule in asked)


def test_stops_at_the_number_of_trials_and_tells_of_each():
    told: list[int] = []
    trials = search_knobs(_Rule(), KNOBS, _bowl, 7, lambda count, _best: told.append(count))
    assert len(trials) == 7
    assert told == [1, 2, 3, 4, 5, 6, 7]


def test_a_start_outside_the_range_may_come_back_into_it():
    found = _best(search_knobs(_Rule(gap_s=12.0), KNOBS, _bowl, 150)).controller
    assert found.gap_s == pytest.approx(4.6, abs=0.1)
