"""Metres to degrees: the known place meets its degrees, a kilometre is a kilometre."""

from __future__ import annotations

from pathlib import Path

import pyproj
import pytest

from signalopt.network.degrees import to_degrees
from signalopt.network.model import Intersection, Network
from signalopt.timing.signals import SignalLayout

LON, LAT = 71.43, 51.13
UTM = "+proj=utm +zone=42 +ellps=WGS84 +datum=WGS84 +units=m +no_defs"
NOTHING = SignalLayout("A", 0, (), (), frozenset(), frozenset(), ())


def network(projection: str = UTM, lat: float | None = LAT, lon: float | None = LON) -> Network:
    place = Intersection("A", "A", ("A",), 100.0, 200.0, lat, lon, (), NOTHING, None)
    return Network(Path("net.net.xml"), "f", (), (place,), projection)


def test_a_shifted_net_meets_the_known_degrees() -> None:
    degrees = to_degrees(network())
    assert degrees is not None
    assert degrees((100.0, 200.0)) == pytest.approx((LON, LAT), abs=1e-6)


def test_a_kilometre_north_is_a_kilometre() -> None:
    degrees = to_degrees(network())
    assert degrees is not None
    lon, lat = degrees((100.0, 1200.0))
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(LON, LAT, lon, lat)
    assert metres == pytest.approx(1000, rel=0.001)
    assert lat > LAT


@pytest.mark.parametrize(
    "bare",
    [network(""), network(lat=None), network("+proj=nonsense")],
    ids=["none", "no place", "bad"],
)
def test_without_a_projection_there_are_no_degrees(bare: Network) -> None:
    assert to_degrees(bare) is None
