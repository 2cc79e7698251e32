"""Greens fitted to bounds, plans read into settings and back, limits on cycles and reds."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.optimize.variables import Setting, fitted_greens, make_site
from signalopt.timing.bounds import GreenConstraint
from signalopt.timing.plan import FixedProgram, IntersectionPlan, Plan, StageTiming
from signalopt.timing.safety import judge_plan
from signalopt.timing.signals import Phase
from tests.optimize.spaces import avenue_space, with_red_limit
from tests.optimize.streets import layout_of


@pytest.mark.parametrize(
    ("wanted", "total", "expected"),
    [
        ((20, 20), 40, (20, 20)),
        ((30, 10), 20, (15, 5)),
        ((1, 100), 50, (7, 43)),  # the first stage keeps its minimum
        ((0, 0), 30, (15, 15)),
    ],
)
def test_greens_are_scaled_and_kept_above_the_minima(wanted, total, expected):
    constraints = (GreenConstraint((0,), 7), GreenConstraint((1,), 4))
    assert fitted_greens(wanted, total, constraints) == expected


def test_green_over_two_stages_counts_as_one():
    constraints = (GreenConstraint((0,), 1), GreenConstraint((1,), 1), GreenConstraint((0, 1), 20),
                   GreenConstraint((2,), 5))  # fmt: skip
    greens = fitted_greens((1, 1, 30), 32, constraints)
    assert greens is not None
    assert greens[0] + greens[1] == 20
    assert sum(greens) == 32


def test_no_greens_where_the_minima_do_not_fit():
    assert fitted_greens((1, 1), 10, (GreenConstraint((0,), 7), GreenConstraint((1,), 7))) is None


@given(
    st.lists(st.floats(0, 80), min_size=2, max_size=5),
    st.lists(st.integers(1, 20), min_size=5, max_size=5),
    st.integers(0, 60),
)
def test_fitted_greens_keep_every_constraint(wanted, least, spare):
    count = len(wanted)
    singles = [GreenConstraint((i,), least[i]) for i in range(count)]
    pair = GreenConstraint((0, 1), least[0] + least[1] + 3)
    total = sum(least[:count]) + 3 + spare
    greens = fitted_greens(wanted, total, (*singles, pair))
    assert greens is not None
    assert sum(greens) == total
    assert all(green >= bound for green, bound in zip(greens, least, strict=False))
    assert greens[0] + greens[1] >= pair.least_s


def test_plan_goes_into_settings_and_back_unchanged():
    space = avenue_space()
    settings = tuple(Setting(0, (20 + i, 25), 5 * i) for i in range(4))
    plan = space.plan(settings, "p")
    assert space.settings_of(plan) == settings
    assert [p.cycle_s for p in plan.intersections] == [20 + i + 25 + 16 for i in range(4)]
    assert judge_plan({s.id: s.layout for s in space.sites}, plan) == ()


def test_plan_that_begins_with_another_stage_is_the_same_plan():
    space = avenue_space(1)
    site = space.sites[0]
    side_first = IntersectionPlan(
        "I0", 61, 50, (StageTiming("side", ("S",), 15), StageTiming("avenue", ("EW",), 30))
    )
    (setting,) = space.settings_of(Plan("p", "avenue", (side_first,)))
    assert setting.greens_s == (30, 15)
    # The avenue's green begins 15 s and an interstage of 8 s after the side street's.
    assert setting.offset_s == (50 + 15 + 8) % 61
    assert site.cycle_s(setting) == 61


def test_programs_of_unknown_stages_become_least_greens():
    space = avenue_space(1)
    strange = FixedProgram("I0", 0, (Phase(30, "GGr"), Phase(30, "rrG")))
    (setting,) = space.settings_of(Plan("p", "avenue", (strange,)))
    assert space.sites[0].cycle_s(setting) == space.sites[0].least_cycle_s


def test_cycles_outside_the_limits_are_refused():
    site = avenue_space(1).sites[0]
    assert site.fitted(0, (1, 1), site.most_cycle_s + 1, 0) is None
    assert site.fitted(0, (1, 1), site.least_cycle_s - 1, 0) is None


def test_longest_red_holds_at_every_cycle():
    layout = with_red_limit(avenue_space(1).sites[0], 60)
    site = make_site(layout, [layout.stages])
    for cycle in range(site.least_cycle_s, site.most_cycle_s + 1):
        setting = site.fitted(0, (100, 1), cycle, 0)
        if setting is None:
            continue
        program = IntersectionPlan(
            site.id, cycle, 0,
            tuple(replace(s, green_s=g) for s, g in
                  zip(site.orders[0].sequence, setting.greens_s, strict=True)),
        )  # fmt: skip
        assert judge_plan({site.id: layout}, Plan("p", "n", (program,))) == ()


def test_layout_whose_minima_fit_no_cycle_still_makes_a_site():
    layout = replace(layout_of("I0"), max_cycle_s=26)
    assert make_site(layout, [layout.stages]).most_cycle_s >= 25
