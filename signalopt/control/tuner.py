"""The tuner: a plan of its own at every intersection, moved by a few seconds every few cycles.

The idea is that of SCOOT (P. B. Hunt, D. I. Robertson, R. D. Bretherton, R. I. Winton, *SCOOT: a traffic
responsive method of coordinating signals*, TRRL Laboratory Report 1014, 1981): small steps of splits, by the
queues that greens leave, and of offsets, by who arrives on red, so that the plan stays one that drivers and
engineers know. The cycle stays as it is. The rules are our own: SCOOT's detectors lie far upstream.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import City
from signalopt.control.controller import Asks
from signalopt.control.knobs import Knob, check_knobs
from signalopt.control.seen import BIN_S, Seen
from signalopt.control.tuner_offsets import Arrivals
from signalopt.control.tuner_splits import LaneCounts, step_greens
from signalopt.control.tuner_timing import MovingPlan


@dataclass(frozen=True, slots=True)
class Tuner:
    """Follows the fallback program and moves its splits and offset in small steps.

    every_cycles: cycles between two steps of an intersection. split_step_s, offset_step_s: most seconds of
    one step (0: never moved). reach_s: no green gets further than this from the plan's. worth: share of the
    intersection's delay that a step of splits must save, and of the wait of arrivals for a step of offsets.
    memory: weight of what was known before against the latest cycle.
    """

    every_cycles: int = 1
    split_step_s: int = 4
    offset_step_s: int = 4
    reach_s: int = 30
    worth: float = 0.02
    memory: float = 0.5

    name: ClassVar[str] = "tuner"
    interval_s: ClassVar[int] = 1
    knobs: ClassVar[tuple[Knob, ...]] = (
        Knob("every_cycles", 1, 20, 1, 4),
        Knob("split_step_s", 0, 10, 1, 6, "s"),
        Knob("offset_step_s", 0, 10, 0, 6, "s"),
        Knob("reach_s", 0, 120, 5, 50, "s"),
        Knob("worth", 0, 1, 0, 0.1),
        Knob("memory", 0, 0.99, 0, 0.9),
    )

    def __post_init__(self) -> None:
        """Raises InputError for parameters out of their range."""
        check_knobs(self, self.name, self.knobs)

    def begin(self, city: City, seed: int = 0) -> TunerSession:
        """Start a run in a city; there is no chance in it, `seed` changes nothing."""
        del seed
        return TunerSession(self, city)


class TunerSession:
    """The tuner at work in one run. `plans`: those of the sites, empty before the first second."""

    def __init__(self, rule: Tuner, city: City) -> None:
        self._rule, self._city = rule, city
        self._counts = LaneCounts(city)
        self._arrivals: Arrivals | None = None
        self._cycles = np.zeros(len(city.sites), np.int64)
        self._lane_site = city.lane_site
        self.plans: tuple[MovingPlan, ...] = ()

    def decide(self, seen: Seen) -> Asks:
        """The stage that each site's plan shows in the second to come (N,)."""
        if not self.plans:
            self.plans = tuple(MovingPlan(site, seen.now_s) for site in self._city.sites)
            self._arrivals = Arrivals(self._city, self.plans)
        assert self._arrivals is not None
        self._counts.note(seen)
        self._arrivals.note(seen.now_s, seen.coming[:, 0] / BIN_S)
        asks = np.empty(len(self.plans), np.int16)
        for number, plan in enumerate(self.plans):
            if plan.next_cycle(seen.now_s):
                self._tune(number, plan, usable=self._usable(number, seen))
            asks[number] = plan.wanted(seen.now_s)
        return asks

    def _usable(self, site: int, seen: Seen) -> bool:
        """Whether a cycle that ends now tells how the plan does."""
        mine: NDArray[np.bool_] = self._lane_site == site
        return not seen.following[site] and bool(seen.healthy[mine].all())

    def _tune(self, site: int, plan: MovingPlan, *, usable: bool) -> None:
        """What is done between two cycles of a site."""
        rule, arrivals = self._rule, self._arrivals
        assert arrivals is not None
        demand = self._counts.close(site, rule.memory)
        arrivals.close(site, rule.memory)
        if not usable:
            return
        self._cycles[site] += 1
        if self._cycles[site] % rule.every_cycles:
            return
        stages = plan.stages
        lanes = self._counts.lanes[site]
        serves = self._city.serves[lanes][:, stages]
        greens = step_greens(plan, serves, demand, rule.split_step_s, rule.reach_s, rule.worth)
        plan.set_greens(greens)
        # Neighbours take turns: two that move towards each other at once would both be wrong.
        if (self._cycles[site] // rule.every_cycles + site) % 2 == 0:
            shift = arrivals.best_shift(site, rule.offset_step_s, rule.worth)
            if shift:
                plan.move_offset(shift)
