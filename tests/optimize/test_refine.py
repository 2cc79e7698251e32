"""The search in SUMO: the correction learns where the model is wrong, proposals go where it is right."""

import math
import random

import numpy as np
import pytest

from signalopt.optimize.refine import Trial, features, learn_correction, propose, refine
from signalopt.optimize.variables import Setting
from tests.optimize.spaces import avenue_space, evaluator_of, known_cost

SPACE = avenue_space(2)


def plan_at(green: int, offset: int):
    return (Setting(0, (green, 20), 0), Setting(0, (green, 20), offset))


def truth(settings) -> float:
    """Another optimum than the model's: the model does not know that long greens jam."""
    cost = float(known_cost([SPACE.plan(settings)], [0])[0, 0])
    return cost * (1 + 0.1 * max(0, settings[0].greens_s[0] - 25))


def test_like_plans_are_near_and_offsets_go_round():
    a, b, c = (np.array(features(SPACE, plan_at(30, o))) for o in (0, 1, 65))
    far = np.array(features(SPACE, plan_at(30, 33)))
    assert np.linalg.norm(a - b) < np.linalg.norm(a - far)
    assert np.linalg.norm(a - c) == pytest.approx(np.linalg.norm(a - b), rel=0.1)


def test_correction_learns_a_trend_and_is_unsure_far_away():
    trials = [Trial(plan_at(g, 17), 10.0, 10.0 * math.exp(0.02 * g)) for g in range(20, 50, 3)]
    correction = learn_correction(SPACE, trials)
    points = np.array([features(SPACE, plan_at(g, 17)) for g in (22, 46)])
    mean, deviation = correction.at(points)
    assert mean == pytest.approx([0.44, 0.92], abs=0.08)
    _, away = correction.at(np.array([features(SPACE, plan_at(22, 48))]))
    assert away[0] > deviation.max()


def test_jammed_plans_count_as_much_worse():
    assert Trial(plan_at(30, 0), 10.0, math.inf).ratio == math.log(5)


def test_proposals_are_new_plans():
    evaluator = evaluator_of(SPACE)
    trials = [
        Trial(p, evaluator.costs([p])[0], truth(p)) for p in (plan_at(33, 17), plan_at(36, 20))
    ]
    found = propose(evaluator, trials, random.Random(1))
    assert found is not None
    assert found[0] not in {t.settings for t in trials}


def test_refining_beats_the_models_favourite():
    evaluator = evaluator_of(SPACE)
    starts = [plan_at(g, 17) for g in (33, 30, 36)]
    trials = [Trial(p, evaluator.costs([p])[0], truth(p)) for p in starts]
    begun = min(t.measured for t in trials)
    refine(evaluator, trials, truth, 30, 1)
    assert len(trials) == 33
    assert min(t.measured for t in trials) < 0.85 * begun


def test_refining_stops_when_told():
    evaluator = evaluator_of(SPACE)
    trials = [Trial(plan_at(33, 17), 10.0, 11.0)]
    evaluator.costs([plan_at(33, 17)])
    refine(evaluator, trials, lambda _: None, 30, 1)
    assert len(trials) == 1
