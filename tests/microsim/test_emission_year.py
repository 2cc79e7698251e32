"""A year from simulated hours: who stands for what, seasons, seeds, the difference of two plans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signalopt.errors import InputError
from signalopt.microsim.emission_year import (
    SimulatedHour,
    compare_years,
    hour_of,
    placed,
    year_of,
)
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate
from signalopt.scenario.case import Case
from tests.microsim.conftest import SHARED, WEST_GREEN, CaseMaker, cars

KEYS = [(h, s) for h in ("am", "pm", "midday") for s in ("summer", "winter")]


@pytest.fixture
def case(make_case: CaseMaker) -> Case:
    return make_case(cars(range(0, 200, 20)) + cars([210, 250], kind="bus", stem="b"))


def year(case: Case, result: SimulationResult):
    return year_of(result.plan, {key: SimulatedHour(case, result) for key in KEYS})


def test_windows_tell_their_hour(case: Case) -> None:
    hours = {"am": 8, "midday": 12, "pm": 18}
    for name, hour in hours.items():
        assert hour_of(replace(case, begin_s=hour * 3600, end_s=(hour + 1) * 3600)) == name


def test_scenarios_are_placed_and_one_season_goes_first(case: Case) -> None:
    cases = dict.fromkeys("abc", case)
    found = placed({"a": "am,midday,pm", "b": "am@winter"}, cases)
    assert found["am", "winter"] == "b"
    assert found["am", "summer"] == found["pm", "winter"] == "a"
    with pytest.raises(InputError) as caught:
        placed({"a": "am", "b": "am", "c": "night"}, cases)
    text = str(caught.value)
    assert "again (first a)" in text and "'night'" in text and "no scenario for `pm`" in text


def test_a_year_and_a_difference(case: Case) -> None:
    before, after = (simulate(case, plan, [1, 2], workers=1) for plan in (SHARED, WEST_GREEN))
    one, two = year(case, before), year(case, after)
    found = compare_years(one, two)

    assert set(one.by_seed) == {1, 2} and one.complete
    mean = sum(row["co2_g"] for row in one.by_seed.values()) / 2
    assert one.total.amounts["co2_g"].central == pytest.approx(mean)
    assert two.total.co2_t.central < one.total.co2_t.central, "an always green west is quicker"
    assert found.change.amounts["co2_g"].high < 0
    assert found.over_seeds("co2_g").mean == pytest.approx(
        found.change.amounts["co2_g"].central * 1e-6
    )
    assert any("-11" in text for text in one.assumptions)
    same = compare_years(one, one)
    assert same.change.amounts["soot_mg"].width == 0
