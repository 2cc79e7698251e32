import pytest

from signalopt.optimize import budget
from signalopt.optimize.budget import (
    Clock,
    RunPlan,
    plan_runs,
    search_work,
    slower_by,
    spare_runs,
)


def test_a_good_third_of_the_runs_confirms():
    # 0.56 * 300 s / 10 s a run * 2 = 33 runs: 4 seeds for each of 3 finalists, 21 to choose
    assert plan_runs(300, 2, 10.0) == RunPlan(3, 4, 21)


def test_many_runs_do_not_confirm_for_ever():
    assert plan_runs(10_000, 2, 1.0).final_seeds == 10


@pytest.mark.parametrize(
    ("budget_s", "expected"),
    [
        (170, RunPlan(3, 3, 0)),
        (160, RunPlan(3, 2, 2)),
        (80, RunPlan(2, 2, 0)),
        (55, RunPlan(2, 2, 0)),  # a larger share
        (40, RunPlan(0, 0, 0)),
    ],
)
def test_small_budgets_drop_seeds_then_webster_then_confirmation(budget_s, expected):
    assert plan_runs(budget_s, 1, 10.0) == expected


@pytest.mark.parametrize("seconds", [20, 50, 77, 130, 500])
@pytest.mark.parametrize("workers", [1, 2, 16])
def test_never_more_runs_than_the_budget_holds(seconds, workers):
    plan = plan_runs(seconds, workers, 7.0)
    total = plan.finalists * plan.final_seeds + plan.selection_runs
    assert total * 7.0 <= seconds * workers
    assert plan.final_seeds == 0 or plan.final_seeds >= 2


def test_clock_guards_by_the_longest_run_seen(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(budget.time, "monotonic", lambda: now)
    clock = Clock(100, 2, started=now)
    assert clock.allows(1000)  # nothing is known yet
    clock.longest_run_s = 30.0
    assert clock.allows(6)  # three rounds of two
    assert not clock.allows(7)
    assert not clock.allows(2, batches=4)
    now = 1050.0
    assert clock.allows(2)
    assert not clock.allows(3)


def test_search_work_follows_from_the_case_alone():
    one = search_work(100, 1, 3000, 100.0)
    assert one == int(100 * budget.SEARCH_SHARE / (300_000 / budget.NOMINAL_MESO_UPDATES_PER_S))
    assert search_work(200, 2, 3000, 100.0) == pytest.approx(4 * one, rel=1e-3)


@pytest.mark.parametrize(
    ("measured_s", "steps"),
    [(0.5, 1.0), (1.0, 1.0), (1.04, 1.0), (1.2, 1.25), (1.3, 1.25), (2.0, 2.0)],
)
def test_slow_machines_are_told_in_steps(measured_s, steps):
    assert slower_by(measured_s, 1.0) == steps


@pytest.mark.parametrize(
    ("used_s", "reserved", "runs"),
    # of 100 s one is kept; runs of 2 s, two at a time, in powers of two
    [(0, 0, 64), (40, 0, 32), (40, 20, 16), (95, 0, 4), (98, 0, 0), (99.5, 3, 0)],
)
def test_spare_time_in_runs_with_what_is_reserved_left_over(monkeypatch, used_s, reserved, runs):
    monkeypatch.setattr(budget.time, "monotonic", lambda: 1000.0 + used_s)
    clock = Clock(100, 2, started=1000.0, longest_run_s=2.0)
    assert spare_runs(clock, reserved) == runs
