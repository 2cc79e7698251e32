"""Signals under a schedule: what SUMO is given, what it shows, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signalopt.errors import InputError
from signalopt.microsim.day_signals import (
    schedule_states,
    simulate_schedule,
    write_schedule_signals,
)
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario
from signalopt.timing.day_lamps import lamps_of_day, states_of
from signalopt.timing.schedule import Schedule
from signalopt.verdict import judge_schedule_for_case
from tests.export.day_schedules import H, busy_day


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(load_scenario("smoke"), tmp_path_factory.mktemp("smoke") / "case")


@pytest.fixture(scope="module")
def schedule(case: Case) -> Schedule:
    return busy_day(case.network, 21)


def test_sumo_shows_the_switches_of_the_time_that_is_run(case, schedule):
    begin_s, end_s = 6 * H + 3000, 7 * H + 2000
    shown = schedule_states(case, schedule, "workday", begin_s, end_s)
    expected = lamps_of_day(schedule, case.network.layouts, "workday", begin_s=begin_s, end_s=end_s)
    assert {name: states_of(lamps) for name, lamps in expected.items()} == shown


def test_traffic_runs_over_a_switch(case, schedule):
    (day,) = schedule.day_types
    result = simulate_schedule(case, schedule, day.name, [1], workers=1)
    assert result.plan == "random (workday)"
    assert result.complete
    assert result.mean("delay_s") > 0


def test_signals_of_another_network_or_day_are_refused(case, schedule, tmp_path):
    other = replace(schedule, network="other")
    with pytest.raises(InputError) as error:
        write_schedule_signals(case, other, "sunday", tmp_path)
    assert len(error.value.problems) == 2
    assert not list(tmp_path.iterdir())


def test_signals_that_are_switched_off_stay_off(case, schedule, tmp_path):
    dark = replace(case, signals_off=("West",))
    files = write_schedule_signals(dark, schedule, "workday", tmp_path)
    assert [f.name for f in files] == ["schedule.add.xml", "off.add.xml"]


@pytest.mark.slow_ci
def test_whole_days_are_judged_and_compared(case, schedule):
    verdict = judge_schedule_for_case(case, schedule, realised=True)
    assert verdict.safe
    assert verdict.judged_s == 86400


def test_a_schedule_that_misses_points_is_not_safe(case, schedule):
    days = tuple(replace(day, switches=()) for day in schedule.day_types)
    verdict = judge_schedule_for_case(case, replace(schedule, day_types=days))
    assert not verdict.safe
    assert len(verdict.findings) >= 4
    assert np.all(["no switch second" in f.text for f in verdict.findings])
