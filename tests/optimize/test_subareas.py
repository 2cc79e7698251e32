import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.optimize.coordinate import SolverLimits, coordinate
from signalopt.optimize.subareas import coordinate_area, coupling, subareas
from signalopt.optimize.tables import OffsetProblem, PairCost
from tests.optimize.streets import grid_edges, random_problem

QUICK = SolverLimits(deterministic_s=0.3, wall_s=60)


def test_coupling_is_what_agreeing_saves():
    base = random_problem([(0, 1)], 2, 4, seed=1)
    pair = PairCost(0, 1, np.array([[[10, 2, 6, 6]]], dtype=np.int64))
    problem = OffsetProblem(4, base.names, base.local, (pair,), {})
    assert coupling(problem) == {(0, 1): 6 - 2}


def test_cut_where_coupling_is_weak():
    # two rows of three, strong inside, one weak street between them
    strength = {(0, 1): 9.0, (1, 2): 8.0, (3, 4): 9.0, (4, 5): 8.0, (2, 3): 1.0}
    assert subareas(strength, 6, 3) == ((0, 1, 2), (3, 4, 5))
    assert subareas(strength, 6, 6) == ((0, 1, 2, 3, 4, 5),)
    assert subareas({}, 3, 2) == ((0,), (1,), (2,))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), most=st.integers(2, 9))
def test_every_signal_is_in_one_subarea_that_is_not_too_large(seed, most):
    dice = np.random.default_rng(seed)
    strength = {edge: float(dice.integers(0, 5)) for edge in grid_edges(5, 4)}
    found = subareas(strength, 20, most)
    assert sorted(i for area in found for i in area) == list(range(20))
    assert max(len(area) for area in found) <= most
    assert found == subareas(dict(reversed(strength.items())), 20, most)


def test_small_areas_are_solved_as_before():
    problem = random_problem(grid_edges(4, 4), 16, 20, seed=3)
    whole, found = coordinate(problem, QUICK), coordinate_area(problem, QUICK)
    assert (found.offsets_s, found.settings, found.cost, found.bound) == (
        whole.offsets_s, whole.settings, whole.cost, whole.bound,
    )  # fmt: skip


@pytest.mark.parametrize("variants", [1, 2])
@pytest.mark.parametrize("fixed", [{}, {3: 7, 20: 2}])
def test_large_areas_come_close_to_the_whole_and_their_bound_holds(variants, fixed):
    free = random_problem(grid_edges(6, 4), 24, 20, seed=5, settings=variants)
    problem = OffsetProblem(free.cycle_s, free.names, free.local, free.pairs, fixed)
    whole = coordinate(problem, SolverLimits(deterministic_s=0.3, wall_s=60))
    found = coordinate_area(problem, QUICK, most_together=8)
    assert found.cost == problem.cost(found.offsets_s, found.settings)
    assert found.bound <= whole.cost
    assert found.cost <= 1.04 * whole.cost
    assert all(found.offsets_s[i] == offset for i, offset in fixed.items())
    again = coordinate_area(problem, QUICK, most_together=8)
    assert (again.offsets_s, again.settings) == (found.offsets_s, found.settings)


def test_subareas_are_aligned_with_each_other():
    """Two rings whose inner differences are given by their tables; only their common shift is open."""
    cycle = 12
    wanted = {
        (0, 1): 3,
        (1, 2): 4,
        (0, 2): 7,
        (3, 4): 2,
        (4, 5): 5,
        (3, 5): 7,
        (2, 3): 9,
        (0, 5): 11,
    }
    base = random_problem(list(wanted), 6, cycle, seed=1)
    zero = tuple(np.zeros(1, dtype=np.int64) for _ in range(6))
    pairs = []
    for (i, j), best in sorted(wanted.items()):
        apart = (np.arange(cycle) - best) % cycle
        apart = np.minimum(apart, cycle - apart)
        weight = 100 if (i < 3) == (j < 3) else 1
        pairs.append(PairCost(i, j, (weight * apart).astype(np.int64)[None, None, :]))
    problem = OffsetProblem(cycle, base.names, zero, tuple(pairs), {})
    found = coordinate_area(problem, QUICK, most_together=3)
    # 0 -> 2 is 7, 3 -> 5 is 7; 2 -> 3 wants 9 (so 0 -> 5 would be 23 = 11): both wishes agree
    assert found.cost == 0
    assert (found.offsets_s[3] - found.offsets_s[2]) % cycle == 9
