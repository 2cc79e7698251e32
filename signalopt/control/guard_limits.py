"""How long reds may last at a site: the rule, or what its least ordinary rotation needs if that is more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signalopt.control.guard_heads import Head, intergreens
from signalopt.control.guard_kernel import NEVER
from signalopt.control.site import Site

SETTLED = 3
"""Rotations after which every green and red that the first stages began with is over."""


@dataclass(frozen=True, slots=True)
class Limits:
    """max_red_s: by head, NEVER for heads that the ordinary rotation does not serve. laps: rotations that
    the guard looks ahead; one is enough where no rotation at all, however entered, breaks a limit by
    itself. least_cycle_s: of the rotation with least greens. notes: limits that had to be raised.
    """

    max_red_s: tuple[int, ...]
    laps: int
    least_cycle_s: int
    notes: tuple[str, ...]


def limits_of(site: Site, heads: Sequence[Head]) -> Limits:
    """Limits of reds at a site."""
    longest, least_cycle_s = _least_rotation(site, heads)
    bound = _red_bounds(site, heads)
    limits, notes = [], []
    for head, needed in zip(heads, longest, strict=True):
        if needed >= NEVER:
            limits.append(NEVER)
            continue
        limits.append(max(head.group.max_red_s, needed))
        if needed > head.group.max_red_s:
            text = (
                f"`{head.group.id}` may be red for {needed} s instead of {head.group.max_red_s} s: "
                "the ordinary rotation with least greens needs it"
            )
            notes += [text] if text not in notes else []
    enough = all(b <= limit for b, limit in zip(bound, limits, strict=True))
    return Limits(tuple(limits), 1 if enough else SETTLED, least_cycle_s, tuple(notes))


def _least_rotation(site: Site, heads: Sequence[Head]) -> tuple[list[int], int]:
    """Longest red of each head in the settled rotation with least greens, and its cycle."""
    count, least = site.rotation, intergreens(site, heads)
    longest = [NEVER] * len(heads)
    since = [0] * len(heads)
    free = [0] * len(heads)
    ended = [-NEVER] * len(heads)
    now, laps = 1, [0]
    for step in range(count * (2 * SETTLED + 1)):
        change = step % count, (step + 1) % count
        turns = [head.turns[change] for head in heads]
        leave = now
        for h, turn in enumerate(turns):
            if turn.first < 0:
                continue
            ready = since[h] + heads[h].group.min_green_s if turn.green else free[h]
            leave = max(leave, ready - turn.first)
        for h, turn in enumerate(turns):
            if turn.first >= 0 and not turn.green and step >= count * SETTLED:
                red = leave + turn.first - since[h]
                longest[h] = red if longest[h] >= NEVER else max(longest[h], red)
            if turn.last >= 0:
                since[h] = leave + turn.last
                if not turn.after:
                    ended[h] = since[h]
            if turn.green and turn.after and turn.first >= 0 and longest[h] >= NEVER:
                longest[h] = 0  # interrupted by an interstage only
        free = [max(ended[e] + least[e, s] for e in range(len(heads))) for s in range(len(heads))]
        now = leave + len(site.changes[change]) + 1
        if step % count == count - 1:
            laps.append(now)
    for h, head in enumerate(heads):
        if all(head.turns[n, (n + 1) % count].first < 0 for n in range(count)):
            always = head.turns[0, 1].green
            longest[h] = 0 if always else NEVER
    return longest, laps[-1] - laps[-2]


def _red_bounds(site: Site, heads: Sequence[Head]) -> list[int]:
    """Bounds on reds of rotations with least greens, whatever was shown before they began."""
    count = site.rotation
    changes = [(n, (n + 1) % count) for n in range(count)]
    needed = [_longest_stay(site, heads, change) for change in changes]
    bounds = []
    for head in heads:
        turns = [head.turns[change] for change in changes]
        worst = 0
        for n, turn in enumerate(turns):
            if turn.first < 0 or turn.after:
                continue
            red = len(site.changes[changes[n]]) - turn.last
            for ahead in range(1, count + 1):
                m = (n + ahead) % count
                red += needed[m]
                if turns[m].first >= 0:
                    red += turns[m].first
                    break
                red += len(site.changes[changes[m]])
            worst = max(worst, red)
        bounds.append(worst)
    return bounds


def _longest_stay(site: Site, heads: Sequence[Head], change: tuple[int, int]) -> int:
    """Most seconds of a stage before its successor may follow, all its greens being new."""
    least = intergreens(site, heads)
    stay = 1
    for s, head in enumerate(heads):
        turn = head.turns[change]
        if turn.first < 0:
            continue
        if turn.green:
            stay = max(stay, head.group.min_green_s - turn.first)
            continue
        for (a, b), states in site.changes.items():
            if b != change[0]:
                continue
            for e, other in enumerate(heads):
                ending = other.turns[a, b]
                if ending.last >= 0 and not ending.after:
                    stay = max(stay, int(least[e, s]) - (len(states) - ending.last) - turn.first)
    return stay
