"""Kernel: which detectors are not to be believed, from what they and their neighbours report.

A lane is ill when its stop bar counts nobody while many come over its advance detector, or the other way
round; when nothing of it moves while its neighbours count more than chance allows; or when somebody stands
at the stop bar through more green than any gap or blocked exit explains. The limits are counts, so that they
hold at any traffic: with 3 % missed, 12 vehicles in a row are missed once in 10^18.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled

WELL, NOTHING_LEAVES, NOTHING_COMES, SILENT, ALWAYS_ON = range(5)
COMING_LIMIT = 15
"""Vehicles over the advance detector without a sign of any at the stop bar."""
LEAVING_LIMIT = 25
"""Vehicles over the stop bar without one over the advance detector; more, as some may join behind it."""
SILENT_LIMIT = 20.0
"""Vehicles expected on a silent lane, both by its own usual rate and by the lanes beside it: by chance it is
silent once in e^20 times (Poisson); traffic in platoons is less even than that."""
UNTRIED_LIMIT = 40.0
"""The same where the lane has never counted anybody: what is expected is but a forecast then."""
TRIED = 20
"""Counts from which on a lane's own share among its neighbours is believed."""
MOST_EACH = 2.0
"""A vehicle on the lanes beside stands for so many on the silent one at most: one alone proves little."""
AWAKE_LIMIT = 30
"""Vehicles that the site must have counted meanwhile: at night everybody is silent."""
ON_LIMIT_S = 180.0
"""Seconds of green in which somebody stands at the stop bar and nobody leaves; and meanwhile ..."""
BESIDE_LIMIT = 90
"""... so many have left on the lanes beside, where there are any: else the exit may be blocked."""
YIELDING_WEIGHT = 0.2
"""A green that gives way may keep somebody waiting for long; its seconds count less."""
USUAL_S = 1000
"""Memory of the mean departure rate of a lane, seconds; a plain mean until then."""
SIGNS = 3
"""Counts at both detectors, and an empty stop bar in between, after which an ill lane is believed again."""


@compiled
def due(s, beside, known):
    """Vehicles expected on a silent lane this second.

    From the lanes beside it, by its share of their vehicles so far (mixed with the forecast one while
    it has counted little, or `sure`, what no other lane can serve, while it has counted nobody: a lane
    that nobody uses is no dead one); where there is none, whom the signal upstream sent.
    """
    if s.alone:
        return s.sent
    if s.counted == 0:
        return beside * min(s.sure / max(1 - s.sure, 0.1), MOST_EACH)
    prior = TRIED if s.counted < TRIED else 0
    each = (s.counted + prior * s.share) / max(known + prior * (1 - s.share), 1.0)
    return beside * min(each, MOST_EACH)


@compiled
def book(s, beside, known, site):
    """Book a second of a lane. beside, known: vehicles now and so far on the lanes beside; site: on all."""
    s.came = 0 if s.stop > 0 or s.on else s.came + s.advance
    s.went = 0 if s.advance > 0 else s.went + s.stop
    if s.on or s.covered or s.stop > 0 or s.advance > 0:
        s.missing, s.lacking, s.awake = 0.0, 0.0, 0
    else:
        s.missing += due(s, beside, known)
        s.lacking += s.usual
        s.awake += site
    if s.on and s.stop == 0:
        s.held_s += 1.0 if s.letter == 3 else (YIELDING_WEIGHT if s.letter == 2 else 0.0)
        s.beside += beside if s.letter == 3 else 0
    else:
        s.held_s, s.beside = 0.0, 0


@compiled
def illness(s):
    """What the books of a lane say about its detectors."""
    if s.came >= COMING_LIMIT:
        return NOTHING_LEAVES
    if s.went >= LEAVING_LIMIT:
        return NOTHING_COMES
    if s.held_s >= ON_LIMIT_S and (s.alone or s.beside >= BESIDE_LIMIT):
        return ALWAYS_ON
    if s.awake < AWAKE_LIMIT:
        return WELL
    if s.counted == 0:
        return SILENT if s.missing >= UNTRIED_LIMIT else WELL
    expected = s.lacking if s.alone else min(s.lacking, s.missing)
    return SILENT if expected >= SILENT_LIMIT else WELL


@compiled
def recover(s):
    """An ill lane that shows signs of life at both detectors is believed again."""
    s.signs_stop += s.stop
    s.signs_advance += s.advance
    s.sign_off |= not s.on
    if min(s.signs_stop, s.signs_advance) >= SIGNS and s.sign_off:
        s.ill = WELL
        s.came, s.went, s.missing, s.awake, s.held_s = 0, 0, 0.0, 0, 0.0
        s.lacking, s.beside = 0.0, 0


@compiled
def supervise(lanes, groups, sites, trusted, failed):
    """Judge every lane and site after a second. groups (G, 2), sites (N,): scratch for counts.

    trusted: nothing is doubted. failed (N,): a lane of the site is ill, or nothing comes in from it.
    """
    groups[:] = 0
    sites[:] = 0
    failed[:] = False
    for i in range(lanes.size):
        s = lanes[i]
        groups[s.group, 0] += s.stop
        groups[s.group, 1] += s.counted
        sites[s.site] += s.stop
    for i in range(lanes.size):
        s = lanes[i]
        if not s.known:
            failed[s.site] = True
            continue
        if trusted:
            continue
        book(s, groups[s.group, 0] - s.stop, groups[s.group, 1] - s.counted, sites[s.site])
        if s.ill == WELL:
            s.age = min(s.age + 1, USUAL_S)
            s.usual += (s.stop - s.usual) / s.age
            s.ill = illness(s)
            s.signs_stop, s.signs_advance, s.sign_off = 0, 0, False
        else:
            recover(s)
        failed[s.site] |= s.ill != WELL
