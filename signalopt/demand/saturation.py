"""Base saturation flows of signal links: what the calibrated vehicles discharge in SUMO, by speed.

The table `data/saturation.toml` is measured on the test bed by `python -m benchmarks.saturation
--write`. Two curves a season: a through lane by the speed limit of its street, and a turning lane by
the speed that the curve of its path allows (which is where SUMO's radius and length act). A link
takes the lower of the two, interpolated.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from signalopt.demand.vehicles import read_data, season_named
from signalopt.network.model import Intersection, Movement, Network, Turn

TABLE = "saturation.toml"


@dataclass(frozen=True, slots=True)
class Curve:
    """Saturation flow and start-up lost time of one lane by speed; ends hold beyond the ends."""

    speed_mps: tuple[float, ...]
    vph: tuple[float, ...]
    lost_s: tuple[float, ...]

    def vph_at(self, speed_mps: float) -> float:
        """Saturation flow in pcu per hour of green at this speed."""
        return _interpolate(self.speed_mps, self.vph, speed_mps)

    def lost_at(self, speed_mps: float) -> float:
        """Start-up lost time in seconds at this speed.

        Below zero on tight curves: the first four vehicles leave faster than the saturated queue.
        """
        return _interpolate(self.speed_mps, self.lost_s, speed_mps)


@dataclass(frozen=True, slots=True)
class SeasonTable:
    """The measured curves of one season."""

    season: str
    through: Curve
    turning: Curve


def season_table(season: str) -> SeasonTable:
    """The measured curves of a season. Raises InputError for an unknown one."""
    table = read_data(TABLE)[season_named(season).id]
    curves = {
        name: Curve(*(tuple(table[name][key]) for key in ("speed_mps", "vph", "lost_s")))
        for name in ("through", "turning")
    }
    return SeasonTable(season, curves["through"], curves["turning"])


def saturation_vph(network: Network, season: str) -> dict[str, dict[int, float]]:
    """Base saturation flow of every vehicle link, in pcu per hour of green.

    By intersection id and link index; crossings are absent. A link that controls several lanes gets
    their sum. Measured: street and path speed, season. Left to the caller: lanes shared by links
    (each of them gets the lane's full rate), opposing traffic, pedestrians in the way. Lane width has
    no effect in SUMO and none here. Raises InputError for an unknown season.
    """
    table = season_table(season)
    return {
        place.id: {
            link: sum(lane_rate(network, m, table) for m in lanes)
            for link, lanes in _lanes_of_links(place).items()
        }
        for place in network.intersections
    }


def start_up_lost_s(network: Network, season: str) -> dict[str, dict[int, float]]:
    """Start-up lost time of every vehicle link in seconds, by intersection id and link index.

    The mean over the lanes of a link. Raises InputError for an unknown season.
    """
    table = season_table(season)
    return {
        place.id: {
            link: sum(_curve(network, m, table)[0].lost_at(_curve(network, m, table)[1])
                      for m in lanes) / len(lanes)
            for link, lanes in _lanes_of_links(place).items()
        }
        for place in network.intersections
    }  # fmt: skip


def lane_rate(network: Network, movement: Movement, table: SeasonTable) -> float:
    """Saturation flow of one lane with this movement in pcu per hour of green."""
    curve, speed_mps = _curve(network, movement, table)
    return curve.vph_at(speed_mps)


def _curve(network: Network, movement: Movement, table: SeasonTable) -> tuple[Curve, float]:
    """The curve that limits the movement and the speed at which to read it."""
    edge = network.edge.get(movement.from_edge)
    street = edge.speed_mps if edge is not None else movement.speed_mps
    if table.turning.vph_at(movement.speed_mps) < table.through.vph_at(street):
        return table.turning, movement.speed_mps
    return table.through, street


def _lanes_of_links(place: Intersection) -> dict[int, list[Movement]]:
    """One movement for each lane that a link controls: the slowest of those from the lane."""
    lanes: dict[int, dict[tuple[str, int], Movement]] = {}
    for movement in place.movements:
        if movement.turn is Turn.CROSSING:
            continue
        known = lanes.setdefault(movement.link, {})
        key = (movement.from_edge, movement.from_lane)
        if key not in known or movement.speed_mps < known[key].speed_mps:
            known[key] = movement
    return {link: list(known.values()) for link, known in lanes.items()}


def _interpolate(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    i = bisect_right(xs, x)
    share = (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[i - 1] + share * (ys[i] - ys[i - 1])
