"""The fixed plan as a controller: every site follows its fallback program for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from signalopt.control.controller import HOLD, Asks
from signalopt.control.seen import Seen

if TYPE_CHECKING:
    from signalopt.control.city import City


@dataclass(frozen=True, slots=True)
class FixedPlan:
    """Leaves every site with its program: the same lamps, second by second, as the plan itself."""

    interval_s: int = 3600

    name: ClassVar[str] = "fixed"
    follows: ClassVar[bool] = True
    """Read by the loop: every site is left with its fallback program."""

    def begin(self, city: City, seed: int = 0) -> _FixedSession:
        """Start a run."""
        del seed
        return _FixedSession(np.full(len(city.sites), HOLD, np.int16))


@dataclass(frozen=True, slots=True)
class _FixedSession:
    asks: Asks

    def decide(self, seen: Seen) -> Asks:
        """Nothing is asked for."""
        del seen
        return self.asks
