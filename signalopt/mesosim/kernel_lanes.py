"""Kernel: which lane and connection a vehicle takes, and when the first of a lane can pass its end."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import math

from signalopt.mesosim.compiling import inlined
from signalopt.mesosim.kernel_events import FAR, room_at, schedule, unschedule

YIELDING_MPS = 6.6
"""Speed over the line of a street that yields: a driver sees his foes from 4.5 m before it (SUMO's
foeVisibilityDistance), so that he is down to 4.5 m/s there and accelerates on (2.6 m/s2) if it is free."""
CHANGE_COST_M = 6.0
"""Room that a driver gives up rather than change one lane further, about one queued car (estimated)."""


@inlined
def pick_link(lanes, links, edges, steps, lane, step):
    """Connection from a lane to the next edge, to a lane that leads on and has most room; -1: none."""
    target = steps[step].next
    good = steps[step + 1].good
    first = edges[target].lane0
    best, best_cost = -1, FAR
    k0 = lanes[lane].link0
    for k in range(k0, k0 + lanes[lane].links):
        if links[k].to_edge != target:
            continue
        to = links[k].to_lane
        cost = lanes[to].used
        if not (good >> (to - first)) & 1:
            cost += 1e6
        if cost < best_cost:
            best, best_cost = k, cost
    return best


@inlined
def link_of(lanes, links, edges, steps, vehicles, lane, v):
    """Connection that the first vehicle of a lane takes, -1 where its way ends here.

    From a lane that does not lead on it takes a connection of the nearest lane that does.
    """
    if lanes[lane].pocket:
        return lanes[lane].link0
    step = vehicles[v].step
    if steps[step].next < 0:
        return -1
    best = pick_link(lanes, links, edges, steps, lane, step)
    if best >= 0:
        return best
    edge = steps[step].edge
    nearest = 1000
    for other in range(edges[edge].lane0, edges[edge].lane0 + edges[edge].lanes):
        if abs(other - lane) < nearest:
            k = pick_link(lanes, links, edges, steps, other, step)
            if k >= 0:
                best, nearest = k, abs(other - lane)
    return best


@inlined
def pick_lane(world, lanes, edges, steps, releases, step, at_lane, need, slack, now):
    """Lane of the step's edge to enter, at_lane being where the connection leads.

    Returns (lane, 0), or the lane to wait for and the time to look again.
    """
    edge = edges[steps[step].edge]
    first = edge.lane0
    mask = steps[step].good
    metres = lanes[first].m
    change = world[0].change_m
    reach = int(metres / change)
    best, best_cost = -1, FAR
    wait_lane, wait_until, fewest = -1, 2 * FAR, FAR
    near, near_off = at_lane, 1000
    for i in range(edge.lanes):
        if not (mask >> i) & 1:
            continue
        lane = first + i
        off = abs(lane - at_lane)
        if off < near_off:
            near, near_off = lane, off
        if off > reach:
            continue
        again = room_at(lanes, releases, lane, need, slack, now)
        used = lanes[lane].used
        if again == 0.0:
            cost = used + CHANGE_COST_M * off
            if cost < best_cost:
                best, best_cost = lane, cost
        elif again < wait_until or (again >= FAR and wait_until >= FAR and used < fewest):
            wait_lane, wait_until, fewest = lane, again, used
    if best >= 0:
        return best, 0.0
    if wait_lane >= 0:
        return wait_lane, wait_until
    lane = near  # all good lanes are out of reach on this short edge
    if (steps[step].able >> (at_lane - first)) & 1:
        lane = at_lane
    return lane, room_at(lanes, releases, lane, need, slack, now)


@inlined
def plan_head(world, bucket, servers, lanes, links, edges, steps, types, vehicles, lane):
    """Plan the passage of a lane's new first vehicle and schedule it.

    In a discharging queue a vehicle crosses the line before its asymptote T by the lag of somebody who
    is still accelerating: (v - u)^2 / 2av, u = sqrt(2 a depth) being its speed there and depth the
    length of queue that has left since the queue started.
    """
    q = lanes[lane]
    v = q.head
    if v < 0:
        unschedule(bucket, servers, lane)
        return
    car = vehicles[v]
    ty = types[car.type]
    k = link_of(lanes, links, edges, steps, vehicles, lane, v)
    q.link = k
    speed = min(q.mps * car.factor, ty.vmax) - ty.drag
    passing = speed
    if k >= 0:
        passing = min(min(links[k].mps * car.factor, ty.vmax) - ty.drag, speed)
        if links[k].lamp < 0 and links[k].foe1 > links[k].foe0 and not q.pocket:
            passing = min(passing, YIELDING_MPS)
    arrive = car.a + (speed - passing) * (speed - passing) / (2 * ty.decel * speed)
    queue_t = q.last_t + ty.headway + ty.space / passing
    q.plan_v = passing
    q.plan_a = arrive
    if queue_t <= arrive:
        q.plan_t = arrive
        q.plan_u = passing
        lag = car.lag
        if lag > 0.01:
            q.plan_u = max(passing - math.sqrt(2 * ty.accel * passing * lag), 0.1)
        schedule(world, bucket, servers, lane, arrive - lag)
        return
    q.plan_t = queue_t
    if 2 * ty.accel * q.depth >= passing * passing:
        q.plan_u = passing
        schedule(world, bucket, servers, lane, queue_t)
        return
    q.plan_u = math.sqrt(2 * ty.accel * q.depth)
    lag = (passing - q.plan_u) * (passing - q.plan_u) / (2 * ty.accel * passing)
    schedule(world, bucket, servers, lane, queue_t - lag)
