"""How long greens and reds last over a change of programs, for all positions of both cycles at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.timing.plan import AnyProgram, IntersectionPlan
from signalopt.timing.program import cycle_states, intervals
from signalopt.timing.signals import GREEN, SignalLayout

_FOREVER_S = 10**6
_RED = frozenset("ryu")
Seconds = NDArray[np.int64]


@dataclass(frozen=True)
class CycleLamps:
    """One program's cycle: states, the stage in whose steady green each second lies, and runs of links.

    since_s, until_s: seconds that a link has been in its class (green; red with amber and red-amber) before
    a second of the cycle, and will be from it on; shape (cycle, links). is_green, is_red: same shape.
    """

    states: tuple[str, ...]
    stages: tuple[str | None, ...]
    is_green: NDArray[np.bool_]
    is_red: NDArray[np.bool_]
    since_s: Seconds
    until_s: Seconds

    @property
    def cycle_s(self) -> int:
        """Length of the cycle."""
        return len(self.states)

    def is_steady(self, position_s: int, stage: str | None, state: str) -> bool:
        """Whether a position of the cycle lies in the steady green of a stage and shows a state."""
        at = position_s % self.cycle_s
        return self.stages[at] == stage and self.states[at] == state

    def run_around(self, position_s: int) -> tuple[int, int]:
        """The run of equal states around a position: [start, end), cut by the ends of the cycle."""
        start = end = position_s
        while start > 0 and self.states[start - 1] == self.states[position_s]:
            start -= 1
        while end < self.cycle_s and self.states[end] == self.states[position_s]:
            end += 1
        return start, end

    def may_leave(self, joined_s: int, held_s: int) -> tuple[int, int]:
        """Positions [first, end) that can be one switching point (GSP) for coming and for going.

        The program was joined at `joined_s` after a hold of `held_s` seconds. A controller that holds a green
        until the point has come must not find it passed already when the hold begins.
        """
        start, end = self.run_around(joined_s)
        begun_s = joined_s - held_s
        return max(start, begun_s), end


@dataclass(frozen=True)
class Bounds:
    """Least green and longest red of each link that a change of programs may bring, in seconds.

    The layout's own, unless one of the two programs breaks them already: a change adds nothing to that.
    """

    least_green_s: Seconds
    longest_red_s: Seconds

    def keeps(
        self, old: CycleLamps, old_at: int, new: CycleLamps, new_at: int, held_s: int
    ) -> bool:
        """Whether every run that lasts over the change keeps the bounds."""
        total = old.since_s[old_at] + held_s + new.until_s[new_at]
        green, red = new.is_green[new_at], new.is_red[new_at]
        return bool(
            np.all(total[green] >= self.least_green_s[green])
            and np.all(total[red] <= self.longest_red_s[red])
        )

    def most_held_s(self, lamps: CycleLamps, at: int) -> int:
        """How long a program may be held at a position of its cycle without too long a red."""
        red = lamps.is_red[at]
        spare = self.longest_red_s - lamps.since_s[at] - lamps.until_s[at]
        return int(spare[red].min()) if red.any() else _FOREVER_S


def cycle_lamps(layout: SignalLayout, program: AnyProgram) -> CycleLamps | None:
    """A program's cycle; None for fractional seconds, of which nothing can be told second by second."""
    if not is_whole(program):
        return None
    states = cycle_states(layout, program)
    classes = np.array([[_class(letter) for letter in state] for state in states])
    since, until = _runs(classes), _runs(classes[::-1])[::-1] + 1
    until[until > _FOREVER_S] = _FOREVER_S
    stages = _steady(layout, program, states)
    return CycleLamps(states, stages, classes == 0, classes == 1, since, until)


def bounds(layout: SignalLayout, programs: Sequence[CycleLamps]) -> Bounds:
    """What runs over a change between these programs must keep."""
    green = np.zeros(layout.link_count, dtype=np.int64)
    red = np.full(layout.link_count, _FOREVER_S, dtype=np.int64)
    for group in layout.groups:
        green[list(group.links)] = group.min_green_s
        red[list(group.links)] = group.max_red_s
    for lamps in programs:
        lengths = lamps.since_s + lamps.until_s
        green = np.minimum(green, np.where(lamps.is_green, lengths, _FOREVER_S).min(axis=0))
        own_red = np.where(lamps.is_red & (lengths < _FOREVER_S), lengths, 0).max(axis=0)
        red = np.maximum(red, own_red)
    return Bounds(green, red)


def is_whole(program: AnyProgram) -> bool:
    """Whether a program has whole seconds only."""
    return isinstance(program, IntersectionPlan) or all(
        value % 1 == 0 for value in (program.offset_s, *(p.duration_s for p in program.phases))
    )


def position_s(program: AnyProgram, cycle_s: int, second: int) -> int:
    """Second of the cycle of a program of whole seconds at a second of its clock."""
    return (second - round(program.offset_s)) % cycle_s


def _class(letter: str) -> int:
    return 0 if letter in GREEN else 1 if letter in _RED else 2


def _runs(classes: NDArray[np.int64]) -> Seconds:
    """Seconds since the class of each link last changed, cyclic; _FOREVER_S where it never does."""
    cycle_s, links = classes.shape
    same = classes == np.roll(classes, 1, axis=0)
    found = np.zeros((cycle_s, links), dtype=np.int64)
    run = np.zeros(links, dtype=np.int64)
    for turn in range(2):  # the first turn only brings runs over the end of the cycle up to date
        for second in range(cycle_s):
            run = np.where(same[second], run + 1, 0)
            if turn:
                found[second] = run
    found[:, same.all(axis=0)] = _FOREVER_S
    return found


def _steady(
    layout: SignalLayout, program: AnyProgram, states: Sequence[str]
) -> tuple[str | None, ...]:
    """Stage in whose steady green each second of the cycle lies; None between stages.

    In a program without stages every state with a green and no amber is one of its own.
    """
    if isinstance(program, IntersectionPlan):
        stages: list[str | None] = []
        for part in intervals(layout, program):
            stages += [None if part.is_interstage else part.stage] * (part.end_s - part.start_s)
        return tuple(stages)
    return tuple(s if GREEN & set(s) and not {"y", "u"} & set(s) else None for s in states)
