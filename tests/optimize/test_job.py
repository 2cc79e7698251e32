"""The whole job on the smoke scenario with SUMO, and what it does when it is stopped or misused."""

import json
from dataclasses import replace

import pytest

from signalopt.errors import InputError, UnsafePlanError
from signalopt.network.model import Network
from signalopt.optimize import job, outcome
from signalopt.optimize.budget import Clock
from signalopt.optimize.job import optimize
from signalopt.optimize.result import Verdict
from signalopt.optimize.search import find_candidates, unsafe
from signalopt.scenario.build import build_case
from signalopt.scenario.emission_setting import with_emissions
from signalopt.scenario.load import find_scenario, load_scenario
from signalopt.timing.plan import IntersectionPlan, StageTiming
from signalopt.timing.safety import judge_plan


@pytest.fixture(scope="module")
def case():
    return build_case(load_scenario(find_scenario("smoke")))


def test_bad_requests_are_named_together(case):
    with pytest.raises(InputError) as caught:
        optimize(case, objective="joy", budget_s=0, workers=-1)
    assert len(caught.value.problems) == 3


def test_case_without_tunable_signals_is_refused(case):
    places = tuple(
        replace(p, tunable=False, remarks=("actuated",)) for p in case.network.intersections
    )
    network: Network = replace(case.network, intersections=places)
    with pytest.raises(InputError, match="actuated"):
        optimize(replace(case, network=network))


def test_tiny_budget_gives_an_unconfirmed_safe_plan(case):
    result = optimize(case, budget_s=0.5, workers=1)
    assert result.verdict is Verdict.UNCONFIRMED
    assert result.today is None
    assert "hold no confirmation" in result.remarks[0]
    assert judge_plan(case.network.layouts, result.plan) == ()
    assert json.loads(result.to_json())["verdict"] == "unconfirmed"


def test_same_seed_same_plan_as_long_as_the_clock_cuts_nothing(case, monkeypatch):
    monkeypatch.setattr(Clock, "used_s", property(lambda _: 0.0))
    first, second = (optimize(case, budget_s=0.5, workers=1, seed=3) for _ in range(2))
    assert not first.cut_short
    assert first.plan == second.plan


def test_interrupt_returns_the_best_plan_so_far(case, monkeypatch):
    def interrupted(case, flows, objective, limits, found, listener, *, enough):
        find_candidates(case, flows, objective, limits, found, listener)
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "find_candidates", interrupted)
    result = optimize(case, budget_s=30)
    assert result.interrupted
    best = min(result.candidates, key=lambda c: c.modelled_cost)
    assert dict(result.plan.provenance)["candidate"] == best.label


def test_interrupt_before_any_candidate_returns_todays_plan(case, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "find_candidates", interrupted)
    result = optimize(case, budget_s=30)
    assert result.interrupted
    assert result.plan.intersections == case.today.intersections


def test_unsafe_plan_never_leaves(case, monkeypatch):
    monkeypatch.setattr(outcome, "unsafe", lambda case, plan: ("East: conflicting greens",))
    with pytest.raises(UnsafePlanError, match="conflicting greens"):
        optimize(case, budget_s=0.5)


def test_shortened_green_is_seen_as_unsafe(case):
    program = case.today.intersections[0]
    assert isinstance(program, IntersectionPlan)
    short = tuple(StageTiming(s.stage, s.groups, 1) for s in program.stages)
    cycle = program.cycle_s - sum(s.green_s - 1 for s in program.stages)
    bad = replace(program, stages=short, cycle_s=cycle, offset_s=0)
    assert unsafe(case, case.today.with_programs([bad]))
    assert unsafe(case, case.today) == ()


@pytest.mark.slow
@pytest.mark.slow_ci
@pytest.mark.parametrize(
    ("objective", "temperature_c"), [("delay", None), ("co2", -20.0), ("stops", None)]
)
def test_confirmed_in_sumo_on_fresh_seeds(case, objective, temperature_c):
    case = with_emissions(case, None, temperature_c)
    result = optimize(case, objective=objective, budget_s=60, workers=2)
    assert judge_plan(case.network.layouts, result.plan) == ()
    assert result.versus_today is not None
    if (
        result.verdict is Verdict.KEPT
    ):  # a busy machine searches little, and CO2 differs little here
        assert objective == "co2"
        assert result.plan.intersections == case.today.intersections
    else:
        assert result.versus_today.changes[result.measure].difference.mean < 0
    raced = [c.label for c in result.candidates if c.mean is not None]
    assert ("search for delay 1" in raced) == (objective != "delay")
    selection = {int(s) for s in dict(result.plan.provenance)["selection seeds"].split()}
    assert not selection & set(result.final_seeds)
    summary = json.loads(result.to_json())
    assert summary["search"]["best_cost"] <= summary["search"]["today_cost"]
    for plan in ("today", "chosen"):
        by_class = summary[plan]["emission_detail"]["by_class"]
        assert {"car", "bus"} <= set(by_class)
        for name in ("fuel_g", "co2_g", "nox_mg", "pm_mg", "soot_mg"):
            band = by_class["car"][name]
            assert 0 < band["low"] < band["central"] < band["high"]


def test_todays_plan_that_never_ends_leaves_runs_their_time(case, monkeypatch):
    """Where today's plan jams, the nominal cost of a run stands in for the measured one."""
    monkeypatch.setattr(job, "more_runs", lambda *_: None)
    seen = []
    monkeypatch.setattr(job, "choose", lambda work, *_: seen.append(work.run_s))
    monkeypatch.setattr(job, "confirm", lambda *_: None)
    optimize(case, budget_s=30, workers=2)
    assert seen[0] > 0


@pytest.mark.slow
def test_redesigned_stages_compete_with_todays(case):
    result = optimize(case, budget_s=60, workers=2, redesign=True)
    own = {c.label for c in result.candidates if not c.label.startswith("new stages")}
    new = {c.label for c in result.candidates} - own
    assert own
    assert new
    assert result.plan.network == result.case.network.fingerprint
    assert bool(result.stages) is (
        result.winner.home is not None and result.verdict is not Verdict.KEPT
    )
    assert judge_plan(result.case.network.layouts, result.plan) == ()
    if result.stages:
        with pytest.raises(InputError, match="designed afresh already"):
            optimize(result.case, redesign=True)
