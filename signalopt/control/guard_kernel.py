"""Kernel of the guard: one second of all sites. See `guard` for what it promises and why that holds.

Times: index 0 is the second that is decided about, the one after the second being shown. The state of a
head tells of the second being shown: seconds of green or of counted red, that one included, and the least
index at which it may start because of conflicting heads that ended.

Tables are plain integer arrays with named columns (what `guard_tables` fills in): Numba takes up an array of
records some ten times slower.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled

NEVER = 30000
"""Seconds that stand for `never`."""
HOLD = -1
"""Ask for no change."""
PRIORITY, YIELDING = 71, 103
"""ASCII codes of the two green letters, G and g."""

(
    LAMP0, LAMPS, HEAD0, HEADS, STAGES, ROTATION, LAPS, CYCLE, OFFSET, PLAN0, PLAN_AT, UNTIL0, INTER0,
    WALKERS_ONLY, PATIENCE,
) = range(15)  # fmt: skip
"""Columns of `sites`."""
CHANGE_AT, SECONDS, STEADY_AT = range(3)
"""Columns of `pairs`, one row for each ordered pair of stages."""
LAMP, WALKER, MIN_GREEN, MAX_RED, JOIN_GREEN, JOIN_RED = range(6)
"""Columns of `heads`."""
FIRST, LAST, LINGER, BEFORE, AFTER = range(5)
"""Columns of `moves`, one row for each head and ordered pair of stages."""
START, PLACE, WANT = range(3)
"""Columns of `runs`: stage left, second of the change, whether the fallback is to be followed."""
GREEN_S, RED_S, FREE, COUNTED = range(4)
"""Columns of `state`, one row a head."""


@compiled
def ready(t, n, state, width, a, b):
    """Index at which the change from a to b may begin: minimum greens and intergreens are kept."""
    sites, _, heads, moves = t
    least = 0
    for h in range(sites[n, HEAD0], sites[n, HEAD0] + sites[n, HEADS]):
        m = (h * width + a) * width + b
        turn = moves[m, FIRST]
        if turn < 0:
            continue
        if moves[m, BEFORE]:
            least = max(least, heads[h, MIN_GREEN] - state[h, GREEN_S] - turn)
        else:
            least = max(least, state[h, FREE] - turn)
    return least


@compiled
def leaves(t, n, width, since, free, a, b, at):
    """Index from `at` on at which a rotation that stands in a may go on to b."""
    sites, _, heads, moves = t
    for j in range(sites[n, HEADS]):
        h = sites[n, HEAD0] + j
        m = (h * width + a) * width + b
        turn = moves[m, FIRST]
        if turn < 0:
            continue
        least = since[j] + heads[h, MIN_GREEN] if moves[m, BEFORE] else free[j]
        at = max(at, least - turn)
    return at


@compiled
def keeps_reds(t, n, state, width, since, free, limit, a, b, leave):
    """Whether every red stays within its limit if b follows a at index `leave`, then the ordinary rotation.

    The rotation is walked through with least greens, and every red that ends on the way is checked.
    Where one rotation is enough to look at (LAPS 1), it ends when all reds of now have ended.
    limit: column of `heads` with the longest reds.
    since, free: scratch for one site's heads: index at which a run began, least index of a start.
    """
    sites, pairs, heads, moves = t
    first, count = sites[n, HEAD0], sites[n, HEADS]
    rotation, laps = sites[n, ROTATION], sites[n, LAPS]
    waiting = 0
    for j in range(count):
        h = first + j
        green = state[h, GREEN_S]
        since[j] = -green if green > 0 else -state[h, RED_S]
        free[j] = state[h, FREE]
        if not moves[(h * width + a) * width + b, AFTER] and heads[h, MAX_RED] < NEVER:
            waiting += 1
    x, y, at = a, b, leave
    reached = leave + pairs[n * width * width + a * width + b, SECONDS]
    for lap in range(2 + rotation * laps):
        pair = n * width * width + x * width + y
        arrive = at + pairs[pair, SECONDS]
        for j in range(count):
            h = first + j
            m = (h * width + x) * width + y
            turn = moves[m, FIRST]
            if turn >= 0:
                if not moves[m, BEFORE]:
                    if state[h, COUNTED] and at + turn - since[j] > heads[h, limit]:
                        return False
                    if lap > 0 and since[j] <= reached:
                        waiting -= 1
                since[j] = at + moves[m, LAST]
            if moves[m, LINGER] > 0:
                free[j] = max(free[j], arrive + moves[m, LINGER])
        if laps == 1 and waiting <= 0:
            break
        x = y
        y = y + 1 if y + 1 < rotation else 0
        at = leaves(t, n, width, since, free, x, y, arrive + 1)
    return True


@compiled
def joins(t, n, plan_stage, until, state, width, a, b, now):
    """Whether the fallback can take over when stage b is reached from a (a itself: at once).

    It must show b steadily then; as it goes on, every green must last its least, no head start too early and
    every red end in time.
    """
    sites, pairs, heads, moves = t
    wait = 0
    if a != b:
        wait = pairs[n * width * width + a * width + b, SECONDS]
    second = (now + 1 + wait - sites[n, OFFSET]) % sites[n, CYCLE]
    if plan_stage[sites[n, PLAN0] + second] != b:
        return False
    for j in range(sites[n, HEADS]):
        h = sites[n, HEAD0] + j
        green = state[h, GREEN_S] > 0
        run = (state[h, GREEN_S] if green else state[h, RED_S]) + wait
        free = state[h, FREE] - wait
        if a != b:
            m = (h * width + a) * width + b
            free = max(free, moves[m, LINGER])
            if moves[m, FIRST] >= 0:
                run = wait - moves[m, LAST]
                green = moves[m, AFTER] > 0
        left = until[sites[n, UNTIL0] + second * sites[n, HEADS] + j]
        if left >= NEVER:
            continue
        if green:
            if run + left < heads[h, JOIN_GREEN]:
                return False
        elif left < free or (state[h, COUNTED] and run + left > heads[h, JOIN_RED]):
            return False
    return True


@compiled
def next_in(sites, n, stage):
    """The stage that follows in the ordinary rotation; it begins anew after a stage outside it."""
    return stage + 1 if stage + 1 < sites[n, ROTATION] else 0


@compiled
def find_allowed(t, n, runs, state, since, free, stage, switching, following, allowed):
    """Fill in which stages may be asked for at a site in the next second."""
    sites, pairs, _, _ = t
    width = allowed.shape[1]
    for s in range(width):
        allowed[n, s] = False
    a = int(stage[n])
    if switching[n] or following[n]:
        allowed[n, a] = True
        return
    # on the way back to its program a site may wait as long as the program makes people wait
    limit = JOIN_RED if runs[n, WANT] else MAX_RED
    onward = next_in(sites, n, a)
    if ready(t, n, state, width, a, onward) > 0:
        allowed[n, a] = True  # the rotation found a second ago has not begun: it is still the same
    else:
        allowed[n, onward] = True
        allowed[n, a] = keeps_reds(t, n, state, width, since, free, limit, a, onward, 1)
    for b in range(sites[n, STAGES]):
        exists = pairs[n * width * width + a * width + b, CHANGE_AT] >= 0
        if b != onward and exists and ready(t, n, state, width, a, b) == 0:
            allowed[n, b] = keeps_reds(t, n, state, width, since, free, limit, a, b, 0)


@compiled
def granted(t, n, state, stage, allowed, ask):
    """The stage to go to from a steady one: what is asked for if allowed, else what must be."""
    sites, _, heads, moves = t
    a = int(stage[n])
    if ask >= 0 and ask < sites[n, STAGES] and allowed[n, ask]:
        return ask
    if allowed[n, a]:
        return a
    onward = next_in(sites, n, a)
    if (sites[n, WALKERS_ONLY] >> onward) & 1:
        beyond = next_in(sites, n, onward)
        called = False
        for h in range(sites[n, HEAD0], sites[n, HEAD0] + sites[n, HEADS]):
            m = (h * allowed.shape[1] + onward) * allowed.shape[1] + beyond
            if state[h, COUNTED] and heads[h, WALKER] >= 0 and moves[m, BEFORE]:
                called = True
        if not called and beyond != a and allowed[n, beyond]:
            return beyond
    return onward


@compiled
def way_back(t, n, plan_stage, until, state, stage, allowed, now):
    """The stage to ask for on the way to the fallback program: one in which it can take over, if any.

    Else the present one, if the program comes to it soon, else the next in rotation: so the site comes round
    faster or more slowly than its program (PATIENCE) and meets it.
    """
    sites, a = t[0], int(stage[n])
    for b in range(sites[n, STAGES]):
        may = b != a and allowed[n, b]
        if may and joins(t, n, plan_stage, until, state, allowed.shape[1], a, b, now):
            return b
    for wait in range(min(sites[n, PATIENCE], sites[n, CYCLE])):
        second = (now + 1 + wait - sites[n, OFFSET]) % sites[n, CYCLE]
        if plan_stage[sites[n, PLAN0] + second] == a:
            return a
    onward = next_in(sites, n, a)
    return onward if allowed[n, onward] else HOLD


@compiled
def show_row(sites, n, shown, at, letters, codes, code_of):
    """Bring one row of letters to the lamps of a site."""
    for k in range(sites[n, LAMPS]):
        letter = shown[at + k]
        letters[sites[n, LAMP0] + k] = letter
        codes[sites[n, LAMP0] + k] = code_of[letter]


@compiled
def count_on(sites, n, heads, inter, letters, state):
    """Bring the state of the heads of a site up to the second now shown."""
    first, count = sites[n, HEAD0], sites[n, HEADS]
    for h in range(first, first + count):
        if state[h, FREE] > 0:
            state[h, FREE] -= 1
    for j in range(count):
        h = first + j
        letter = letters[heads[h, LAMP]]
        if letter == PRIORITY or letter == YIELDING:  # noqa: PLR1714, SIM109 - mixed integers
            state[h, GREEN_S] = min(state[h, GREEN_S] + 1, NEVER)
            state[h, RED_S] = 0
            continue
        if state[h, GREEN_S] > 0:
            for k in range(count):
                needed = inter[sites[n, INTER0] + j * count + k] - 1
                state[first + k, FREE] = max(state[first + k, FREE], needed)
        state[h, GREEN_S] = 0
        state[h, RED_S] = min(state[h, RED_S] + 1, NEVER) if state[h, COUNTED] else 0


@compiled
def follow_on(sites, n, plan_stage, plan_next, stage, steady_s, switching, now):
    """Second now + 1 of the fallback program; where its letters stand."""
    second = (now + 1 - sites[n, OFFSET]) % sites[n, CYCLE]
    shown = plan_stage[sites[n, PLAN0] + second]
    if shown < 0:
        steady_s[n] = 0
    elif shown == stage[n] and not switching[n]:
        steady_s[n] += 1
    else:
        steady_s[n] = 1
    switching[n] = shown < 0
    stage[n] = plan_next[sites[n, PLAN0] + second]
    return sites[n, PLAN_AT] + second * sites[n, LAMPS]


@compiled
def drive_on(sites, n, pairs, width, runs, stage, steady_s, switching, target):
    """One more second of a stage or a change, or the first of a change; where its letters stand."""
    if switching[n]:
        runs[n, PLACE] += 1
    elif target == stage[n]:
        steady_s[n] += 1
    else:
        runs[n, START] = stage[n]
        runs[n, PLACE] = 0
        stage[n] = target
        steady_s[n] = 0
        switching[n] = True
    square = n * width * width
    b = int(stage[n])
    if switching[n]:
        pair = square + runs[n, START] * width + b
        if runs[n, PLACE] < pairs[pair, SECONDS]:
            return pairs[pair, CHANGE_AT] + runs[n, PLACE] * sites[n, LAMPS]
        switching[n] = False
        steady_s[n] = 1
    return pairs[square + b * width + b, STEADY_AT]


@compiled
def step(
    now, wanted, sites, pairs, heads, moves, shown, plan_stage, plan_next, until, inter, code_of,
    runs, state, since, free, stage, steady_s, switching, following, allowed, refused, letters, codes,
):  # fmt: skip
    """Decide about second now + 1 at every site, show it and say what may be asked for after it."""
    width = allowed.shape[1]
    t = sites, pairs, heads, moves
    for n in range(sites.shape[0]):
        ask = wanted[n]
        a = int(stage[n])
        want = runs[n, WANT] > 0
        if not switching[n]:
            if following[n] and not want:
                onward = next_in(sites, n, a)
                leave = ready(t, n, state, width, a, onward)
                if keeps_reds(t, n, state, width, since, free, MAX_RED, a, onward, leave):
                    following[n] = False
                    find_allowed(
                        t, n, runs, state, since, free, stage, switching, following, allowed
                    )
            elif want and not following[n]:
                following[n] = joins(t, n, plan_stage, until, state, width, a, a, now)
        if want or following[n]:
            ask = HOLD
        elif ask != HOLD and (ask < 0 or ask >= sites[n, STAGES] or not allowed[n, ask]):
            refused[n] += 1
        if following[n]:
            at = follow_on(sites, n, plan_stage, plan_next, stage, steady_s, switching, now)
        else:
            target = a
            if not switching[n]:
                if want:
                    ask = way_back(t, n, plan_stage, until, state, stage, allowed, now)
                target = granted(t, n, state, stage, allowed, ask)
            at = drive_on(sites, n, pairs, width, runs, stage, steady_s, switching, target)
        show_row(sites, n, shown, at, letters, codes, code_of)
        count_on(sites, n, heads, inter, letters, state)
        find_allowed(t, n, runs, state, since, free, stage, switching, following, allowed)
