from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from signalopt.microsim.statistics import estimate, paired_change

VALUES = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12)


@given(VALUES)
def test_interval_is_students(values: list[float]) -> None:
    found = estimate(values)
    error = stats.sem(values)
    assert found.low is not None
    assert found.high is not None
    if error < 1e-9:
        assert found.high - found.low == pytest.approx(0, abs=1e-6)
        return
    low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), error)
    assert found.low == pytest.approx(low, rel=1e-9, abs=1e-7)
    assert found.high == pytest.approx(high, rel=1e-9, abs=1e-7)


def test_by_hand() -> None:
    # 10, 12, 14: s = 2, t(0.975, 2) = 4.3027
    found = estimate([10, 12, 14])
    assert found.mean == 12
    assert found.high == pytest.approx(12 + 4.302653 * 2 / 3**0.5, abs=1e-5)


def test_one_value_has_no_interval() -> None:
    assert estimate([4.0]).ci95 == [None, None]


def test_no_value_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        estimate([])


def test_pairs_see_what_unpaired_samples_hide() -> None:
    before = [10.0, 30.0, 50.0, 70.0]
    after = [9.0, 28.9, 49.1, 69.0]
    change = paired_change(before, after)
    assert change.difference.mean == pytest.approx(-1)
    assert change.significant
    _, p_value = stats.ttest_ind(before, after)
    assert p_value > 0.9


def test_relative_change_and_its_interval() -> None:
    # after is exactly 0.8 of before: the ratio is known without doubt
    change = paired_change([10.0, 20.0, 40.0], [8.0, 16.0, 32.0])
    assert change.relative is not None
    assert change.relative.mean == pytest.approx(-0.2)
    assert change.relative.low == pytest.approx(-0.2)
    assert change.relative.high == pytest.approx(-0.2)


def test_relative_interval_covers_the_truth() -> None:
    random = np.random.default_rng(1)
    hits = 0
    for _ in range(400):
        before = random.normal(50, 5, 10)
        after = 0.9 * before + random.normal(0, 2, 10)
        relative = paired_change(list(before), list(after)).relative
        assert relative is not None
        assert relative.low is not None
        assert relative.high is not None
        hits += relative.low <= -0.1 <= relative.high
    assert 0.90 < hits / 400 < 0.99


def test_one_pair_is_never_significant() -> None:
    change = paired_change([10.0], [1.0])
    assert not change.significant
    assert change.difference.ci95 == [None, None]


def test_nothing_before_has_no_relative_change() -> None:
    assert paired_change([0.0, 0.0], [1.0, 2.0]).relative is None


def test_unequal_samples_are_no_pairs() -> None:
    with pytest.raises(ValueError, match="not pairs"):
        paired_change([1.0], [1.0, 2.0])
