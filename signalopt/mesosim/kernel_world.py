"""Kernel: lamps given from outside, slice by slice, and what detectors see.

The lamps of a steered world are a ring of `RING_S` seconds a link; what is shown now is taken to be shown
from now on, and a vehicle held at a red lamp sleeps until its lamp turns green.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled
from signalopt.mesosim.kernel import run
from signalopt.mesosim.kernel_events import schedule
from signalopt.mesosim.kernel_gaps import AT_LAMP
from signalopt.mesosim.kernel_walks import walk

RING_S = 128
AHEAD_S = RING_S // 2
"""So many seconds from now on are written."""
NEVER = 30000


@compiled
def show(lamps, shown, letters, changed, now, ready):
    """From second `now` on every lamp shows its letter (codes of `lamps`); changed: when it last changed.

    ready: the first second that is not written yet; lamps that show what they showed only get the
    seconds from there on. Returns whether a lamp has turned green.
    """
    rose = False
    for k in range(letters.size):
        p = lamps[k]
        letter = letters[k]
        before = shown[p.first + (now - 1) % RING_S].letter
        begin = ready
        if now == 0 or letter != before:
            begin = now
            if now == 0 or letter < 2 or before < 2:
                changed[k] = now
                rose |= letter >= 2
        wait = 0 if letter >= 2 else NEVER
        for second in range(begin, now + AHEAD_S):
            s = shown[p.first + second % RING_S]
            s.letter = letter
            s.age = min(second - changed[k], 20000)
            s.wait = wait
    return rose


@compiled
def wake(world, bucket, servers, lanes, links, types, vehicles, letters, now):
    """Wake the lanes whose first vehicle was held by a lamp that is green now."""
    for lane in range(lanes.size):
        q = lanes[lane]
        if q.head < 0 or q.hold != AT_LAMP:
            continue
        lamp = links[q.link].lamp
        if lamp >= 0 and letters[lamp] >= 2 and servers[lane].bucket < 0:
            start = now + types[vehicles[q.head].type].start
            schedule(world, bucket, servers, lane, start)


@compiled
def steer(arrays, letters, changed, now, ready, until, walk_share):
    """Show these lamps from second `now` and let the world run on to `until`.

    arrays: everything that `run` and `walk` want, as `steered_arrays` puts it together.
    """
    (
        world, bucket, servers, lanes, links, edges, steps, types, vehicles, releases, foes, walks,
        order, lamps, shown, walkers, legs, crossings, spans,
    ) = arrays  # fmt: skip
    if show(lamps, shown, letters, changed, now, ready):
        wake(world, bucket, servers, lanes, links, types, vehicles, letters, now)
    walk(world, walkers, legs, crossings, spans, lamps, shown, walk_share, float(until))
    run(
        world, bucket, servers, lanes, links, edges, steps, types, vehicles, releases, foes, walks,
        order, lamps, shown, crossings, spans, float(until),
    )  # fmt: skip


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
