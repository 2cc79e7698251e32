"""Kernel: people on foot wait for green at crossings and occupy them while they walk."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import math

from signalopt.mesosim.compiling import compiled
from signalopt.mesosim.kernel_gaps import shown_at


@compiled
def occupy(crossings, spans, c, begin, end):
    """Note a span on a crossing; they are kept sorted by end."""
    first, n = crossings[c].first, crossings[c].n
    at = first + n
    while at > first and spans[at - 1].end > end:
        spans[at].start = spans[at - 1].start
        spans[at].end = spans[at - 1].end
        at -= 1
    spans[at].start = begin
    spans[at].end = end
    crossings[c].n = n + 1


@compiled
def cross(person, leg, crossings, spans, lamps, shown, first_part, share, until):
    """Walk one leg with its crossing as far as `until`; whether it is over."""
    if not person.near:
        person.at += leg.before / person.mps
        person.near = 1
    if person.at >= until:
        return False
    c = leg.crossing
    if c >= 0:
        lamp = crossings[c].lamp
        if lamp >= 0:
            s = shown[shown_at(lamps, lamp, person.at)]
            if s.letter < 2:
                start = math.floor(person.at) + s.wait if s.wait < 30000 else until
                person.lost += start - person.at
                person.at = start
                if start >= until:
                    return False
        end = person.at + leg.m / person.mps
        part = share * (end - person.at)
        if first_part:
            occupy(crossings, spans, c, person.at, person.at + part)
        else:
            occupy(crossings, spans, c, end - part, end)
    person.at += leg.m / person.mps
    person.leg += 1
    person.near = 0
    return True


@compiled
def walk(world, walkers, legs, crossings, spans, lamps, shown, share, until):
    """Move everybody on foot on to `until`; they occupy crossings for spans of time.

    share: the part of a crossing on which a walker is in the way of the vehicles of one direction;
    people from one side are there in the first part of their crossing, those from the other in the last.
    """
    low = world[0].walker
    for w in range(low, walkers.size):
        person = walkers[w]
        if person.depart >= until:
            break
        if person.end >= 0:
            if w == low:
                low += 1
            continue
        going = True
        while going and person.leg < person.last:
            leg = legs[person.leg]
            going = cross(person, leg, crossings, spans, lamps, shown, w % 2 == 0, share, until)
        if person.leg >= person.last:
            person.end = person.at
    world[0].walker = low


@compiled
def sum_walks(walkers, stop_s, dawdling, sums):
    """Walkers, seconds lost and unfinished ones among the measured, into sums[0:3]."""
    for w in range(walkers.size):
        person = walkers[w]
        if person.measured == 0:
            continue
        sums[0] += 1
        end = person.end
        if end < 0 or end > stop_s:
            sums[2] += 1
            end = stop_s
        sums[1] += person.lost + dawdling * max(end - person.depart - person.lost, 0.0)
