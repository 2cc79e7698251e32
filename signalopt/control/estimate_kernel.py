"""Kernel: one second of detector readings into an estimate of every approach lane.

The bookkeeping of a lane with two detectors: what has passed the advance detector and not yet the stop bar
is inside. Of these, whoever passed less than the free-flow time ago is on the move, the others queue.
Counting errors add up, so presence corrects them: an empty stop bar means no queue, an occupied one at
least one vehicle, an occupied advance detector a queue that fills all room up to it and goes on behind it.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled

RING_S = 128
"""Seconds of passages and of expected arrivals that are kept; a power of two."""
LAST = RING_S - 1
"""`second & LAST` is the place of a second in a ring."""
CAR_M = 7.5
"""Room of a queued car with its gap: 5 m and 2.5 m (SUMO's default passenger car)."""
EMPTY_S = 3
"""A stop bar that is empty so long has no queue: a queue starts with the vehicle at the line."""
STANDING_S = 3
"""A detector that is covered so long has somebody standing on it; who drives over it is off sooner."""
SHORT_M = 30.0
"""An advance detector so near to the line sees no queue grow; who waits longer has more behind him then."""
RATE_S = 600.0
"""Memory of the mean arrival rate, seconds."""
START_RATE = 0.05
"""Arrivals a second and lane that are taken before anything is counted (180 an hour, estimated)."""


@compiled
def mixed(x):
    """An integer mixed to 32 bits (T. Mueller's hash: two rounds of a 27-bit factor)."""
    x = ((x ^ (x >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
    return x ^ (x >> 16)


@compiled
def uniform(seed, second, lane, stream):
    """A random number in [0, 1) that depends on these four whole numbers and nothing else."""
    x = mixed((seed & 0xFFFFFFFF) + 0x9E3779B9)
    x = mixed((x + second) & 0xFFFFFFFF)
    x = mixed((x + 8 * lane + stream) & 0xFFFFFFFF)
    return x / 4294967296.0


@compiled
def counted(new, miss, false, seed, second, lane, stream):
    """What a detector counts of `new` passages of a second."""
    found = 0
    for n in range(new):
        if uniform(seed, second * 16 + n, lane, stream) >= miss:
            found += 1
    if false > 0 and uniform(seed, second * 16 + 15, lane, stream) < false:
        found += 1
    return found


@compiled
def sense(lanes, raw, fault, down, miss, false, seed, second):
    """Readings of the plant as the detectors send them: misses, false counts and failures.

    lanes: LANE records, of which `stop` and `advance` get the counts of this second, `on` and `covered`
    the presences, `known` whether anything came in at all. raw: occupied, covered, left, passed.
    """
    occupied, covered, left, passed = raw
    for i in range(lanes.size):
        s = lanes[i]
        new_left, new_passed = left[i] - s.raw_left, passed[i] - s.raw_passed
        s.raw_left, s.raw_passed = left[i], passed[i]
        s.known = not down[s.site]
        s.stop, s.advance = 0, 0
        if not s.known:
            continue
        if fault[i] == 0:
            s.stop = counted(new_left, miss, false, seed, second, i, 0)
            s.advance = counted(new_passed, miss, false, seed, second, i, 1)
            s.on, s.covered = occupied[i], covered[i]
        else:
            s.on = s.covered = fault[i] == 2


@compiled
def lamps_of(lanes, movement_lane, movement_lamp, codes, movement_share, green_share):
    """Seconds of green and red of every lane, and the share of each connection among its green ones."""
    for i in range(lanes.size):
        lanes[i].letter = 0
        lanes[i].green_sum = 0.0
    for m in range(movement_lane.size):
        s = lanes[movement_lane[m]]
        letter = codes[movement_lamp[m]]
        if letter >= 2:
            s.letter = max(s.letter, letter)
            s.green_sum += movement_share[m]
    for m in range(movement_lane.size):
        s = lanes[movement_lane[m]]
        lit = codes[movement_lamp[m]] >= 2 and s.green_sum > 1e-9
        green_share[m] = movement_share[m] / s.green_sum if lit else 0.0
    for i in range(lanes.size):
        s = lanes[i]
        s.red_s = 0 if s.letter >= 2 else s.red_s + 1


@compiled
def queue_behind(s):
    """The queue beyond the advance detector: it grows while somebody stands there, later moves over it."""
    if s.covered_s >= STANDING_S:
        s.inside = max(s.inside, s.place_m / CAR_M)
        s.behind = min(s.behind + s.rate, s.behind_most)
    elif s.place_m < SHORT_M and s.on_s >= STANDING_S:
        s.behind = min(s.behind + max(s.rate, START_RATE), s.behind_most)
    elif s.behind > 0:
        s.behind = max(s.behind - s.advance, 0.0)
        s.thin_s = 0 if s.advance > 0 or s.covered else s.thin_s + 1
        if s.thin_s > EMPTY_S:
            s.behind = 0.0


@compiled
def track(lanes, arrivals, second):
    """Bring the estimate of every lane forward by this second's readings. arrivals: (L, RING_S)."""
    now = second & LAST
    for i in range(lanes.size):
        s = lanes[i]
        late = (second - s.way_s) & LAST
        # who passed the advance detector one free-flow time ago is on the move no more
        s.moving = max(s.moving - arrivals[i, late], 0)
        arrivals[i, now] = s.advance
        s.moving += s.advance
        s.gap_s += 1.0
        if not s.known:
            continue
        if s.on or s.stop > 0 or s.covered or s.advance > 0:
            s.gap_s = 0.0
        s.counted += s.stop
        s.empty_s = 0 if s.on or s.stop > 0 else s.empty_s + 1
        s.on_s = s.on_s + 1 if s.on and s.stop == 0 else 0
        s.covered_s = s.covered_s + 1 if s.covered else 0
        before = max(s.inside - s.moving, 0.0) + s.behind
        s.inside += s.advance - s.stop
        queue_behind(s)
        room = s.place_m / CAR_M
        s.inside = min(max(s.inside, float(s.moving)), room + 1 + s.moving)
        if s.empty_s >= EMPTY_S and s.covered_s < STANDING_S:
            s.inside = float(s.moving)
        elif s.on and s.stop == 0:
            # at first it may be somebody who drove faster than expected
            there = 1.0 if s.on_s <= s.way_s else s.moving + 1.0
            s.inside = max(s.inside, there)
        weight = 1 / RATE_S
        if s.covered_s < STANDING_S:
            s.rate += weight * (s.advance - s.rate)
        queue = s.inside - s.moving + s.behind
        if queue < 0.5:
            s.waited_s = 0.0
        else:
            s.waited_s += 1.0
            if s.stop > 0:
                s.waited_s *= max(0.0, 1 - s.stop / max(before, queue + s.stop))
        s.queue = queue


@compiled
def send_on(lanes, forecast, movement_lane, green_share, onward, second):
    """Expected arrivals at the next signals from this second's departures. forecast: (L, RING_S).

    onward: (first (M + 1,), lanes, shares, seconds (M,)): lanes[first[m] : first[m + 1]] are those at
    the next signal that movement m leads to, with their shares; seconds at free speed to them.
    """
    onward_first, onward_lanes, onward_share, onward_s = onward
    now = second & LAST
    for i in range(lanes.size):
        lanes[i].sent = forecast[i, now]
        forecast[i, now] = 0.0
    for m in range(movement_lane.size):
        s = lanes[movement_lane[m]]
        if s.stop == 0 or green_share[m] == 0.0:
            continue
        way_s = onward_s[m] + (s.startup_s if s.queue > 0.5 else 0.0)
        if way_s >= RING_S - 1:
            continue
        at = (second + int(way_s + 0.5)) & LAST
        for n in range(onward_first[m], onward_first[m + 1]):
            forecast[onward_lanes[n], at] += s.stop * green_share[m] * onward_share[n]
            goal = lanes[onward_lanes[n]]
            goal.due = max(goal.due, second + int(way_s + 0.5))


@compiled
def one_second(
    lanes, raw, arrivals, forecast, movements, onward, codes, fault, down, miss, false, seed, second,
):  # fmt: skip
    """A second's readings and lamps into the estimate. movements: lane, lamp, share, green share (M,)."""
    movement_lane, movement_lamp, movement_share, green_share = movements
    sense(lanes, raw, fault, down, miss, false, seed, second)
    lamps_of(lanes, movement_lane, movement_lamp, codes, movement_share, green_share)
    track(lanes, arrivals, second)
    send_on(lanes, forecast, movement_lane, green_share, onward, second)


@compiled
def add_forecast(s, i, first, forecast, second, bin_s, coming):
    """Add to lane i's arrivals whom the signal upstream sent, from `first` seconds ahead on."""
    for ahead in range(first, min(coming.shape[1] * bin_s, s.due - second)):
        coming[i, ahead // bin_s] += forecast[i, (second + 1 + ahead) & LAST]


@compiled
def expect(lanes, arrivals, forecast, second, bin_s, coming):
    """Coming (L, BINS): who has passed the advance detector, and behind it who left the signal upstream."""
    coming[:] = 0.0
    for i in range(lanes.size):
        s = lanes[i]
        for ahead in range(s.way_s if s.moving > 0 else 0):
            n = arrivals[i, (second - s.way_s + 1 + ahead) & LAST]
            if n > 0:
                coming[i, min(ahead // bin_s, coming.shape[1] - 1)] += n
        add_forecast(s, i, s.way_s, forecast, second, bin_s, coming)


@compiled
def thinned(number, miss, seed, second, lane, bin_number):
    """How many of a number of vehicles a radar sees in one look."""
    if miss <= 0:
        return number
    return counted(int(number + 0.5), miss, 0.0, seed, second * 64 + bin_number, lane, 2)


@compiled
def look_out(lanes, raw_queue, raw_eta, fault, forecast, second, bin_s, miss, seed, queue, coming):
    """Queue and arrivals from radar or perfect sensing; beyond its range who left the signal upstream."""
    bins = coming.shape[1]
    coming[:] = 0.0
    for i in range(lanes.size):
        s = lanes[i]
        if not s.known:
            continue
        queue[i] = 0.0
        if fault[i] != 0:
            continue
        queue[i] = thinned(raw_queue[i], miss, seed, second, i, bins)
        for b in range(bins):
            if raw_eta[i, b] > 0:
                coming[i, b] = thinned(raw_eta[i, b], miss, seed, second, i, b)
        add_forecast(s, i, s.range_s, forecast, second, bin_s, coming)


@compiled
def tell(lanes, onward, seen, own_queue, own_beyond):
    """Fill the arrays of a Seen. own_queue: queues are those tracked; own_beyond: estimate `beyond`."""
    queue, coming, present, gap_s, healthy, red_s, waited_s, left, beyond = seen
    for i in range(lanes.size):
        s = lanes[i]
        if own_queue:
            queue[i] = s.queue
        present[i] = s.known and s.on
        gap_s[i] = s.gap_s
        healthy[i] = s.known and s.ill == 0
        red_s[i] = s.red_s
        waited_s[i] = s.waited_s
        left[i] = s.counted
    if not own_beyond:
        return
    for i in range(lanes.size):
        lanes[i].total = queue[i]
        for b in range(coming.shape[1]):
            lanes[i].total += coming[i, b]
    onward_first, onward_lanes, _, _ = onward
    for m in range(beyond.size):
        first, last = onward_first[m], onward_first[m + 1]
        total = 0.0
        for n in range(first, last):
            total += lanes[onward_lanes[n]].total
        beyond[m] = total / (last - first) if last > first else 0.0
