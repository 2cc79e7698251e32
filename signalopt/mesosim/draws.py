"""Draws of the demand: the same people, a few more or fewer of them, a little earlier or later.

Every vehicle has fixed random numbers per seed, so that draws of one seed are nested (whoever sets out at
80 % also does at 90 %) and two plans always meet the same traffic (common random numbers).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.errors import InputError, Problem
from signalopt.mesosim.model import MesoModel
from signalopt.mesosim.records import VEHICLE, Demand, records

MOST_DEMAND = 2.0


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw of the demand. Draw(0, 1.0): the trips exactly as they stand.

    seed: sets the drivers' shares of the speed limit, who is left out or doubled, and (not for seed 0)
    shifts each departure by up to `shift_s` either way. demand: share of the vehicles, 0 to 2.
    """

    seed: int = 0
    demand: float = 1.0
    shift_s: float = 60.0


AS_THEY_STAND = Draw()


def draw_demand(model: MesoModel, draw: Draw) -> Demand:
    """The vehicles of a draw. Raises InputError for a share outside 0 to 2 or a negative seed."""
    if not 0 <= draw.demand <= MOST_DEMAND or draw.seed < 0 or draw.shift_s < 0:
        found = f"seed {draw.seed}, demand {draw.demand:g}, shift {draw.shift_s:g} s"
        expected = f"a seed from 0 on, a demand of 0 to {MOST_DEMAND:g}, a shift from 0 on"
        raise InputError(Problem("draw", found, expected))
    fleet = model.fleet
    count = fleet.depart_s.size
    rank = _dice(draw, 2).random(count)
    again = np.flatnonzero(rank < draw.demand - 1)
    originals = np.flatnonzero(rank < draw.demand)
    who = np.concatenate([np.arange(count), again])
    depart = fleet.depart_s[who].copy()
    if draw.seed:
        depart[:count] = _shifted(model, depart[:count], draw, 3)
    depart[count:] = _shifted(model, depart[count:], draw, 4, again)
    vehicles = records(
        who.size, VEHICLE, type=fleet.type_of[who], first_step=fleet.first_step[who],
        measured=fleet.measured[who], next=-1, prev=-1, step=-1, depart=depart,
        factor=_speed_factors(model, draw, who), t_in=-1.0, t_end=-1.0,
    )  # fmt: skip
    chosen = np.concatenate([originals, np.arange(count, who.size)])
    at = model.steps.edge[fleet.first_step[who[chosen]]]
    order = chosen[np.lexsort((chosen, depart[chosen], at))].astype(np.int32)
    ends = np.cumsum(np.bincount(at, minlength=model.streets.edges.size))
    edges = model.streets.edges.copy()
    edges["last"] = ends
    edges["first"] = edges["at"] = np.concatenate([[0], ends[:-1]])
    return Demand(vehicles, edges, order)


def _dice(draw: Draw, stream: int) -> np.random.Generator:
    return np.random.default_rng([draw.seed, stream])


def _shifted(
    model: MesoModel,
    depart: NDArray[np.float64],
    draw: Draw,
    stream: int,
    who: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Departures shifted to whole seconds, within the part (warm-up or window) that they lie in."""
    count = model.fleet.depart_s.size
    shift = np.rint(_dice(draw, stream).uniform(-draw.shift_s, draw.shift_s, count))
    moved = depart + (shift if who is None else shift[who])
    window = float(model.case.begin_s - model.case.depart_begin_s)
    end = float(model.case.end_s - model.case.depart_begin_s)
    low = np.where(depart < window, 0.0, window)
    high = np.where(depart < window, window, end) - 1
    return np.clip(moved, low, np.maximum(high, low))


def _speed_factors(model: MesoModel, draw: Draw, who: NDArray[np.int64]) -> NDArray[np.float64]:
    """Free speed / speed limit of each vehicle, from its type's distribution (cut at both ends)."""
    count = model.fleet.depart_s.size
    normal = np.concatenate(
        [_dice(draw, 1).standard_normal(count), _dice(draw, 5).standard_normal(count)[who[count:]]]
    )
    kinds = model.fleet.type_of[who]

    def of_type(name: str) -> NDArray[np.float64]:
        return np.array([getattr(t, name) for t in model.fleet_index.types], np.float64)[kinds]

    factor = of_type("factor_mean") + of_type("factor_dev") * normal
    cut: NDArray[np.float64] = np.clip(factor, of_type("factor_min"), of_type("factor_max"))
    return cut
