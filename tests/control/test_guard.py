"""The guard: what it grants, what it refuses, and that nothing else is ever shown."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.control.guard import HOLD, judge_shown, new_guard
from signalopt.control.guard_kernel import LAPS
from signalopt.timing.bounds import least_cycle_s
from signalopt.timing.findings import Rule
from signalopt.timing.plan import IntersectionPlan, StageTiming
from signalopt.timing.program import cycle_of, states_between
from signalopt.timing.signals import GroupKind, SignalGroup, SignalLayout, Stage
from tests.control.steered import Ride, city_of, random_ride, site_of
from tests.control.test_transitions import crossing_of_two
from tests.layouts import four_arms, layouts_with_plans, plan_for

AVENUE, LEFT, STREET = 0, 1, 2


def steered(layout: SignalLayout, program: IntersectionPlan) -> Ride:
    """One site, steered, in the first steady second of a stage in which it is."""
    ride = Ride.of(city_of(site_of(layout, program)))
    ride.until_steered()
    return ride


def two_streets() -> Ride:
    """Streets A and B; minimum green 5 s with 3 s of it flashing, changes of 8 s, reds of 120 s at most."""
    layout = crossing_of_two()
    stages = (StageTiming("a", ("A",), 20), StageTiming("b", ("B",), 20))
    return steered(layout, IntersectionPlan("X", 56, 0, stages))


def assert_safe(ride: Ride, *, calls: bool = False) -> None:
    for n, states in enumerate(ride.shown):
        found = judge_shown(ride.guard.city, n, states, calls=calls)
        assert not found, "\n".join(map(str, found))


@given(layouts_with_plans(), st.integers(-100_000, 100_000))
@settings(max_examples=25)
def test_following_is_the_program_second_by_second(
    pair: tuple[SignalLayout, IntersectionPlan], now_s: int
) -> None:
    layout, program = pair
    site = site_of(layout, program)
    ride = Ride.of(city_of(site), now_s, steered=False)
    ride.ask(1, seconds=200)
    assert ride.guard.following.all()
    assert ride.guard.refused[0] == 0
    assert tuple(ride.shown[0]) == states_between(layout, program, now_s, now_s + 201)


def test_what_following_tells_of_itself() -> None:
    layout = crossing_of_two()
    stages = (StageTiming("a", ("A",), 12), StageTiming("b", ("B",), 8))
    guard = new_guard(city_of(site_of(layout, IntersectionPlan("X", 36, 4, stages))), now_s=4)
    told = []
    for _ in range(36):
        told.append((guard.stage[0], guard.steady_s[0], guard.switching[0]))
        assert guard.allowed[0].nonzero()[0].tolist() == [guard.stage[0]]
        guard.step(np.array([HOLD], np.int16))
    assert told[:12] == [(0, n + 1, False) for n in range(12)]
    assert told[12:20] == [(1, 0, True)] * 8
    assert told[20:28] == [(1, n + 1, False) for n in range(8)]
    assert told[28:] == [(0, 0, True)] * 8


def test_a_change_takes_its_seconds_and_nothing_interrupts_it() -> None:
    ride = two_streets()
    guard = ride.guard
    ride.ask(HOLD, seconds=10)
    assert (guard.stage[0], guard.state(0)) == (0, "Gr")
    ride.ask(1)
    for second in range(8):
        assert guard.switching[0]
        assert (guard.stage[0], guard.steady_s[0]) == (1, 0)
        assert guard.allowed[0].tolist() == [False, True]
        assert guard.state(0) == ("Gr" if second < 3 else "yr" if second < 6 else "ru")
        ride.ask(0)
    assert not guard.switching[0]
    assert (guard.state(0), guard.steady_s[0]) == ("rG", 1)
    assert guard.refused[0] == 8


def test_a_green_lasts_its_minimum_flashing_counted() -> None:
    ride = two_streets()
    guard = ride.guard
    ride.ask(HOLD, seconds=10)
    ride.ask(1, seconds=9)
    assert guard.state(0) == "rG"
    # 5 s, 3 of them flashing: two seconds are shown before the change may begin
    assert guard.allowed[0].tolist() == [False, True]
    ride.ask(0)
    assert guard.steady_s[0] == 2
    assert guard.allowed[0].tolist() == [True, True]
    ride.ask(0)
    assert guard.switching[0]
    assert_safe(ride)


def test_a_red_ends_at_its_limit_whatever_is_asked_for() -> None:
    ride = two_streets()
    ride.ask(0, seconds=700)
    assert_safe(ride)
    column = "".join(state[1] for state in ride.shown[0])
    reds = [len(run) for run in column.replace("y", "r").replace("u", "r").split("G") if run]
    assert max(reds[1:-1]) == 120  # the last second of what is allowed is used


def test_holding_leaves_the_present_stage_in_time_for_all_others() -> None:
    layout = four_arms()
    ride = steered(layout, plan_for(layout))
    ride.ask(HOLD, seconds=2000)
    assert_safe(ride)
    reds = {}
    for link in range(10):
        column = "".join(s[link] if s[link] in "Gg" else "r" for s in ride.shown[0])
        reds[link] = max(len(run) for run in column.upper().split("G")[1:-1])
    assert max(reds.values()) == 120
    assert min(reds.values()) > 30


def test_asks_that_cannot_be_are_counted_and_not_granted() -> None:
    ride = two_streets()
    guard = ride.guard
    ride.ask(HOLD, seconds=3)
    stage = guard.stage[0]
    for wrong in (7, -3, 2):
        ride.ask(wrong)
    assert guard.refused[0] == 3
    assert guard.stage[0] == stage


def slow_walkers(max_red_s: int = 120) -> tuple[SignalLayout, IntersectionPlan]:
    """Walkers P (link 2) beside A. Only C (link 3), two stages on, conflicts with them: 30 s."""
    layout = crossing_of_two()
    walkers = SignalGroup("P", GroupKind.PEDESTRIAN, (2,), 6, 2, 0, 0, crossing_m=20.0)
    third = SignalGroup("C", GroupKind.VEHICLE, (3,), 5, max_red_s=max_red_s)
    clearance = layout.clearances[0]
    layout = replace(
        layout, link_count=4, groups=(*layout.groups, walkers, third),
        stages=(Stage("a", ("A", "P")), Stage("b", ("B",)), Stage("c", ("C",))),
        conflicts=layout.conflicts | {(0, 3), (3, 0), (1, 3), (3, 1), (2, 3), (3, 2)},
        clearances=(
            *layout.clearances,
            *(replace(clearance, ending=e, starting=s) for e, s in ("AC", "CA", "BC", "CB", "CP")),
            replace(clearance, ending="P", starting="C", intergreen_s=30),
        ),
    )  # fmt: skip
    stages = tuple(StageTiming(s.id, s.groups, 15) for s in layout.stages)
    program = IntersectionPlan("X", 0, 0, stages)
    return layout, replace(program, cycle_s=cycle_of(layout, program))


def test_lingering_intergreens_delay_the_next_stage() -> None:
    ride = steered(*slow_walkers())
    while ride.guard.stage[0] != 1 or ride.guard.switching[0]:
        ride.ask(1)
    ride.ask(2, seconds=60)
    assert_safe(ride)
    states = ride.shown[0]
    start = next(
        n for n in range(len(states) - 1, 0, -1) if states[n][3] == "G" != states[n - 1][3]
    )
    end = max(n for n in range(1, start) if states[n - 1][2] == "G" != states[n][2])
    assert start - end == 30


def test_lingering_intergreens_are_part_of_the_rotation_looked_at() -> None:
    for max_red_s in (10, 50, 60):
        city = city_of(site_of(*slow_walkers(max_red_s)))
        for seed in range(3):
            assert_safe(random_ride(city, 900, seed))


def test_a_head_served_twice_does_not_hide_one_that_waits() -> None:
    # A is green in two stages of the rotation, C in one
    layout = crossing_of_two()
    clearance = layout.clearances[0]
    others = (SignalGroup("C", GroupKind.VEHICLE, (2,), 5, max_red_s=90), replace(
        layout.groups[0], id="D", links=(3,)))  # fmt: skip
    rivals = ("AC", "CA", "BC", "CB", "BD", "DB", "CD", "DC")
    layout = replace(
        layout, link_count=4, groups=(*layout.groups, *others),
        stages=(
            Stage("a", ("A",)), Stage("b", ("B",)), Stage("ad", ("A", "D")), Stage("c", ("C",)),
        ),
        conflicts=layout.conflicts
        | {("ABCD".index(e), "ABCD".index(s)) for e, s in rivals},
        clearances=(
            *layout.clearances, *(replace(clearance, ending=e, starting=s) for e, s in rivals)
        ),
    )  # fmt: skip
    stages = tuple(StageTiming(s.id, s.groups, 9) for s in layout.stages)
    draft = IntersectionPlan("X", 0, 0, stages)
    city = city_of(site_of(layout, replace(draft, cycle_s=cycle_of(layout, draft))))
    assert city.guard_tables.sites[0, LAPS] == 1
    for seed in range(3):
        assert_safe(random_ride(city, 900, seed))
    ride = Ride.of(city)
    ride.until_steered()
    ride.ask(0, seconds=400)
    assert_safe(ride)


def test_steering_begins_where_the_rotation_meets_all_limits() -> None:
    layout = crossing_of_two()
    # the program lets B wait for 145 s, 25 s more than it may
    stages = (StageTiming("a", ("A",), 137), StageTiming("b", ("B",), 10))
    city = city_of(site_of(layout, IntersectionPlan("X", 163, 0, stages)))
    ride = Ride.of(city, 125)
    ride.ask(HOLD, seconds=137 - 125)
    assert ride.guard.following[0]
    ride.until_steered()
    assert ride.guard.state(0) == "rG"


@given(layouts_with_plans(), st.integers(0, 10_000))
@settings(max_examples=40)
def test_nothing_unsafe_is_shown_whatever_is_asked(
    pair: tuple[SignalLayout, IntersectionPlan], seed: int
) -> None:
    ride = random_ride(city_of(site_of(*pair)), 1500, seed)
    assert_safe(ride)


@given(layouts_with_plans(), st.integers(0, 10_000))
@settings(max_examples=20)
def test_the_program_is_joined_and_shown_from_then_on(
    pair: tuple[SignalLayout, IntersectionPlan], seed: int
) -> None:
    layout, program = pair
    ride = random_ride(city_of(site_of(layout, program)), 400, seed, falls=False)
    ride.guard.follow(np.ones(1, np.bool_))
    waited = 0
    while not ride.guard.following[0]:
        ride.ask(0)
        waited += 1
        assert waited <= 3 * program.cycle_s
    begin = ride.guard.now_s
    ride.ask(0, seconds=150)
    assert tuple(ride.shown[0][-151:]) == states_between(layout, program, begin, begin + 151)
    assert_safe(ride)


@pytest.mark.parametrize("max_red_s", [60, 75, 90])
def test_tight_limits_are_kept_or_raised_to_what_the_rotation_needs(max_red_s: int) -> None:
    layout = four_arms(avenue_m=30.0, all_red_s=4)
    groups = tuple(replace(g, max_red_s=max_red_s) for g in layout.groups)
    layout = replace(layout, groups=groups)
    program = plan_for(layout, (0, 0, 0))
    city = city_of(site_of(layout, program))
    tight = least_cycle_s(layout, program.stages) - 20 > max_red_s
    assert bool(city.notes) == (max_red_s == 60), (city.notes, tight)
    for seed in range(4):
        ride = random_ride(city, 1500, seed)
        assert_safe(ride)


def test_a_rotation_that_needs_more_red_than_allowed_says_so() -> None:
    layout = crossing_of_two()
    groups = (layout.groups[0], replace(layout.groups[1], max_red_s=10))
    layout = replace(layout, groups=groups)
    stages = (StageTiming("a", ("A",), 2), StageTiming("b", ("B",), 2))
    city = city_of(site_of(layout, IntersectionPlan("X", 20, 0, stages)))
    # B's red: amber and all-red 5 s, A's least green 5 s, 5 s to clear
    assert city.notes == (
        "X: `B` may be red for 15 s instead of 10 s: the ordinary rotation with least greens needs it",
    )
    ride = random_ride(city, 600, 3)
    assert_safe(ride)


def with_walkers_stage() -> tuple[SignalLayout, IntersectionPlan]:
    layout = crossing_of_two()
    walkers = SignalGroup("P", GroupKind.PEDESTRIAN, (2,), 12, 3, 0, 0, crossing_m=9.0)
    clearance = layout.clearances[0]
    pairs = ("AP", "BP", "PA", "PB")
    layout = replace(
        layout, link_count=3, groups=(*layout.groups, walkers),
        stages=(*layout.stages, Stage("walkers", ("P",))),
        conflicts=layout.conflicts | {(0, 2), (2, 0), (1, 2), (2, 1)},
        clearances=(
            *layout.clearances, *(replace(clearance, ending=e, starting=s) for e, s in pairs)
        ),
    )  # fmt: skip
    stages = tuple(StageTiming(s.id, s.groups, 12) for s in layout.stages)
    draft = IntersectionPlan("X", 0, 0, stages)
    return layout, replace(draft, cycle_s=cycle_of(layout, draft))


def test_walkers_are_served_in_time_unless_nobody_calls() -> None:
    ride = steered(*with_walkers_stage())
    ride.ask(HOLD, seconds=600)
    served = sum(s[2] == "G" for s in ride.shown[0])
    assert served >= 4 * 12
    ride.guard.call(np.zeros(1, np.bool_))
    ride.ask(HOLD, seconds=150)
    before = len(ride.shown[0])
    ride.ask(HOLD, seconds=900)
    quiet = ride.shown[0][before:]
    assert not any(s[2] == "G" for s in quiet)
    assert {s[0] for s in quiet} >= {"G", "r"}
    ride.guard.call(np.ones(1, np.bool_))
    before = len(ride.shown[0])
    ride.ask(HOLD, seconds=121)
    assert any(s[2] == "G" for s in ride.shown[0][before:])
    assert_safe(ride, calls=True)


@given(st.integers(0, 10_000))
@settings(max_examples=15)
def test_calls_at_any_time_break_nobody_s_limit(seed: int) -> None:
    layout, program = with_walkers_stage()
    rng = np.random.default_rng(seed)
    ride = Ride.of(city_of(site_of(layout, program)))
    for _ in range(60):
        ride.guard.call(rng.random(1) < 0.5)
        ride.ask(int(rng.integers(-1, 3)), seconds=int(rng.integers(1, 40)))
    assert_safe(ride, calls=True)


def test_the_judge_of_what_was_shown_finds_what_the_guard_would_never_show() -> None:
    layout = crossing_of_two()
    stages = (StageTiming("a", ("A",), 12), StageTiming("b", ("B",), 8))
    city = city_of(site_of(layout, IntersectionPlan("X", 36, 0, stages)))
    assert [f.rule for f in judge_shown(city, 0, ["Gr", "GG", "GG"])] == [Rule.CONFLICT]
    long = ["rG", *["Gr"] * 200, *["yr"] * 3, *["ru"] * 2, *["rG"] * 9]
    assert Rule.MAX_RED in {f.rule for f in judge_shown(city, 0, long)}


PLAIN = """
import hashlib
from tests.control.steered import city_of, random_ride, site_of
from tests.layouts import four_arms, plan_for
layouts = [four_arms(f"C{n}", avenue_m=12.0 + n) for n in range(20)]
ride = random_ride(city_of(*(site_of(x, plan_for(x, offset_s=n)) for n, x in enumerate(layouts))), 120, 5)
print(hashlib.sha256(repr(ride.shown).encode()).hexdigest(), ride.guard.refused.sum())
"""


def test_plain_python_shows_the_same_as_compiled_code() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", PLAIN], check=True, capture_output=True, text=True,
            env={**os.environ, "NUMBA_DISABLE_JIT": plain, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for plain in ("0", "1")
    ]  # fmt: skip
    assert told[0] == told[1]
    assert int(told[0].split()[1]) > 0
