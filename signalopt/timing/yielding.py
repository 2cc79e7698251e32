"""Capacity of movements that yield: opposed left turns, turns across walkers, lanes they share.

Source: Highway Capacity Manual 2000, chapter 16, appendices C and D: gap acceptance with critical headway
4.5 s and follow-up headway 2.5 s, sneakers, shared lanes that stand until the first left turn blocks
them, pedestrian blockage by occupancy of the conflict zone. The 2010 and 6th editions keep these forms.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.timing.signals import GroupKind, SignalLayout

START_UP_LOST_S = 2.0
CRITICAL_HEADWAY_S = 4.5
FOLLOW_UP_HEADWAY_S = 2.5
SNEAKERS_PER_CYCLE = 2.0
WALKING_SPEED_MPS = 1.2


@dataclass(frozen=True)
class SignalView:
    """One intersection under one program. green: rows links, columns seconds of the cycle.

    effective_s: effective green by link; lanes: a common key for links of one lane.
    """

    layout: SignalLayout
    green: NDArray[np.bool_]
    effective_s: NDArray[np.float64]
    flow_vph: Mapping[int, float]
    saturation_vph: Mapping[int, float]
    lanes: Mapping[int, Hashable]

    @property
    def cycle_s(self) -> int:
        """Seconds of the cycle."""
        return int(self.green.shape[1])

    def shared_lanes(self) -> list[tuple[int, ...]]:
        """Links of each lane that carries vehicles of two links or more."""
        members: dict[Hashable, list[int]] = {}
        for link in sorted(self.saturation_vph):
            if link in self.lanes and self.flow_vph.get(link, 0.0) > 0:
                members.setdefault(self.lanes[link], []).append(link)
        return [tuple(links) for links in members.values() if len(links) > 1]

    def yields_to(self, link: int, kind: GroupKind) -> list[int]:
        """Links with traffic that `link` must yield to while both are green."""
        found = []
        for a, b in sorted(self.layout.yields):
            if a != link or self.flow_vph.get(b, 0.0) <= 0:
                continue
            group = self.layout.group_of_link.get(b)
            own = self.layout.group[group].kind if group else GroupKind.VEHICLE
            if own is kind and bool((self.green[b] & self.green[link]).any()):
                found.append(b)
        return found

    def lane_flow_vph(self, link: int) -> float:
        """Flow of the lane that a link starts from."""
        if link not in self.lanes:
            return self.flow_vph.get(link, 0.0)
        own = self.lanes[link]
        return sum(
            self.flow_vph.get(other, 0.0) for other, lane in self.lanes.items() if lane == own
        )


@dataclass(frozen=True, slots=True)
class _Opposition:
    """What a yielding link meets in its green: seconds of each kind and the flow to filter through."""

    free: NDArray[np.bool_]
    queue: NDArray[np.bool_]
    gaps: NDArray[np.bool_]
    opposing_vph: NDArray[np.float64]
    ends: int
    single_lane: bool


def filter_saturation_vph(opposing_vph: float) -> float:
    """Saturation flow of a movement that filters through gaps of an opposing flow, in veh/h of green.

    HCM 2000, appendix C of chapter 16: v exp(-v tc / 3600) / (1 - exp(-v tf / 3600)).
    """
    if opposing_vph < 1e-6:
        return 3600 / FOLLOW_UP_HEADWAY_S
    blocked = math.exp(-opposing_vph * CRITICAL_HEADWAY_S / 3600)
    return opposing_vph * blocked / -math.expm1(-opposing_vph * FOLLOW_UP_HEADWAY_S / 3600)


def pedestrian_factor(pedestrians_per_green_h: float) -> float:
    """Share of a turn's saturation flow left by pedestrians who walk across its exit.

    `pedestrians_per_green_h`: flow rate during the pedestrian green. HCM 2000, appendix D of chapter 16:
    occupancy v / 2000 up to 1000, then 0.4 + v / 10000 (at most 0.9).
    """
    flow = min(pedestrians_per_green_h, 5000.0)
    return 1 - (flow / 2000 if flow <= 1000 else 0.4 + flow / 10000)


def first_walkers_factor(
    pedestrians_per_cycle: float, crossing_m: float, walk_green_s: float
) -> float:
    """Share of a turn's green left where those who waited at the kerb step out together.

    With random arrivals somebody comes in a cycle with probability 1 - exp(-n); the group then holds up the
    turn until it has passed the middle of the crossing. This matters where walkers are few, for which
    the occupancy above is too kind to the turn; estimated, and close to what SUMO's drivers do.
    """
    somebody = -math.expm1(-pedestrians_per_cycle)
    blocked_s = crossing_m / 2 / WALKING_SPEED_MPS
    return 1 - min(0.9, somebody * min(1.0, blocked_s / walk_green_s))


def link_capacity_vph(signal: SignalView, link: int) -> float:
    """Capacity of a link that has its lane to itself, yielding during part of its green or not at all."""
    own = signal.green[link]
    shown = int(own.sum())
    if shown == 0:
        return 0.0
    rate = signal.saturation_vph[link] * _walkers_leave(signal, link)
    sneakers = 0.0
    met = _opposition(signal, link)
    if met is not None:
        for value in np.unique(met.opposing_vph[met.gaps]):
            at = met.gaps & (met.opposing_vph == value)
            rate[at] = np.minimum(rate[at], filter_saturation_vph(float(value)))
        rate[met.queue] = 0.0
        sneakers = SNEAKERS_PER_CYCLE * met.ends * 3600 / signal.cycle_s
    mean = float(rate[own].mean())
    return mean * float(signal.effective_s[link]) / signal.cycle_s + sneakers


def lane_capacity_vph(signal: SignalView, links: Sequence[int]) -> float | None:
    """Capacity of a lane shared with an opposed movement; None if nobody in it yields to vehicles.

    HCM 2000, appendix C of chapter 16. While the opposing queue discharges, the lane flows only until the
    first left turn stands at its head, G exp(-0.860 LTC^0.629) seconds (several opposing lanes: 0.882 and
    0.717; LTC = left turns per cycle), after that only where the opposing lane's own left turns make room;
    then left turns count E_L1 through vehicles each. At least 1 + P sneakers leave at the end.
    """
    met = {link: found for link in links if (found := _opposition(signal, link)) is not None}
    flow = sum(signal.flow_vph[link] for link in links)
    if not met or len(met) == len(links) == 1:
        return None
    turner = max(met, key=lambda link: (signal.flow_vph[link], link))
    found, cycle = met[turner], signal.cycle_s
    turning = sum(signal.flow_vph[link] for link in met) / flow
    base = flow / sum(
        signal.flow_vph[link]
        / max(
            1.0,
            signal.saturation_vph[link]
            * float(_walkers_leave(signal, link)[signal.green[link]].mean()),
        )
        for link in links
        if signal.green[link].any()
    )
    shown = int(signal.green[turner].sum())
    opposed = int(found.queue.sum() + found.gaps.sum())
    factor, power = (0.860, 0.629) if found.single_lane else (0.882, 0.717)
    turns = turning * flow * cycle / 3600
    until_first = opposed * math.exp(-factor * turns**power)
    waiting = max(0.0, float(found.queue.sum()) - until_first)
    flowing = min(until_first, float(found.queue.sum()))
    gaps = opposed - flowing - waiting
    equivalent = 1.0
    if found.gaps.any():
        opposing = float(found.opposing_vph[found.gaps].mean())
        equivalent = max(1.0, base / filter_saturation_vph(opposing))
    served = float(found.free.sum()) + flowing + gaps / (1 + turning * (equivalent - 1))
    if found.single_lane:
        served += waiting / (1 + turning * (_while_opposed(signal, turner, waiting) - 1))
    capacity = base * served / shown * float(signal.effective_s[turner]) / cycle
    return max(capacity, (1 + turning) * found.ends * 3600 / cycle)


def _while_opposed(signal: SignalView, link: int, waiting_s: float) -> float:
    """Through vehicles that one left turn stands for while the one opposing lane discharges (E_L2).

    HCM 2000, appendix C of chapter 16: (1 - P^n) / P_LTo, with P the opposing lane's share that does not
    turn left, P_LTo its share that does and n = seconds / 2. Infinite without opposing left turns.
    """
    opponents = signal.yields_to(link, GroupKind.VEHICLE)
    lane = signal.lanes.get(opponents[0], opponents[0])
    beside = [other for other, key in signal.lanes.items() if key == lane]
    total = float(sum(signal.flow_vph.get(other, 0.0) for other in beside))
    lefts = sum(
        signal.flow_vph.get(other, 0.0)
        for other in beside
        if other in signal.saturation_vph and signal.yields_to(other, GroupKind.VEHICLE)
    )
    if total <= 0 or lefts <= 0:
        return math.inf
    share = lefts / total
    return max(1.0, (1 - math.pow(1 - share, waiting_s / 2)) / share)


def _walkers_leave(signal: SignalView, link: int) -> NDArray[np.float64]:
    """Share of the saturation flow that walkers leave in each second of the cycle."""
    share = np.ones(signal.cycle_s)
    for walker in signal.yields_to(link, GroupKind.PEDESTRIAN):
        walking = signal.green[walker]
        seconds = max(1, int(walking.sum()))
        rate = signal.flow_vph[walker] * signal.cycle_s / seconds
        left = pedestrian_factor(rate)
        group = signal.layout.group_of_link.get(walker)
        crossing_m = signal.layout.group[group].crossing_m if group else None
        if crossing_m is not None:
            per_cycle = signal.flow_vph[walker] * signal.cycle_s / 3600
            left = min(left, first_walkers_factor(per_cycle, crossing_m, seconds))
        share[walking] = np.minimum(share[walking], left)
    return share


def _opposition(signal: SignalView, link: int) -> _Opposition | None:
    """What a link meets during its green; None if it yields to no vehicles."""
    opponents = signal.yields_to(link, GroupKind.VEHICLE)
    if not opponents:
        return None
    own = signal.green[link]
    opposing = np.zeros(signal.cycle_s)
    queue = np.zeros(signal.cycle_s, dtype=bool)
    for other in opponents:
        green = signal.green[other]
        opposing[green] += signal.flow_vph[other]
        saturation = signal.saturation_vph.get(other, signal.saturation_vph[link])
        queue |= _discharging(green, signal.lane_flow_vph(other), saturation)
    met = np.any(signal.green[opponents], axis=0)
    return _Opposition(
        free=own & ~met,
        queue=own & met & queue,
        gaps=own & met & ~queue,
        opposing_vph=opposing,
        ends=int((own & ~np.roll(own, -1) & met).sum()),
        single_lane=len({signal.lanes.get(other, other) for other in opponents}) == 1,
    )


def _discharging(
    green: NDArray[np.bool_], flow_vph: float, saturation_vph: float
) -> NDArray[np.bool_]:
    """Seconds in which the queue of the red before still discharges (Webster's v r / (s - v))."""
    cycle = len(green)
    result = np.zeros(cycle, dtype=bool)
    if green.all() or not green.any():
        return result
    starts = [i for i in range(cycle) if green[i] and not green[i - 1]]
    for start in starts:
        red = 0
        while not green[start - 1 - red]:
            red += 1
        waiting = flow_vph * (red + START_UP_LOST_S)
        spare = saturation_vph - flow_vph
        seconds = cycle if spare <= 0 else math.ceil(waiting / spare + START_UP_LOST_S)
        second = start
        while green[second % cycle] and second < start + seconds:
            result[second % cycle] = True
            second += 1
    return result
