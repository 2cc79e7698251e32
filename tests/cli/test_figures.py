"""Figures as text."""

import pytest

from signalopt.cli.figures import interval, number, percent, verdict
from signalopt.microsim.statistics import Estimate, paired_change


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.00"), (1.234, "1.23"), (12.34, "12.3"), (1234.5, "1234"), (-3.0, "−3.00")],
)
def test_about_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_a_change_shows_its_sign() -> None:
    assert number(5.0, sign=True) == "+5.00"


def test_one_seed_has_no_interval() -> None:
    assert "one seed" in interval(Estimate(1.0, None, None, 1))
    assert interval(Estimate(2.0, 1.0, 3.0, 5)) == "[1.00, 3.00]"


def test_relative_changes_are_percent() -> None:
    assert percent(Estimate(-0.123, -0.2, -0.05, 5)) == "−12.3 % [−20.0, −5.0]"
    assert percent(None) == ""


def test_the_verdict_knows_which_way_is_better() -> None:
    fewer = paired_change([10.0, 11.0, 12.0], [8.0, 9.0, 10.1])
    chance = paired_change([10.0, 11.0, 12.0], [9.0, 13.0, 11.0])

    assert verdict("delay_s", fewer) == "better"
    assert verdict("speed_kph", fewer) == "worse"
    assert verdict("delay_s", chance) == "not significant"
