"""Kernel of the rolling horizon: the traffic of an intersection second by second.

State of an intersection (a row of float64): vehicles queued by lane; start-up time still to lose by lane;
seconds of red by lane; then by movement its share among the lanes' first vehicles, the vehicles that wait
for a gap inside the junction, and those that passed in the last second. All counts are expected values. A
lane is served first come, first served: a first vehicle that may not go holds up the ones behind it.

`facts` and `wish` are horizon_tables.Facts and horizon_tables.Wishes.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import math

from signalopt.mesosim.compiling import compiled, inlined

SNEAK_RATE = 0.5
"""Vehicles a second that leave the junction's inside when their green is over (estimated)."""
LATE_COST = 30.0
"""Vehicle-seconds that a second beyond the longest red of a lane costs: the guard would not let it happen."""


@inlined
def goes(facts, m, old, new, into):
    """What the lamp of a movement lets it do: 0 nothing, 2 go if it yields, 3 go."""
    if old == new or into < facts.run_on[m, old, new]:
        return facts.codes[m, old]
    return 0


@inlined
def flow_of_turn(x, facts, wish, m, first, out0, rate, inside):
    """Free share of a turn that gives way, and the rate at which it may leave its lane."""
    against = 0.0
    for f in range(facts.foe_lo[m], facts.foe_lo[m + 1]):
        against += x[out0 + facts.foes[f] - first]
    through = math.exp(-wish.gap_s * against)
    room = facts.pocket[m]
    free = max(0.0, 1.0 - inside / room) if room > 0 else 0.0
    return through, rate * (free + (1.0 - free) * through)


@inlined
def stand(x, m0, m1, pocket0, out0):
    """A second of a lane without green: who is inside the junction leaves it. Returns who waits there."""
    waits = 0.0
    for m in range(m0, m1):
        gone = min(x[pocket0 + m], SNEAK_RATE)
        x[pocket0 + m] -= gone
        x[out0 + m] = gone
        waits += x[pocket0 + m]
    return waits


@inlined
def leave(x, facts, wish, lane, m, first, part0, moves, c, rate, head):
    """A second of a movement with green. Returns who leaves the lane and who waits inside the junction."""
    full = first + m
    pocket0 = part0 + moves
    out0 = pocket0 + moves
    part = x[part0 + m] if facts.mixed[lane] else facts.share[full]
    inside = x[pocket0 + m]
    through = 1.0
    if c == 2:
        through, rate = flow_of_turn(x, facts, wish, full, first, out0, rate, inside)
    elif c < 2:
        rate = 0.0
    go = part * min(rate, head)
    gone = go
    if c == 2 and facts.pocket[full] > 0:
        inside += go
        gone = min(inside, through / facts.headway_s[lane])
        inside -= gone
    elif inside > 0:
        gone = min(inside, SNEAK_RATE)
        inside -= gone
        gone += go
    x[pocket0 + m] = inside
    x[out0 + m] = gone
    if facts.mixed[lane]:
        x[part0 + m] = part * head - go
    return go, inside


@inlined
def refill(x, facts, first, part0, m0, m1, head, left, q):
    """New first vehicles of a shared lane take the places of those that left."""
    new = max(0.0, min(left, q - head + left))
    whole = head - left + new
    for m in range(m0, m1):
        share = facts.share[first + m]
        x[part0 + m] = (x[part0 + m] + share * new) / whole if whole > 1e-9 else share


@inlined
def serve(x, facts, wish, i, lanes, lane, first, moves, shut, t, old, new, into, q, arrived):
    """A second of a lane with green; q: vehicles there, the new ones counted. Returns the cost."""
    part0 = 3 * lanes
    m0 = facts.move_lo[lane] - first
    m1 = facts.move_lo[lane + 1] - first
    standing = min(1.0, q - arrived)
    lag = x[lanes + i]
    cost = wish.stop_s * arrived * (1.0 if lag > 0 else 0.5 * standing)
    if lag >= facts.startup_s[lane]:
        lag *= standing  # nobody stood here: nobody has to start
    rate = min(max(0.0, 1.0 - lag) / facts.headway_s[lane], 1.0)
    x[lanes + i] = max(0.0, lag - 1.0)
    head = min(1.0, q)
    left = 0.0
    for m in range(m0, m1):
        c = goes(facts, first + m, old, new, into)
        r = 0.0 if t < shut[first + m] else rate
        go, inside = leave(x, facts, wish, lane, m, first, part0, moves, c, r, head)
        cost += inside
        left += go
    q = max(0.0, q - left)
    if facts.mixed[lane]:
        refill(x, facts, first, part0, m0, m1, head, left, q)
    x[i] = q
    return cost + q


@compiled
def roll(x, site, facts, wish, coming, shut, old, new, into, now, seconds, flow):
    """Let the traffic of a site run on for some seconds; its state x changes in place.

    old, new: stage shown, and the one that is being changed to (the same: none); into: seconds of that
    change that are over; now: second of the forecast `coming` (L, seconds) at which this begins; shut
    (M,): second of the forecast until which a movement finds no room beyond the junction. flow (M,
    seconds): passages are added to it, unless it has no columns. Returns the cost in vehicle-seconds.
    """
    cost = 0.0
    lane0 = facts.lane_lo[site]
    lanes = facts.lane_lo[site + 1] - lane0
    first = facts.move_lo[lane0]
    moves = facts.move_lo[lane0 + lanes] - first
    part0 = 3 * lanes
    out0 = part0 + 2 * moves
    last = coming.shape[1] - 1
    for second in range(seconds):
        t = min(now + second, last)
        for i in range(lanes):
            lane = lane0 + i
            m0 = facts.move_lo[lane] - first
            m1 = facts.move_lo[lane + 1] - first
            q = x[i]
            arrived = coming[lane, t]
            if facts.mixed[lane] and q < 1.0 and arrived > 0.0:
                head = min(1.0, q + arrived)
                for m in range(m0, m1):
                    x[part0 + m] = (x[part0 + m] * q + facts.share[first + m] * (head - q)) / head
            q += arrived
            going = False
            for m in range(m0, m1):
                going = going or goes(facts, first + m, old, new, into + second) > 0
            if going:
                x[2 * lanes + i] = 0.0
                cost += serve(
                    x, facts, wish, i, lanes, lane, first, moves, shut, now + second, old, new,
                    into + second, q, arrived,
                )  # fmt: skip
            else:
                x[lanes + i] = facts.startup_s[lane]
                x[2 * lanes + i] += 1.0
                if x[2 * lanes + i] > facts.max_red_s[lane]:
                    cost += LATE_COST
                x[i] = q
                cost += q + wish.stop_s * arrived
                cost += stand(x, m0, m1, part0 + moves, out0)
        if flow.shape[1] > 0:
            for m in range(moves):
                flow[first + m, t] += x[out0 + m]
    return cost


@compiled
def afterwards(x, site, facts, wish, stage):
    """Waiting still to come of the vehicles that are left: for those ahead, and for the next green."""
    cost = 0.0
    lane0 = facts.lane_lo[site]
    lanes = facts.lane_lo[site + 1] - lane0
    first = facts.move_lo[lane0]
    moves = facts.move_lo[lane0 + lanes] - first
    for i in range(lanes):
        lane = lane0 + i
        q = x[i]
        open_share = 0.0
        for m in range(facts.move_lo[lane] - first, facts.move_lo[lane + 1] - first):
            if facts.codes[first + m, stage] >= 2:
                open_share += x[3 * lanes + m]
        cost += 0.5 * q * q * facts.headway_s[lane] + q * wish.wait_s * (1.0 - open_share)
    for m in range(3 * lanes + moves, 3 * lanes + 2 * moves):
        cost += 2.0 * x[m]
    return cost


@compiled
def keep_up(x, facts, wish, coming, shut, stage, steady, switching, into, seconds, beam):
    """Carry what no detector sees (who stands first, who waits inside, starting up) over some seconds.

    steady (N,): the stage last seen steady; into (N,): seconds of the change that were over then.
    """
    for site in range(stage.size):
        old = steady[site] if switching[site] else stage[site]
        roll(
            x[site], site, facts, wish, coming, shut, old, stage[site], into[site], 0, seconds,
            beam.none,
        )  # fmt: skip


@compiled
def foresee(x, facts, wish, coming, shut, stage, steady, switching, into, following, plan, planned_at,
            now, rate, beam, flow):  # fmt: skip
    """Passages (M, seconds) of all movements if every site keeps to its schedule, into `flow`.

    Sites that follow a fallback program let go what comes on average, rate (L,) vehicles a second.
    """
    span = flow.shape[1]
    step = facts.times[1]
    moments = plan.shape[1]
    for m in range(flow.shape[0]):
        for t in range(span):
            flow[m, t] = 0.0
    for site in range(stage.size):
        if following[site]:
            for lane in range(facts.lane_lo[site], facts.lane_lo[site + 1]):
                for m in range(facts.move_lo[lane], facts.move_lo[lane + 1]):
                    for t in range(span):
                        flow[m, t] = rate[lane] * facts.share[m]
            continue
        state = beam.scratch
        for i in range(x.shape[1]):
            state[i] = x[site, i]
        here = stage[site]
        t = 0
        if switching[site]:
            old = steady[site]
            t = max(facts.lost_s[site, old, here] - into[site], 0)
            roll(state, site, facts, wish, coming, shut, old, here, into[site], 0, t, flow)
        while t < span:
            k = min(max(now + t - planned_at[site], 0) // step, moments - 2)
            target = plan[site, k] if planned_at[site] >= 0 else here
            lost = facts.lost_s[site, here, target]
            if target != here and lost >= 0:
                lost = min(lost, span - t)
                roll(state, site, facts, wish, coming, shut, here, target, 0, t, lost, flow)
                t += lost
                here = target
                continue
            roll(state, site, facts, wish, coming, shut, here, here, 0, t, 1, flow)
            t += 1
