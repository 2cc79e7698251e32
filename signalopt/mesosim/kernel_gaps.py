"""Kernel: what the lamps show and whether the gap is long enough.

The gap that SUMO wants (MSLink::blockedByFoe): the foe has passed before, or comes after the time that
it takes to leave the junction plus the driver's time gap (`jmTimegapMinor`).
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import math

from signalopt.mesosim.compiling import compiled, inlined
from signalopt.mesosim.kernel_events import FAR

OPEN, AT_LAMP, AT_GAP, AT_ROOM = 0, 1, 2, 3
REGISTERED_S, REGISTERED_DECEL = 2.0, 4.5
"""SUMO asks only foes that have registered at the junction: they do so one step, the driver's time gap and
their braking distance ahead (MSVehicle::planMove). Later ones block nobody, however slow the turn."""
MERGE_S = 1.0
"""Into the same lane a driver goes a second after a foe, and not before a faster one that has registered
(MSLink::unsafeMergeSpeeds)."""
UNEVEN_QUEUE_S = 0.5
"""Reserve between vehicles of a foe queue when its next passage is foreseen (estimated)."""


@inlined
def shown_at(lamps, lamp, t):
    """Index of what a lamp shows at time t."""
    p = lamps[lamp]
    return p.first + (int(t) + p.shift) % p.cycle


@inlined
def held_time(arrive, release, v, accel, decel):
    """Asymptote at a line of who would pass it at `arrive` but may not before `release`.

    He brakes comfortably for the line until the release and accelerates from the speed that is left;
    a full stop gives release + v / 2a.
    """
    braking = release - arrive + 0.5 * v / decel
    if braking <= 0:
        return arrive
    u = v - decel * braking
    if u <= 0:
        return release + 0.5 * v / accel
    return arrive + (v - u) * (v - u) / (2 * v) * (1 / accel + 1 / decel)


@inlined
def last_passage(lanes, links, foe, t, clear):
    """When the last vehicle of a foe connection passed, into its pocket or out of it (never: -FAR).

    Who still stands in the pocket is in the way: he counts as half past.
    """
    f = links[foe]
    if f.pocket < 0:
        return f.last
    pocket = lanes[f.pocket]
    last = max(f.last, links[pocket.link0].last)
    return max(last, t - 0.5 * clear) if pocket.head >= 0 else last


@compiled
def next_passage(servers, lanes, links, steps, types, vehicles, lamps, shown, foe, t, clear, until):
    """Time at which the first vehicle of a foe connection passes in (t - clear, until), or FAR."""
    f = links[foe]
    last = last_passage(lanes, links, foe, t, clear)
    if last > t - clear:
        return last
    lane = f.from_lane
    q = lanes[lane]
    v = q.head
    if v < 0 or q.hold in (AT_GAP, AT_ROOM):
        return FAR
    p = q.last_t
    if q.hold == AT_LAMP:
        p = servers[lane].time - UNEVEN_QUEUE_S - types[vehicles[v].type].headway
    while v >= 0:
        car = vehicles[v]
        p = max(car.a, p + types[car.type].headway + UNEVEN_QUEUE_S)
        if p > until:
            return FAR
        if p > t - clear and (q.pocket or steps[car.step].next == f.to_edge):
            if f.lamp >= 0 and shown[shown_at(lamps, f.lamp, max(p, t))].letter < 2:
                return FAR
            return p
        v = car.next
    return FAR


@compiled
def blocked_until(
    world, servers, lanes, links, steps, types, vehicles, foes, walks, lamps, shown,
    crossings, spans, k, t, v, ty, standing,
):  # fmt: skip
    """0 where connection k may be entered at t with free speed v, else the time to look again."""
    way = links[k].m + types[ty].length
    accel = types[ty].accel
    span = way / v
    if standing:
        span = math.sqrt(2 * way / accel) if 2 * way * accel < v * v else span + 0.5 * v / accel
    for i in range(links[k].foe0, links[k].foe1):
        foe = foes[i]
        f = links[foe]
        clear = world[0].clear * (f.m + 5.0) / f.mps
        if f.lamp >= 0 and f.last < t - clear:
            now = shown[shown_at(lamps, f.lamp, t)].letter
            if now < 2 and shown[shown_at(lamps, f.lamp, t + span)].letter < 2:
                continue
        seen = REGISTERED_S + 0.5 * f.mps / REGISTERED_DECEL
        until = t + min(span + types[ty].timegap, seen)
        if f.to_lane == links[k].to_lane:
            clear = (f.m + 5.0) / f.mps + MERGE_S
            if standing or f.mps > v + 0.1:
                until = t + seen
        p = next_passage(
            servers, lanes, links, steps, types, vehicles, lamps, shown, foe, t, clear, until
        )
        if p < FAR:
            return max(p + clear, t + 0.3)
    return walked_until(links, walks, crossings, spans, k, t, span)


@compiled
def walked_until(links, walks, crossings, spans, k, t, span):
    """0 where nobody walks over connection k's crossings in [t, t + span], else when they are over."""
    for i in range(links[k].walk0, links[k].walk1):
        crossing = crossings[walks[i]]
        low = crossing.first
        last = low + crossing.n
        high = last
        while low < high:  # walks are sorted by their end
            mid = (low + high) // 2
            if spans[mid].end <= t:
                low = mid + 1
            else:
                high = mid
        for n in range(low, last):
            if spans[n].start < t + span:
                return max(spans[n].end, t + 0.3)
            if spans[n].start > t + 60.0:
                break
    return 0.0
