"""Distillation: what a controller shows becomes a safe plan; hand-made visits, and the smoke scenario."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from signalopt.control.distil import Distilled, distil
from signalopt.control.distil_order import SiteHabit, habit, stage_order
from signalopt.control.distil_plan import weighted_median
from signalopt.control.distil_schedule import distil_day, periods_of
from signalopt.control.distil_shown import SiteShown, Visit, visits_of
from signalopt.control.distil_table import ratio
from signalopt.control.registry import controller_of
from signalopt.control.site import Site
from signalopt.demand.day_profile import built_in_profiles
from signalopt.errors import InputError
from signalopt.mesosim.draws import Draw
from signalopt.optimize.day_demand import Given, day_demands
from signalopt.optimize.search import unsafe
from signalopt.scenario.build import build_case
from signalopt.scenario.load import load_scenario
from signalopt.timing.plan import IntersectionPlan
from signalopt.timing.schedule import DAY_S
from tests.control.hand_city import AVENUE, LEFT, STREET, hand_city
from tests.control.smoke_case import smoke_case

ONE = (Draw(201),)


def _site() -> Site:
    return hand_city().sites[0]


def _shown(*stages: tuple[int, int], times: int = 10) -> SiteShown:
    """Visits (stage, steady seconds) over and over; five seconds of every change."""
    visits, begin_s = [], 0
    for stage, steady_s in stages * times:
        visits.append(Visit(stage, steady_s, begin_s))
        begin_s += steady_s + 5
    return SiteShown("C0", begin_s, (tuple(visits),))


def test_visits_are_read_from_seconds():
    row = np.array([-1, 0, 0, 0, -1, -1, 2, 2, -1, 0], np.int16)
    assert visits_of(row) == (Visit(0, 3, 1), Visit(2, 2, 6), Visit(0, 1, 9))
    assert visits_of(np.full(4, -1, np.int16)) == ()


def test_the_order_used_most_wins():
    site = _site()
    assert stage_order(site, _shown((AVENUE, 20), (STREET, 15), (LEFT, 6))) == (0, 2, 1)
    assert stage_order(site, _shown((AVENUE, 20), (LEFT, 6), (STREET, 15))) == (0, 1, 2)


def test_a_stage_that_is_seldom_shown_counts_only_if_somebody_needs_it():
    site = _site()
    often = ((AVENUE, 20), (STREET, 10)) * 9
    shown = _shown(*often, (AVENUE, 20), (LEFT, 6), (STREET, 10), times=1)
    # The left turns have green nowhere else: they stay, though one rotation in ten had them.
    assert set(stage_order(site, shown)) == {AVENUE, LEFT, STREET}


def test_cycle_and_greens_of_a_habit_by_hand():
    """Ten rotations of 20 + 6 + 14 s of green and three changes of 5 s: a cycle of 55 s."""
    found = habit(_site(), _shown((AVENUE, 20), (LEFT, 6), (STREET, 14)))
    assert found.kept == ""
    assert found.cycle_s == pytest.approx(55)
    assert found.greens_s == pytest.approx((20, 6, 14))
    least = np.array(found.least_s)
    total = int(least.sum()) + 12
    above = np.maximum(np.array([20, 6, 14]) - least, 0)
    expected = least + 12 * above / above.sum()
    assert found.greens_at(total) == pytest.approx(tuple(expected))
    assert sum(found.greens_at(total)) == pytest.approx(total)


def test_stages_left_out_make_the_rotation_longer_but_not_its_changes():
    """Twice avenue and street for each left turn: as many changes an hour, so 5/3 rotations a pattern."""
    pattern = ((AVENUE, 20), (STREET, 10), (AVENUE, 20), (LEFT, 6), (STREET, 10))
    found = habit(_site(), _shown(*pattern, times=6))
    assert found.cycle_s == pytest.approx((66 + 25) * 3 / 5)


def test_a_controller_that_hardly_moves_leaves_the_program():
    site = _site()
    found = habit(site, _shown((AVENUE, 600), (STREET, 10), times=1))
    assert "only" in found.kept
    assert found.cycle_s == site.fallback.cycle_s
    assert [stage.stage for stage in found.stages] == [s.stage for s in site.fallback.stages]


def test_weighted_median():
    assert weighted_median([50, 90, 70], [1, 1, 1]) == 70
    assert weighted_median([50, 90, 70], [1, 9, 1]) == 90
    assert weighted_median([50, 90, 70], [0, 0, 0]) == 70


def test_share_of_a_gain_by_hand():
    found = ratio([4.0, 6.0], [8.0, 12.0])
    assert found is not None
    assert found.mean == pytest.approx(0.5)
    assert found.low == pytest.approx(0.5)
    assert ratio([1.0], [-1.0]) is None
    single = ratio([1.0], [2.0])
    assert single is not None
    assert (single.mean, single.low) == (0.5, None)


@cache
def _of(controller: str, budget_s: float) -> Distilled:
    return distil(smoke_case(), controller_of(controller), budget_s=budget_s, draws=ONE, workers=1)


def test_todays_plan_is_its_own_distillate():
    """Watched at work, the fixed plan gives its cycle, order and greens back; only offsets are new."""
    found = _of("fixed", 0)
    assert found.runs > 0  # costs of the starts, no search
    today = found.case.today.by_id
    for program in found.plan.intersections:
        before = today[program.intersection]
        assert isinstance(program, IntersectionPlan)
        assert isinstance(before, IntersectionPlan)
        assert program.cycle_s == before.cycle_s
        own = {stage.stage: stage.green_s for stage in program.stages}
        for stage in before.stages:
            assert abs(own[stage.stage] - stage.green_s) <= 1
    assert found.plan.provenance[1] == ("controller", "fixed:interval_s=3600")


def test_a_controllers_gain_becomes_a_safe_plan():
    found = _of("max-pressure", 0.3)
    assert unsafe(found.case, found.plan) == ()
    assert found.plan.network == found.case.network.fingerprint
    assert found.plan_cost <= found.shown_cost
    assert found.plan_cost < 0.95 * found.today_cost
    assert (
        len({p.cycle_s for p in found.plan.intersections if isinstance(p, IntersectionPlan)}) <= 2
    )


def test_equal_requests_give_equal_plans():
    first = distil(smoke_case(), controller_of("actuated"), budget_s=0, draws=ONE, workers=1)
    again = distil(smoke_case(), controller_of("actuated"), budget_s=0, draws=ONE, workers=1)
    assert first.plan == again.plan
    assert [h.order for h in first.habits] == [h.order for h in again.habits]


def test_bad_requests_are_told_at_once():
    with pytest.raises(InputError) as caught:
        distil(smoke_case(), controller_of("fixed"), budget_s=-1, draws=())
    assert len(caught.value.problems) == 2


def _hours() -> list[Given]:
    """The smoke scenario in the morning, and the same in the afternoon with half of the vehicles."""
    morning = load_scenario("smoke")
    window = replace(morning.window, begin=17 * 3600, end=17 * 3600 + 600)
    demand = replace(morning.demand, scale=0.5)
    evening = replace(morning, name="smoke_pm", window=window, demand=demand)
    return [Given(morning, smoke_case(), "weekday"), Given(evening, build_case(evening))]


def test_several_hours_become_a_schedule():
    given = _hours()
    days = day_demands(given, built_in_profiles())
    names = {"smoke": "smoke", "smoke_pm": "pm"}
    for day in days:
        periods = periods_of(day, names)
        assert (periods[0].begin_s, periods[-1].end_s) == (0, DAY_S)
        at = {s: next(p.plan for p in periods if p.begin_s <= s < p.end_s) for s in (29100, 61500)}
        assert at == {29100: "smoke", 61500: "pm"}
    found = distil_day(
        "day", given, controller_of("actuated"), built_in_profiles(), budget_s=0, workers=1
    )
    assert {plan.name for plan in found.schedule.plans} == {"smoke", "pm"}
    assert found.schedule.network == given[0].case.network.fingerprint
    day_type = found.schedule.day_types[0]
    assert all(day_type.known(change).points for change in day_type.changes)
    assert found.schedule.plan_at(day_type.name, 61500).name == "pm"


def test_habit_names_the_stages_of_its_site():
    site = _site()
    made = SiteHabit(site, (2, 0), (10.0, 10.0), 50.0, (5, 5))
    assert [stage.stage for stage in made.stages] == [site.stages[2].stage, site.stages[0].stage]
