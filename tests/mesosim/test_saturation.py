"""Headways follow from vehicle types alone: against queues measured in SUMO, season by season."""

import pytest
from lxml import etree

from signalopt.demand.saturation import season_table
from signalopt.demand.vehicles import seasons, vehicle_classes, vehicle_type
from signalopt.mesosim.calibration import Calibration
from signalopt.mesosim.model import driving_records
from signalopt.mesosim.vehicle_types import read_type

SEASONS = [season.id for season in seasons()]


def _vph(season: str, limit_mps: float) -> float:
    """Saturation flow of cars at a speed limit, as the kernel calculates it."""
    kind = read_type(vehicle_type(vehicle_classes(season)[0]))
    assert kind is not None
    car = driving_records((kind,), Calibration())[0]
    speed = limit_mps * kind.factor_mean - float(car.drag)
    return 3600 / float(car.headway + car.space / speed)


@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("limit_kph", [40, 60])
def test_through_lanes(season: str, limit_kph: float) -> None:
    measured = season_table(season).through.vph_at(limit_kph / 3.6)
    assert _vph(season, limit_kph / 3.6) == pytest.approx(measured, rel=0.07)


@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("path_kph", [25, 37])
def test_turning_lanes(season: str, path_kph: float) -> None:
    measured = season_table(season).turning.vph_at(path_kph / 3.6)
    assert _vph(season, path_kph / 3.6) == pytest.approx(measured, rel=0.1)


def test_a_truck_takes_the_place_of_almost_two_cars() -> None:
    kinds = {v.id: read_type(vehicle_type(v)) for v in vehicle_classes("summer")}
    car, truck = (driving_records((kinds[name],), Calibration())[0] for name in ("car", "truck"))  # type: ignore[arg-type]
    speed = 14.0
    headway = [float(r.headway + r.space / speed) for r in (car, truck)]
    assert 1.2 < headway[1] / headway[0] < 2.0


def test_types_without_class_are_passenger_cars() -> None:
    kind = read_type(etree.Element("vType", id="x"))
    assert kind is not None
    assert kind.v_class == "passenger"
