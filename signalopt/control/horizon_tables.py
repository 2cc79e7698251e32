"""What the rolling horizon knows of a city beforehand, as arrays that its kernel reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import YIELD, City
from signalopt.control.guard_heads import heads_of
from signalopt.control.guard_limits import limits_of
from signalopt.control.site import Site

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

AMBER_USED_S = 2
"""Seconds of amber in which vehicles still pass: from there on all can stop (HCM 2000 takes 2 s)."""
ROTATIONS, SHORTEST_S, LONGEST_S = 1.5, 60, 120
"""Horizon in rotations with least greens, and its bounds in seconds (measured: docs/control.md)."""
SMALL_SHARE = 0.001
"""Movements that fewer of a lane's vehicles take hold nobody up."""


class Facts(NamedTuple):
    """N sites, S stages, L lanes, M movements, sorted by lane; lanes sorted by site.

    lane_lo (N + 1,), move_lo (L + 1,): first lane of a site, first movement of a lane. stage_count (N,).
    codes (M, S): 0 red, 2 green that yields, 3 green. run_on (M, S, S): seconds of a change in which the
    movement still goes. lost_s, least_s (N, S, S): seconds of a change (-1: never shown) and of the
    least green after it. mixed (L,): the movements of a lane are not always green together. share (M,):
    of the lane's vehicles. foe_lo (M + 1,), foes: movements to give way to. headway_s, startup_s,
    max_red_s (L,).
    pocket (M,): vehicles that can wait for a gap inside the junction. times: moments of the horizon. plan_at
    (N + 1,), plan_stage: the stage that the fallback shows or changes to, second by second of its cycle;
    plan_offset_s (N,).
    """

    lane_lo: Ints
    move_lo: Ints
    stage_count: Ints
    codes: NDArray[np.uint8]
    run_on: Ints
    lost_s: Ints
    least_s: Ints
    mixed: NDArray[np.bool_]
    share: Floats
    foe_lo: Ints
    foes: Ints
    headway_s: Floats
    startup_s: Floats
    max_red_s: Floats
    pocket: Floats
    times: Ints
    plan_at: Ints
    plan_stage: Ints
    plan_offset_s: Ints


class Wishes(NamedTuple):
    """Weights of the search, see `horizon.Horizon`."""

    stop_s: float
    wait_s: float
    gap_s: float
    least_gain: float
    guide: float


class Beam(NamedTuple):
    """Room for the search: B moments, S stages, W places, states of so many numbers."""

    rows: Floats
    spent: Floats
    worth: Floats
    first: Ints
    parent: Ints
    kept: Ints
    scratch: Floats
    value: Floats
    stray: Floats
    none: Floats


def make_facts(city: City, horizon_s: int, step_s: int, pocket: float) -> Facts:
    """The facts of a city; `step_s` divides the horizon into moments. horizon_s: 0 fits it to the city."""
    sites, stages = len(city.sites), city.green.shape[1]
    lanes, moves = len(city.lanes), city.movement_lane.size
    lost = np.full((sites, stages, stages), -1, np.int64)
    least = np.ones((sites, stages, stages), np.int64)
    run_on = np.zeros((moves, stages, stages), np.int64)
    for n, site in enumerate(city.sites):
        own = np.flatnonzero(city.movement_site == n)
        greens = _least_greens_s(site)
        for s in range(len(site.stages)):
            lost[n, s, s] = 0
        for (a, b), states in site.changes.items():
            lost[n, a, b] = len(states)
            least[n, a, b] = greens[a, b]
            for m in own:
                link = city.movement_link[m]
                run_on[m, a, b] = _goes_s([state[link] for state in states])
    whole_s = horizon_s or fitting_horizon_s(city, lost, least)
    move_lo = np.searchsorted(city.movement_lane, np.arange(lanes + 1)).astype(np.int64)
    yields = (city.green == YIELD).any(axis=1)
    coming = [stages_to_come(site.fallback_stages) for site in city.sites]
    foes = [f if yields[m] else () for m, f in enumerate(city.movement_foes)]
    return Facts(
        lane_lo=np.searchsorted(city.lane_site, np.arange(sites + 1)).astype(np.int64),
        move_lo=move_lo,
        stage_count=city.stage_count.astype(np.int64),
        codes=np.ascontiguousarray(city.green),
        run_on=run_on,
        lost_s=lost,
        least_s=least,
        mixed=_mixed(city, move_lo),
        share=city.movement_share.astype(np.float64),
        foe_lo=np.cumsum([0, *(len(f) for f in foes)]).astype(np.int64),
        foes=np.array([f for own in foes for f in own], np.int64),
        headway_s=city.lane_headway_s.astype(np.float64),
        startup_s=city.lane_startup_s.astype(np.float64),
        max_red_s=_max_red_s(city),
        pocket=np.where(yields, pocket, 0.0),
        times=np.arange(0, whole_s + 1, step_s, dtype=np.int64),
        plan_at=np.cumsum([0, *(len(c) for c in coming)]).astype(np.int64),
        plan_stage=np.concatenate(coming).astype(np.int64),
        plan_offset_s=np.array([site.fallback.offset_s for site in city.sites], np.int64),
    )


def fitting_horizon_s(city: City, lost: Ints, least: Ints) -> int:
    """Seconds to plan ahead: who stops serving somebody must see when he can come back to it."""
    longest = 0
    for n, site in enumerate(city.sites):
        pairs = [(s, (s + 1) % site.rotation) for s in range(site.rotation)]
        longest = max(longest, sum(int(lost[n, a, b] + least[n, a, b]) for a, b in pairs))
    return min(max(round(ROTATIONS * longest), SHORTEST_S), LONGEST_S)


def make_beam(facts: Facts, places: int) -> Beam:
    """Room for a search that keeps so many states by moment and stage."""
    moments, stages = facts.times.size, facts.codes.shape[1]
    width = state_width(facts)
    shape = (moments, stages, places)
    return Beam(
        np.zeros((*shape, width)), np.zeros(shape), np.zeros(shape), np.zeros(shape, np.int64),
        np.zeros(shape, np.int64), np.zeros((moments, stages), np.int64), np.zeros(width),
        np.zeros(stages), np.zeros((stages, int(facts.times[-1]) + 1)), np.zeros((0, 0)),
    )  # fmt: skip


def state_width(facts: Facts) -> int:
    """Numbers in the state of the largest site."""
    lanes = np.diff(facts.lane_lo)
    moves = np.diff(facts.move_lo[facts.lane_lo])
    return int((3 * lanes + 3 * moves).max())


def empty_states(facts: Facts) -> Floats:
    """States (N, width) of sites without a vehicle, in red."""
    states = np.zeros((facts.stage_count.size, state_width(facts)))
    for n in range(facts.stage_count.size):
        lane0, lane1 = facts.lane_lo[n : n + 2]
        move0, move1 = facts.move_lo[lane0], facts.move_lo[lane1]
        lanes = lane1 - lane0
        states[n, lanes : 2 * lanes] = facts.startup_s[lane0:lane1]
        states[n, 3 * lanes : 3 * lanes + move1 - move0] = facts.share[move0:move1]
    return states


def stages_to_come(shown: Sequence[int]) -> list[int]:
    """The stage that is steadily shown, or else (-1) the next one that will be, by second of a cycle."""
    count = len(shown)
    return [
        next(shown[(n + m) % count] for m in range(count) if shown[(n + m) % count] >= 0)
        for n in range(count)
    ]


def _goes_s(letters: list[str]) -> int:
    """Seconds from the start of a change in which a link's vehicles still go."""
    green = next((k for k, letter in enumerate(letters) if letter not in "Gg"), len(letters))
    amber = next((k for k, letter in enumerate(letters[green:]) if letter != "y"), len(letters))
    return min(len(letters), green + min(amber, AMBER_USED_S))


def _least_greens_s(site: Site) -> dict[tuple[int, int], int]:
    """Seconds of a stage, by the change that led to it, before some other stage may be asked for."""
    heads = heads_of(site)
    found = {}
    for (a, b), states in site.changes.items():
        new = [h for h in heads if not h.turns[a, b].green and h.turns[a, b].after]
        waits = []
        for old, c in site.changes:
            if old != b:
                continue
            wait = 1
            for head in new:
                end = head.turns[b, c]
                if end.first >= 0:
                    early = len(states) - head.turns[a, b].last
                    wait = max(wait, head.group.min_green_s - early - end.first)
            waits.append(wait)
        found[a, b] = min(waits, default=1)
    return found


def _max_red_s(city: City) -> Floats:
    """Longest red (L,) of any signal group of a lane's movements, as the guard sees to it."""
    longest: dict[tuple[int, str], float] = {}
    for n, site in enumerate(city.sites):
        heads = heads_of(site)
        for head, red in zip(heads, limits_of(site, heads).max_red_s, strict=True):
            key = n, head.group.id
            longest[key] = min(longest.get(key, np.inf), float(red))
    limits = np.full(len(city.lanes), np.inf)
    for n, lane, link in zip(
        city.movement_site, city.movement_lane, city.movement_link, strict=True
    ):
        group = city.sites[n].layout.group_of_link.get(int(link), "")
        limits[lane] = min(limits[lane], longest.get((int(n), group), np.inf))
    return limits


def _mixed(city: City, move_lo: Ints) -> NDArray[np.bool_]:
    """Lanes whose movements are not green in the very same way in all stages."""
    mixed = np.zeros(len(city.lanes), np.bool_)
    for lane in range(len(city.lanes)):
        own = slice(move_lo[lane], move_lo[lane + 1])
        rows = city.green[own][city.movement_share[own] > SMALL_SHARE]
        mixed[lane] = len(rows) > 0 and bool((rows != rows[0]).any())
    return mixed
