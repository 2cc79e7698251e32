from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from signalopt.errors import InputError
from signalopt.microsim.schedule import VehicleType, parse_time_s, read_schedule
from tests.microsim.conftest import CaseMaker, cars


def test_window_is_half_open(make_case: CaseMaker) -> None:
    schedule = read_schedule(make_case(cars([99.9, 100, 199.9, 200]), begin_s=100, end_s=200))
    assert schedule.vehicles == {"v1": 100, "v2": 199.9}


def test_trips_persons_and_types(make_case: CaseMaker) -> None:
    schedule = read_schedule(
        make_case(
            '<vTypeDistribution id="mix"><vType id="old" vClass="truck"/></vTypeDistribution>'
            '<trip id="t" type="mix" depart="0:00:10" from="WC" to="CE"/>'
            '<person id="p" depart="20"><walk edges="CE"/></person>'
            '<person id="late" depart="2000"><walk edges="CE"/></person>'
        )
    )
    assert schedule.vehicles == {"t": 10}
    assert schedule.persons == {"p"}
    assert schedule.type_of("old").v_class == "truck"
    assert schedule.type_of("car") == VehicleType("passenger", "HBEFA4/PC_petrol_Euro-4")
    assert schedule.type_of("car@v1").v_class == "passenger"
    assert schedule.type_of("DEFAULT_VEHTYPE").v_class == "passenger"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12.5", 12.5), ("07:30:00", 27000), ("1:00:00:01", 86401), ("0:0:5.25", 5.25)],
)
def test_times(text: str, seconds: float) -> None:
    assert parse_time_s(text) == seconds


def test_all_problems_at_once_with_lines(make_case: CaseMaker) -> None:
    trips = '<flow id="f" begin="0" end="9" number="3"/>\n<vehicle id="x" depart="triggered"/>\n'
    with pytest.raises(InputError) as caught:
        read_schedule(make_case(trips))
    flow, vehicle = caught.value.problems
    assert flow.where.endswith(":2")
    assert "<flow>" in flow.found
    assert vehicle.where.endswith(":3")
    assert "triggered" in vehicle.found


def test_an_empty_window_is_refused(make_case: CaseMaker) -> None:
    with pytest.raises(InputError, match="nobody who sets out"):
        read_schedule(make_case(cars([500])))


def test_broken_and_missing_files(make_case: CaseMaker, tmp_path) -> None:
    case = make_case("<vehicle")
    with pytest.raises(InputError, match=r"trips\.rou\.xml:2"):
        read_schedule(case)
    with pytest.raises(InputError, match=r"gone\.xml: found no such file"):
        read_schedule(replace(case, route_files=(tmp_path / "gone.xml",)))


def test_gzipped_routes(make_case: CaseMaker, tmp_path) -> None:
    case = make_case(cars([1, 2]))
    packed = tmp_path / "trips.rou.xml.gz"
    packed.write_bytes(gzip.compress(case.route_files[0].read_bytes()))
    assert len(read_schedule(replace(case, route_files=(packed,))).vehicles) == 2


def test_type_unknown_to_all_files(make_case: CaseMaker) -> None:
    with pytest.raises(KeyError):
        read_schedule(make_case(cars([0]))).type_of("ghost")
