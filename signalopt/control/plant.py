"""What is controlled: a simulated city that runs second by second under a guard's lamps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from signalopt.control.sensing import Raw

if TYPE_CHECKING:
    from signalopt.control.city import City
    from signalopt.control.guard import Guard


class Plant(Protocol):
    """A running city."""

    @property
    def city(self) -> City:
        """What is controlled in it."""
        ...

    @property
    def now_s(self) -> int:
        """Seconds since case.depart_begin_s."""
        ...

    @property
    def finished(self) -> bool:
        """Whether everybody has arrived, or the hard stop is reached."""
        ...

    def advance(self, guard: Guard) -> None:
        """Run one second under the lamps that the guard shows now."""
        ...

    def read(self, look: bool) -> Raw:
        """Readings at the end of the last second, in arrays that are used anew.

        look: also those that only radar and perfect sensing have (the expensive part).
        """
        ...
