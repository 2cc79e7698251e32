"""Max-pressure: the stage that moves most vehicles from full lanes to empty ones.

Source of the rule: P. Varaiya, "Max pressure control of a network of signalized intersections",
Transportation Research Part C 36, 2013: the pressure of a stage is the sum over its movements (l, m) of
c(l, m) * (x(l, m) - sum over p of r(m, p) x(m, p)), with saturation flow c, queue x and turning shares r.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from signalopt.control.choice import Choice
from signalopt.control.city import City
from signalopt.control.controller import Asks
from signalopt.control.knobs import INTERVAL, PAY, YIELDING, Knob, check_knobs
from signalopt.control.seen import BIN_S, BINS, Seen
from signalopt.control.stage_sums import stage_sums


@dataclass(frozen=True, slots=True)
class MaxPressure:
    """Asks for the stage of highest pressure.

    interval_s: seconds between two decisions. beyond: weight of the queue at the next signal that a
    movement leads to (1: Varaiya's rule; none where the next signal is too far or not steered).
    ahead_s: vehicles due within so many seconds count as queued (0: Varaiya's). yielding_share:
    saturation flow of a green that gives way while another stage gives priority, as a share of the full
    one. pay: how much of what the present stage could let go in the lost time of a switch the other stage
    must have more.
    """

    interval_s: int = 5
    beyond: float = 0.5
    ahead_s: float = 8.0
    yielding_share: float = 1.0
    pay: float = 1.0

    name: ClassVar[str] = "max-pressure"
    knobs: ClassVar[tuple[Knob, ...]] = (
        INTERVAL,
        Knob("beyond", 0, 2, 0, 1),
        Knob("ahead_s", 0, BINS * BIN_S, 0, 30, "s"),
        YIELDING,
        PAY,
    )

    def __post_init__(self) -> None:
        """Raises InputError for parameters out of their range."""
        check_knobs(self, self.name, self.knobs)

    def begin(self, city: City, seed: int = 0) -> MaxPressureSession:
        """Start a run in a city; the rule has no chance in it, `seed` changes nothing."""
        del seed
        return MaxPressureSession(self, city)


class MaxPressureSession:
    """The rule at work in one run."""

    def __init__(self, rule: MaxPressure, city: City) -> None:
        self._rule, self._sums = rule, stage_sums(city)
        self._choice = Choice(self._sums, city.lane_site, rule.pay)
        self._bins = round(rule.ahead_s / BIN_S)
        self._onward = city.movement_next.astype(np.int64)

    def decide(self, seen: Seen) -> Asks:
        """The wanted stage of each site (N,)."""
        rule, sums = self._rule, self._sums
        before = seen.queue + seen.coming[:, : self._bins].sum(axis=1)
        after = np.where(self._onward >= 0, seen.queue[self._onward], 0.0)
        # A lane with several movements shares its vehicles among them, and what lies beyond as well:
        # a next approach as full as this one gives no pressure.
        pressure = (before[sums.movement_lane] - rule.beyond * after) * sums.movement_share
        return self._choice.best(seen, sums.of_movements(pressure, rule.yielding_share))
