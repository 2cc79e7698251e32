"""Kernel of the rolling horizon: the search over orders of stages and lengths of green.

`facts`, `wish` and `beam` are horizon_tables.Facts, Wishes and Beam.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.control.horizon_traffic_kernel import afterwards, roll
from signalopt.mesosim.compiling import compiled

FAR = 1e18
"""Cost of what is not possible."""


@compiled
def strays(site, facts, wish, rate, now, beam):
    """Cost of leaving the fallback program, summed over the horizon, into beam.stray (S, seconds + 1).

    A second in which a stage is shown, or changed to, that is not the program's costs wish.guide for each
    vehicle that arrives at the site in a second on average; rate (L,).
    """
    arriving = 0.0
    for lane in range(facts.lane_lo[site], facts.lane_lo[site + 1]):
        arriving += rate[lane]
    first = facts.plan_at[site]
    cycle = facts.plan_at[site + 1] - first
    for s in range(facts.stage_count[site]):
        total = 0.0
        for t in range(beam.stray.shape[1]):
            beam.stray[s, t] = total
            if facts.plan_stage[first + (now + t - facts.plan_offset_s[site]) % cycle] != s:
                total += wish.guide * arriving


@compiled
def worst_place(beam, land, target):
    """Where a new state may be kept: a free place, else that of the worst one."""
    count = beam.kept[land, target]
    if count < beam.rows.shape[2]:
        return count
    worst = 0
    for place in range(1, count):
        if beam.worth[land, target, place] > beam.worth[land, target, worst]:
            worst = place
    return worst


@compiled
def extend(b, s, w, target, site, facts, wish, coming, shut, width, beam):
    """Carry one kept state on: hold its stage to the next moment, or change and keep the least green."""
    now = facts.times[b]
    land = b + 1
    change = 0
    if target != s:
        change = facts.lost_s[site, s, target]
        at = now + change + facts.least_s[site, s, target]
        if change < 0 or at > facts.times[facts.times.size - 1]:
            return
        land = (at + facts.times[1] - 1) // facts.times[1]
    place = worst_place(beam, land, target)
    full = place < beam.kept[land, target]
    x = beam.scratch
    for i in range(width):
        x[i] = beam.rows[b, s, w, i]
    spent = beam.spent[b, s, w] + beam.stray[target, facts.times[land]] - beam.stray[target, now]
    spent += roll(x, site, facts, wish, coming, shut, s, target, 0, now, change, beam.none)
    if full and spent >= beam.worth[land, target, place]:
        return
    spent += roll(
        x, site, facts, wish, coming, shut, target, target, 0, now + change,
        facts.times[land] - now - change, beam.none,
    )  # fmt: skip
    rated = spent + afterwards(x, site, facts, wish, target)
    if full and rated >= beam.worth[land, target, place]:
        return
    if not full:
        beam.kept[land, target] += 1
    for i in range(width):
        beam.rows[land, target, place, i] = x[i]
    beam.spent[land, target, place] = spent
    beam.worth[land, target, place] = rated
    beam.first[land, target, place] = target if b == 0 else beam.first[b, s, w]
    beam.parent[land, target, place] = (b * facts.stage_count[site] + s) * beam.rows.shape[2] + w


@compiled
def search(x0, site, facts, wish, coming, shut, stage, allowed, beam):
    """Least cost of the horizon for every first decision, into beam.value (FAR: not possible).

    A beam search over the moments facts.times (the first is 0): at each of them every kept state holds
    its stage to the next moment or changes to another one, for its least green at least. Both
    happen at multiples of one step, or holding once more would always look better. Returns the number
    of the best last state (moment * S + stage) * places + place, -1 for none.
    """
    stages = facts.stage_count[site]
    last = facts.times.size - 1
    beam.kept[:] = 0
    beam.value[:] = FAR
    for i in range(x0.size):
        beam.rows[0, stage, 0, i] = x0[i]
    beam.spent[0, stage, 0] = 0.0
    beam.parent[0, stage, 0] = -1
    beam.kept[0, stage] = 1
    for b in range(last):
        for s in range(stages):
            for w in range(beam.kept[b, s]):
                for target in range(stages):
                    if b > 0 or allowed[target]:
                        extend(b, s, w, target, site, facts, wish, coming, shut, x0.size, beam)
    best = -1
    lowest = FAR
    for s in range(stages):
        for w in range(beam.kept[last, s]):
            worth = beam.worth[last, s, w]
            action = beam.first[last, s, w]
            beam.value[action] = min(beam.value[action], worth)
            if worth < lowest:
                lowest = worth
                best = (last * stages + s) * beam.rows.shape[2] + w
    return best


@compiled
def write_plan(best, site, facts, beam, plan):
    """The stages of the best schedule: plan[k] is the stage wanted from moment k of the horizon on."""
    stages = facts.stage_count[site]
    places = beam.rows.shape[2]
    later = facts.times.size - 1
    while best >= 0:
        b = best // (stages * places)
        s = (best // places) % stages
        w = best % places
        before = beam.parent[b, s, w]
        since = before // (stages * places) if before >= 0 else 0
        for k in range(since, later):
            plan[k] = s
        later = since
        best = before


@compiled
def choose(x, facts, wish, coming, shut, stage, switching, following, allowed, beam, plan, planned_at,
           now, rate, wanted):  # fmt: skip
    """The wanted stage of every site into `wanted`; where there is a choice, the new schedule into `plan`.

    plan (N, moments), planned_at (N,): schedules and the second they begin at. A change must save
    wish.least_gain vehicle-seconds against holding.
    """
    for site in range(stage.size):
        here = stage[site]
        wanted[site] = here
        choices = 0
        for s in range(facts.stage_count[site]):
            choices += allowed[site, s]
            if allowed[site, s]:
                wanted[site] = s
        if switching[site] or following[site] or choices < 2:
            continue
        strays(site, facts, wish, rate, now, beam)
        best = search(x[site], site, facts, wish, coming, shut, here, allowed[site], beam)
        chosen = here if allowed[site, here] else -1
        bar = beam.value[here] - wish.least_gain if chosen >= 0 else FAR
        for s in range(facts.stage_count[site]):
            if s != here and beam.value[s] < bar:
                bar = beam.value[s]
                chosen = s
        if chosen < 0:
            continue
        wanted[site] = chosen
        write_plan(best, site, facts, beam, plan[site])
        planned_at[site] = now
