"""Capacity and delay of the links of one intersection, from what its lamps show second by second.

Sources. HCM 2000 = Highway Capacity Manual 2000, chapter 16 (the 2010 and 6th editions keep these forms):
start-up lost time 2 s, control delay d1 + d2. The extension of effective green into amber is measured
instead (the HCM has 2 s). Movements that yield: timing/yielding.py.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.timing.signals import GREEN, SignalLayout
from signalopt.timing.yielding import (
    START_UP_LOST_S,
    SignalView,
    lane_capacity_vph,
    link_capacity_vph,
)

AMBER_USED_S = 0.7
"""Seconds of amber that a queue uses. The calibrated vehicles of the saturation test bed (docs/saturation.md)
use 0.4-1.1 s in summer, 0.6-0.7 s in winter; the 2 s of the HCM would make short cycles look cheap."""
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
    """Effective green of each link in seconds: green - 2 s a start + the used amber an end.

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


def link_services(
    layout: SignalLayout,
    states: Sequence[str],
    flow_vph: Mapping[int, float],
    saturation_vph: Mapping[int, float],
    lanes: Mapping[int, Hashable] | None = None,
) -> dict[int, LinkService]:
    """Service of each vehicle link that has a saturation flow, by link.

    `flow_vph` of a pedestrian link is pedestrians per hour; absent links carry nothing. `lanes`: a common
    key for links of one lane; a vehicle that yields then holds up those behind it (timing/yielding.py).
    """
    signal = SignalView(
        layout,
        green_matrix(states),
        effective_greens_s(states),
        flow_vph,
        saturation_vph,
        lanes or {},
    )
    cycle = len(states)
    capacities = {}
    for link, saturation in sorted(saturation_vph.items()):
        most = saturation * float(signal.effective_s[link]) / cycle
        capacities[link] = max(LEAST_CAPACITY_VPH, min(link_capacity_vph(signal, link), most))
    for members in signal.shared_lanes():
        together = sum(flow_vph.get(link, 0.0) / capacities[link] for link in members)
        ratio = lane_capacity_vph(signal, members)
        flow = sum(flow_vph.get(link, 0.0) for link in members)
        if ratio is not None and together > 0:
            # The lane's own capacity decides; its links keep their proportions.
            share = min(1.0, together * max(LEAST_CAPACITY_VPH, ratio) / flow)
            for link in members:
                capacities[link] *= share
    services = {}
    for link, capacity in capacities.items():
        flow, effective = flow_vph.get(link, 0.0), float(signal.effective_s[link])
        degree = flow / capacity
        delay = control_delay_s(cycle, effective, capacity, degree)
        services[link] = LinkService(link, flow, capacity, effective, degree, delay)
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
