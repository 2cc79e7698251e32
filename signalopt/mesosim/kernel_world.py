"""Kernel: lamps given from outside, slice by slice, and what detectors see.

The lamps of a steered world are a ring of `RING_S` seconds a link; what is shown now is taken to be shown
from now on, and a vehicle held at a red lamp sleeps until its lamp turns green.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled
from signalopt.mesosim.kernel_events import schedule
from signalopt.mesosim.kernel_gaps import AT_LAMP

RING_S = 128
NEVER = 30000


@compiled
def show(lamps, shown, letters, changed, now):
    """From second `now` on every lamp shows its letter (codes of `lamps`); changed: when it last changed."""
    for k in range(letters.size):
        p = lamps[k]
        letter = letters[k]
        before = shown[p.first + (now - 1) % RING_S].letter
        if now == 0 or letter != before:
            same = now > 0 and letter >= 2 and before >= 2
            if not same:
                changed[k] = now
        wait = 0 if letter >= 2 else NEVER
        for ahead in range(RING_S // 2):
            s = shown[p.first + (now + ahead) % RING_S]
            s.letter = letter
            s.age = min(now + ahead - changed[k], 20000)
            s.wait = wait


@compiled
def wake(world, bucket, servers, lanes, links, letters, now):
    """Wake the lanes whose first vehicle was held by a lamp that is green now."""
    for lane in range(lanes.size):
        q = lanes[lane]
        if q.head < 0 or q.hold != AT_LAMP:
            continue
        lamp = links[q.link].lamp
        if lamp >= 0 and letters[lamp] >= 2 and servers[lane].bucket < 0:
            schedule(world, bucket, servers, lane, float(now))


@compiled
def observe(lanes, links, steps, types, vehicles, advance_m, now, queue, occupied, passed, waiting):
    """Fill detector readings of every lane and link at second `now`.

    queue: vehicles that would have passed the stop line by now; occupied: one of them stands at it;
    passed: vehicles that have driven over a point `advance_m` before the line, since the start;
    waiting: queued vehicles by the link that they want.
    """
    for k in range(waiting.size):
        waiting[k] = 0
    for lane in range(lanes.size):
        q = lanes[lane]
        standing = 0
        near = 0
        v = q.head
        while v >= 0:
            car = vehicles[v]
            ahead_s = advance_m / max(min(q.mps * car.factor, types[car.type].vmax), 1.0)
            if car.a > now + ahead_s:
                break
            near += 1
            if car.a <= now:
                standing += 1
                k = q.link if v == q.head else -1
                if k < 0 and not q.pocket:
                    for other in range(q.link0, q.link0 + q.links):
                        if links[other].to_edge == steps[car.step].next:
                            k = other
                            break
                if k >= 0:
                    waiting[k] += 1
            v = car.next
        queue[lane] = standing
        occupied[lane] = standing > 0
        left = 0
        for k in range(q.link0, q.link0 + q.links):
            left += links[k].count
        passed[lane] = left + near
