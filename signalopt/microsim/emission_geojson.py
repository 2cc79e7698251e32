"""Emissions of streets and intersections as GeoJSON (RFC 7946, WGS 84) and as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping

from signalopt.errors import InputError, Problem
from signalopt.microsim.edge_emissions import MAPPED, EdgeEmissions
from signalopt.microsim.places import by_intersection
from signalopt.network.degrees import to_degrees
from signalopt.network.model import Network

ByClass = Mapping[str, Mapping[str, float]]


def summed(classes: ByClass) -> dict[str, float]:
    """All classes together, by pollutant."""
    return {name: sum(own.get(name, 0.0) for own in classes.values()) for name in MAPPED}


def geojson(network: Network, found: EdgeEmissions) -> dict[str, object]:
    """A FeatureCollection: a line an edge, a point an intersection, amounts per hour.

    Properties: `<pollutant>_per_h`, the same by class as `<class>_<pollutant>_per_h`; for edges also per
    hour and km. Raises InputError for a network without projection.
    """
    degrees = to_degrees(network)
    if degrees is None:
        raise InputError(
            Problem(
                str(network.net_file), "a network without projection", "degrees for GeoJSON",
                "import it with its coordinates (netconvert --proj.utm)",
            )
        )  # fmt: skip
    mean = found.mean()
    features: list[dict[str, object]] = []
    for edge in network.edges:
        line = [list(degrees(point)) for point in edge.shape]
        if edge.id in mean and len(line) > 1:
            total = summed(mean[edge.id])
            per_km = {f"{n}_per_h_km": x / edge.length_m * 1000 for n, x in total.items()}
            features.append(
                _feature("LineString", line, "edge", edge.id, edge.name, mean[edge.id], per_km)
            )
    for place, classes in by_intersection(network, mean).items():
        known = network.intersection[place]
        point = list(degrees((known.x_m, known.y_m)))
        features.append(_feature("Point", point, "intersection", place, known.name, classes, {}))
    return {
        "type": "FeatureCollection",
        "name": f"emissions under {found.plan}",
        "fleet": found.fleet,
        "temperature_c": found.temperature_c,
        "seeds": list(found.seeds),
        "features": features,
    }


def _feature(
    kind: str,
    coordinates: list[object] | list[list[float]] | list[float],
    what: str,
    name: str,
    title: str,
    classes: ByClass,
    more: Mapping[str, float],
) -> dict[str, object]:
    figures = {f"{pollutant}_per_h": x for pollutant, x in summed(classes).items()}
    figures |= {
        f"{c}_{pollutant}_per_h": x for c, own in classes.items() for pollutant, x in own.items()
    }
    rounded = {key: float(f"{x:.6g}") for key, x in {**figures, **more}.items()}
    return {
        "type": "Feature",
        "id": f"{what}/{name}",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": {"kind": what, "id": name, "name": title, **rounded},
    }
