from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from signalopt.mesosim import calibrate as room
from signalopt.mesosim.calibrate import FREE, LEAST_RUNS, Observation, calibrate, fit, observe
from signalopt.mesosim.calibration import Calibration
from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.mesosim.variations import varied_plans
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario
from signalopt.testing import assert_plan_safe
from signalopt.timing.plan import IntersectionPlan


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder: Path = tmp_path_factory.mktemp("calibrate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGNALOPT_CACHE", str(folder / "cache"))
        yield build_case(load_scenario("smoke"), folder / "case")


@pytest.fixture(scope="module")
def model(case: Case) -> MesoModel:
    return prepare(case)


def delays(model: MesoModel, case: Case, calibration: Calibration, count: int) -> np.ndarray:
    other = prepare(case, calibration=calibration)
    return evaluate(other, varied_plans(case, count)).measure("delay_s")[:, 0]


def test_variations_are_safe_differ_and_begin_with_today(case: Case) -> None:
    plans = varied_plans(case, 6)
    assert plans[0] == case.today
    assert len({plan.intersections for plan in plans}) == 6
    for plan in plans:
        assert_plan_safe(case.network.layouts, plan)
    cycles = {
        p.cycle_s for plan in plans for p in plan.intersections if isinstance(p, IntersectionPlan)
    }
    assert len(cycles) > 2


def test_variations_follow_from_the_seed(case: Case) -> None:
    assert varied_plans(case, 4, 3) == varied_plans(case, 4, 3)
    assert varied_plans(case, 4, 3)[1:] != varied_plans(case, 4, 4)[1:]


def test_a_fit_finds_the_way_back_to_known_factors(
    case: Case, model: MesoModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Observations made by the model itself under other factors: the fit must explain most of them."""
    monkeypatch.setattr(room, "NOISE", 0.01)  # nothing is random here
    made = delays(model, case, Calibration(headway=1.1, drag=1.6), 5)
    plain = delays(model, case, Calibration(), 5)
    seen = [Observation(p, float(d)) for p, d in zip(varied_plans(case, 5), made, strict=True)]
    found = fit(model, seen)
    assert found != Calibration()
    fitted = delays(model, case, found, 5)
    assert np.abs(fitted / made - 1).mean() < 0.6 * np.abs(plain / made - 1).mean()


def test_physics_stay_where_they_already_explain_everything(case: Case, model: MesoModel) -> None:
    made = delays(model, case, Calibration(), 4)
    seen = [Observation(p, float(d)) for p, d in zip(varied_plans(case, 4), made, strict=True)]
    assert fit(model, seen) == Calibration()


def test_noise_that_no_factor_explains_changes_nothing(case: Case, model: MesoModel) -> None:
    made = delays(model, case, Calibration(), 4) * np.array([0.6, 1.5] * 2)
    seen = [Observation(p, float(d)) for p, d in zip(varied_plans(case, 4), made, strict=True)]
    assert fit(model, seen) == Calibration()


def test_factors_keep_to_their_limits(case: Case, model: MesoModel) -> None:
    made = 2.5 * delays(model, case, Calibration(), 4)
    seen = [Observation(p, float(d)) for p, d in zip(varied_plans(case, 4), made, strict=True)]
    found = fit(model, seen)
    for free in FREE:
        assert free.low <= getattr(found, free.name) <= free.high


def test_jammed_plans_and_too_few_runs_give_physics(case: Case, model: MesoModel) -> None:
    plan = case.today
    assert fit(model, []) == Calibration()
    assert fit(model, [Observation(plan, 20.0)] * (LEAST_RUNS - 1)) == Calibration()
    jam = [Observation(plan, 20.0), *(Observation(plan, 900.0) for _ in range(5))]
    assert fit(model, jam) == Calibration()
    assert calibrate(case, model, runs=LEAST_RUNS - 1) == Calibration()
    with pytest.raises(ValueError, match="runs -1"):
        calibrate(case, model, runs=-1)


def test_no_run_is_started_without_time(case: Case) -> None:
    assert observe(case, 4, 1, 0, budget_s=0.0) == ()


def test_a_calibration_is_kept_and_a_broken_one_made_again(
    case: Case, model: MesoModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path))
    asked = []
    made = delays(model, case, Calibration(drag=2.0), 3)

    def answer(*given: object, **named: object) -> tuple[Observation, ...]:
        asked.append(given)
        pairs = zip(varied_plans(case, 3), made, strict=True)
        return tuple(Observation(p, float(d)) for p, d in pairs)

    monkeypatch.setattr(room, "observe", answer)
    first = calibrate(case, model, runs=3)
    assert calibrate(case, model, runs=3) == first
    assert len(asked) == 1
    next((tmp_path / "calibration").iterdir()).write_text("{broken")
    assert calibrate(case, model, runs=3) == first
    assert len(asked) == 2
    calibrate(replace(case, fingerprint="another"), model, runs=3)
    assert len(asked) == 3


@pytest.mark.slow
def test_with_sumo_the_level_comes_no_further_off(case: Case, model: MesoModel) -> None:
    found = calibrate(case, model, runs=4, seed=5)
    seen = observe(case, 3, 1, 40, None)
    real = np.array([o.delay_s for o in seen])
    plans = [o.plan for o in seen]
    before = evaluate(model, plans).measure("delay_s")[:, 0]
    after = evaluate(prepare(case, calibration=found), plans).measure("delay_s")[:, 0]
    assert np.abs(after / real - 1).mean() <= np.abs(before / real - 1).mean() + 0.02
