"""What differs from one episode of learning to the next: demand, drivers, sensing errors, first minutes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from signalopt.errors import InputError, Problem

HELD_OUT_SEED = 1_000_000
"""Seeds from here on are never drawn for learning: evaluation takes its demand from them."""


@dataclass(frozen=True, slots=True)
class Variety:
    """How far episodes vary. demand: range of the share of the vehicles; shift_s: departures move by so
    much either way; driving: headways and start-up of the queue model vary by this share either way
    (SUMO's own drivers stay as they are); head_start_s: up to so long the site's own programs run first,
    so that learning meets streets in many states.
    """

    demand: tuple[float, float] = (0.7, 1.25)
    shift_s: float = 120.0
    driving: float = 0.1
    head_start_s: int = 300

    def __post_init__(self) -> None:
        """Raises InputError with everything that is out of bounds."""
        problems = []
        low, high = self.demand
        if not 0 < low <= high <= 2:
            expected = "two shares from 0 to 2, the smaller one first"
            problems.append(Problem("variety: demand", f"{low:g} to {high:g}", expected))
        if not 0 <= self.driving <= 0.5:
            problems.append(Problem("variety: driving", f"{self.driving:g}", "0 to 0.5"))
        if self.shift_s < 0:
            problems.append(Problem("variety: shift_s", f"{self.shift_s:g}", "0 or more"))
        if self.head_start_s < 0:
            problems.append(Problem("variety: head_start_s", f"{self.head_start_s}", "0 or more"))
        if problems:
            raise InputError(*problems)


AS_IT_STANDS = Variety(demand=(1.0, 1.0), driving=0.0, head_start_s=0)
"""The scenario's own demand, other days of it only."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode. seed: of demand, drivers and sensing; headway, startup: factors on the drivers'."""

    seed: int
    demand: float = 1.0
    shift_s: float = 60.0
    headway: float = 1.0
    startup: float = 1.0
    head_start_s: int = 0


def draw_episode(dice: np.random.Generator, variety: Variety) -> Episode:
    """An episode by chance, with a seed below HELD_OUT_SEED."""
    low, high = 1 - variety.driving, 1 + variety.driving
    return Episode(
        seed=int(dice.integers(1, HELD_OUT_SEED)),
        demand=float(dice.uniform(*variety.demand)),
        shift_s=variety.shift_s,
        headway=float(dice.uniform(low, high)),
        startup=float(dice.uniform(low, high)),
        head_start_s=int(dice.integers(variety.head_start_s + 1)),
    )
