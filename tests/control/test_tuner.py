"""The tuner: it follows its plan to the second, moves greens to where the demand is, and keeps all bounds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from signalopt.control.city import City, build_city
from signalopt.control.guard import judge_shown, new_guard
from signalopt.control.loop import Drive, drive
from signalopt.control.meso_plant import MesoPlant
from signalopt.control.registry import controller_of
from signalopt.control.sensing import Sensing
from signalopt.control.tuner import Tuner, TunerSession
from signalopt.control.tuner_offsets import Arrivals
from signalopt.control.tuner_splits import Demand, step_greens
from signalopt.control.tuner_timing import MovingPlan
from signalopt.errors import InputError
from signalopt.mesosim.draws import Draw
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.scenario.case import Case
from signalopt.timing.plan import IntersectionPlan, Plan
from signalopt.timing.safety import judge_program
from tests.control.hand_city import AVENUE, LEFT, STREET, hand_city, seen_with
from tests.control.smoke_case import smoke_case


@cache
def _model() -> tuple[Case, MesoModel]:
    case = smoke_case()
    return case, prepare(case)


def _driven(
    controller: object, city: City, plan: Plan | None = None, seed: int = 5
) -> tuple[Drive, float]:
    case, model = _model()
    plant = MesoPlant(model, city, Draw(seed), Sensing(), plan=plan)
    guard = new_guard(city, now_s=case.depart_begin_s)
    found = drive(plant, guard, controller, seed=seed, record=True)  # type: ignore[arg-type]
    return found, float(plant.world.outcome().measure("delay_s")[0, 0])


def _against_the_minor_road() -> Plan:
    """Today's plan of the smoke scenario with twelve seconds taken from the minor road."""
    case, _ = _model()
    programs = []
    for program in case.today.intersections:
        assert isinstance(program, IntersectionPlan)
        first, second = program.stages
        programs.append(
            replace(
                program,
                stages=(
                    replace(first, green_s=first.green_s + 12),
                    replace(second, green_s=second.green_s - 12),
                ),
            )
        )
    return case.today.with_programs(programs, "hard on the minor road")


def test_a_tuner_that_moves_nothing_shows_the_plan_to_the_second():
    case, _ = _model()
    city = build_city(case)
    still, delay_s = _driven(Tuner(split_step_s=0, offset_step_s=0), city)
    fixed, fixed_delay_s = _driven(controller_of("fixed"), city)
    assert still.shown() == fixed.shown()
    assert still.refused.sum() == 0
    assert delay_s == fixed_delay_s


def test_demand_that_the_plan_was_not_made_for_is_served_better():
    case, _ = _model()
    plan = _against_the_minor_road()
    city = build_city(case, plan)
    saved = []
    for seed in (5, 6, 7):
        fixed = _driven(controller_of("fixed"), city, plan, seed)[1]
        saved.append(fixed - _driven(Tuner(every_cycles=1), city, plan, seed)[1])
    assert min(saved) > 0
    assert sum(saved) / len(saved) > 2.0


def test_lamps_are_safe_and_runs_are_equal():
    case, _ = _model()
    city = build_city(case, _against_the_minor_road())
    first, delay_s = _driven(Tuner(split_step_s=10, offset_step_s=10), city)
    again, same_s = _driven(Tuner(split_step_s=10, offset_step_s=10), city)
    assert first.shown() == again.shown()
    assert delay_s == same_s
    for number, states in enumerate(first.shown()):
        assert judge_shown(city, number, states, first_second=first.first_second) == ()


def test_greens_stay_within_bounds_whatever_is_seen():
    """Random queues for an hour: each plan in force is one that the judge has nothing against."""
    city, rule = hand_city(2), Tuner(every_cycles=1, split_step_s=10, offset_step_s=10, reach_s=20)
    session, rng = TunerSession(rule, city), np.random.default_rng(3)
    seen = seen_with(city, {}, {})
    planned = [np.array([s.green_s for s in site.fallback.stages]) for site in city.sites]
    known: set[tuple[int, ...]] = set()
    for second in range(3600):
        seen.now_s = second
        seen.red_s[:] = rng.integers(0, 2, seen.red_s.size)
        seen.queue[:] = rng.integers(0, 30, seen.queue.size)
        seen.coming[:] = rng.random(seen.coming.shape)
        seen.left += rng.integers(0, 2, seen.left.size)
        asks = session.decide(seen)
        assert ((asks >= 0) & (asks < 3)).all()
        for number, plan in enumerate(session.plans):
            site = city.sites[number]
            assert np.abs(plan.greens_s - planned[number]).max() <= rule.reach_s
            assert plan.greens_s.sum() + plan.between_s.sum() == plan.cycle_s
            assert abs(plan.present_cycle_s - plan.cycle_s) <= rule.offset_step_s
            known.add((number, *plan.present_s.tolist()))
            assert site.fallback.cycle_s == plan.cycle_s
    assert len(known) > 10  # it did move
    for number, *greens in known:
        site = city.sites[number]
        stages = tuple(
            replace(stage, green_s=green)
            for stage, green in zip(site.fallback.stages, greens, strict=True)
        )
        cycle_s = sum(greens) + site.fallback.cycle_s - int(planned[number].sum())
        program = IntersectionPlan(site.id, cycle_s, 0, stages)
        rules = {f.rule for f in judge_program(site.layout, program)}
        assert not rules - {"cycle"}, rules


def test_seconds_go_to_the_stage_with_the_queue():
    city = hand_city()
    plan = MovingPlan(city.sites[0], 0)
    serves = city.serves[:, plan.stages]
    green = serves.astype(float) @ plan.greens_s
    start = plan.greens_s.copy()
    quiet = np.array([2.0, 0, 2, 0, 14, 14])  # vehicles a cycle: the street has too many
    demand = Demand(quiet, np.full(6, 2.0), np.full(6, 2.0), green)
    found = step_greens(plan, serves, demand, 3, 20, 0.01)
    assert found[STREET] == start[STREET] + 3
    assert found[AVENUE] + found[LEFT] == start[AVENUE] + start[LEFT] - 3
    assert (step_greens(plan, serves, demand, 3, 2, 0.01) - start)[STREET] == 2
    not_worth_it = step_greens(plan, serves, demand, 3, 20, 0.9)
    assert not_worth_it.tolist() == start.tolist()
    nobody = Demand(np.zeros(6), np.full(6, 2.0), np.full(6, 2.0), green)
    assert step_greens(plan, serves, nobody, 3, 20, 0.01).tolist() == start.tolist()


def test_a_queue_that_waits_a_cycle_costs_by_hand():
    """60 s cycle, 30 s usable green, 10 vehicles of 2 s: 10 * 30^2 / (120 * (1 - 20/60)) = 112.5."""
    one = np.ones(1)
    demand = Demand(10 * one, 2 * one, 2 * one, 32 * one)
    assert demand.delay_s(32 * one, 60) == pytest.approx(112.5)
    # 20 vehicles: 15 go, 5 wait a cycle more: 20 * 900 / (120 * 0.5) + 5 * 60.
    assert replace(demand, vehicles=20 * one).delay_s(32 * one, 60) == pytest.approx(600)


def test_an_offset_moves_towards_the_platoon():
    """Everybody comes five seconds before the green of the avenue begins: it should begin earlier."""
    city = hand_city()
    plan = MovingPlan(city.sites[0], 0)
    arrivals = Arrivals(city, (plan,))
    rate = np.zeros(len(city.lanes))
    rate[0] = 1.0
    for second in range(plan.cycle_s):
        early = (plan.offset_s - 5 - second) % plan.cycle_s < 1
        arrivals.note(second, rate if early else 0 * rate)
    arrivals.close(0, 0.5)
    assert arrivals.best_shift(0, 4, 0.02) == -4
    assert arrivals.best_shift(0, 0, 0.02) == 0
    offset_s, cycle_s = plan.offset_s, plan.cycle_s
    assert plan.move_offset(-4)
    assert plan.present_cycle_s == cycle_s - 4
    assert plan.next_cycle(plan.begun_s + cycle_s - 4)
    assert plan.offset_s == (offset_s - 4) % cycle_s
    assert plan.present_cycle_s == cycle_s


def test_greens_that_break_a_bound_are_refused():
    plan = MovingPlan(hand_city().sites[0], 0)
    with pytest.raises(ValueError, match="bounds"):
        plan.set_greens(plan.greens_s + 1)
    with pytest.raises(ValueError, match="bounds"):
        plan.set_greens(np.array([plan.greens_s.sum(), 0, 0]))


def test_parameters_are_checked():
    with pytest.raises(InputError) as caught:
        Tuner(split_step_s=99, memory=1.0)
    assert len(caught.value.problems) == 2
    assert controller_of("tuner:every_cycles=3") == Tuner(every_cycles=3)
