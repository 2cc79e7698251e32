"""Controllers by name."""

from pathlib import Path

import pytest

from signalopt.control.actuated import Actuated
from signalopt.control.fixed import FixedPlan
from signalopt.control.max_pressure import MaxPressure
from signalopt.control.registry import controller_names, controller_of, describe, is_policy
from signalopt.errors import InputError


def test_every_name_gives_a_controller_that_bears_it() -> None:
    assert set(controller_names()) >= {"fixed", "actuated", "max-pressure", "horizon"}
    for name in controller_names():
        made = controller_of(name)
        assert made.name == name
        assert made.interval_s >= 1
    assert controller_of("fixed") == FixedPlan()


def test_parameters_are_read_by_their_type() -> None:
    assert controller_of("max-pressure:interval_s=5, ahead_s=4") == MaxPressure(5, ahead_s=4.0)
    made = controller_of("actuated:skip=no,gap_s=2.5")
    assert isinstance(made, Actuated)
    assert (made.skip, made.gap_s) == (False, 2.5)


def test_unknown_names_come_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean `max-pressure`"):
        controller_of("maxpressure")
    with pytest.raises(InputError, match="key=value"):
        controller_of("actuated:")


def test_all_wrong_parameters_are_told_at_once() -> None:
    text = "max-pressure:interval=5,beyond=much,ahead_s=1,ahead_s=2,pay,interval_s=1.5,ahead_s=nan"
    with pytest.raises(InputError) as error:
        controller_of(text)
    told = str(error.value)
    assert len(error.value.problems) == 6
    assert "did you mean `interval_s`" in told
    assert "a whole number" in told
    assert "twice" in told


@pytest.mark.parametrize("value", ["maybe", "2", ""])
def test_a_choice_is_true_or_false(value: str) -> None:
    with pytest.raises(InputError, match="true or false"):
        controller_of(f"actuated:skip={value}")


def test_numbers_are_finite() -> None:
    for value in ("inf", "nan", "x"):
        with pytest.raises(InputError, match="a number"):
            controller_of(f"actuated:gap_s={value}")


def test_a_path_is_a_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_policy("policies/astana")
    assert not is_policy("fixed")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert is_policy("mine")
    assert not is_policy("mien")


def test_parameters_are_described() -> None:
    text, rows = describe("max-pressure")
    assert "pressure" in text
    told = [(row.name, row.kind, row.default) for row in rows]
    assert ("interval_s", "int", str(MaxPressure().interval_s)) in told
