"""Capacity and delay of the links of one intersection, from what its lamps show second by second.

Sources. HCM 2000 = Highway Capacity Manual 2000, chapter 16 (the 2010 and 6th editions keep these forms):
start-up lost time 2 s, extension of effective green 2 s into amber, permitted left turns by gap
acceptance with critical headway 4.5 s and follow-up headway 2.5 s, sneakers 2 per cycle, pedestrian
blockage of turns by occupancy of the conflict zone, control delay d1 + d2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.timing.signals import GREEN, GroupKind, SignalLayout

START_UP_LOST_S = 2.0
AMBER_USED_S = 2.0
CRITICAL_HEADWAY_S = 4.5
FOLLOW_UP_HEADWAY_S = 2.5
SNEAKERS_PER_CYCLE = 2.0
ANALYSIS_PERIOD_H = 0.25
LEAST_CAPACITY_VPH = 1.0  # keeps a starved link's degree of saturation finite


@dataclass(frozen=True, slots=True)
class LinkService:
    """How one link is served: effective green, capacity, degree of saturation, delay.

    `delay_s` is the HCM control delay per vehicle of an isolated signal with random arrivals.
    """

    link: int
    flow_vph: float
    capacity_vph: float
    effective_green_s: float
    degree_of_saturation: float
    delay_s: float


def green_matrix(states: Sequence[str]) -> NDArray[np.bool_]:
    """Green (rows: links, columns: seconds of the cycle) from the states of a cycle."""
    return np.array([[letter in GREEN for letter in link] for link in zip(*states, strict=True)])


def effective_greens_s(states: Sequence[str]) -> NDArray[np.float64]:
    """Effective green of each link in seconds: green - 2 s a start + at most 2 s of amber an end.

    A link that is green all the cycle loses nothing (HCM 2000, equations 16-1 and 16-2).
    """
    result = np.zeros(len(states[0]) if states else 0)
    for link, letters in enumerate(zip(*states, strict=True)):
        shown = "".join(letters)
        green = sum(letter in GREEN for letter in shown)
        if green == len(shown):
            result[link] = green
        elif green:
            starts = sum(shown[i] in GREEN and shown[i - 1] not in GREEN for i in range(len(shown)))
            amber = min(AMBER_USED_S * starts, shown.count("y"))
            result[link] = max(0.0, green - START_UP_LOST_S * starts + amber)
    return result


def filter_saturation_vph(opposing_vph: float) -> float:
    """Saturation flow of a movement that filters through gaps of an opposing flow, in veh/h of green.

    HCM 2000, appendix C of chapter 16: v exp(-v tc / 3600) / (1 - exp(-v tf / 3600)).
    """
    if opposing_vph <= 0:
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


def link_services(
    layout: SignalLayout,
    states: Sequence[str],
    flow_vph: Mapping[int, float],
    saturation_vph: Mapping[int, float],
) -> dict[int, LinkService]:
    """Service of each vehicle link that has a saturation flow, by link.

    `flow_vph` of a pedestrian link is pedestrians per hour; absent links carry nothing.
    """
    green = green_matrix(states)
    effective = effective_greens_s(states)
    cycle = len(states)
    services = {}
    for link, saturation in sorted(saturation_vph.items()):
        flow = flow_vph.get(link, 0.0)
        capacity = _capacity_vph(layout, link, green, effective, flow_vph, saturation_vph)
        capacity = max(LEAST_CAPACITY_VPH, min(capacity, saturation * effective[link] / cycle))
        ratio = flow / capacity
        delay = control_delay_s(cycle, float(effective[link]), capacity, ratio)
        services[link] = LinkService(link, flow, capacity, float(effective[link]), ratio, delay)
    return services


def control_delay_s(
    cycle_s: float,
    effective_green_s: float,
    capacity_vph: float,
    degree: float,
    period_h: float = ANALYSIS_PERIOD_H,
) -> float:
    """Control delay per vehicle, d1 + d2 of HCM 2000 (equations 16-11 and 16-12), in seconds.

    Random arrivals, pretimed control (k = 0.5), isolated signal (I = 1), no queue at the start.
    """
    share = min(1.0, effective_green_s / cycle_s)
    uniform = 0.5 * cycle_s * (1 - share) ** 2 / max(1e-9, 1 - min(1.0, degree) * share)
    return uniform + overflow_delay_s(capacity_vph, degree, period_h)


def overflow_delay_s(
    capacity_vph: float, degree: float, period_h: float = ANALYSIS_PERIOD_H
) -> float:
    """The part of the control delay that chance and oversaturation add, per vehicle (d2)."""
    excess = degree - 1
    root = math.sqrt(excess**2 + 4 * degree / (max(capacity_vph, 1e-9) * period_h))
    return 900 * period_h * (excess + root)


def _capacity_vph(
    layout: SignalLayout,
    link: int,
    green: NDArray[np.bool_],
    effective: NDArray[np.float64],
    flow_vph: Mapping[int, float],
    saturation_vph: Mapping[int, float],
) -> float:
    """Capacity of a link that may have to yield during some of its green."""
    cycle = green.shape[1]
    own = green[link]
    shown = int(own.sum())
    if shown == 0:
        return 0.0
    saturation = saturation_vph[link]
    walkers: list[int] = []
    opponents: list[int] = []
    for a, b in sorted(layout.yields):
        if a == link and flow_vph.get(b, 0.0) > 0 and bool((green[b] & own).any()):
            group = layout.group_of_link.get(b)
            on_foot = group and layout.group[group].kind is GroupKind.PEDESTRIAN
            (walkers if on_foot else opponents).append(b)
    share = np.ones(cycle)
    for walker in walkers:
        rate = flow_vph[walker] * cycle / max(1, int(green[walker].sum()))
        share[green[walker]] = np.minimum(share[green[walker]], pedestrian_factor(rate))
    rate_vph = saturation * share
    sneakers = 0.0
    if opponents:
        opposing = np.zeros(cycle)
        queue = np.zeros(cycle, dtype=bool)
        for other in opponents:
            opposing[green[other]] += flow_vph[other]
            queue |= _discharging(
                green[other], flow_vph[other], saturation_vph.get(other, saturation)
            )
        met = np.any(green[opponents], axis=0)
        for value in np.unique(opposing[met & own]):
            at = met & (opposing == value)
            rate_vph[at] = np.minimum(rate_vph[at], filter_saturation_vph(float(value)))
        rate_vph[queue] = 0.0
        ends = own & ~np.roll(own, -1) & met
        sneakers = SNEAKERS_PER_CYCLE * int(ends.sum()) * 3600 / cycle
    mean_rate = float(rate_vph[own].mean())
    return mean_rate * float(effective[link]) / float(cycle) + float(sneakers)


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
