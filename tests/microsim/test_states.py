from __future__ import annotations

import pytest

from signalopt.errors import InputError, SimulationError
from signalopt.microsim.states import realised_states
from signalopt.timing.program import states_between
from tests.microsim.conftest import CaseMaker, cars, fixed_plan


@pytest.mark.parametrize("offset_s", [0, 17, 89])
@pytest.mark.parametrize("traffic", [True, False])
def test_sumo_shows_the_plan_second_by_second(
    make_case: CaseMaker, offset_s: int, traffic: bool
) -> None:
    plan = fixed_plan([(40, "Gr"), (5, "yr"), (41, "rG"), (4, "ry")], offset_s=offset_s)
    case = make_case(cars([0, 60]), depart_begin_s=27000, begin_s=27100)
    shown = realised_states(case, plan, 1, 27013, 27200, traffic=traffic)
    expected = states_between(case.network.layouts["C"], plan.by_id["C"], 27013, 27200)
    assert shown == {"C": expected}


def test_half_second_steps_give_whole_seconds(make_case: CaseMaker) -> None:
    plan = fixed_plan([(3, "Gr"), (2, "yr"), (4, "rG"), (2, "ry")])
    case = make_case(cars([0]), step_length_s=0.5)
    shown = realised_states(case, plan, 1, 0, 11)
    assert shown["C"] == ("Gr",) * 3 + ("yr",) * 2 + ("rG",) * 4 + ("ry",) * 2


def test_dark_signals_are_seen_dark(make_case: CaseMaker) -> None:
    shown = realised_states(make_case(cars([0]), signals_off=("C",)), None, 1, 0, 5)
    assert all(set(state) <= set("oO") for state in shown["C"])


def test_an_empty_interval_is_refused(make_case: CaseMaker) -> None:
    with pytest.raises(InputError, match="an end after the begin"):
        realised_states(make_case(cars([0])), None, 1, 10, 10)


def test_a_failing_run_is_an_error(make_case: CaseMaker) -> None:
    with pytest.raises(SimulationError, match="nowhere"):
        realised_states(make_case(cars([0], edges="WC nowhere")), None, 1, 0, 10)
