import numpy as np
import pytest

from signalopt.optimize import ring_kernel
from signalopt.optimize.ring_kernel import reached


@pytest.mark.parametrize("compiled", [True, False])
def test_least_cost_of_two_steps_by_hand(monkeypatch, compiled):
    if not compiled:
        monkeypatch.setattr(ring_kernel, "can_compile", lambda: False)
    sums = np.array([[[5.0, 1.0, 9.0]]])  # differences 0, 1, 2 cost so much so far
    table = np.array([[[4.0, 4.0, 0.0]]])
    best, choice = reached(sums, table)
    # sum 0: 5+4, 9+4 or 1+0; sum 1: 1+4, 5+4 or 9+0; sum 2: 9+4, 1+4 or 5+0 (equal: the lesser code)
    assert best.tolist() == [[[1.0, 5.0, 5.0]]]
    assert choice.tolist() == [[[2, 0, 1]]]


def test_compiled_code_and_numpy_agree(monkeypatch):
    dice = np.random.default_rng(4)
    sums, table = dice.integers(0, 9, (2, 3, 17)) * 1.0, dice.integers(0, 9, (3, 2, 17)) * 1.0
    first = reached(sums, table)
    monkeypatch.setattr(ring_kernel, "can_compile", lambda: False)
    second = reached(sums, table)
    assert (first[0] == second[0]).all()
    assert (first[1] == second[1]).all()
