"""Evaluator, many-start search, CMA-ES: they find a best plan that is known, and repeat themselves."""

from dataclasses import replace

import numpy as np
import pytest

from signalopt.optimize.continuous import search_continuous, variable_count
from signalopt.optimize.demand_draws import DemandDraw, Risk
from signalopt.optimize.evaluation import OUT
from signalopt.optimize.evolution import random_starts, search_many
from signalopt.optimize.variables import Setting
from tests.optimize.spaces import avenue_space, best_offset, evaluator_of

SPACE = avenue_space()
START = SPACE.settings_of(SPACE.base)
THREE = Risk((DemandDraw(), DemandDraw(1), DemandDraw(2)), tail=1 / 3, tail_weight=0.5)


def never(_spent, _best):
    return False


def search(seed: int, work: int = 4000):
    evaluator = evaluator_of(SPACE)
    starts = [("today", START), *(("r", s) for s in random_starts(SPACE, START, 6, seed))]
    return evaluator, search_many(evaluator, starts, work, seed, never)


def test_search_finds_the_best_plan():
    evaluator, found = search(1)
    best = found.chains[0]
    assert best.best_cost < 11
    assert best.best_cost == evaluator.ranking()[0][0]
    assert not found.ended_early
    spread = [
        abs(s.offset_s - best_offset(site.id))
        for s, site in zip(best.best, SPACE.sites, strict=True)
    ]
    assert max(spread) <= 3


def test_search_is_repeatable_and_counts_its_work():
    (first, a), (second, b) = search(2, 1500), search(2, 1500)
    assert a.chains[0].best == b.chains[0].best
    assert first.spent == second.spent
    assert 1500 <= first.spent <= 1600


def test_watch_ends_the_search():
    evaluator = evaluator_of(SPACE)
    found = search_many(evaluator, [("today", START)], 10**6, 1, lambda spent, _best: spent > 200)
    assert found.ended_early
    assert evaluator.spent < 300


def test_search_ends_where_everything_is_known():
    alone = avenue_space(1)
    site = replace(alone.sites[0], most_cycle_s=alone.sites[0].least_cycle_s + 2)
    space = replace(alone, sites=(site,))
    evaluator = evaluator_of(space)
    start = space.settings_of(space.base)
    found = search_many(evaluator, [("today", start)], 10**6, 1, never)
    assert not found.ended_early
    assert evaluator.spent < 10**4


def test_continuous_search_comes_near_and_leaves_the_global_generator_alone():
    evaluator = evaluator_of(SPACE)
    before = np.random.get_state()[1].tolist()
    search_continuous(evaluator, START, 4000, 1, never)
    assert np.random.get_state()[1].tolist() == before
    start = evaluator.costs([START])[0]
    assert evaluator.ranking()[0][0] < 0.5 * start
    again = evaluator_of(SPACE)
    search_continuous(again, START, 4000, 1, never)
    assert again.ranking()[0] == evaluator.ranking()[0]


def test_variables_of_the_relaxation():
    assert variable_count(SPACE) == 1 + 4 * 2 + 3  # a cycle, greens, offsets but one
    assert variable_count(avenue_space(1)) == 1 + 2


def test_plans_above_their_limit_are_run_on_one_draw_only():
    evaluator = evaluator_of(SPACE, THREE)
    good = tuple(Setting(0, (33, 11), best_offset(site.id)) for site in SPACE.sites)
    bad = tuple(Setting(0, (60, 11), 40) for _ in SPACE.sites)
    costs = evaluator.costs([good, bad], [20.0, 20.0])
    assert evaluator.spent == 2 + 2
    assert costs[1] == OUT
    assert evaluator.by_draw(good).tolist() == [10, 11, 12]
    assert costs[0] == pytest.approx(0.5 * 11 + 0.5 * 12)
    assert [s for _, s in evaluator.ranking()] == [good]


def test_nothing_is_evaluated_twice():
    evaluator = evaluator_of(SPACE, THREE)
    evaluator.costs([START, START])
    evaluator.costs([START])
    assert evaluator.spent == 3
