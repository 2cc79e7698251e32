"""What every controller is: it sees approaches and asks for stages; the guard decides what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from signalopt.control.seen import Seen

if TYPE_CHECKING:
    from signalopt.control.city import City

HOLD = -1
"""Ask of a site whose stage shall stay."""

Asks = NDArray[np.int16]
"""(N,): the wanted stage of every site, or HOLD."""


class Session(Protocol):
    """A controller at work in one run."""

    def decide(self, seen: Seen) -> Asks:
        """The stage wanted at every site; asks of sites that follow their fallback are ignored.

        `seen` and its arrays are only valid during the call.
        """
        ...


class Controller(Protocol):
    """A controller with its parameters: a frozen dataclass, so that it can be sent to a child."""

    @property
    def name(self) -> str:
        """Short name, as in results."""
        ...

    @property
    def interval_s(self) -> int:
        """It is asked every so many seconds."""
        ...

    def begin(self, city: City, seed: int = 0) -> Session:
        """Start a run."""
        ...
