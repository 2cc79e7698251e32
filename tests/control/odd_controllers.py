"""Controllers that misbehave, in a module of their own so that a child can import them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from signalopt.control.city import City
from signalopt.control.controller import HOLD, Asks
from signalopt.control.seen import Seen


@dataclass(frozen=True)
class Odd:
    """Does `does` when it is asked for the third time with seed `seed`; holds for ever otherwise."""

    does: str = "nothing"
    seed: int = 2
    interval_s: int = 5
    name: ClassVar[str] = "odd"

    def begin(self, city: City, seed: int = 0) -> OddSession:
        if self.does == "begin":
            raise OSError("no weights here")
        return OddSession(self.does if seed == self.seed else "nothing", len(city.sites))


@dataclass
class OddSession:
    does: str
    sites: int
    asked: int = 0

    def decide(self, seen: Seen) -> Asks:
        self.asked += 1
        asks = np.full(self.sites, HOLD, np.int16)
        if self.asked < 3:
            return asks
        if self.does == "raise":
            raise ZeroDivisionError("no flow\nat all")
        if self.does == "hang":
            time.sleep(600)
        return asks[:-1] if self.does == "short" else asks


@dataclass(frozen=True)
class Wild:
    """Asks for random stages, allowed or not, every second."""

    interval_s: int = 1
    name: ClassVar[str] = "wild"

    def begin(self, city: City, seed: int = 0) -> WildSession:
        return WildSession(city, np.random.default_rng(seed))


@dataclass
class WildSession:
    city: City
    dice: np.random.Generator

    def decide(self, seen: Seen) -> Asks:
        return self.dice.integers(-1, self.city.stage_count.max() + 1, len(self.city.sites)).astype(
            np.int16
        )
