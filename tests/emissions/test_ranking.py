from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.emissions.ranking import next_sensor, rank_intersections
from signalopt.errors import InputError


def test_a_clear_order_is_sure() -> None:
    found = rank_intersections({"b": [5, 5.1], "a": [9, 9.2], "c": [1, 1.1]})

    assert [r.id for r in found] == ["a", "b", "c"]
    assert [(r.rank_low, r.rank_high) for r in found] == [(1, 1), (2, 2), (3, 3)]
    assert next_sensor(found).intersection == "a"
    assert next_sensor(found).chance == 1
    assert next_sensor(found).contenders == ()


def test_close_ones_share_the_first_place() -> None:
    found = rank_intersections({"a": [5, 7, 6, 5], "b": [7, 4, 6, 5.5], "c": [1, 1, 1, 1]})
    answer = next_sensor(found)

    assert {answer.intersection, *answer.contenders} == {"a", "b"}
    assert 0.4 < answer.chance < 1
    assert (found[0].rank_low, found[0].rank_high) == (1, 2)
    assert found[2].rank_low == 3


def test_what_all_share_does_not_blur_the_ranks() -> None:
    common = np.exp(np.random.default_rng(1).normal(0, 1, 500))
    names = {"a": [5.0], "b": [4.0]}
    same = rank_intersections(names, {"a": common, "b": common})
    own = rank_intersections(names, {"a": common, "b": common[::-1]})

    assert same[0].first_chance == 1
    assert own[0].first_chance < 0.8
    assert same[0].soot.width > 5


@given(st.dictionaries(st.text(min_size=1), st.lists(st.floats(0, 100), min_size=3, max_size=3),
                       min_size=1, max_size=6))  # fmt: skip
def test_ranks_are_a_permutation_and_chances_add_up(soot: dict[str, list[float]]) -> None:
    found = rank_intersections(soot)

    assert [r.rank for r in found] == list(range(1, len(soot) + 1))
    assert sum(r.first_chance for r in found) == pytest.approx(1)
    assert all(r.rank_low <= r.rank_high for r in found)
    means = [r.soot.central for r in found]
    assert means == sorted(means, reverse=True)


def test_bad_values_are_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        rank_intersections(
            {"a": [1, 2], "b": [1], "c": [1, -2]}, {"a": np.ones(3), "b": np.ones(3)}
        )

    assert len(error.value.problems) == 3
    with pytest.raises(InputError, match="nothing to rank"):
        rank_intersections({})
