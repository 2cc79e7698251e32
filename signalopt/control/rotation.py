"""The stage order of the fallback programs, as arrays: who comes next at each site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import City, Site
from signalopt.timing.plan import StageTiming
from signalopt.timing.signals import GroupKind


@dataclass(frozen=True)
class Rotation:
    """Positions of the fallback programs' stages; P is the longest program, padded positions do not exist.

    order (N, P): index of the stage among its site's; count (N,): positions; exists (N, P);
    planned_green_s (N, P); for_walkers (N, P): the stage has a pedestrian group.
    """

    order: NDArray[np.int64]
    count: NDArray[np.int64]
    exists: NDArray[np.bool_]
    planned_green_s: NDArray[np.float64]
    for_walkers: NDArray[np.bool_]

    def shift(self, position: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many places each position comes after the present ones (N,), shape (N, P)."""
        places = np.arange(self.order.shape[1])
        ahead: NDArray[np.int64] = (places - position[:, None]) % self.count[:, None]
        return ahead

    def advanced(self, position: NDArray[np.int64], stage: NDArray[np.int64]) -> NDArray[np.int64]:
        """The nearest position from the present ones on that shows `stage`; else they stay."""
        ahead = np.where(self.exists & (self.order == stage[:, None]), self.shift(position), _FAR)
        nearest: NDArray[np.int64] = np.argmin(ahead, axis=1)
        found = ahead.min(axis=1) < _FAR
        return np.where(found, nearest, position)

    def next_position(
        self, position: NDArray[np.int64], *choices: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """The first position after the present ones in the first of `choices` (N, P) that has any.

        Where none has, the very next position.
        """
        ahead = self.shift(position)
        ahead = np.where(self.exists & (ahead > 0), ahead, _FAR)
        found: NDArray[np.int64] = np.argmin(ahead, axis=1)
        for choice in reversed(choices):
            chosen = np.where(choice, ahead, _FAR)
            found = np.where(chosen.min(axis=1) < _FAR, np.argmin(chosen, axis=1), found)
        return found


_FAR = np.iinfo(np.int64).max


def rotation_of(city: City) -> Rotation:
    """Read the fallback programs of a city."""
    longest = max(len(site.fallback.stages) for site in city.sites)
    shape = (len(city.sites), longest)
    order = np.zeros(shape, np.int64)
    exists = np.zeros(shape, np.bool_)
    green = np.zeros(shape)
    walkers = np.zeros(shape, np.bool_)
    for row, site in enumerate(city.sites):
        for place, timing in enumerate(site.fallback.stages):
            order[row, place] = _index(site, timing)
            exists[row, place] = True
            green[row, place] = timing.green_s
            walkers[row, place] = _has_walkers(site, timing.groups)
    return Rotation(order, exists.sum(axis=1), exists, green, walkers)


def _index(site: Site, timing: StageTiming) -> int:
    known = [(stage.stage, stage.groups) for stage in site.stages]
    return known.index((timing.stage, timing.groups))


def _has_walkers(site: Site, groups: tuple[str, ...]) -> bool:
    return any(site.layout.group[g].kind is GroupKind.PEDESTRIAN for g in groups)
