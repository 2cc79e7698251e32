"""The race and the finals with a simulator whose answers are known: what is chosen, and on which seeds."""

from types import SimpleNamespace

import pytest

from signalopt.errors import SimulationError
from signalopt.microsim.result import SeedRun, SimulationResult
from signalopt.optimize import confirm
from signalopt.optimize.budget import Clock, run_limit_s
from signalopt.optimize.confirm import (
    Entrant,
    Race,
    final_seeds,
    lost_share,
    run_finals,
    run_race,
    selection_seeds,
)
from signalopt.optimize.contender import Contender
from signalopt.optimize.objective import Objective, Term, find_objective
from signalopt.timing.plan import Plan

DELAYS = {"a": 40.0, "b": 30.0, "c": 35.0, "d": 50.0}
CASE = SimpleNamespace(name="case")


def contender(name: str) -> Contender:
    return Contender(name, Plan(name, "net", ()), (80,))


def outcome(name: str, seeds, wall_s: float = 1.0) -> SimulationResult:
    runs = tuple(
        SeedRun(seed, {"delay_s": DELAYS[name] + seed % 7, "speed_kph": 100 - DELAYS[name]}, {},
                True, wall_s, {})
        for seed in seeds
    )  # fmt: skip
    return SimulationResult(
        "case", name, "fixed", "f", tuple(seeds), runs, (), (), "none", {"sumo": "x"}
    )


@pytest.fixture
def calls(monkeypatch):
    made = []

    def simulate(case, plan, seeds, *, workers, listener=None, timeout_s=None):
        made.append((plan.name, tuple(seeds)))
        return outcome(plan.name, seeds)

    monkeypatch.setattr(confirm, "simulate", simulate)
    return made


def race_of(runs: int, objective: Objective | None = None) -> Race:
    entrants = [Entrant(contender(name)) for name in DELAYS]
    return Race(entrants, runs, objective or find_objective("delay"))


def test_best_candidate_wins_and_all_ran_on_common_seeds(calls):
    race = race_of(100)
    run_race(CASE, race, 1, 2, Clock(1000, 2))
    assert race.leader.label == "b"
    first = {seeds for name, seeds in calls[:4]}
    assert first == {selection_seeds(1, 2)}
    assert [e.left_in_round for e in sorted(race.entrants, key=lambda e: e.contender.label)] == [
        1, None, 2, 1,
    ]  # fmt: skip
    winner = next(e for e in race.entrants if e.contender.label == "b")
    assert winner.result.seeds == selection_seeds(1, 2) + selection_seeds(1, 4, 2)


def test_measure_where_more_is_better(calls):
    race = race_of(100, Objective("speed", (Term("speed_kph"),), "speed", "km/h"))
    run_race(CASE, race, 1, 2, Clock(1000, 2))
    assert race.leader.label == "b"


@pytest.mark.parametrize("runs", range(0, 30, 3))
def test_no_more_runs_than_planned(calls, runs):
    race = race_of(runs)
    run_race(CASE, race, 1, 2, Clock(1000, 2))
    assert sum(len(seeds) for _, seeds in calls) <= runs
    assert race.leader.label in DELAYS


def test_without_runs_the_models_best_leads(calls):
    race = race_of(0)
    run_race(CASE, race, 1, 2, Clock(1000, 2))
    assert calls == []
    assert race.leader.label == "a"


def test_clock_ends_the_race_and_unrun_entrants_cannot_win(monkeypatch):
    clock = Clock(10, 2)

    def simulate(case, plan, seeds, *, workers, listener=None, timeout_s=None):
        return outcome(plan.name, seeds, wall_s=1e6)

    monkeypatch.setattr(confirm, "simulate", simulate)
    race = race_of(100)
    run_race(CASE, race, 1, 2, clock)
    assert race.cut_short
    assert race.leader.label == "a"


def test_plan_that_sumo_cannot_finish_loses(monkeypatch):
    def simulate(case, plan, seeds, *, workers, listener=None, timeout_s=None):
        if plan.name == "b":
            raise SimulationError("gridlock")
        return outcome(plan.name, seeds)

    monkeypatch.setattr(confirm, "simulate", simulate)
    race = race_of(100)
    run_race(CASE, race, 1, 2, Clock(1000, 2))
    assert race.leader.label == "c"


def test_choosing_and_confirming_share_no_seed():
    for seed in range(200):
        chosen = set(selection_seeds(seed, 60))
        assert not chosen & set(final_seeds(seed, 60))
        assert min(chosen) > 1000


def test_finals_run_every_finalist_on_every_seed_block_by_block(calls):
    results: dict[str, SimulationResult] = {}
    plans = [Plan("a", "net", ()), Plan("b", "net", ())]
    assert run_finals(CASE, plans, (1, 2, 3), 2, Clock(1000, 2), results)
    assert calls == [("a", (1, 2)), ("b", (1, 2)), ("a", (3,)), ("b", (3,))]
    assert results["a"].seeds == results["b"].seeds == (1, 2, 3)


def test_finals_cut_by_the_clock_leave_comparable_results(calls, monkeypatch):
    results: dict[str, SimulationResult] = {}
    plans = [Plan("a", "net", ()), Plan("b", "net", ())]
    clock = Clock(100, 2)
    monkeypatch.setattr(Clock, "used_s", property(lambda self: 50.0 * len(calls)))
    assert not run_finals(CASE, plans, (1, 2, 3, 4), 2, clock, results)
    assert results["a"].seeds == results["b"].seeds == (1, 2)


def test_finals_drop_the_last_finalist_before_anything_else(calls):
    results: dict[str, SimulationResult] = {}
    clock = Clock(2.5, 2)
    clock.longest_run_s = 1.0
    plans = [Plan(name, "net", ()) for name in "abc"]
    assert not run_finals(CASE, plans, (1, 2), 2, clock, results)
    assert set(results) == {"a", "b"}


def test_finals_without_time_confirm_nothing(calls):
    clock = Clock(1.5, 2)
    clock.longest_run_s = 1.0
    assert not run_finals(CASE, [Plan("a", "net", ()), Plan("b", "net", ())], (1, 2), 2, clock, {})
    assert calls == []


def test_race_leaves_time_for_the_finals(calls):
    race, clock = race_of(100), Clock(10, 2)
    clock.longest_run_s = 1.0
    run_race(CASE, race, 1, 2, clock, reserved=9)
    assert race.cut_short
    assert calls == []


def test_a_plan_that_jams_is_out_whatever_its_model_says(monkeypatch):
    limits = []

    def simulate(case, plan, seeds, *, workers, listener=None, timeout_s=None):
        limits.append(timeout_s)
        if plan.name == "b":
            raise SimulationError("no run ended within 10 s")
        return outcome(plan.name, seeds)

    monkeypatch.setattr(confirm, "simulate", simulate)
    race = race_of(100)
    run_race(CASE, race, 1, 2, Clock(1000, 2), limit_s=10.0)
    assert set(limits) == {10.0}
    assert race.leader.plan.name == "c"
    assert not race.is_hopeless


def test_a_race_in_which_everyone_jams_is_hopeless(monkeypatch):
    def simulate(case, plan, seeds, *, workers, listener=None, timeout_s=None):
        raise SimulationError("no run ended within 10 s")

    monkeypatch.setattr(confirm, "simulate", simulate)
    race = race_of(100)
    assert not race.is_hopeless
    run_race(CASE, race, 1, 2, Clock(1000, 2), limit_s=10.0)
    assert race.is_hopeless


@pytest.mark.parametrize(
    ("budget_s", "run_s", "limit_s"),
    [(60, 4.5, 10), (600, 4.5, 18), (150, 30, 45)],
)
def test_patience_with_jams_follows_run_and_budget(budget_s, run_s, limit_s):
    assert run_limit_s(budget_s, run_s) == limit_s


def test_who_is_worse_beyond_doubt_leaves_before_half_the_field_is_gone(monkeypatch):
    def simulate(case, plan, seeds, *, workers, listener=None, timeout_s=None):
        return outcome(plan.name, seeds)

    monkeypatch.setattr(confirm, "simulate", simulate)
    race = race_of(100)
    run_race(CASE, race, 1, 4, Clock(1000, 4))
    # Four common seeds and equal differences: one round is enough.
    assert [e.left_in_round for e in race.entrants if e.contender.label != "b"] == [1, 1, 1]
    assert len(race.seeds_used) == 4


def test_seeds_that_today_has_run_already_are_not_run_again(calls):
    race = race_of(100)
    seeds = selection_seeds(1, 2)
    race.entrants[0].result = outcome("a", seeds)
    run_race(CASE, race, 1, 2, Clock(1000, 2))
    assert ("a", seeds) not in calls
    assert ("b", seeds) in calls


def test_plans_that_leave_vehicles_behind_count_more():
    lost = {"delay_s": 30.0, "throughput": 95.0, "not_inserted": 3.0, "unfinished": 2.0}
    whole = {"delay_s": 55.0, "throughput": 100.0, "not_inserted": 0.0, "unfinished": 0.0}
    results = [
        SimulationResult("case", "p", "fixed", "f", (1,), (SeedRun(1, measures, {}, True, 1.0, {}),),
                         (), (), "none", {"sumo": "x"})
        for measures in (lost, whole)
    ]  # fmt: skip
    assert lost_share(results[0]) == 0.05
    objective = find_objective("delay")
    starving, fair = (Entrant(contender("a"), result) for result in results)
    assert starving.score(objective) == 60.0
    assert fair.score(objective) == 55.0
