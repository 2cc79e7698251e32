"""Whole days from scenarios of single hours: what is given stays, what lies between is reckoned."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from signalopt.demand.day_profile import DayProfile, built_in_profiles
from signalopt.errors import InputError
from signalopt.optimize.day_case import hour_case, window_case
from signalopt.optimize.day_costs import candidate_hours, day_costs, worth_of_a_plan_h
from signalopt.optimize.day_demand import DayDemand, Given, day_demands
from signalopt.optimize.day_trial import switch_windows
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario
from signalopt.scenario.schema import Demand, Scenario, Window
from signalopt.timing.day_calendar import CalendarRule
from signalopt.timing.plan import Plan
from signalopt.timing.schedule import DayType, Period, Schedule

H = 3600


@pytest.fixture(scope="module")
def smoke() -> Case:
    return build_case(load_scenario("smoke"))


@cache
def scenario_at(name: str, hour: float) -> Scenario:
    """The smoke scenario under another name at another hour."""
    begin = int(hour * H) - 300
    window = Window(begin=begin, end=begin + 600, warmup_s=120, run_out_s=900)
    return replace(load_scenario("smoke"), name=name, window=window)


@cache
def case_at(name: str, hour: float) -> Case:
    return build_case(scenario_at(name, hour))


def given(name: str, hour: float, day_type: str = "") -> Given:
    return Given(scenario_at(name, hour), case_at(name, hour), day_type)


def one(levels: tuple[float, ...], *hours: float) -> DayDemand:
    profile = DayProfile("weekday", levels, ("am", "pm"), (CalendarRule(),))
    names = ("town_am", "town_pm")
    found = day_demands([given(n, h) for n, h in zip(names, hours, strict=False)], [profile])
    return found[0]


def test_at_a_scenarios_hour_its_own_flows_hold():
    day = one(tuple(0.1 + 0.04 * h for h in range(24)), 8.5, 18.5)
    for anchor, _ in day.anchors:
        assert day.weights_at(anchor.middle_s) == ((anchor, pytest.approx(1.0)),)
        assert day.total_vph(anchor.middle_s) == pytest.approx(anchor.total_vph)


def test_between_two_scenarios_the_level_follows_the_profile():
    levels = tuple(1.0 if h in (8, 18) else 0.5 for h in range(24))
    day = one(levels, 8.5, 18.5)
    first = day.anchors[0][0].total_vph  # both have the same flows here
    assert day.total_vph(13.5 * H) == pytest.approx(0.5 * first)
    assert dict(day.weights_at(13.5 * H)) == pytest.approx({a: 0.25 for a, _ in day.anchors})
    # Over midnight as well: from the evening's pattern to the morning's.
    assert dict(day.weights_at(1.5 * H)) == pytest.approx({a: 0.25 for a, _ in day.anchors})


def test_one_scenario_is_scaled_by_the_profile():
    day = one(tuple(1.0 if h == 8 else 0.2 for h in range(24)), 8.5)
    flows = day.flows_at(3.5 * H)
    anchor = day.anchors[0][0]
    assert sum(flows.movement_vph.values()) == pytest.approx(0.2 * anchor.total_vph)
    assert sum(s.flow_vph for s in flows.streams) == pytest.approx(
        0.2 * sum(s.flow_vph for s in anchor.flows.streams)
    )
    assert list(day.movements_at(0)) == list(anchor.flows.movement_vph)


def test_names_tell_the_day_type_and_the_rest_of_the_day_is_borrowed():
    days = day_demands(
        [
            given("x_am", 8.3),
            given("x_midday", 11.5),
            given("x_summer_am", 8.5),
        ],
        built_in_profiles(),
    )
    found = {day.name: day for day in days}
    assert list(found) == ["public holiday", "summer holidays", "weekend", "weekday"]
    assert [a.label for a, _ in found["summer holidays"].anchors] == ["summer_am", "midday"]
    assert [a.label for a, _ in found["weekend"].anchors] == ["midday"]
    assert [a.label for a, _ in found["weekday"].anchors] == ["am", "midday"]
    assert sum(day.weight for day in days) == pytest.approx(1, abs=0.01)


def test_any_date_has_a_day_type_whatever_is_given():
    (day,) = day_demands([given("mine", 12)], built_in_profiles())
    assert day.name == "weekday"
    assert day.weight == 1
    own = day_demands([given("a", 8), given("b", 9, "market day")], built_in_profiles())
    assert [d.name for d in own] == ["market day", "weekday"]
    assert own[0].calendar == ()
    assert own[1].calendar[-1] == CalendarRule()


def test_scenarios_that_cannot_be_put_together_are_all_told(smoke):
    first = given("a", 8)
    network = replace(smoke.network, fingerprint="other")
    routes = replace(first.scenario, name="c", demand=Demand(routes=()))
    bad = [
        first,
        replace(first, case=replace(smoke, network=network)),
        replace(first, scenario=routes),
    ]
    with pytest.raises(InputError) as error:
        day_demands(bad, built_in_profiles())
    found = str(error.value)
    assert "network other" in found
    assert "named twice" in found
    assert "volumes that can be spread over a day" in found


def test_costs_are_lowest_for_the_plan_of_the_hour_and_rise_with_traffic(smoke):
    day = one(tuple(1.0 if 7 <= h <= 18 else 0.3 for h in range(24)), 8.5)
    heard: list[int] = []
    candidates = candidate_hours(smoke.network, [day], {}, lambda done, _: heard.append(done))
    costs = day_costs(smoke.network, [day], candidates, lambda *_: None)["weekday"]
    assert heard[-1] == len(candidates)
    assert costs.costs.shape == (len(candidates), 48)
    assert costs.costs[:, 20].min() > 2 * costs.costs[:, 6].min()
    assert costs.switch_cost[20] > costs.switch_cost[6]
    assert worth_of_a_plan_h({"weekday": costs}) > 0


def test_the_case_of_an_hour_is_the_scenario_itself_or_scaled():
    day = one(tuple(1.0 if h == 8 else 0.5 for h in range(24)), 8.5)
    assert hour_case(day, int(8.5 * H)) == (day.anchors[0][0].case, "town_am")
    case, text = hour_case(day, int(14.5 * H))
    assert text == "town_am at 50 % of its volumes"
    full = day.anchors[0][0].case.route_files[0].read_text().count("<vehicle ")
    assert case.route_files[0].read_text().count("<vehicle ") < 0.75 * full


def test_the_case_of_a_window_mixes_the_scenarios(tmp_path):
    day = one((1.0,) * 24, 8.5, 9.5)
    case = window_case(day, int(8.75 * H), int(9.25 * H), tmp_path)
    text = case.route_files[0].read_text()
    assert "town_am.v0" in text
    assert "town_pm.v0" in text
    departs = [float(part.split('"')[1]) for part in text.split("depart=")[1:]]
    assert departs == sorted(departs)
    assert (case.begin_s, case.end_s) == (31500, 33300)
    assert min(departs) >= case.depart_begin_s == 31500 - 900


def test_windows_around_switches_are_joined_where_they_meet():
    plans = tuple(Plan(name, "n", ()) for name in "ab")
    edges = ((0, "a"), (7 * H, "b"), (7 * H + 1800, "a"), (23 * H + 2700, "b"))
    ends = [*(begin for begin, _ in edges[1:]), 24 * H]
    periods = tuple(Period(b, e, p) for (b, p), e in zip(edges, ends, strict=True))
    schedule = Schedule("s", "n", plans, (DayType("d", periods, (CalendarRule(),)),))
    assert switch_windows(schedule, "d", 3600) == (
        (7 * H - 1800, 8 * H), (23 * H + 900, 24 * H),
    )  # fmt: skip
