"""What the lamps of a run showed, second by second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from signalopt.control.city import City
    from signalopt.control.guard import Guard

_ROOM_S = 1800


class Record:
    """Letters of all lamps, one row a second; it grows as the run goes on."""

    def __init__(self, city: City) -> None:
        """An empty record."""
        self._first = np.cumsum([0, *(site.lamps for site in city.sites)])
        self._rows = np.zeros((_ROOM_S, int(self._first[-1])), np.uint8)
        self.seconds = 0

    def keep(self, guard: Guard) -> None:
        """Note what the guard shows now."""
        if self.seconds == self._rows.shape[0]:
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[self.seconds] = guard.letters
        self.seconds += 1

    @property
    def letters(self) -> NDArray[np.uint8]:
        """ASCII codes of SUMO's letters (seconds, lamps), site after site."""
        return self._rows[: self.seconds]

    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The states of each site second by second."""
        found = []
        for first, last in zip(self._first[:-1], self._first[1:], strict=True):
            text = np.ascontiguousarray(self.letters[:, first:last]).tobytes().decode("ascii")
            width = int(last - first)
            found.append(tuple(text[at : at + width] for at in range(0, len(text), width)))
        return tuple(found)
