from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.agreement_plans import (
    NEAR_CYCLE_S,
    NEAR_OFFSET_S,
    climb,
    perturbed,
    plan_set,
    random_plan,
)
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario
from signalopt.testing import assert_plan_safe
from signalopt.timing.plan import IntersectionPlan, Plan
from signalopt.timing.planfile import plan_hash


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder: Path = tmp_path_factory.mktemp("agreement")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGNALOPT_CACHE", str(folder / "cache"))
        yield build_case(load_scenario("smoke"), folder / "case")


def programs(plan: Plan) -> list[IntersectionPlan]:
    return [p for p in plan.intersections if isinstance(p, IntersectionPlan)]


def test_every_plan_is_safe_and_different(case: Case) -> None:
    chosen = plan_set(case, case.today, 12)
    assert len(chosen.plans) == 12
    assert chosen.random == 6
    assert len({plan_hash(plan) for plan in chosen.plans}) == 12
    for plan in chosen.plans:
        assert_plan_safe(case.network.layouts, plan)


def test_the_same_seed_gives_the_same_plans(case: Case) -> None:
    first, again, other = (plan_set(case, case.today, 8, seed) for seed in (1, 1, 2))
    assert first.plans == again.plans
    assert first.plans[0] != other.plans[0]


def test_random_plans_share_a_cycle_within_the_limits(case: Case) -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        cycles = {p.cycle_s for p in programs(random_plan(case, rng))}
        highest = max(layout.max_cycle_s for layout in case.network.layouts.values())
        assert max(cycles) <= highest
        assert len(cycles) == 1


def test_near_plans_are_near(case: Case) -> None:
    rng = np.random.default_rng(5)
    base = {p.intersection: p for p in programs(case.today)}
    for _ in range(20):
        for program in programs(perturbed(case, case.today, rng)):
            old = base[program.intersection]
            assert abs(program.cycle_s - old.cycle_s) <= NEAR_CYCLE_S
            moved = (program.offset_s - old.offset_s) % old.cycle_s
            room = NEAR_OFFSET_S + NEAR_CYCLE_S  # the offset may wrap at another cycle
            assert min(moved, old.cycle_s - moved) <= room


def test_climbing_never_ends_below_its_start_and_finds_better(case: Case) -> None:
    wanted = case.today.intersections[0].offset_s + 25

    def score(plan: Plan) -> float:
        return abs(plan.intersections[0].offset_s - wanted)

    assert climb(case, [case.today], score, 0) == case.today
    assert score(climb(case, [case.today], score, 40)) < score(case.today)
