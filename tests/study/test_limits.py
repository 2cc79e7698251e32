import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.errors import InputError
from signalopt.study.limits import Limit, Verdict, judge, parse_limits

BEFORE = [100.0, 102.0, 98.0, 101.0, 99.0]


def worse_by(share: float, noise: tuple[float, ...] = (0.1, -0.1, 0.2, -0.2, 0.0)) -> list[float]:
    return [b * (1 + share) + n for b, n in zip(BEFORE, noise, strict=True)]


def test_limits_are_read() -> None:
    assert parse_limits(["co2_g:1%", "delay_s:0.5"]) == (
        Limit("co2_g", 0.01, True),
        Limit("delay_s", 0.5, False),
    )


def test_bad_limits_are_all_named() -> None:
    with pytest.raises(InputError) as caught:
        parse_limits(["co2:1%", "delay_s", "stops:1%", "stops:2%"])
    assert len(caught.value.problems) == 3
    assert "co2_" in caught.value.problems[0].hint


def test_verdicts() -> None:
    limit = Limit("co2_g", 0.01, True)
    assert judge(limit, BEFORE, BEFORE).verdict is Verdict.PASSED
    assert judge(limit, BEFORE, worse_by(0.03)).verdict is Verdict.REGRESSION
    assert judge(limit, BEFORE, worse_by(-0.03)).verdict is Verdict.PASSED
    noisy = judge(limit, BEFORE, worse_by(0.03, (9.0, -9.0, 9.0, -9.0, 0.0)))
    assert noisy.verdict is Verdict.INCONCLUSIVE
    assert noisy.seeds_needed is not None
    assert noisy.seeds_needed > 5


def test_beyond_the_limit_but_not_surely_is_no_failure() -> None:
    # mean worsening 2 %, interval reaching below 1 %
    found = judge(Limit("co2_g", 0.01, True), BEFORE, worse_by(0.02, (2.0, -2.0, 2.0, -2.0, 0.0)))
    assert found.worsening.mean > 0.01
    assert found.verdict is Verdict.INCONCLUSIVE


def test_higher_is_better_turns_the_sign() -> None:
    limit = Limit("speed_kph", 0.01, True)
    assert judge(limit, BEFORE, worse_by(-0.03)).verdict is Verdict.REGRESSION
    assert judge(limit, BEFORE, worse_by(0.03)).verdict is Verdict.PASSED


def test_percent_of_zero_is_refused_unless_nothing_changed() -> None:
    limit = Limit("not_inserted", 0.01, True)
    assert judge(limit, [0.0, 0.0], [0.0, 0.0]).verdict is Verdict.PASSED
    with pytest.raises(ValueError, match="zero"):
        judge(limit, [0.0, 0.0], [1.0, 2.0])


@given(st.lists(st.floats(1, 1e4), min_size=2, max_size=20))
def test_equal_values_never_regress(values: list[float]) -> None:
    assert judge(Limit("delay_s", 0.0, False), values, values).verdict is Verdict.PASSED
