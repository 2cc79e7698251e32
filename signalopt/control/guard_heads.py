"""Heads: links of a signal group that turn together, and when they do so in each change of stages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.control.guard_kernel import NEVER
from signalopt.control.site import Site
from signalopt.timing.signals import GREEN, SignalGroup


@dataclass(frozen=True, slots=True)
class Turns:
    """What a head does in a change from stage to stage.

    first, last: first and last second of the change in which it turns from red to green or back, counted
    from the first second of the change; the change's own length where it turns with the new stage, -1
    where it does not turn. green: whether it is green before, after: whether it is green in the new stage.
    """

    first: int
    last: int
    green: bool
    after: bool


@dataclass(frozen=True)
class Head:
    """Links of one group that are green in the same seconds of everything that the site can show.

    link: one of them. turns: by change of stages. plan: whether it is green, by second of the fallback.
    """

    group: SignalGroup
    link: int
    turns: dict[tuple[int, int], Turns]
    plan: tuple[bool, ...]


def heads_of(site: Site) -> tuple[Head, ...]:
    """The heads of a site, group by group."""
    found = []
    for group in site.layout.groups:
        known: set[str] = set()
        for link in group.links:
            columns = _everything(site, link)
            if columns in known:
                continue
            known.add(columns)
            turns = {
                (a, b): _turns(
                    site.steady[a][link], [s[link] for s in states], site.steady[b][link]
                )
                for (a, b), states in site.changes.items()
            }
            plan = tuple(state[link] in GREEN for state in site.fallback_states)
            found.append(Head(group, link, turns, plan))
    return tuple(found)


def intergreens(site: Site, heads: Sequence[Head]) -> NDArray[np.int32]:
    """Least intergreen from head to head in seconds, 0 where there is none."""
    least = site.layout.intergreen_s
    return np.array(
        [[least.get((e.group.id, s.group.id), 0) for s in heads] for e in heads], np.int32
    ).reshape(len(heads), len(heads))


def plan_runs(heads: Sequence[Head]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Seconds that each head goes on and has gone on as it is, by second of the fallback's cycle.

    Both count the second itself; NEVER where the head never turns. Arrays (cycle, heads).
    """
    cycle = len(heads[0].plan)
    until = np.full((cycle, len(heads)), NEVER, np.int32)
    age = np.full((cycle, len(heads)), NEVER, np.int32)
    for h, head in enumerate(heads):
        if all(head.plan) or not any(head.plan):
            continue
        for begin in range(cycle):
            if head.plan[begin] == head.plan[begin - 1]:
                continue
            length = next(
                n for n in range(1, cycle) if head.plan[(begin + n) % cycle] != head.plan[begin]
            )
            for n in range(length):
                until[(begin + n) % cycle, h] = length - n
                age[(begin + n) % cycle, h] = n + 1
    return until, age


def _everything(site: Site, link: int) -> str:
    shown: Iterable[str] = (
        *site.steady,
        *(state for states in site.changes.values() for state in states),
        *site.fallback_states,
    )
    return "".join("1" if state[link] in GREEN else "0" for state in shown)


def _turns(before: str, letters: Sequence[str], after: str) -> Turns:
    column = [letter in GREEN for letter in (before, *letters, after)]
    at = [n for n in range(len(column) - 1) if column[n] != column[n + 1]]
    return Turns(at[0] if at else -1, at[-1] if at else -1, column[0], column[-1])
