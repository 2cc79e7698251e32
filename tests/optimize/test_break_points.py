from itertools import groupby, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.optimize.break_points import DayCosts, best_sequence, choose_plans


def day(costs, switch=0.0, weight=1.0):
    table = np.array(costs, dtype=float)
    return DayCosts(table, np.full(table.shape[1], switch), weight)


def cost_of(costs, row, switch):
    return sum(costs[k][n] for n, k in enumerate(row)) + switch * sum(
        a != b for a, b in pairwise(row)
    )


def allowed(row, boundary, least):
    """By hand: same plan at both ends, and every run in between is long enough."""
    runs = [len(list(run)) for _, run in groupby(row)]
    return row[0] == row[-1] == boundary and all(length >= least for length in runs[1:-1])


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_sequence_is_the_cheapest_of_all(data):
    length, least = data.draw(st.integers(2, 7)), data.draw(st.integers(1, 3))
    costs = data.draw(
        st.lists(
            st.lists(st.integers(0, 9), min_size=length, max_size=length), min_size=2, max_size=3
        )
    )
    switch = data.draw(st.integers(0, 4))
    boundary = data.draw(st.integers(0, len(costs) - 1))
    rows = [r for r in product(range(len(costs)), repeat=length) if allowed(r, boundary, least)]
    cheapest = min(cost_of(costs, row, switch) for row in rows)

    total, found = best_sequence(day(costs, switch), range(len(costs)), boundary, least)

    assert total == pytest.approx(cheapest)
    assert allowed(found, boundary, least)
    assert cost_of(costs, found, switch) == pytest.approx(total)


def test_a_plan_that_is_not_worth_its_switches_is_left_out():
    # The second plan saves 2 x 1 in the two peak intervals; there and back costs 2 switches.
    costs = [[1, 1, 2, 2, 1, 1], [5, 5, 1, 1, 5, 5]]
    assert choose_plans({"d": day(costs, 0.9)}, plan_cost=0.1, least_intervals=1).days["d"] == (
        0, 0, 1, 1, 0, 0,
    )  # fmt: skip
    assert choose_plans({"d": day(costs, 1.1)}, plan_cost=0.1, least_intervals=1).plans == (0,)
    assert choose_plans({"d": day(costs, 0.9)}, plan_cost=0.3, least_intervals=1).plans == (0,)


def test_a_plan_shorter_than_the_least_is_not_taken():
    costs = [[1, 1, 9, 1, 1, 1], [9, 12, 1, 12, 9, 9]]
    assert choose_plans({"d": day(costs)}, plan_cost=0, least_intervals=1).days["d"][2] == 1
    assert choose_plans({"d": day(costs)}, plan_cost=0, least_intervals=2).plans == (0,)


def test_no_more_plans_than_wanted_and_nothing_changes_at_midnight():
    costs = [[0 if k == n // 2 else 9 for n in range(8)] for k in range(4)]
    for most in (1, 2, 3, 4):
        found = choose_plans({"d": day(costs)}, plan_cost=0, least_intervals=1, most_plans=most)
        assert len(found.plans) <= most
        assert found.days["d"][0] == found.days["d"][-1]


def test_day_types_count_by_their_weight():
    usual = day([[1] * 4, [9] * 4], weight=0.9)
    rare = day([[9] * 4, [1] * 4], weight=0.1)
    found = choose_plans({"u": usual, "r": rare}, plan_cost=5, least_intervals=1, most_plans=2)
    assert found.plans == (0,)  # the rare day would save 3.2 a day, less than a plan must
    assert found.breaks("u") == ()
    with pytest.raises(ValueError, match="same candidate plans"):
        choose_plans({}, plan_cost=1, least_intervals=1)
