"""Kernel: what detectors at chosen lanes count, and what a radar or an all-seeing eye sees coming.

A queue of the model stands at its stop line as a whole. Where its vehicles would stand in the street
follows from the room of those ahead; a detector must not know more than the street shows.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled

FARTHEST_STEPS = 12
"""So many edges ahead a vehicle's way is followed to the next signal."""


@compiled
def count(arrays, chosen, advance_m, now, occupied, covered, left, passed):
    """Fill stop-bar and advance detectors of the chosen lanes at second `now`.

    arrays: of `kernel_world.steer`. occupied: somebody stands at the stop line, or has passed it since
    the last reading; covered: somebody stands on the advance detector; left, passed: vehicles over
    either since the start.
    """
    lanes, links, types, vehicles = arrays[3], arrays[4], arrays[7], arrays[8]
    for i in range(chosen.size):
        if chosen[i] < 0:
            continue
        q = lanes[chosen[i]]
        gone = 0
        for k in range(q.link0, q.link0 + q.links):
            gone += links[k].count
        place = advance_m[i]
        near, room = 0, 0.0
        stands, on_it = False, False
        v = q.head
        while v >= 0 and room <= place:
            car = vehicles[v]
            ty = types[car.type]
            mps = max(min(q.mps * car.factor, ty.vmax), 1.0)
            if car.a - place / mps > now:
                break
            near += 1
            if near == 1:
                stands = car.a <= now
            after = room + ty.space
            on_it |= after > place and car.a - room / mps <= now
            room = after
            v = car.next
        occupied[i] = stands or gone > left[i]
        covered[i] = on_it
        left[i] = gone
        passed[i] = max(passed[i], gone + near)


@compiled
def goal_of(arrays, city_lane, first_of_edge, v, queue):
    """The chosen lane that a vehicle on an upstream lane heads for, the metres and seconds to it.

    Of several lanes that lead on it is the one with fewest in `queue`, as drivers pick. -1: none.
    """
    lanes, edges, steps, vehicles = arrays[3], arrays[5], arrays[6], arrays[8]
    step = vehicles[v].step
    metres, seconds = 0.0, 0.0
    for _ in range(FARTHEST_STEPS):
        edge = steps[step].next
        if edge < 0:
            return -1, metres, seconds
        step += 1
        lane0 = edges[edge].lane0
        metres += lanes[lane0].m
        seconds += lanes[lane0].m / lanes[lane0].mps
        if first_of_edge[edge] < 0:
            continue
        best, fewest = first_of_edge[edge], 1e9
        for offset in range(edges[edge].lanes):
            i = city_lane[lane0 + offset]
            if i >= 0 and (steps[step].good >> offset) & 1 and queue[i] < fewest:
                best, fewest = i, queue[i]
        return best, metres, seconds
    return -1, metres, seconds


@compiled
def hold(arrays, chosen, city_lane, first_of_edge, upstream, now, held):
    """held: vehicles at rest on the reach of each chosen lane; arguments as in `look`."""
    lanes, vehicles = arrays[3], arrays[8]
    held[:] = 0.0
    for i in range(chosen.size):
        if chosen[i] < 0:
            continue
        v = lanes[chosen[i]].head
        while v >= 0 and vehicles[v].a <= now:
            held[i] += 1
            v = vehicles[v].next
    for n in range(upstream.size):
        v = lanes[upstream[n]].head
        while v >= 0 and vehicles[v].a <= now:
            i, _, _ = goal_of(arrays, city_lane, first_of_edge, v, held)
            if i >= 0:
                held[i] += 1
            v = vehicles[v].next


@compiled
def look(
    arrays, chosen, city_lane, first_of_edge, reach_m, upstream, to_lane, bin_s, now, queue, eta,
    beyond,
):  # fmt: skip
    """Fill what a radar or an all-seeing eye sees at second `now`, up to reach_m from the stop lines.

    city_lane: number of a chosen lane by lane; first_of_edge: one of the chosen lanes of an edge, by
    edge; upstream: lanes from which a chosen lane may be reached without passing a signal; to_lane: of
    the movements. queue: held-up vehicles; eta: the others by free-flow seconds to the stop line;
    beyond: vehicles on the lanes that the movements lead to.
    """
    lanes = arrays[3]
    queue[:] = 0.0
    eta[:] = 0.0
    for i in range(chosen.size):
        if chosen[i] >= 0:
            scan(arrays, city_lane, first_of_edge, reach_m, i, chosen[i], bin_s, now, queue, eta)
    for n in range(upstream.size):
        scan(arrays, city_lane, first_of_edge, reach_m, -1, upstream[n], bin_s, now, queue, eta)
    for m in range(to_lane.size):
        beyond[m] = lanes[to_lane[m]].count if to_lane[m] >= 0 else 0


@compiled
def scan(arrays, city_lane, first_of_edge, reach_m, own, lane, bin_s, now, queue, eta):
    """Book all vehicles of one lane; own: its number among the chosen ones, -1 for upstream lanes."""
    lanes, types, vehicles = arrays[3], arrays[7], arrays[8]
    q = lanes[lane]
    room = 0.0
    v = q.head
    while v >= 0:
        car = vehicles[v]
        ty = types[car.type]
        rest = max(car.a - now, 0.0)
        metres = max(room, rest * min(q.mps * car.factor, ty.vmax))
        i = own
        if own < 0:
            i, more_m, more_s = goal_of(arrays, city_lane, first_of_edge, v, queue)
            metres += more_m
            rest += more_s
        if i >= 0 and metres <= reach_m[i]:
            if car.a <= now:
                queue[i] += 1
            else:
                b = int(rest / bin_s)
                if b < eta.shape[1]:
                    eta[i, b] += 1
        room += ty.space
        v = car.next


@compiled
def wait_at_lamps(arrays, now, waiting):
    """waiting: whether somebody on foot stands in front of the crossing of each lamp at second `now`."""
    world, walkers, legs, crossings = arrays[0], arrays[15], arrays[16], arrays[17]
    waiting[:] = False
    for w in range(world[0].walker, walkers.size):
        person = walkers[w]
        if person.depart >= now:
            break
        if person.end < 0 and person.near and person.at <= now and person.leg < person.last:
            c = legs[person.leg].crossing
            if c >= 0 and crossings[c].lamp >= 0:
                waiting[crossings[c].lamp] = True
