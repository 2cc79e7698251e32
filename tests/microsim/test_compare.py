from __future__ import annotations

import json
from dataclasses import replace

import pytest

from signalopt.errors import InputError
from signalopt.microsim.compare import compare
from signalopt.microsim.result import SeedRun, SimulationResult


def _result(plan: str, delays: dict[int, float], complete: bool = True) -> SimulationResult:
    runs = tuple(
        SeedRun(seed, {"delay_s": delay, "speed_kph": 100 - delay}, {}, complete, 1.0, {})
        for seed, delay in delays.items()
    )
    return SimulationResult(
        "town", plan, "fixed", "case-1", tuple(delays), runs, (), (), "label", {"sumo": "1.28.0"}
    )


BEFORE = _result("today", {1: 40, 2: 60, 3: 50})
AFTER = _result("new", {3: 44.5, 2: 55, 1: 35.5})


def test_pairs_by_seed_not_by_place() -> None:
    found = compare(BEFORE, AFTER)
    assert found.seeds == (1, 2, 3)
    change = found.changes["delay_s"]
    assert change.difference.mean == pytest.approx(-5)
    assert change.difference.low == pytest.approx(-5 - 4.302653 * 0.5 / 3**0.5, abs=1e-5)
    assert change.relative is not None
    assert change.relative.mean == pytest.approx(-0.1)
    assert change.significant


def test_direction_of_better() -> None:
    found = compare(BEFORE, AFTER)
    assert found.improves("delay_s")
    assert found.improves("speed_kph")
    back = compare(AFTER, BEFORE)
    assert not back.improves("delay_s")
    assert not back.improves("speed_kph")


def test_only_common_seeds_count() -> None:
    found = compare(BEFORE, _result("new", {2: 50, 3: 41, 9: 999}))
    assert found.seeds == (2, 3)
    assert found.changes["delay_s"].before == 55


def test_a_doubtful_change_is_not_significant() -> None:
    found = compare(BEFORE, _result("new", {1: 30, 2: 65, 3: 49}))
    assert not found.changes["delay_s"].significant
    assert not found.improves("delay_s")


def test_incomplete_runs_are_said() -> None:
    assert compare(BEFORE, AFTER).complete
    assert not compare(BEFORE, _result("new", {1: 1, 2: 2, 3: 3}, complete=False)).complete


def test_different_cases_and_no_common_seed_are_refused_together() -> None:
    other = replace(_result("new", {7: 1}), case_fingerprint="case-2")
    with pytest.raises(InputError) as caught:
        compare(BEFORE, other)
    assert len(caught.value.problems) == 2


def test_json() -> None:
    data = json.loads(compare(BEFORE, AFTER).to_json())
    assert data["before"] == "today"
    assert data["after"] == "new"
    delay = data["changes"]["delay_s"]
    assert delay["difference"]["mean"] == pytest.approx(-5)
    assert len(delay["relative"]["ci95"]) == 2
    assert delay["significant"] is True
    json.loads(
        compare(_result("a", {1: 0}), _result("b", {1: 1})).to_json()
    )  # no ratio, no interval


def test_emissions_counted_differently_are_not_compared() -> None:
    warm = replace(BEFORE, manifest={"sumo": "1.28.0", "emission_temperature_c": "20"})
    cold = replace(AFTER, manifest={"sumo": "1.28.0", "emission_temperature_c": "-20"})
    with pytest.raises(InputError, match="temperature_c"):
        compare(warm, cold)
