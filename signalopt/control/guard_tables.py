"""What the guard knows of all sites, as tables that its kernel reads; made once for all runs.

A *head* is the links of one signal group that are green in the same seconds of everything that the site can
show: minimum greens, reds and intergreens are kept head by head. In tables of changes, index 0 is the
first second of the change and index T (its length) the first second of the new stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from signalopt.control.guard_heads import Head, heads_of, intergreens, plan_runs
from signalopt.control.guard_kernel import NEVER
from signalopt.control.guard_limits import Limits, limits_of
from signalopt.control.site import Site
from signalopt.mesosim.lamps import CODE
from signalopt.timing.signals import GroupKind


class GuardTables(NamedTuple):
    """Tables of all sites: columns as named in `guard_kernel`; N sites, S most stages, H heads.

    sites (N, ...). pairs (N * S * S, ...): where the letters of a change stand in `shown` (-1: never shown)
    and its seconds; on the diagonal the row of the steady stage. heads (H, ...): representative lamp,
    pedestrian group (-1: none), limits while driven and for joining the fallback. moves (H * S * S, ...):
    first and last second of a change in which the head turns (-1: it does not), seconds after the change
    before which it may not start because of those that ended in it, whether it is green before and after.
    shown: ASCII letters. plan_stage, plan_next: by second of the fallback, the stage shown steadily (-1:
    none) and the one shown or coming. until, age (cycle * heads of each site): seconds, this one counted,
    that the head goes on, and has gone on, as it is. inter: least intergreens from head to head.
    codes: lamp code of each ASCII letter.
    """

    sites: NDArray[np.int32]
    pairs: NDArray[np.int32]
    heads: NDArray[np.int32]
    moves: NDArray[np.int16]
    shown: NDArray[np.uint8]
    plan_stage: NDArray[np.int32]
    plan_next: NDArray[np.int32]
    until: NDArray[np.int32]
    age: NDArray[np.int32]
    inter: NDArray[np.int32]
    codes: NDArray[np.uint8]
    notes: tuple[str, ...]


def guard_tables(sites: Sequence[Site]) -> GuardTables:
    """Tables of these sites."""
    width = max(len(site.stages) for site in sites)
    book = _Book()
    for site in sites:
        book.add(site, width)
    flat = {name: np.concatenate(arrays) for name, arrays in book.flat.items()}
    return GuardTables(
        np.array(book.sites, np.int32),
        np.array(book.pairs, np.int32),
        np.array(book.heads, np.int32),
        np.array(book.moves, np.int16),
        np.frombuffer("".join(book.shown).encode("ascii"), np.uint8).copy(),
        **flat,
        codes=CODE.copy(),
        notes=tuple(book.notes),
    )


_FLAT = ("plan_stage", "plan_next", "until", "age", "inter")


@dataclass
class _Book:
    """Rows of the tables, site by site."""

    sites: list[tuple[int, ...]] = field(default_factory=list)
    pairs: list[tuple[int, ...]] = field(default_factory=list)
    heads: list[tuple[int, ...]] = field(default_factory=list)
    moves: list[tuple[int, ...]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    letters: int = 0
    lamps: int = 0
    walkers: int = 0
    flat: dict[str, list[NDArray[np.int32]]] = field(
        default_factory=lambda: {name: [] for name in _FLAT}
    )
    notes: list[str] = field(default_factory=list)

    def add(self, site: Site, width: int) -> None:
        """Write down one more site."""
        heads = heads_of(site)
        limits = limits_of(site, heads)
        until, age = plan_runs(heads)
        self.notes += [f"{site.id}: {note}" for note in limits.notes]
        plan_at = self._write(site.fallback_states)
        place = {name: sum(a.size for a in self.flat[name]) for name in _FLAT}
        self.sites.append((
            self.lamps, site.lamps, len(self.heads), len(heads), len(site.stages), site.rotation,
            limits.laps, len(site.fallback_states), site.fallback.offset_s, place["plan_stage"],
            plan_at, place["until"], place["inter"], _walkers_only(site),
            _patience_s(site, limits, until, heads),
        ))  # fmt: skip
        steady = [self._write([state]) for state in site.steady]
        for a in range(width):
            for b in range(width):
                states = site.changes.get((a, b))
                at, seconds = (-1, 0) if states is None else (self._write(states), len(states))
                self.pairs.append((at, seconds, steady[a] if a == b < len(steady) else -1))
        self._add_heads(site, heads, limits, until, width)
        new = (
            np.array(site.fallback_stages), _coming(site.fallback_stages), until, age,
            intergreens(site, heads),
        )  # fmt: skip
        for name, array in zip(_FLAT, new, strict=True):
            self.flat[name].append(array.ravel().astype(np.int32))
        self.lamps += site.lamps

    def _write(self, states: Sequence[str]) -> int:
        """Write down states; where they begin."""
        at = self.letters
        self.shown += states
        self.letters += sum(map(len, states))
        return at

    def _add_heads(
        self,
        site: Site,
        heads: Sequence[Head],
        limits: Limits,
        until: NDArray[np.int32],
        width: int,
    ) -> None:
        walkers = [g.id for g in site.layout.groups if g.kind is GroupKind.PEDESTRIAN]
        least = intergreens(site, heads)
        for h, head in enumerate(heads):
            group = head.group
            walker = self.walkers + walkers.index(group.id) if group.id in walkers else -1
            green, red = _plan_bounds(head, until[:, h])
            self.heads.append((
                self.lamps + head.link, walker, group.min_green_s, limits.max_red_s[h],
                min(group.min_green_s, green), max(limits.max_red_s[h], red),
            ))  # fmt: skip
            for a in range(width):
                for b in range(width):
                    turn = head.turns.get((a, b))
                    if turn is None:
                        self.moves.append((-1, -1, 0, 0, 0))
                        continue
                    linger = _linger(site, heads, least[:, h], (a, b))
                    self.moves.append(
                        (turn.first, turn.last, linger, int(turn.green), int(turn.after))
                    )
        self.walkers += len(walkers)


def _linger(
    site: Site, heads: Sequence[Head], least: NDArray[np.int32], change: tuple[int, int]
) -> int:
    """Seconds after a change before which a head may not start, because of those that ended in it."""
    seconds, found = len(site.changes[change]), 0
    for other, needed in zip(heads, least, strict=True):
        turn = other.turns[change]
        if turn.last >= 0 and not turn.after:
            found = max(found, turn.last - seconds + int(needed))
    return found


def _plan_bounds(head: Head, until: NDArray[np.int32]) -> tuple[int, int]:
    """Shortest green and longest red of the fallback program (NEVER and 0 where there is none)."""
    begins = [n for n in range(len(head.plan)) if head.plan[n] != head.plan[n - 1]]
    green = [int(until[n]) for n in begins if head.plan[n]]
    red = [int(until[n]) for n in begins if not head.plan[n]]
    return min(green, default=NEVER), max(red, default=0)


def _coming(stages: Sequence[int]) -> NDArray[np.int32]:
    """The stage that is shown, or else the next one that will be, by second of the cycle."""
    count = len(stages)
    return np.array(
        [
            next(stages[(n + m) % count] for m in range(count) if stages[(n + m) % count] >= 0)
            for n in range(count)
        ],
        np.int32,
    )


def _patience_s(site: Site, limits: Limits, until: NDArray[np.int32], heads: Sequence[Head]) -> int:
    """How long a site that goes back to its program waits for it in a stage: as long as it may (NEVER),
    where longer reds let it come round more slowly than its program by more than its least cycle lets it
    come round faster; else by as much as it comes round faster, and goes on if the program is farther.
    """
    faster = len(site.fallback_states) - limits.least_cycle_s
    slower = min(
        limits.max_red_s[h] - _plan_bounds(head, until[:, h])[1] for h, head in enumerate(heads)
    )
    return NEVER if slower >= faster else faster


def _walkers_only(site: Site) -> int:
    """Stages in which nobody but pedestrians moves, one bit each."""
    return sum(
        1 << n
        for n, stage in enumerate(site.stages[:31])
        if stage.groups
        and all(site.layout.group[g].kind is GroupKind.PEDESTRIAN for g in stage.groups)
    )
