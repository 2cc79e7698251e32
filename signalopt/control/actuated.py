"""Actuated control: the stages in their usual order, each as long as vehicles follow closely.

The rules are those of the handbooks (Highway Capacity Manual, chapter on actuated signals; FHWA Traffic
Signal Timing Manual, 2nd edition, chapter 6; the Russian ODM 218.6.003-2011 calls the same gap the
extension interval): a green ends when the last gap was longer than `gap_s` (gap-out) or after the
maximum green (max-out), stages without demand are left out, and without demand elsewhere the signal rests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import City
from signalopt.control.controller import Asks
from signalopt.control.knobs import Knob, check_knobs
from signalopt.control.rotation import Rotation, rotation_of
from signalopt.control.seen import Seen
from signalopt.control.stage_sums import StageSums, stage_sums


@dataclass(frozen=True, slots=True)
class Actuated:
    """Extends the greens of the fallback program's stages, in its order.

    gap_s: a gap between vehicles longer than this ends the green. max_green_s: longest steady green
    while somebody waits elsewhere, and max_share: the same as a multiple of the planned green (the
    smaller one rules; handbooks advise 1.25 to 1.5 of the fixed-time green). skip: leave out stages that
    serve vehicles only and have none. interval_s: seconds between two decisions.
    """

    interval_s: int = 1
    gap_s: float = 2.5
    max_green_s: float = 60.0
    max_share: float = 1.25
    skip: bool = True

    name: ClassVar[str] = "actuated"
    knobs: ClassVar[tuple[Knob, ...]] = (
        Knob("interval_s", 1, 120, 1, 1, "s"),
        Knob("gap_s", 0, 20, 1, 6, "s"),
        Knob("max_green_s", 1, 300, 20, 90, "s"),
        Knob("max_share", 0.1, 10, 0.8, 3),
    )

    def __post_init__(self) -> None:
        """Raises InputError for parameters out of their range."""
        check_knobs(self, self.name, self.knobs)

    def begin(self, city: City, seed: int = 0) -> ActuatedSession:
        """Start a run in a city; the rule has no chance in it, `seed` changes nothing."""
        del seed
        return ActuatedSession(self, city)


class ActuatedSession:
    """The rule at work in one city: where each site is in its rotation, and how long others wait."""

    def __init__(self, rule: Actuated, city: City) -> None:
        self.rule = rule
        self.sums: StageSums = stage_sums(city)
        self.rotation: Rotation = rotation_of(city)
        self._site = np.arange(len(city.sites))
        self._lane_site = city.lane_site.astype(np.int64)
        self._serves = city.serves
        self._position = np.zeros(len(city.sites), np.int64)
        self._opposed_s = np.zeros(len(city.sites))
        longest = np.minimum(rule.max_share * self.rotation.planned_green_s, rule.max_green_s)
        self._max_green_s = longest

    def decide(self, seen: Seen) -> Asks:
        """The wanted stage of each site (N,)."""
        stage = seen.stage.astype(np.int64)
        moved = self.rotation.order[self._site, self._position] != stage
        self._position = self.rotation.advanced(self._position, stage)
        demand = self._demand(seen, stage)
        opposed = (demand & (self.rotation.shift(self._position) > 0)).any(axis=1)
        waited = np.where(moved | seen.switching, 0.0, self._opposed_s)
        self._opposed_s = np.where(opposed, waited + self.rule.interval_s, waited)

        may = self._may(seen)
        following = self.rotation.next_position(self._position, demand & may, may)
        target = self.rotation.order[self._site, following]
        over = self._opposed_s > self._max_green_s[self._site, self._position]
        ends = (
            opposed & (self._gapped(seen, stage, target) | over) & seen.allowed[self._site, target]
        )
        must_leave = ~seen.allowed[self._site, stage]
        return np.where(ends | must_leave, target, stage).astype(np.int16)

    def _may(self, seen: Seen) -> NDArray[np.bool_]:
        """Positions of the rotation whose stage the guard would grant now, shape (N, P)."""
        return seen.allowed[self._site[:, None], self.rotation.order] & self.rotation.exists

    def _demand(self, seen: Seen, stage: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Positions of the rotation that somebody waits for; walkers are taken to be there always."""
        if not self.rule.skip:
            return self.rotation.exists
        held = ~self._serves[np.arange(seen.queue.size), stage[self._lane_site]]
        called = (held & (seen.present | (seen.queue >= 1))).astype(np.float64)
        wanted = self.sums.of_lanes(called) > 0
        called_positions = wanted[self._site[:, None], self.rotation.order]
        return (called_positions | self.rotation.for_walkers) & self.rotation.exists

    def _gapped(
        self, seen: Seen, stage: NDArray[np.int64], target: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Whether the last gap was too long on every lane whose green a switch would end."""
        lane = np.arange(seen.queue.size)
        ends = (
            self._serves[lane, stage[self._lane_site]]
            & ~self._serves[lane, target[self._lane_site]]
        )
        close = ends & (seen.gap_s <= self.rule.gap_s)
        still = np.bincount(self._lane_site[close], minlength=self._site.size)
        gapped: NDArray[np.bool_] = still == 0
        return gapped
