"""Who fails, and what is told of it."""

import numpy as np
import pytest

from signalopt.control.faults import SILENT, STUCK, Faults, fault_plan
from signalopt.errors import InputError
from tests.control.hand_city import hand_city


def test_everything_out_of_bounds_is_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        Faults(detectors=1.5, stuck=-1, communication=2, from_s=10, to_s=10, seed=-1)
    assert len(error.value.problems) == 5


def test_a_share_hits_so_many_lanes_and_at_least_one() -> None:
    city = hand_city(5)  # 30 lanes
    assert np.count_nonzero(fault_plan(city, Faults(detectors=0.2)).lanes) == 6
    assert np.count_nonzero(fault_plan(city, Faults(detectors=0.001)).lanes) == 1
    assert not fault_plan(city, Faults()).lanes.any()
    assert fault_plan(city, Faults(communication=0.4)).sites.sum() == 2


@pytest.mark.parametrize(("stuck", "expected"), [(0.0, 0), (0.5, 3), (1.0, 6)])
def test_so_many_of_them_are_stuck_on(stuck: float, expected: int) -> None:
    found = fault_plan(hand_city(5), Faults(detectors=0.2, stuck=stuck)).lanes
    assert np.count_nonzero(found == STUCK) == expected
    assert np.count_nonzero(found == SILENT) == 6 - expected


def test_seeds_decide_who_is_hit() -> None:
    city = hand_city(5)
    hit = [fault_plan(city, Faults(detectors=0.2, seed=seed)).lanes for seed in (1, 1, 2)]
    assert (hit[0] == hit[1]).all()
    assert (hit[0] != hit[2]).any()


def test_names_are_hit_and_unknown_ones_refused_together() -> None:
    city = hand_city(2)
    plan = fault_plan(city, Faults(lanes=(city.lanes[3],), sites=("C1",), stuck=0))
    assert plan.lanes[3] == SILENT
    assert plan.sites.tolist() == [False, True]
    with pytest.raises(InputError) as error:
        fault_plan(city, Faults(lanes=("C0.Sleft",), sites=("D7",)))
    assert len(error.value.problems) == 2
    assert "did you mean `C0.S-left`?" in str(error.value)


def test_a_failure_has_its_time() -> None:
    plan = fault_plan(hand_city(), Faults(detectors=1, from_s=100, to_s=200))
    assert [plan.active(second) for second in (99, 100, 199, 200)] == [False, True, True, False]
    assert fault_plan(hand_city(), Faults(detectors=1)).active(10**6)


def test_labels() -> None:
    assert Faults().label() == "none"
    assert not Faults().any
    told = Faults(detectors=0.1, communication=0.2, sites=("A",), from_s=60, to_s=90).label()
    assert told == (
        "detectors of 10 % of the lanes; 50 % of them stuck on; communication with 20 % of the sites;"
        " communication with A; from 60 s to 90 s"
    )
