import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.timing.bounds import GreenConstraint
from signalopt.timing.splits import (
    Service,
    critical_path,
    equal_saturation_greens,
    practical_cycle_s,
    satisfied,
)

MINIMA = (GreenConstraint((0,), 5), GreenConstraint((1,), 5), GreenConstraint((2,), 5))


def degrees(services, greens):
    return sorted(
        (s.ratio / max(0.1, sum(greens[i] for i in s.stages) + s.extra_s) for s in services),
        reverse=True,
    )


def test_greens_in_proportion_to_flow_ratios():
    services = [Service((0,), 0, 0.4), Service((1,), 0, 0.2), Service((2,), 0, 0.2)]
    assert equal_saturation_greens(services, MINIMA, 3, 80) == (40, 20, 20)


def test_minimum_green_is_paid_by_the_others_in_proportion():
    services = [Service((0,), 0, 0.4), Service((1,), 0, 0.2), Service((2,), 0, 0.01)]
    assert equal_saturation_greens(services, (*MINIMA, GreenConstraint((2,), 20)), 3, 80) == (
        40,
        20,
        20,
    )


def test_lane_green_in_two_stages_counts_both():
    services = [Service((0, 1), 3, 0.5), Service((1,), 0, 0.2), Service((2,), 0, 0.2)]
    greens = equal_saturation_greens(services, MINIMA, 3, 70)
    best = min(
        (degrees(services, g), g) for g in itertools.product(range(5, 61), repeat=3) if sum(g) == 70
    )
    assert degrees(services, greens)[0] == pytest.approx(best[0][0])


def test_second_worst_lane_is_served_fairly_too():
    services = [Service((0,), 0, 0.5), Service((1,), 0, 0.1), Service((2,), 0, 0.1)]
    bound = (*MINIMA, GreenConstraint((1, 2), 60))
    greens = equal_saturation_greens(services, bound, 3, 80)
    assert greens == (20, 30, 30)


def test_too_little_green_is_said():
    with pytest.raises(ValueError, match="minimum greens"):
        equal_saturation_greens([], MINIMA, 3, 10)


@given(
    ratios=st.lists(st.floats(0.01, 0.6), min_size=1, max_size=6),
    masks=st.lists(st.sampled_from([(0,), (1,), (2,), (0, 1), (1, 2)]), min_size=6, max_size=6),
    total=st.integers(20, 100),
)
def test_constraints_hold_and_no_single_second_is_better_elsewhere(ratios, masks, total):
    services = [Service(m, 0.0, r) for m, r in zip(masks, ratios, strict=False)]
    greens = equal_saturation_greens(services, MINIMA, 3, total)
    assert sum(greens) == total
    assert satisfied(greens, MINIMA)
    now = degrees(services, greens)[0]
    for giver, taker in itertools.permutations(range(3), 2):
        other = np.array(greens)
        other[giver] -= 1
        other[taker] += 1
        if satisfied(other, MINIMA):
            assert degrees(services, other)[0] >= now - 1e-6


def test_critical_path_of_plain_stages_is_websters():
    services = [Service((0,), 3, 0.3), Service((0,), 3, 0.2), Service((1,), 3, 0.25)]
    path = critical_path(services, 2, 16, (7, 7))
    assert path.flow_ratio == pytest.approx(0.55)
    assert path.lost_time_s == pytest.approx(16 - 6)


def test_critical_path_over_overlapping_stages_takes_the_longer_way():
    # lane a is green in stages 0 and 1; lanes b and c need one stage each
    services = [Service((0, 1), 8, 0.5), Service((0,), 3, 0.2), Service((1,), 3, 0.2)]
    path = critical_path([*services, Service((2,), 3, 0.2)], 3, 24, (7, 7, 7))
    assert path.flow_ratio == pytest.approx(0.7)
    assert path.lost_time_s == pytest.approx(24 - 8 - 3)


def test_practical_cycle_is_akceliks_where_minima_do_not_bind():
    services = [Service((0,), 3, 0.3), Service((1,), 3, 0.15)]
    # L / (1 - Y / x) = 10 / (1 - 0.5)
    assert practical_cycle_s(services, (), 2, 16, 0.9) == pytest.approx(20)
    assert practical_cycle_s(services, (GreenConstraint((1,), 20),), 2, 16, 0.9) == pytest.approx(
        (16 + 20 - 3) / (1 - 0.3 / 0.9)
    )
    assert (
        practical_cycle_s([Service((0,), 0, 0.6), Service((1,), 0, 0.4)], (), 2, 9, 0.9) == math.inf
    )


def test_stage_without_vehicles_is_lost_time():
    path = critical_path([Service((0,), 3, 0.3)], 2, 16, (7, 20))
    assert path.lost_time_s == pytest.approx(16 - 3 + 20)
