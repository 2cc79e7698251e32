"""Streets of a case: chains of signals that most vehicles of the street pass one after the other."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.streams import Stream

Street = tuple[str, ...]
"""Intersections in outbound order."""
GOING_ON_SHARE = 0.4
"""A street goes on where this share of its vehicles, both ways together, goes on at least (estimated)."""

_Pair = frozenset[str]


def find_streets(flows: CaseFlows, members: Collection[str]) -> tuple[Street, ...]:
    """Streets among these intersections, those of most vehicles first; no two share a section.

    From its busiest section on, a street follows at both ends where most of its vehicles go. A street is
    listed from its end with the lesser name, so that equal cases give equal streets.
    """
    between: dict[tuple[str, str], list[Stream]] = {}
    for stream in flows.streams:
        up, down = stream.upstream, stream.downstream
        if up is None or up.intersection == down.intersection:
            continue
        if up.intersection in members and down.intersection in members:
            between.setdefault((up.intersection, down.intersection), []).append(stream)
    volume: dict[_Pair, float] = {}
    for (a, b), streams in between.items():
        pair = frozenset((a, b))
        volume[pair] = volume.get(pair, 0.0) + sum(s.flow_vph for s in streams)
    near: dict[str, list[str]] = {}
    for a, b in sorted(tuple(sorted(pair)) for pair in volume):
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    free = dict.fromkeys(sorted(volume, key=lambda pair: (-volume[pair], sorted(pair))))
    streets = []
    while free:
        first = next(iter(free))
        del free[first]
        chain = sorted(first)
        for _ in range(2):
            while (after := _onward(between, near, volume, free, chain)) is not None:
                del free[frozenset((chain[-1], after))]
                chain.append(after)
            chain.reverse()
        streets.append(tuple(min(chain, chain[::-1])))
    return tuple(
        sorted(streets, key=lambda s: (-sum(volume[frozenset(p)] for p in pairwise(s)), s))
    )


def _onward(
    between: dict[tuple[str, str], list[Stream]],
    near: dict[str, list[str]],
    volume: dict[_Pair, float],
    free: dict[_Pair, None],
    chain: list[str],
) -> str | None:
    """Where most vehicles of the last section go on, if they are enough."""
    before, last = chain[-2:]
    found = [
        (_through(between, before, last, after) + _through(between, after, last, before), after)
        for after in near[last]
        if after not in chain and frozenset((last, after)) in free
    ]
    if not found:
        return None
    best, after = max(found, key=lambda f: f[0])
    return after if best >= GOING_ON_SHARE * volume[frozenset((before, last))] else None


def _through(
    between: dict[tuple[str, str], list[Stream]], before: str, here: str, after: str
) -> float:
    """Vehicles an hour that pass three signals one after the other, at most."""
    arriving: dict[object, float] = {}
    for stream in between.get((before, here), ()):
        arriving[stream.downstream] = arriving.get(stream.downstream, 0.0) + stream.flow_vph
    leaving: dict[object, float] = {}
    for stream in between.get((here, after), ()):
        leaving[stream.upstream] = leaving.get(stream.upstream, 0.0) + stream.flow_vph
    return sum(min(flow, leaving.get(key, 0.0)) for key, flow in arriving.items())
