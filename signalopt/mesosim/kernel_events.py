"""Kernel: events in buckets of half a second, room in lanes, and who waits for room."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled, inlined

FAR = 1e9
BUCKETS_PER_S = 2.0
RELIEF_S = 1.8
"""A saturation headway: by so much the room for a part of a vehicle comes before that for a whole one."""


@inlined
def unschedule(bucket, servers, server):
    """Take a server's event out of its bucket."""
    s = servers[server]
    b = s.bucket
    if b < 0:
        return
    after, before = s.next, s.prev
    if before >= 0:
        servers[before].next = after
    else:
        bucket[b] = after
    if after >= 0:
        servers[after].prev = before
    s.bucket = -1
    s.time = FAR


@inlined
def schedule(world, bucket, servers, server, t):
    """Give a server (lane or entry) its next event, in place of the one it had."""
    unschedule(bucket, servers, server)
    last = bucket.size - 1  # events after the horizon lie there for ever
    b = last if t >= 1e7 else int(t * BUCKETS_PER_S)
    b = min(max(b, world[0].bucket), last)
    first = bucket[b]
    s = servers[server]
    s.next = first
    s.prev = -1
    if first >= 0:
        servers[first].prev = server
    bucket[b] = server
    s.bucket = b
    s.time = t


@inlined
def room_at(lanes, releases, lane, need, slack, now):
    """0 where a vehicle fits into a lane, else the time to look again (FAR: ask to be woken).

    slack: metres that it may hang over the upstream end. Room is continuous: when part of a vehicle's
    room is still missing, the vehicle ahead has to have moved on by that part only, which it does
    within a share of the headway before its whole room is free. lane.room_t is then the asymptote
    before which nobody can come through the upstream end.
    """
    q = lanes[lane]
    n, at = q.rel_n, q.rel_at
    while n > 0 and releases[q.rel0 + at].t <= now:
        q.used -= releases[q.rel0 + at].m
        q.room_t = releases[q.rel0 + at].asymptote
        at = at + 1 if at + 1 < q.rel_size else 0
        n -= 1
    q.rel_n, q.rel_at = n, at
    short = q.used + need - q.m - slack
    if short <= 0 or q.used < 0.1:
        return 0.0
    if n == 0:
        return FAR
    r = releases[q.rel0 + at]
    if short >= r.m:
        return r.t
    relief = (1 - short / r.m) * RELIEF_S
    if r.t - relief <= now:
        q.room_t = r.asymptote - relief
        return 0.0
    return r.t - relief


@inlined
def give_room(world, bucket, servers, lanes, releases, lane, metres, t, asymptote):
    """A vehicle has left: its room reaches the upstream end at t; whoever waits looks again then."""
    q = lanes[lane]
    if q.rel_n >= q.rel_size:
        q.used -= metres
    else:
        r = releases[q.rel0 + (q.rel_at + q.rel_n) % q.rel_size]
        r.t = t
        r.asymptote = asymptote
        r.m = metres
        q.rel_n += 1
    waiter = q.wait_first
    q.wait_first = -1
    while waiter >= 0:
        s = servers[waiter]
        following = s.wait_next
        s.wait_on = -1
        s.wait_next = -1
        schedule(world, bucket, servers, waiter, t - RELIEF_S)
        waiter = following


@compiled
def wait_for(world, bucket, servers, lanes, server, lane, t):
    """Look again at t, or (FAR) when somebody leaves the lane."""
    if t < FAR:
        schedule(world, bucket, servers, server, t)
        return
    unschedule(bucket, servers, server)
    s = servers[server]
    other = s.wait_on
    if other == lane:
        return
    if other >= 0:  # it waited for another lane before: leave that list
        at, before = lanes[other].wait_first, -1
        while at != server:
            before, at = at, servers[at].wait_next
        if before < 0:
            lanes[other].wait_first = s.wait_next
        else:
            servers[before].wait_next = s.wait_next
    s.wait_on = lane
    s.wait_next = lanes[lane].wait_first
    lanes[lane].wait_first = server
