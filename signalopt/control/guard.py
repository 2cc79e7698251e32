"""The guard: what stands between a controller and the lamps.

A controller asks for stages; the guard alone decides what is shown. It promises that nothing it shows
breaks a rule that the fallback program keeps: conflicts, yielding, amber and red-amber, intergreens, minimum
greens, pedestrians' clearance, longest reds. The argument, in two halves:

**What must never happen cannot be put together.** Lamps show rows that were made and judged before:
steady stages, whole changes between two of them (`transitions`), seconds of the fallback program. A change
runs from a steady stage to a steady stage, second by second, and nothing stops it; a pair of stages whose
change the judge objects to does not exist. What depends on the past is checked when a change begins: it may
begin only if every green that ends in it will have had its minimum, flashing counted, and every head that
starts in it does so no earlier than the intergreen after each conflicting one that ended before.

**Nobody waits longer than the limit.** Invariant: *after every second the ordinary rotation still meets
every limit.* The rotation (the fallback's stages in its order, each with its least green) is walked
through, second by second, from the state in which an ask would leave the site; the ask is granted only if no
red becomes longer than its limit on the way. As long as minimum greens keep the rotation from going on,
holding changes nothing about it; when holding a second more would break a limit, only going on is left,
and that is the very rotation that was walked through the second before. Therefore at least one stage is
allowed in every second and the limit is kept by induction. It is taken up when a site leaves its fallback
program: it stays there until the rotation meets all limits from a steady stage of the fallback. Where the
rotation itself needs longer than a rule allows, the limit is what it needs, and `City.notes` says so.

**The fallback is joined where both show the same.** The program takes over in a second in which it steadily
shows the stage that the site shows, if every green will then have had its minimum and every red ends in
time as the program goes on. Until then the site is driven to the stages where that will be so.

Pedestrian calls: while nobody has called a pedestrian group, its red is not counted and a stage of walkers
only may be skipped. The rotation that is walked through holds that stage nevertheless, so that a call cannot
break anybody else's limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import City
from signalopt.control.guard_kernel import (
    COUNTED,
    HEAD0,
    HEADS,
    HOLD,
    LAMP,
    LAMP0,
    MAX_RED,
    WALKER,
    WANT,
    step,
)
from signalopt.control.guard_start import start
from signalopt.timing.findings import Finding, Rule, new_findings
from signalopt.timing.indications import judge_states
from signalopt.timing.safety import judge_program

__all__ = ["HOLD", "Guard", "judge_shown", "new_guard"]


@dataclass
class Guard:
    """The lamps of all sites of one run, second by second. N sites, S most stages, K lamps, P walkers.

    now_s: second of the day whose letters are shown. stage (N,): stage shown, or the one that is being
    changed to; steady_s (N,): seconds of its steady letters so far, 0 in a change; switching (N,): whether a
    change is under way; following (N,): whether the fallback program is shown. allowed (N, S): stages that
    may be asked for now, the present one meaning one more second of it. refused (N,): asks not granted.
    letters (K,): ASCII codes of SUMO's letters, site after site (first_lamp (N + 1,)); codes (K,): 0 red,
    1 amber, 2 green that yields, 3 green.
    """

    city: City
    now_s: int
    stage: NDArray[np.int16]
    steady_s: NDArray[np.int32]
    switching: NDArray[np.bool_]
    following: NDArray[np.bool_]
    allowed: NDArray[np.bool_]
    refused: NDArray[np.int64]
    letters: NDArray[np.uint8]
    codes: NDArray[np.uint8]
    first_lamp: NDArray[np.int32]
    _runs: NDArray[np.int32]
    _state: NDArray[np.int32]
    _scratch: tuple[NDArray[np.int32], NDArray[np.int32]]

    def step(self, wanted: NDArray[np.integer]) -> None:
        """Go to the next second. wanted (N,): index of a stage at each site, or HOLD."""
        t = self.city.guard_tables
        step(
            self.now_s, wanted.astype(np.int16, copy=False), t.sites, t.pairs, t.heads, t.moves,
            t.shown, t.plan_stage, t.plan_next, t.until, t.inter, t.codes, self._runs,
            self._state, *self._scratch, self.stage, self.steady_s, self.switching,
            self.following, self.allowed, self.refused, self.letters, self.codes,
        )  # fmt: skip
        self.now_s += 1

    def follow(self, mask: NDArray[np.bool_]) -> None:
        """Say which sites go by their fallback program from now on (as soon as it can take over).

        mask (N,). The others are steered, each from the next steady stage on at which all limits can be
        met. Without a word all sites follow.
        """
        self._runs[:, WANT] = mask

    def call(self, called: NDArray[np.bool_]) -> None:
        """Say which pedestrian groups somebody has called (P,); without a word all have, all the time.

        A call holds until the group's green has begun; it is the caller who keeps it.
        """
        walker = self.city.guard_tables.heads[:, WALKER]
        mine = walker >= 0
        self._state[mine, COUNTED] = called[walker[mine]]

    def state(self, site: int) -> str:
        """SUMO letters that a site shows."""
        first, last = self.first_lamp[site], self.first_lamp[site + 1]
        return self.letters[first:last].tobytes().decode("ascii")


def new_guard(city: City, *, now_s: int) -> Guard:
    """A guard for one run; it shows second `now_s` of the day of every site's fallback program."""
    t = city.guard_tables
    count, width = len(city.sites), max(len(site.stages) for site in city.sites)
    ends = np.cumsum([0, *(site.lamps for site in city.sites)]).astype(np.int32)
    most = int(t.sites[:, HEADS].max())
    begun = start(t, now_s)
    allowed = np.zeros((count, width), np.bool_)
    allowed[np.arange(count), begun.stage] = True
    return Guard(
        city, now_s, begun.stage, begun.steady_s, begun.switching, np.ones(count, np.bool_),
        allowed, np.zeros(count, np.int64), begun.letters, begun.codes, ends, begun.runs,
        begun.state, (np.zeros(most, np.int32), np.zeros(most, np.int32)),
    )  # fmt: skip


def judge_shown(
    city: City, site: int, states: Sequence[str], *, first_second: int = 0, calls: bool = False
) -> tuple[Finding, ...]:
    """What is wrong with the states shown at a site beyond its own fallback program; none is expected.

    Reds within limits that had to be raised (`City.notes`) are not held against it. calls: pedestrian
    groups were steered by calls, their reds are not judged.
    """
    place = city.sites[site]
    found = judge_states(place.layout, states, cyclic=False, first_second=first_second)
    new = new_findings(found, judge_program(place.layout, place.fallback))
    t = city.guard_tables
    first, lamp0 = t.sites[site, HEAD0], t.sites[site, LAMP0]
    limit: dict[str, int] = {}
    walkers = set()
    for head in t.heads[first : first + t.sites[site, HEADS]]:
        group = place.layout.group_of_link[int(head[LAMP] - lamp0)]
        limit[group] = max(limit.get(group, 0), int(head[MAX_RED]))
        if calls and head[WALKER] >= 0:
            walkers.add(group)

    def is_too_long(finding: Finding) -> bool:
        group = finding.subjects[0]
        return group not in walkers and (finding.found_s or 0) > limit.get(group, 0)

    return tuple(f for f in new if f.rule is not Rule.MAX_RED or is_too_long(f))
