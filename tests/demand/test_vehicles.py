from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from signalopt.demand.vehicles import (
    PEDESTRIAN_TYPE,
    occupancies,
    seasons,
    vehicle_classes,
    vehicle_types_xml,
)
from signalopt.errors import InputError
from signalopt.network.model import Confidence
from signalopt.network.tools import run_tool

SEASONS = ("summer", "winter", "slush", "snow")
CLASSES = ("car", "lcv", "truck", "bus", "articulated_bus")


def types_of(season: str) -> dict[str, etree._Element]:
    root = etree.fromstring(f"<additional>{vehicle_types_xml(season)}</additional>")
    return {element.get("id", ""): element for element in root}


def test_seasons_and_classes_come_in_fixed_order():
    assert tuple(s.id for s in seasons()) == SEASONS
    for season in SEASONS:
        assert tuple(v.id for v in vehicle_classes(season)) == CLASSES
        assert tuple(types_of(season)) == (*CLASSES, PEDESTRIAN_TYPE)


def test_unknown_season_names_the_known_ones():
    with pytest.raises(InputError) as caught:
        vehicle_types_xml("spring")
    problem = caught.value.problems[0]
    assert "spring" in problem.found
    assert all(season in problem.expected for season in SEASONS)


@pytest.mark.parametrize("season", SEASONS)
def test_every_vehicle_obeys_physics_and_the_step_of_one_second(season):
    for vehicle in vehicle_classes(season):
        assert vehicle.tau_s >= 1, "a reaction below the step length lets vehicles run into others"
        assert 0 < vehicle.accel_mps2 < vehicle.decel_mps2 < vehicle.emergency_decel_mps2
        assert 0 <= vehicle.sigma <= 1
        assert vehicle.speed_factor_min < vehicle.speed_factor_mean < vehicle.speed_factor_max


def test_cars_accelerate_and_brake_as_measured_in_the_field():
    car = vehicle_classes("summer")[0]
    assert 1.2 <= car.accel_mps2 <= 1.6
    assert 1.8 <= car.decel_mps2 <= 2.5


def test_buses_keep_50_kph_in_every_season():
    for season in SEASONS:
        for bus in vehicle_classes(season)[3:]:
            assert bus.v_class == "bus"
            assert bus.max_speed_mps == pytest.approx(50 / 3.6, abs=0.01)


def test_worse_roads_are_slower_and_more_careful():
    for before, after in pairwise(SEASONS):
        for dry, wet in zip(vehicle_classes(before), vehicle_classes(after), strict=True):
            assert wet.accel_mps2 < dry.accel_mps2
            assert wet.tau_s > dry.tau_s
            assert wet.min_gap_m > dry.min_gap_m
            assert wet.speed_factor_mean < dry.speed_factor_mean
            assert wet.emergency_decel_mps2 <= dry.emergency_decel_mps2


def test_every_number_of_a_class_has_a_mark_and_a_source():
    numbers = {f.name for f in fields(vehicle_classes("summer")[0]) if f.type == "float"}
    for vehicle in vehicle_classes("snow"):
        assert {e.parameter for e in vehicle.evidence} == numbers
        assert all(e.source for e in vehicle.evidence)
    snow = {e.parameter: e for e in seasons()[3].evidence}
    assert snow["saturation_ratio"].confidence is Confidence.ESTIMATED, "not measured in Astana"
    assert "North America" in snow["saturation_ratio"].source


def test_type_elements_carry_the_values_of_the_class():
    car = vehicle_classes("snow")[0]
    element = types_of("snow")["car"]
    assert float(element.get("tau")) == pytest.approx(car.tau_s, abs=1e-4)
    assert float(element.get("minGap")) == pytest.approx(car.min_gap_m, abs=1e-4)
    assert element.get("speedFactor").startswith(f"normc({car.speed_factor_mean:g}"[:10])
    assert element.get("emissionClass").startswith("HBEFA4/")


def test_occupancies_name_every_class_and_fill_buses_most():
    persons = dict(occupancies())
    assert tuple(persons) == CLASSES
    assert persons["articulated_bus"] > persons["bus"] > 10 > persons["car"] > 1


@pytest.mark.parametrize("season", SEASONS)
def test_sumo_accepts_the_types_and_people_walk_at_the_stated_speed(season, tmp_path: Path):
    (tmp_path / "n.xml").write_text(
        '<nodes><node id="a" x="0" y="0"/><node id="b" x="300" y="0"/></nodes>'
    )
    (tmp_path / "e.xml").write_text(
        '<edges><edge id="ab" from="a" to="b" numLanes="1" speed="16.67" sidewalkWidth="4"/></edges>'
    )
    net = tmp_path / "net.xml"
    run_tool(
        "netconvert", ["-n", str(tmp_path / "n.xml"), "-e", str(tmp_path / "e.xml"), "-o", str(net)]
    )
    trips = "".join(
        f'<vehicle id="{kind}" type="{kind}" depart="{40 * i}" departSpeed="0">'
        '<route edges="ab"/></vehicle>'
        for i, kind in enumerate(CLASSES)
    )
    walkers = "".join(
        f'<person id="p{i}" type="{PEDESTRIAN_TYPE}" depart="{200 + 4 * i}">'
        '<walk edges="ab" arrivalPos="290"/></person>'
        for i in range(60)
    )
    routes = tmp_path / "r.xml"
    routes.write_text(f"<routes>{vehicle_types_xml(season)}{trips}{walkers}</routes>")
    info = tmp_path / "info.xml"
    arguments = ["-n", str(net), "-r", str(routes), "--tripinfo-output", str(info)]
    run_tool("sumo", [*arguments, "--no-step-log", "--device.emissions.probability", "1"])
    tree = etree.parse(str(info))
    assert len(tree.findall("tripinfo")) == len(CLASSES)
    assert all(float(e.get("CO2_abs")) > 0 for e in tree.iter("emissions"))
    walks = [float(e.get("routeLength")) / float(e.get("duration")) for e in tree.iter("walk")]
    assert len(walks) == 60
    expected = {"slush": 1.235, "snow": 1.17}.get(season, 1.3)
    assert sum(walks) / len(walks) == pytest.approx(expected, rel=0.06)
