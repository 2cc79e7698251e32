"""Kernel: a vehicle leaves a lane, drives on and joins the next one."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import math

from signalopt.mesosim.compiling import inlined
from signalopt.mesosim.kernel_events import give_room
from signalopt.mesosim.kernel_gaps import OPEN
from signalopt.mesosim.kernel_lanes import plan_head


@inlined
def join_lane(
    world, bucket, servers, lanes, links, edges, steps, types, vehicles, lane, v, arrive, overtake
):
    """Put a vehicle into a lane that it will have driven through at `arrive`.

    On an edge of several lanes it overtakes who will arrive later; else only buses that stop in a bay.
    """
    q = lanes[lane]
    car = vehicles[v]
    car.a = arrive
    q.used += types[car.type].space
    q.count += 1
    before = q.tail
    while before >= 0 and vehicles[before].a > arrive:
        halt = steps[vehicles[before].step]
        if not overtake and (halt.dwell == 0 or not halt.bay):
            break
        before = vehicles[before].prev
    after = vehicles[before].next if before >= 0 else q.head
    car.prev = before
    car.next = after
    if after >= 0:
        vehicles[after].prev = v
    else:
        q.tail = v
    if before >= 0:
        vehicles[before].next = v
        return
    q.head = v
    q.hold = OPEN
    plan_head(world, bucket, servers, lanes, links, edges, steps, types, vehicles, lane)


@inlined
def enter_edge(
    world, bucket, servers, lanes, links, edges, steps, types, vehicles, v, lane, t, speed, u, way
):
    """Drive from the junction's exit, passed at t with `speed`, into a lane of the vehicle's step.

    u: actual speed at the stop line, `way` metres before the lane begins.
    """
    car = vehicles[v]
    q = lanes[lane]
    ty = types[car.type]
    dwell = steps[car.step].dwell
    wish = min(q.mps * car.factor, ty.vmax)
    real = wish - ty.drag
    arrive = t + q.m / real + dwell
    if real > speed:
        arrive += (real - speed) * (real - speed) / (2 * ty.accel * real)
    reached = u * u + 2 * ty.accel * (way + q.m)
    car.lag = 0.0
    if reached < real * real and dwell == 0:
        reached = math.sqrt(reached)
        car.lag = (real - reached) * (real - reached) / (2 * ty.accel * real)
    car.free += q.m / wish + dwell
    car.m += q.m
    q.last_in = t
    join_lane(
        world, bucket, servers, lanes, links, edges, steps, types, vehicles, lane, v, arrive,
        edges[q.edge].lanes > 1,
    )  # fmt: skip


@inlined
def enter_pocket(
    world, bucket, servers, lanes, links, edges, steps, types, vehicles, v, pocket, t, passing, u
):
    """Drive into the waiting place inside the junction, past the line at t with actual speed u."""
    car = vehicles[v]
    p = lanes[pocket]
    ty = types[car.type]
    wish = min(p.mps * car.factor, ty.vmax)
    reached = u * u + 2 * ty.accel * p.m
    car.lag = 0.0
    if reached < passing * passing:
        reached = math.sqrt(reached)
        car.lag = (passing - reached) * (passing - reached) / (2 * ty.accel * passing)
    car.free += p.m / wish
    car.m += p.m
    join_lane(
        world, bucket, servers, lanes, links, edges, steps, types, vehicles, pocket, v,
        t + p.m / (wish - ty.drag), False,
    )  # fmt: skip


@inlined
def leave_lane(world, bucket, servers, lanes, releases, types, vehicles, lane, crossing, t):
    """Take the first vehicle out of its lane, crossing the end with asymptote t, and free its room.

    The room travels up the queue with the speed at which a queue starts, space / headway.
    """
    q = lanes[lane]
    car = vehicles[q.head]
    after = car.next
    q.head = after
    if after >= 0:
        vehicles[after].prev = -1
    else:
        q.tail = -1
    car.next = -1
    car.prev = -1
    q.count -= 1
    q.hold = OPEN
    ty = types[car.type]
    wave = 0.0 if q.pocket else q.m * ty.headway / ty.space * world[0].wave
    give_room(world, bucket, servers, lanes, releases, lane, ty.space, crossing + wave, t + wave)


@inlined
def count_stop(types, car, lost, speed, cycle):
    """Book what a hindrance cost: a full stop with its standing time, or a share of one.

    Who waits longer than a cycle stops again in every cycle, one queue of vehicles further on.
    """
    ty = types[car.type]
    full = 0.5 * speed * (1 / ty.accel + 1 / ty.decel)
    if lost >= full:
        again = int((lost - full) / cycle) if cycle > 0 else 0
        car.stops += 1 + again
        car.idle += max(lost - full * (1 + again), 0.0)
    elif lost > 0.5:
        car.partial += lost / full
