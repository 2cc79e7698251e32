import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.optimize.coordinate import SolverLimits, SolverStatus, coordinate
from signalopt.optimize.descent import descend
from signalopt.optimize.loops import connected_parts, cycle_basis, loop_bound, spanning_roots
from signalopt.optimize.reduce import reduced
from signalopt.optimize.tables import OffsetProblem
from tests.optimize.streets import grid_edges, random_problem

QUICK = SolverLimits(deterministic_s=5, wall_s=30)
RING = [(0, 1), (1, 2), (2, 3), (0, 3)]
TREE = [(0, 1), (1, 2), (1, 3)]


def brute_force(problem: OffsetProblem) -> int:
    choices = [range(len(local)) for local in problem.local]
    free = [
        [problem.fixed[i]] if i in problem.fixed else range(problem.cycle_s)
        for i in range(len(problem.names))
    ]
    if not problem.fixed:
        free[0] = [0]
    return min(
        problem.cost(offsets, settings)
        for offsets in itertools.product(*free)
        for settings in itertools.product(*choices)
    )


@pytest.mark.parametrize("edges", [RING, TREE, [*RING, (0, 2)], [(0, 1), (2, 3)], []])
@pytest.mark.parametrize("variants", [1, 2])
def test_solver_finds_what_brute_force_finds(edges, variants):
    problem = random_problem(edges, 4, 6, seed=3, settings=variants)
    found = coordinate(problem, QUICK, through_solver=True)
    assert found.status is SolverStatus.OPTIMAL
    assert found.cost == found.bound == brute_force(problem)
    assert found.gap == 0
    assert problem.cost(found.offsets_s, found.settings) == found.cost


@pytest.mark.parametrize("edges", [RING, TREE])
def test_given_offsets_are_respected(edges):
    free = random_problem(edges, 4, 6, seed=5)
    problem = OffsetProblem(free.cycle_s, free.names, free.local, free.pairs, {1: 4, 3: 1})
    found = coordinate(problem, QUICK, through_solver=True)
    assert (found.offsets_s[1], found.offsets_s[3]) == (4, 1)
    assert found.cost == brute_force(problem)


def test_elimination_and_solver_agree_on_an_avenue():
    problem = random_problem([(i, i + 1) for i in range(10)], 11, 60, seed=1, settings=2)
    assert reduced(problem).problem.pairs == ()
    exact = coordinate(problem, QUICK)
    found = coordinate(problem, QUICK, through_solver=True)
    assert exact.status is found.status is SolverStatus.OPTIMAL
    assert exact.cost == found.cost == found.bound


def test_a_grid_keeps_its_mesh():
    problem = random_problem(grid_edges(4, 4), 16, 5, seed=1)
    smaller = reduced(problem).problem
    assert 0 < len(smaller.pairs) < len(problem.pairs)


def test_same_problem_same_answer():
    problem = random_problem(grid_edges(3, 3), 9, 40, seed=2)
    limits = SolverLimits(deterministic_s=0.3, wall_s=60)
    first, second = coordinate(problem, limits), coordinate(problem, limits)
    assert (first.offsets_s, first.cost, first.bound) == (
        second.offsets_s,
        second.cost,
        second.bound,
    )


def test_grid_bound_is_honest_when_the_limit_strikes():
    problem = random_problem(grid_edges(4, 3), 12, 50, seed=4)
    found = coordinate(problem, SolverLimits(deterministic_s=0.05, wall_s=30))
    assert found.bound <= found.cost
    assert 0 <= found.gap <= 1
    if found.status is SolverStatus.FEASIBLE:
        assert found.gap > 0


def test_cycle_basis_of_a_grid_is_its_faces():
    basis = cycle_basis(random_problem(grid_edges(4, 3), 12, 5, seed=1))
    assert sorted(len(loop) for loop in basis) == [4] * 6
    for loop in basis:
        assert all(a[1] == b[0] for a, b in zip(loop, [*loop[1:], loop[0]], strict=True))


def test_roots_and_parts():
    problem = random_problem([(0, 1), (2, 3)], 5, 5, seed=1)
    assert [set(part) for part in connected_parts(problem)] == [{0, 1}, {2, 3}, {4}]
    assert spanning_roots(problem) == {0, 2, 4}
    held = OffsetProblem(5, problem.names, problem.local, problem.pairs, {3: 2})
    assert spanning_roots(held) == {0, 4}


def test_one_loop_is_bounded_exactly():
    problem = random_problem(RING, 4, 7, seed=8)
    best = brute_force(problem)
    assert loop_bound(problem) == pytest.approx(best, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), variants=st.integers(1, 2))
def test_bound_below_optimum_below_descent(seed, variants):
    problem = random_problem([*RING, (0, 2)], 4, 5, seed=seed, settings=variants)
    best = brute_force(problem)
    assert loop_bound(problem, steps=30) <= best + 1e-6
    assert descend(problem, seed=1).cost >= best
    for edges in (TREE, [*RING, (0, 2)], RING):
        other = random_problem(edges, 4, 5, seed=seed, settings=variants)
        found = coordinate(other, QUICK)
        assert found.status is SolverStatus.OPTIMAL
        assert found.cost == other.cost(found.offsets_s, found.settings) == brute_force(other)


def test_descent_from_a_start_is_never_worse_than_it():
    problem = random_problem(grid_edges(4, 3), 12, 30, seed=6, settings=2)
    good = descend(problem, seed=1, restarts=60)
    again = descend(problem, seed=2, restarts=5, start=good)
    assert again.cost <= good.cost == problem.cost(good.offsets_s, good.settings)


def test_symmetric_two_way_street_by_brute_force():
    cycle = 24
    t = np.arange(cycle)
    wave = np.minimum((t - 7) % cycle, (7 - t) % cycle)  # best difference 7 one way
    both = wave + np.roll(wave[::-1], 1)  # and 7 the other way: no difference serves both
    base = random_problem([(0, 1), (1, 2)], 3, cycle, seed=1)
    pairs = tuple(type(p)(p.first, p.second, both[None, None, :]) for p in base.pairs)
    zero = tuple(np.zeros(1, dtype=np.int64) for _ in range(3))
    problem = OffsetProblem(cycle, base.names, zero, pairs, {})
    found = coordinate(problem, QUICK, through_solver=True)
    assert found.cost == brute_force(problem) == 2 * both.min()
