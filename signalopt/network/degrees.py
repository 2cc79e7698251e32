"""Network metres as degrees of latitude and longitude (WGS 84)."""

from __future__ import annotations

from collections.abc import Callable

import pyproj
from pyproj.exceptions import CRSError, ProjError

from signalopt.network.model import Network

Place = tuple[float, float]


def to_degrees(network: Network) -> Callable[[Place], Place] | None:
    """A function from (x, y) in network metres to (longitude, latitude); None without a projection.

    The net may be shifted against its projection; one intersection with known degrees tells how far.
    """
    known = next(
        (p for p in network.intersections if p.lat is not None and p.lon is not None), None
    )
    if known is None or not network.projection:
        return None
    try:
        crs = pyproj.CRS.from_proj4(network.projection)
        back = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        there = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except (CRSError, ProjError):
        return None
    east, north = back.transform(known.lon, known.lat)
    dx, dy = east - known.x_m, north - known.y_m

    def degrees(point: Place) -> Place:
        lon, lat = there.transform(point[0] + dx, point[1] + dy)
        return round(lon, 6), round(lat, 6)

    return degrees
