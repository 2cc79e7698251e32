"""What stands at the street to see traffic, and its readings as they come in, second by second."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from signalopt.errors import InputError, Problem

if TYPE_CHECKING:
    from signalopt.control.city import City

BIN_S = 2
"""Width of a bin of expected arrivals, seconds."""
BINS = 30
"""Bins of expected arrivals: the next minute."""
SHORTEST_ADVANCE_M = 1.0


class SensingKind(StrEnum):
    """How traffic is seen."""

    DETECTORS = "detectors"
    RADAR = "radar"
    PERFECT = "perfect"


@dataclass(frozen=True, slots=True)
class Sensing:
    """The sensing of all sites.

    detectors: presence and counts at the stop bar and `advance_m` metres before it (a usual place at
    60 km/h; at the upstream end of a lane that is shorter). radar: as well the vehicles within
    `range_m` metres of the stop line, which it sees one by one (a common range of stop-bar radars,
    estimated). perfect: everybody up to the next signal upstream; no street has that.
    miss: share of the passages that a detector, and of the vehicles that a radar, does not see (field
    evaluations of loops, video and radar report 1 to 5 %; estimated); false_ph: counts without a
    vehicle an hour and detector; seed: of both. buttons: people on foot press a button, and stages for
    walkers alone may be left out while nobody has; else every crossing is served in every rotation.
    """

    kind: SensingKind = SensingKind.DETECTORS
    advance_m: float = 60.0
    range_m: float = 150.0
    miss: float = 0.03
    false_ph: float = 0.5
    seed: int = 0
    buttons: bool = False

    def __post_init__(self) -> None:
        """Raises InputError with everything that is out of bounds."""
        problems = []
        kinds = ", ".join(SensingKind)
        try:
            object.__setattr__(self, "kind", SensingKind(self.kind))
        except ValueError:
            problems.append(Problem("sensing: kind", f"`{self.kind}`", f"one of {kinds}"))
        bounds = {
            "advance_m": (5.0, 500.0), "range_m": (20.0, 1000.0), "miss": (0.0, 0.9),
            "false_ph": (0.0, 600.0),
        }  # fmt: skip
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not low <= value <= high:
                found = Problem(f"sensing: {name}", f"{value:g}", f"{low:g} to {high:g}")
                problems.append(found)
        if self.seed < 0:
            problems.append(Problem("sensing: seed", f"{self.seed}", "a number from 0 on"))
        if problems:
            raise InputError(*problems)

    def label(self) -> str:
        """In words, shown with every result."""
        more = f"{100 * self.miss:g} % missed" + (", push buttons" if self.buttons else "")
        if self.kind is SensingKind.DETECTORS:
            return f"detectors: stop bar + advance {self.advance_m:g} m, {more}"
        if self.kind is SensingKind.RADAR:
            return f"radar: {self.range_m:g} m of every approach, stop bar counts, {more}"
        buttons = ", push buttons" if self.buttons else ""
        return f"perfect sensing (not available in the street){buttons}"


def advance_place_m(city: City, sensing: Sensing) -> NDArray[np.float64]:
    """Metres (L,) from the stop line to the advance detector of each lane.

    Where a lane is shorter than `sensing.advance_m` it lies at the lane's upstream end.
    """
    most = np.maximum(city.lane_length_m - 0.5, SHORTEST_ADVANCE_M)
    return np.minimum(sensing.advance_m, most)


@dataclass
class Raw:
    """Readings of a plant at the end of a second, without errors of sensing; arrays are used anew.

    By lane: occupied: somebody stands or has just passed at the stop bar; covered: somebody stands on
    the advance detector; left: vehicles over the stop line since the start; passed: vehicles over the
    advance detector since the start. Only for radar and perfect sensing, and only filled when asked
    for: queue: held-up vehicles; eta (L, BINS): vehicles by free-flow seconds to the stop line, BIN_S
    a bin, held-up ones not included; what lies beyond the last bin is left out.
    beyond (M,): vehicles on the lane that a movement leads to (perfect sensing only). called (P,):
    somebody waits at the kerb of a pedestrian group (filled with `look`, used with push buttons).
    """

    occupied: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    left: NDArray[np.int64]
    passed: NDArray[np.int64]
    queue: NDArray[np.float32]
    eta: NDArray[np.float32]
    beyond: NDArray[np.float32]
    called: NDArray[np.bool_]


def new_raw(city: City) -> Raw:
    """Readings of an empty city."""
    lanes, movements = len(city.lanes), city.movement_lane.size
    return Raw(
        occupied=np.zeros(lanes, np.bool_),
        covered=np.zeros(lanes, np.bool_),
        left=np.zeros(lanes, np.int64),
        passed=np.zeros(lanes, np.int64),
        queue=np.zeros(lanes, np.float32),
        eta=np.zeros((lanes, BINS), np.float32),
        beyond=np.zeros(movements, np.float32),
        called=np.zeros(city.walker_site.size, np.bool_),
    )
