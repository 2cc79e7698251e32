"""The engine: lanes as queues, events at their heads, everything else derived from them.

Every lane has at most one pending event, the moment when its first vehicle can pass its end. Times T
and A are asymptotes: the moment at which a vehicle would pass a point had it always driven at its free
speed afterwards (before); differences of such times are delays with braking and accelerating counted in.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import math

from signalopt.mesosim.compiling import compiled, inlined
from signalopt.mesosim.kernel_events import (
    BUCKETS_PER_S,
    FAR,
    room_at,
    schedule,
    unschedule,
    wait_for,
)
from signalopt.mesosim.kernel_gaps import (
    AT_GAP,
    AT_LAMP,
    AT_ROOM,
    OPEN,
    blocked_until,
    held_time,
    shown_at,
    walked_until,
)
from signalopt.mesosim.kernel_lanes import pick_lane, plan_head
from signalopt.mesosim.kernel_moves import count_stop, enter_edge, enter_pocket, leave_lane

POCKET_FRONT_M = 3.0
"""A turn goes on into the junction if its front finds this room: its rear may stand over the line."""
ENTRY_REACH = 256
"""So many vehicles that wait to enter an edge are asked whether their lane has room (SUMO asks them all)."""
ASKED_S = 1.0
"""SUMO asks them once a step."""
STEP_OUT_S = 2.0
"""On a protected green a driver waits for walkers that are still on his crossing, or step on it so soon."""


@inlined
def at_lamp(world, bucket, servers, lanes, types, vehicles, lamps, shown, lane, lamp, now):
    """What the lamp says to the first vehicle: (letter, since when it may go), or letter -1: held.

    On amber he goes who cannot brake comfortably any more, u / 2b seconds after its begin.
    """
    q = lanes[lane]
    standing = q.hold != OPEN
    release = now if standing else -FAR
    if lamp < 0:
        return 2, release
    s = shown[shown_at(lamps, lamp, now)]
    since = s.age + now - math.floor(now)
    ty = types[vehicles[q.head].type]
    if s.letter >= 2:
        return s.letter, (release if standing else now - since)
    if s.letter == 1 and not standing and since <= 0.5 * q.plan_u / ty.decel:
        return 1, release
    q.hold = AT_LAMP
    if s.wait >= 30000:
        unschedule(bucket, servers, lane)
    else:
        schedule(world, bucket, servers, lane, math.floor(now) + s.wait + ty.start)
    return -1, release


@inlined
def beside_pocket(lanes, links, types, vehicles, q, k):
    """The pocket in which a turn from the same lane waits so close that connection k is shut; -1: none."""
    for other in range(q.link0, q.link0 + q.links):
        p = links[other].pocket
        if other == k or p < 0 or lanes[p].head < 0 or lanes[p].hold == OPEN:
            continue
        last = types[vehicles[lanes[p].tail].type]
        if lanes[p].m - lanes[p].used + last.space - last.length < links[other].apart:
            return p
    return -1


@inlined
def pass_line(types, car, q, link, goal, cycle, release, now):
    """The first vehicle of a lane passes the stop line: its asymptote and speed there, booked."""
    ty = types[car.type]
    t, passing, arrive = q.plan_t, q.plan_v, q.plan_a
    if q.hold == AT_ROOM:
        t = max(t, goal.room_t)
    elif release > -FAR:
        t = max(t, held_time(arrive, release, passing, ty.accel, ty.decel))
    lag = min(max(t - now, 0.0), 0.5 * passing / ty.accel)
    u = passing - math.sqrt(2 * ty.accel * passing * lag)
    count_stop(types, car, max(t - arrive, 0.0), passing, cycle)
    link.count += 1
    link.delay += t - car.a
    link.last = now
    q.depth = 0.5 * u * u / ty.accel + ty.space
    if q.hold != OPEN:
        q.depth += ty.space
    q.last_t = t
    return t, u


@inlined
def arrive(
    world, bucket, servers, lanes, links, edges, steps, types, vehicles, releases, lane, now
):
    """The way of a lane's first vehicle ends here."""
    q = lanes[lane]
    vehicles[q.head].t_end = q.plan_t
    q.last_t = q.plan_t
    world[0].inside -= 1
    leave_lane(world, bucket, servers, lanes, releases, types, vehicles, lane, now, q.plan_t)
    plan_head(world, bucket, servers, lanes, links, edges, steps, types, vehicles, lane)


@inlined
def serve_lane(  # noqa: PLR0911 - an event ends where its vehicle is held
    world, bucket, servers, lanes, links, edges, steps, types, vehicles, releases, foes, walks,
    lamps, shown, crossings, spans, lane, now,
):  # fmt: skip
    """The event of a lane: its first vehicle passes, or is held and looks again later."""
    q = lanes[lane]
    v, k = q.head, q.link
    if v < 0:
        return
    if k < 0:
        arrive(
            world, bucket, servers, lanes, links, edges, steps, types, vehicles, releases, lane, now
        )
        return
    car, link, passing = vehicles[v], links[k], q.plan_v
    space = types[car.type].space
    letter, release = at_lamp(
        world, bucket, servers, lanes, types, vehicles, lamps, shown, lane, link.lamp, now
    )
    if letter < 0:
        return
    beside = beside_pocket(lanes, links, types, vehicles, q, k)
    if beside >= 0:
        q.hold = AT_GAP
        wait_for(world, bucket, servers, lanes, lane, beside, FAR)
        return
    if link.pocket >= 0:
        goal = link.pocket
        again = room_at(lanes, releases, goal, space, space - POCKET_FRONT_M, now)
    else:
        if letter < 3:
            again = blocked_until(
                world, servers, lanes, links, steps, types, vehicles, foes, walks, lamps, shown,
                crossings, spans, k, now, passing, car.type, q.hold != OPEN,
            )  # fmt: skip
        else:
            again = walked_until(links, walks, crossings, spans, k, now, STEP_OUT_S)
        if again > 0:
            q.hold = AT_GAP
            schedule(world, bucket, servers, lane, again)
            return
        slack = link.m if link.foe0 == link.foe1 else 0.0
        goal, again = pick_lane(
            world, lanes, edges, steps, releases, car.step + 1, link.to_lane, space, slack, now
        )
    if again > 0:
        q.hold = AT_ROOM
        wait_for(world, bucket, servers, lanes, lane, goal, again)
        return
    cycle = lamps[link.lamp].cycle if link.lamp >= 0 else 0
    t, u = pass_line(types, car, q, link, lanes[goal], cycle, release, now)
    leave_lane(world, bucket, servers, lanes, releases, types, vehicles, lane, now, t)
    plan_head(world, bucket, servers, lanes, links, edges, steps, types, vehicles, lane)
    if link.pocket >= 0:
        enter_pocket(
            world,
            bucket,
            servers,
            lanes,
            links,
            edges,
            steps,
            types,
            vehicles,
            v,
            goal,
            t,
            passing,
            u,
        )
        return
    car.free += link.m / min(link.mps * car.factor, types[car.type].vmax)
    car.m += link.m
    car.step += 1
    enter_edge(
        world, bucket, servers, lanes, links, edges, steps, types, vehicles, v, goal,
        t + link.m / passing, passing, u, link.m,
    )  # fmt: skip


@inlined
def entrant(lanes, releases, steps, types, vehicles, order, e, now):
    """Who enters an edge next: (lane or -1, place in the order), else when to ask again and where."""
    full, every = 0, (1 << e.lanes) - 1
    soonest, wait_lane, wait_until = FAR, -1, FAR
    for i in range(e.at, min(e.last, e.at + ENTRY_REACH)):
        car = vehicles[order[i]]
        if full == every or car.depart > now + 1e-9:
            break
        mask = steps[car.first_step].good & ~full & every
        ty = types[car.type]
        gap = ty.headway + ty.space / (min(lanes[e.lane0].mps * car.factor, ty.vmax) - ty.drag)
        full |= mask
        best, best_cost = -1, FAR
        for n in range(e.lanes):
            if not (mask >> n) & 1:
                continue
            lane = e.lane0 + n
            if lanes[lane].last_in + gap > now:
                soonest = min(soonest, lanes[lane].last_in + gap)
                continue
            again = room_at(lanes, releases, lane, ty.space, 0.0, now)
            if again == 0.0:
                if lanes[lane].used < best_cost:
                    best, best_cost = lane, lanes[lane].used
            elif again < wait_until or wait_lane < 0:
                wait_lane, wait_until = lane, again
        if best >= 0:
            return best, i, soonest, wait_lane, wait_until
    return -1, e.at, soonest, wait_lane, wait_until


@inlined
def serve_entry(
    world, bucket, servers, lanes, links, edges, steps, types, vehicles, releases, order, edge, now
):
    """The event of an entry: the first vehicle due that finds room on one of its lanes is inserted."""
    e = edges[edge]
    server = lanes.size + edge
    if e.at >= e.last:
        return
    if vehicles[order[e.at]].depart > now + 1e-9:
        schedule(world, bucket, servers, server, vehicles[order[e.at]].depart)
        return
    best, turn, soonest, wait_lane, wait_until = entrant(
        lanes, releases, steps, types, vehicles, order, e, now
    )
    if best < 0:
        if soonest < FAR:
            schedule(world, bucket, servers, server, max(math.ceil(soonest), now + 0.5))
        elif e.lanes > 1:  # whoever comes next may want a lane that is free
            schedule(world, bucket, servers, server, max(now + 0.5, min(wait_until, now + ASKED_S)))
        else:
            wait_for(world, bucket, servers, lanes, server, wait_lane, wait_until)
        return
    v = order[turn]
    for i in range(turn, e.at, -1):
        order[i] = order[i - 1]
    order[e.at] = v
    car = vehicles[v]
    wish = min(lanes[e.lane0].mps * car.factor, types[car.type].vmax)
    e.at += 1
    car.t_in = now
    car.step = car.first_step
    world[0].inside += 1
    world[0].due -= 1
    enter_edge(
        world,
        bucket,
        servers,
        lanes,
        links,
        edges,
        steps,
        types,
        vehicles,
        v,
        best,
        now,
        wish,
        wish,
        0.0,
    )
    if e.at < e.last:
        schedule(world, bucket, servers, server, max(vehicles[order[e.at]].depart, now))


@compiled
def run(
    world, bucket, servers, lanes, links, edges, steps, types, vehicles, releases, foes, walks,
    order, lamps, shown, crossings, spans, until,
):  # fmt: skip
    """Serve all events before `until`, or as long as there is anybody inside or due."""
    last = min(int(until * BUCKETS_PER_S), bucket.size - 1)
    b = world[0].bucket
    count = lanes.size
    while b < last and world[0].inside + world[0].due > 0:
        world[0].bucket = b
        server = bucket[b]
        while server >= 0:
            now = servers[server].time
            unschedule(bucket, servers, server)
            if server < count:
                serve_lane(
                    world, bucket, servers, lanes, links, edges, steps, types, vehicles, releases,
                    foes, walks, lamps, shown, crossings, spans, server, now,
                )  # fmt: skip
            else:
                serve_entry(
                    world, bucket, servers, lanes, links, edges, steps, types, vehicles, releases,
                    order, server - count, now,
                )  # fmt: skip
            server = bucket[b]
        b += 1
    world[0].bucket = b
    world[0].until = until


@compiled
def start_entries(world, bucket, servers, lanes, edges, vehicles, order):
    """Schedule the first insertion of every edge."""
    for edge in range(edges.size):
        if edges[edge].first < edges[edge].last:
            depart = vehicles[order[edges[edge].first]].depart
            schedule(world, bucket, servers, lanes.size + edge, depart)
