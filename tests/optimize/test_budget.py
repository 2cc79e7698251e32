import pytest

from signalopt.optimize import budget
from signalopt.optimize.budget import Clock, RunPlan, plan_runs


def test_half_of_the_runs_confirm():
    # 0.8 * 300 s / 10 s a run * 2 = 48 runs: 8 seeds for each of 3 finalists, 24 to choose
    assert plan_runs(300, 2, 10.0) == RunPlan(3, 8, 24)


def test_many_runs_do_not_confirm_for_ever():
    assert plan_runs(10_000, 2, 1.0).final_seeds == 10


@pytest.mark.parametrize(
    ("budget_s", "expected"),
    [
        (115, RunPlan(3, 3, 0)),
        (90, RunPlan(3, 2, 1)),
        (55, RunPlan(2, 2, 0)),
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
