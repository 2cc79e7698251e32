"""Changes between stages: as the program shows them, derived where it does not, judged all of them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from signalopt.control.transitions import change_states, make_site, steady_state
from signalopt.testing import assert_states_safe
from signalopt.timing.bounds import stage_timings
from signalopt.timing.plan import IntersectionPlan, StageTiming
from signalopt.timing.program import cycle_states
from signalopt.timing.signals import (
    Clearance,
    GivenInterstage,
    GroupKind,
    Phase,
    SignalGroup,
    SignalLayout,
    Stage,
)
from tests.control.steered import site_of
from tests.layouts import four_arms, layouts_with_plans, plan_for, symmetric


def crossing_of_two(all_red_s: int = 2) -> SignalLayout:
    """Two one-way streets: link 0 and link 1, no pedestrians."""
    groups = tuple(SignalGroup(name, GroupKind.VEHICLE, (n,), 5) for n, name in enumerate("AB"))
    clearances = tuple(Clearance(a, b, 3 + all_red_s) for a, b in ("AB", "BA"))
    return SignalLayout(
        "X", 2, groups, (Stage("a", ("A",)), Stage("b", ("B",))), symmetric({(0, 1)}), frozenset(),
        clearances,
    )  # fmt: skip


def test_a_change_by_hand() -> None:
    layout = crossing_of_two()
    a, b = stage_timings(layout.stages)
    # flashing 3 s, amber 3 s, all-red 2 s of which the last two show red-amber on the other side
    flashing, amber, ready = ["Gr"] * 3, ["yr"] * 3, ["ru"] * 2
    assert change_states(layout, a, b) == (*flashing, *amber, *ready)


def test_pedestrians_with_a_long_way_end_first() -> None:
    layout = four_arms(avenue_m=40.0)
    names = {s.stage: s for s in stage_timings(layout.stages)}
    states = change_states(layout, names["street"], names["avenue"])
    walkers, vehicles = [s[8] for s in states], [s[4] for s in states]
    # 40 m: 8 s of clearance, 3 s of flashing before; the vehicles' interstage is 8 s
    assert len(states) == 11
    assert walkers == ["G"] * 3 + ["r"] * 8
    assert "".join(vehicles) == "G" * 6 + "y" * 3 + "r" * 2


@given(layouts_with_plans())
@settings(max_examples=25)
def test_the_program_s_own_changes_come_out_as_it_shows_them(
    pair: tuple[SignalLayout, IntersectionPlan],
) -> None:
    layout, program = pair
    site = site_of(layout, program)
    states = cycle_states(layout, program)
    twice = [*states, *states]
    now = 0
    for n, timing in enumerate(program.stages):
        following = (n + 1) % len(program.stages)
        change = site.changes[n, following]
        begin = next(
            s for s in range(now, len(twice)) if twice[s : s + len(change)] == list(change)
            and twice[s + len(change)] == site.steady[following]
        )  # fmt: skip
        assert now <= begin <= now + timing.green_s
        now = begin + len(change)


@given(layouts_with_plans())
@settings(max_examples=25)
def test_every_change_is_safe_between_lasting_stages(
    pair: tuple[SignalLayout, IntersectionPlan],
) -> None:
    layout, program = pair
    site = site_of(layout, program)
    assert len(site.changes) == 6
    for (a, b), states in site.changes.items():
        around = [*[site.steady[a]] * 40, *states, *[site.steady[b]] * 40]
        assert_states_safe(layout, around)


def test_given_interstages_are_kept_letter_by_letter() -> None:
    layout = crossing_of_two()
    given_there = GivenInterstage("a", "b", (Phase(4, "yr"), Phase(1, "rr"), Phase(1, "ru")))
    stages = (Stage("a", ("A",), "Gr"), Stage("b", ("B",), "rG"))
    layout = replace(layout, stages=stages, interstages=(given_there,))
    a, b = stage_timings(layout.stages)
    assert change_states(layout, a, b) == ("yr",) * 4 + ("rr", "ru")
    assert change_states(layout, b, a)[3:] == ("ry", "ry", "ry", "ur", "ur")


def test_links_that_stay_dark_or_yield_keep_their_letters() -> None:
    layout = crossing_of_two()
    stages = (Stage("a", ("A",), "gro"), Stage("b", ("B",), "rGo"))
    layout = replace(layout, link_count=3, stages=stages)
    a, b = stage_timings(layout.stages)
    states = change_states(layout, a, b)
    assert {s[2] for s in states} == {"o"}
    assert [s[0] for s in states][:3] == ["g"] * 3
    assert steady_state(layout, a) == "gro"


def unsafe_straight_change() -> tuple[SignalLayout, IntersectionPlan]:
    """Three stages; the given interstage from the first to the third (not in the rotation) has no amber."""
    layout = four_arms()
    names = [s.id for s in layout.stages]
    steady = [steady_state(layout, t) for t in stage_timings(layout.stages)]
    bad = GivenInterstage(names[0], names[2], (Phase(8, "r" * 10),))
    kept = tuple(
        GivenInterstage(
            names[a], names[b], tuple(Phase(1, s) for s in change_states(layout, *pair))
        )
        for a, b in ((0, 1), (1, 2), (2, 0))
        for pair in [tuple(stage_timings([layout.stages[a], layout.stages[b]]))]
    )
    stages = tuple(replace(s, state=state) for s, state in zip(layout.stages, steady, strict=True))
    return replace(layout, stages=stages, interstages=(*kept, bad)), plan_for(layout)


def test_a_change_with_a_new_finding_does_not_exist() -> None:
    layout, program = unsafe_straight_change()
    site = site_of(layout, program)
    assert (0, 2) not in site.changes
    assert len(site.changes) == 5
    assert any("never from avenue straight to street" in note for note in site.notes)


def test_a_site_whose_rotation_is_unsafe_is_left_alone() -> None:
    layout, program = unsafe_straight_change()
    avenue, left, street = program.stages
    # left, avenue, street once each: the program never goes from avenue to street, the rotation would
    shown = IntersectionPlan("C", 0, 0, (left, avenue, left, street))
    site, reason = make_site(layout, shown)
    assert site is None
    assert reason == "its ordinary rotation has no safe change from avenue to street"


def test_a_single_stage_is_left_alone() -> None:
    layout = crossing_of_two()
    one = IntersectionPlan("X", 30, 0, (StageTiming("a", ("A",), 30),))
    assert make_site(layout, one) == (None, "a single stage")


def test_stages_that_the_program_leaves_out_may_be_asked_for() -> None:
    layout = crossing_of_two()
    third = Stage("again", ("B", "C"))
    more = SignalGroup("C", GroupKind.VEHICLE, (2,), 5)
    layout = replace(
        layout, link_count=3, groups=(*layout.groups, more),
        stages=(layout.stages[0], Stage("b", ("B",)), Stage("c", ("A", "C")), third),
    )  # fmt: skip
    program = IntersectionPlan(
        "X", 0, 0, (StageTiming("b", ("B",), 10), StageTiming("c", ("A", "C"), 10))
    )
    site = site_of(layout, program)
    assert [s.stage for s in site.stages] == ["b", "c", "a", "again"]
    assert site.rotation == 2
    only_ab = IntersectionPlan(
        "X", 0, 0, (StageTiming("a", ("A",), 9), StageTiming("b", ("B",), 9))
    )
    # nobody could say when C would be green again: its stages are no choice
    assert [s.stage for s in site_of(layout, only_ab).stages] == ["a", "b"]


def test_seconds_of_the_program_know_their_stage() -> None:
    layout = crossing_of_two()
    program = IntersectionPlan(
        "X", 36, 0, (StageTiming("a", ("A",), 12), StageTiming("b", ("B",), 8))
    )
    site = site_of(layout, program)
    assert site.fallback_stages == (0,) * 12 + (-1,) * 8 + (1,) * 8 + (-1,) * 8
    assert np.array(site.fallback_states).size == 36


@pytest.mark.parametrize("twice", [False, True])
def test_a_stage_shown_twice_a_cycle_is_one_stage_of_the_rotation(twice: bool) -> None:
    layout = crossing_of_two()
    a, b = StageTiming("a", ("A",), 10), StageTiming("b", ("B",), 10)
    site = site_of(layout, IntersectionPlan("X", 0, 0, (a, b, a, b) if twice else (a, b)))
    assert [s.stage for s in site.stages] == ["a", "b"]
    assert len(site.fallback_states) == (72 if twice else 36)
