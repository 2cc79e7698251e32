from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.emissions.fleet import load_fleet
from signalopt.emissions.mix import unknown_technology, with_fuel
from signalopt.errors import InputError

FLEET = load_fleet()


def total(fleet_class: str, fleet=FLEET) -> float:
    return sum(s.share for s in fleet.of_class(fleet_class))


@given(share=st.floats(0, 1), fuel=st.sampled_from(["cng", "electric", "diesel"]))
def test_any_share_of_a_fuel_keeps_the_sum(share: float, fuel: str) -> None:
    changed = with_fuel(FLEET, "bus", fuel, share)

    assert total("bus", changed) == pytest.approx(1)
    assert changed.share_where("bus", lambda s: s.fuel == fuel) == pytest.approx(share)
    assert changed.of_class("car") == FLEET.of_class("car")


def test_the_others_give_way_in_proportion() -> None:
    changed = with_fuel(FLEET, "bus", "electric", 0.30)
    shares = {s.key[1:]: s.share for s in FLEET.of_class("bus")}
    now = {s.key[1:]: s.share for s in changed.of_class("bus")}

    assert now["cng", "eev"] == pytest.approx(0.47 * 0.70 / 0.97)
    assert now["diesel", "3"] / now["diesel", "5"] == pytest.approx(
        shares["diesel", "3"] / shares["diesel", "5"]
    )


@given(dead=st.floats(0, 1))
def test_dead_catalysts_move_cars_of_euro_1_to_4(dead: float) -> None:
    fleet = replace(FLEET, dead_catalyst_share=dead)
    nominal = sum(
        s.share
        for s in FLEET.shares
        if s.kinematic_class == "car" and s.fuel in ("petrol", "lpg") and s.euro in set("1234")
    )

    assert total("car", fleet) == pytest.approx(1)
    assert fleet.share_where("car", lambda s: s.euro == "dead_catalyst") == pytest.approx(
        dead * nominal
    )
    assert fleet.share_where("car", lambda s: s.euro == "6") == pytest.approx(
        FLEET.share_where("car", lambda s: s.euro == "6")
    )


def test_a_share_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match=r"cng share of bus.*1.5.*0 to 1"):
        with_fuel(FLEET, "bus", "cng", 1.5)
    with pytest.raises(InputError, match="Euro class None"):
        with_fuel(FLEET, "truck", "diesel2", 0.5)
    only = with_fuel(FLEET, "bus", "cng", 1.0)
    with pytest.raises(InputError, match="no other fuel"):
        with_fuel(only, "bus", "cng", 0.5)


def test_unknown_technologies_name_the_nearest() -> None:
    def hint(*key: str) -> str:
        problem = unknown_technology("x:1", *key)
        return str(problem)

    assert unknown_technology("x:1", "bus", "diesel", "5") is None
    assert "did you mean bus" in hint("buss", "diesel", "5")
    assert "did you mean diesel" in hint("bus", "deisel", "5")
    assert "Euro class of cng bus '9'" in hint("bus", "cng", "9")
