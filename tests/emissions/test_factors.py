from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.emissions.factors import DRAWS, Draw, Factor, Z, load_factors

SMALL = st.floats(0.01, 1.0)
LARGE = st.floats(1.0, 100.0)


def test_factors_are_ordered() -> None:
    for factor in load_factors().values():
        assert 0 < factor.low < factor.central < factor.high, factor.name


@given(low=SMALL, high=LARGE)
def test_a_factor_meets_its_low_central_and_high(low: float, high: float) -> None:
    factor = Factor("f", low, 1.0, high, "1", "assumption", "test")

    assert factor.at(np.array([-Z, 0.0, Z])) == pytest.approx([low, 1.0, high])


def test_draws_belong_to_the_name_alone() -> None:
    first, second = Draw(DRAWS), Draw(DRAWS)
    first.z("something else")

    assert (first.z("idle_light") == second.z("idle_light")).all()
    assert abs(np.corrcoef(first.z("idle_light"), first.z("stop_light"))[0, 1]) < 0.1


def test_draws_are_stratified() -> None:
    z = Draw(DRAWS).z("idle_light")

    assert z.mean() == pytest.approx(0, abs=1e-9)
    assert np.quantile(z, (0.025, 0.975)) == pytest.approx([-Z, Z], rel=0.01)


def test_central_values_and_fixed_deviates() -> None:
    assert Draw().factor("idle_light") == pytest.approx([1.0])
    assert Draw(fixed={"idle_light": Z}).factor("idle_light") == pytest.approx([1.4])
    assert Draw().spread("share x", 0.4) == pytest.approx([1.0])
