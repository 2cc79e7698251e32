"""A plan that moves in small steps: the clock of one intersection, and what its greens must keep.

Greens only ever go from stage to stage, so that the cycle stays; every set of greens keeps the minimum greens
and longest reds of timing.bounds, or what the plan itself had where that is less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from signalopt.control.site import Site
from signalopt.optimize.variables import make_site
from signalopt.timing.signals import Stage

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class MovingPlan:
    """The plan of one intersection at work. P positions in its stage order.

    stages (P,): index of the stage among the site's; greens_s (P,): steady greens of a usual cycle;
    between_s (P,): seconds of the change after each. begun_s: second in which the present cycle began, with
    the green of the first position; present_s (P,): greens of this cycle, in which an offset may move.
    """

    def __init__(self, site: Site, now_s: int) -> None:
        """The fallback program of a site, on its own clock."""
        program = site.fallback
        known = [(stage.stage, stage.groups) for stage in site.stages]
        at = [known.index((timing.stage, timing.groups)) for timing in program.stages]
        self.stages: Ints = np.array(at, np.int64)
        self.greens_s: Ints = np.array([timing.green_s for timing in program.stages], np.int64)
        following = [*at[1:], at[0]]
        self.between_s: Ints = np.array(
            [len(site.changes[pair]) for pair in zip(at, following, strict=True)], np.int64
        )
        self.planned_s = self.greens_s.copy()
        self.cycle_s = int(self.greens_s.sum() + self.between_s.sum())
        self.needs, self.least_s = _bounds(site, self.greens_s, self.cycle_s)
        self.begun_s = now_s - (now_s - program.offset_s) % self.cycle_s
        self.present_s = self.greens_s.copy()

    @property
    def offset_s(self) -> int:
        """Second of the clock, modulo the cycle, at which cycles begin."""
        return self.begun_s % self.cycle_s

    @property
    def present_cycle_s(self) -> int:
        """Length of the cycle under way: the cycle, but for a step of the offset."""
        return int(self.present_s.sum() + self.between_s.sum())

    def wanted(self, now_s: int) -> int:
        """The stage to ask for in a second of the present cycle: the one that is green or comes next."""
        into = now_s - self.begun_s
        ends = np.cumsum(self.present_s + self.between_s) - self.between_s
        position = int(np.searchsorted(ends, into, side="right"))
        return int(self.stages[position % self.stages.size])

    def next_cycle(self, now_s: int) -> bool:
        """Go on to the cycle that a second belongs to; whether that is a new one."""
        if now_s < self.begun_s + self.present_cycle_s:
            return False
        self.begun_s += self.present_cycle_s
        self.begun_s += (now_s - self.begun_s) // self.cycle_s * self.cycle_s
        self.present_s = self.greens_s.copy()
        return True

    def keeps(self, greens_s: Ints) -> bool:
        """Whether greens (P,) keep all bounds."""
        return bool((self.needs @ greens_s >= self.least_s).all())

    def set_greens(self, greens_s: Ints) -> None:
        """Take over greens at the begin of a cycle. Raises ValueError where they break a bound."""
        if greens_s.sum() != self.greens_s.sum() or not self.keeps(greens_s):
            raise ValueError(f"greens {greens_s.tolist()} do not fit the cycle and its bounds")
        self.greens_s = greens_s
        self.present_s = greens_s.copy()

    def move_offset(self, shift_s: int) -> bool:
        """Let the next cycles begin so much later; False where no green can give the time.

        The stage with most to spare is so much longer or shorter in this one cycle.
        """
        for position in np.argsort(-self._spare_s(), kind="stable"):
            greens = self.greens_s.copy()
            greens[position] += shift_s
            if self.keeps(greens):
                self.present_s = greens
                return True
        return False

    def _spare_s(self) -> Floats:
        """How much each position (P,) could lose."""
        spare = self.needs @ self.greens_s - self.least_s
        rows = np.where(self.needs > 0, spare[:, None], np.inf)
        found: Floats = rows.min(axis=0)
        return found


def _bounds(site: Site, greens_s: Ints, cycle_s: int) -> tuple[Floats, Floats]:
    """Bounds as rows: needs (B, P) of 0 and 1, with needs @ greens >= least (B,)."""
    timings = site.fallback.stages
    order: Sequence[Stage] = [Stage(timing.stage, timing.groups) for timing in timings]
    layout = replace(site.layout, min_cycle_s=cycle_s, max_cycle_s=cycle_s)
    constraints = make_site(layout, [order]).orders[0].constraints_at(cycle_s)
    needs = np.zeros((len(constraints), len(timings)))
    for row, constraint in enumerate(constraints):
        needs[row, list(constraint.stages)] = 1.0
    least = np.array([constraint.least_s for constraint in constraints], np.float64)
    return needs, np.minimum(least, needs @ greens_s)
