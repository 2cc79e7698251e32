import numpy as np
import pytest

from benchmarks.agreement_figures import agree, ceiling, common_rows, rank, seed_agreement


def test_rank_of_equal_reversed_and_constant_order() -> None:
    assert rank(np.array([1.0, 2, 5]), np.array([10.0, 11, 400])) == pytest.approx(1)
    assert rank(np.array([1.0, 2, 5]), np.array([3.0, 2, 1])) == pytest.approx(-1)
    assert np.isnan(rank(np.array([1.0, 1, 1]), np.array([3.0, 2, 1])))
    assert np.isnan(rank(np.array([1.0, 2]), np.array([3.0, 2])))


def test_agreement_by_hand() -> None:
    truth = np.array([100.0, 50, 20, 10])
    engine = np.array([90.0, 60, 10, 15])
    found = agree(engine, truth, slice(2, None))
    assert found.rank_all == pytest.approx(0.8)  # one swap of neighbours among four: 1 - 6 * 2 / 60
    assert found.bias_all == pytest.approx(175 / 180 - 1)
    assert found.bias_near == pytest.approx(25 / 30 - 1)
    assert found.bias_median == pytest.approx((0.9 + 1.2) / 2 - 1)
    assert found.regret == pytest.approx(
        20 / 10 - 1
    )  # the engine likes the third, the fourth is best


def test_seeds_against_each_other() -> None:
    up = np.array([1.0, 2, 3])
    assert seed_agreement(np.column_stack([up, up, up[::-1]])) == pytest.approx((1 - 1 - 1) / 3)
    assert np.isnan(seed_agreement(up[:, None]))


def test_ceiling_is_the_root_of_spearman_brown() -> None:
    assert ceiling(1.0, 5) == pytest.approx(1)
    assert ceiling(0.5, 1) == pytest.approx(np.sqrt(0.5))
    assert ceiling(0.5, 4) == pytest.approx(np.sqrt(0.8))
    assert np.isnan(ceiling(-0.1, 5))


def test_the_ceiling_is_met_by_a_faultless_engine() -> None:
    rng = np.random.default_rng(3)
    real = rng.normal(size=4000)
    runs = real[:, None] + rng.normal(size=(4000, 5))
    reached = float(np.corrcoef(real, runs.mean(axis=1))[0, 1])
    pairs = float(np.corrcoef(runs[:, 0], runs[:, 1])[0, 1])
    assert reached == pytest.approx(ceiling(pairs, 5), abs=0.02)


def test_plans_without_a_figure_anywhere_are_left_out() -> None:
    runs = np.array([[1.0, 2], [3, np.nan], [5, 6], [7, 8]])
    engine = np.array([1.0, 2, np.inf, 4])
    assert common_rows([runs, engine]).tolist() == [True, False, False, True]
