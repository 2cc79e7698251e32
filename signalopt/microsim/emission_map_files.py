"""Map files of emissions: GeoJSON, a picture, and the ranking of intersections as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from signalopt.emissions.coefficients import POLLUTANTS, class_coefficients
from signalopt.emissions.factors import DRAWS, Floats
from signalopt.emissions.ranking import RankedIntersection, next_sensor, rank_intersections
from signalopt.export.emission_map import emission_map_svg
from signalopt.files import make_folder, write_text
from signalopt.microsim.edge_emissions import MAPPED, EdgeEmissions
from signalopt.microsim.emission_geojson import geojson, summed
from signalopt.microsim.places import by_intersection
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting

GEOJSON, RANKING, PICTURE = "emissions.geojson", "ranking.csv", "{}.svg"
PICTURED = {"soot_mg": ("soot", "g", 1000.0), "co2_g": ("CO2", "kg", 1000.0)}


@dataclass(frozen=True, slots=True)
class EmissionMap:
    """Files of a map, totals per hour by pollutant, the ranking by soot and its answer in words."""

    files: tuple[Path, ...]
    totals: Mapping[str, float]
    ranking: tuple[RankedIntersection, ...]
    answer: str

    def summary(self) -> dict[str, object]:
        """As plain data; amounts per hour in g and mg."""
        return {
            "files": [str(path) for path in self.files],
            "per_h": dict(self.totals),
            "ranking": [
                {
                    "rank": r.rank, "intersection": r.id, "soot_mg_per_h": r.soot.as_json(),
                    "rank_low": r.rank_low, "rank_high": r.rank_high, "first_chance": r.first_chance,
                }
                for r in self.ranking
            ],
            "next_sensor": self.answer,
        }  # fmt: skip


def write_map(case: Case, found: EdgeEmissions, folder: Path) -> EmissionMap:
    """Write the files of a map into `folder`.

    Raises InputError for a network without projection, OutputError.
    """
    mean = found.mean()
    content = json.dumps(geojson(case.network, found), ensure_ascii=False)
    make_folder(folder)
    files = [folder / GEOJSON]
    write_text(files[0], content + "\n")
    places = by_intersection(case.network, mean)
    for pollutant, (title, unit, divisor) in PICTURED.items():
        per_km = {
            edge.id: summed(mean[edge.id])[pollutant] / divisor / edge.length_m * 1000
            for edge in case.network.edges
            if edge.id in mean
        }
        hourly = {name: summed(own)[pollutant] / divisor for name, own in places.items()}
        words = f"{title} under {found.plan}, {case.title}, {found.temperature_c:g} °C"
        files.append(folder / PICTURE.format(title.lower()))
        write_text(
            files[-1], str(emission_map_svg(case.network, per_km, hourly, words, unit)) + "\n"
        )
    ranking = ranked(case, found)
    files.append(folder / RANKING)
    write_text(files[-1], _table(ranking, places))
    totals = {name: sum(summed(own)[name] for own in mean.values()) for name in MAPPED}
    return EmissionMap(tuple(files), totals, ranking, _answer(ranking))


def ranked(case: Case, found: EdgeEmissions) -> tuple[RankedIntersection, ...]:
    """Intersections by soot per hour, most first, with the ranks that seeds and factors allow."""
    by_seed = [by_intersection(case.network, edges) for edges in found.by_seed]
    soot = {name: [summed(seed[name])["soot_mg"] for seed in by_seed] for name in by_seed[0]}
    places = by_intersection(case.network, found.mean())
    spread = {name: _spread(case, classes) for name, classes in places.items()}
    return rank_intersections(soot, spread)


def _spread(case: Case, classes: Mapping[str, Mapping[str, float]]) -> Floats:
    """Draws of the soot of a place over its central value: its classes by their own draws."""
    fleet, temperature_c = emission_setting(case)
    index = POLLUTANTS.index("soot_mg")
    total = sum(own["soot_mg"] for own in classes.values())
    if total <= 0:
        return np.ones(DRAWS)
    found = np.zeros(DRAWS)
    for name, own in classes.items():
        central, draws = class_coefficients(fleet, name, temperature_c)
        # a place is a mix of km, stops and idling: its soot moves as that of a stop and of a km
        ratio = (draws[:, index, :2] / central[index, :2]).mean(axis=1)
        found = found + own["soot_mg"] / total * ratio
    return found


def _answer(ranking: tuple[RankedIntersection, ...]) -> str:
    answer = next_sensor(ranking)
    text = f"next air sensor: {answer.intersection} ({answer.chance:.0%} chance of being the first)"
    return text + (f"; also {', '.join(answer.contenders)}" if answer.contenders else "")


def _table(
    ranking: tuple[RankedIntersection, ...],
    places: Mapping[str, Mapping[str, Mapping[str, float]]],
) -> str:
    soot = ("soot_low_mg_per_h", "soot_mg_per_h", "soot_high_mg_per_h")
    rest = tuple(f"{name}_per_h" for name in MAPPED if name != "soot_mg")
    head = ("rank", "rank_low", "rank_high", "first_chance", "intersection", *soot, *rest)
    lines = [",".join(head)]
    for r in ranking:
        own = summed(places[r.id])
        cells = [
            str(r.rank), str(r.rank_low), str(r.rank_high), f"{r.first_chance:.3f}", r.id,
            f"{r.soot.low:.6g}", f"{r.soot.central:.6g}", f"{r.soot.high:.6g}",
            *(f"{own[n]:.6g}" for n in MAPPED if n != "soot_mg"),
        ]  # fmt: skip
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"
