"""Detector readings by hand, second by second, into an estimate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from signalopt.control.city import City
from signalopt.control.estimate import Estimate
from signalopt.control.faults import Faults
from signalopt.control.guard import Guard, new_guard
from signalopt.control.seen import Seen, new_seen
from signalopt.control.sensing import Raw, Sensing, new_raw
from tests.control.hand_city import LANES

NOBODY: Mapping[str, int] = {}
SURE = Sensing(miss=0.0, false_ph=0.0)


@dataclass
class Feed:
    """A city of hand-made readings; lanes as in hand_city, `1:N` is N of site 1."""

    city: City
    sensing: Sensing = SURE
    faults: Faults = field(default_factory=Faults)
    seed: int = 0

    def __post_init__(self) -> None:
        self.raw: Raw = new_raw(self.city)
        self.guard: Guard = new_guard(self.city, now_s=0)
        self.guard.codes[:] = 0
        self.estimate = Estimate(self.city, self.sensing, self.faults, self.seed)
        self.seen: Seen = new_seen(self.city)

    def lane(self, name: str) -> int:
        site, _, own = name.rpartition(":")
        return int(site or 0) * len(LANES) + LANES.index(own)

    def light(self, *names: str, code: int = 3) -> None:
        """These lanes have green from now on, all others red."""
        self.guard.codes[:] = 0
        for name in names:
            for m in np.flatnonzero(self.city.movement_lane == self.lane(name)):
                site = self.city.movement_site[m]
                self.guard.codes[self.guard.first_lamp[site] + self.city.movement_link[m]] = code

    def run(
        self,
        seconds: int,
        come: Mapping[str, int] = NOBODY,
        go: Mapping[str, int] = NOBODY,
        on: Collection[str] = (),
        covered: Collection[str] = (),
    ) -> Seen:
        """In each of these seconds so many come over the advance detector and go over the stop line."""
        for _ in range(seconds):
            for name, number in come.items():
                self.raw.passed[self.lane(name)] += number
            self.raw.occupied[:] = False
            self.raw.covered[:] = False
            for name, number in go.items():
                self.raw.left[self.lane(name)] += number
                self.raw.occupied[self.lane(name)] = number > 0
            for name in on:
                self.raw.occupied[self.lane(name)] = True
            for name in covered:
                self.raw.covered[self.lane(name)] = True
            self.estimate.update(self.raw, self.guard)
        self.estimate.tell(self.seen, self.raw, self.guard)
        return self.seen


def one_approach(city: City) -> City:
    """The city with the lanes N, S and E, W of each site on one approach, half of its vehicles each."""
    names = {"N": "a_0", "S": "a_1", "E": "b_0", "W": "b_1", "N-left": "c_0", "S-left": "d_0"}
    lanes = tuple(
        f"{site.id}.{names[name]}" for site in city.sites for name in LANES
    )  # fmt: skip
    share = np.array([0.5 if name in ("N", "S", "E", "W") else 1.0 for name in LANES])
    return replace(city, lanes=lanes, lane_share=np.tile(share, len(city.sites)))
