"""The street's detectors in SUMO: loops on every approach lane, and the lanes that a radar overlooks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from lxml import etree

from signalopt.control.approaches import lane_id
from signalopt.control.city import City
from signalopt.control.sensing import Raw, Sensing, advance_place_m
from signalopt.network.sumo_net import RawConnection, RawNet

STOP_BAR_M = 3.0
"""Stop bar loops lie so far before the lane's end: SUMO's vehicles stand about 1 m before it, so that the
first one covers the loop, whatever its length."""
_STOP, _ADVANCE = "signalopt.stop", "signalopt.advance"
# Variables of TraCI: who was on a loop in the last step, and seconds since somebody was (0: is).
_IDS, _SINCE_S = 0x12, 0x16
_NEVER_S = 1_000_000


@dataclass(frozen=True, slots=True)
class Way:
    """From the end of a watched lane to the stop line of an approach lane.

    approach: index of City.lanes; metres: from lane end to stop line; share: of the lane's vehicles that
    are expected to take it.
    """

    approach: int
    metres: float
    share: float


@dataclass(frozen=True, slots=True)
class WatchedLane:
    """A lane from which approach lanes are reached before any other signal (or one of them itself)."""

    lane: str
    edge: str
    length_m: float
    ways: tuple[Way, ...]


def loops_xml(city: City, sensing: Sensing) -> str:
    """An additional file with a stop bar loop and an advance loop on every approach lane."""
    root = etree.Element("additional")
    ahead_m = advance_place_m(city, sensing)
    for k, lane in enumerate(city.lanes):
        length_m = float(city.lane_length_m[k])
        for stem, metres in ((_STOP, min(STOP_BAR_M, length_m / 2)), (_ADVANCE, float(ahead_m[k]))):
            etree.SubElement(
                root, "inductionLoop", id=f"{stem}.{k}", lane=lane, file="NUL",
                pos=f"{max(0.0, length_m - metres):.2f}", period=str(_NEVER_S), friendlyPos="true",
            )  # fmt: skip
    text: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return text.decode()


def watched_lanes(city: City, net: RawNet) -> tuple[WatchedLane, ...]:
    """All lanes within the reach of the approaches, each with the approach lanes it leads to.

    Where a lane leads to several approach lanes (turn bays), its vehicles are expected on them in
    proportion to `city.lane_share`.
    """
    into: dict[str, list[RawConnection]] = defaultdict(list)
    for link in net.connections:
        into[lane_id(link.to_edge, link.to_lane)].append(link)
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for k, approach in enumerate(city.lanes):
        reach_m = float(city.lane_reach_m[k])
        ahead = [(approach, 0.0)]
        while ahead:
            lane, metres = ahead.pop()
            if metres >= found[lane].get(k, reach_m):
                continue
            found[lane][k] = metres
            ahead += [
                (up, metres + net.lane[lane].length_m)
                for link in into.get(lane, ())
                if not link.tl and (up := lane_id(link.from_edge, link.from_lane)) in net.lane
            ]
    return tuple(
        WatchedLane(lane, net.lane[lane].edge, net.lane[lane].length_m, _ways(city, metres))
        for lane, metres in found.items()
        if metres
    )


def _ways(city: City, metres: Mapping[int, float]) -> tuple[Way, ...]:
    total = sum(float(city.lane_share[k]) for k in metres)
    return tuple(
        Way(k, m, float(city.lane_share[k]) / total if total > 0 else 1 / len(metres))
        for k, m in metres.items()
    )


class Loops:
    """Counts of all loops in a running SUMO; `sumo` is libsumo or traci, already started.

    at_once: readings are fetched together (traci, where each call is a message), not one by one
    (libsumo, where a call is cheaper than an entry of a table).
    """

    def __init__(self, city: City, sumo: Any, *, step_s: float, at_once: bool) -> None:
        self._domain, self._step_s, self._at_once = sumo.inductionloop, step_s + 1e-6, at_once
        self._place = {
            f"{stem}.{k}": (stem == _STOP, k)
            for stem in (_STOP, _ADVANCE)
            for k in range(len(city.lanes))
        }
        for name in self._place if at_once else ():
            self._domain.subscribe(name, [_IDS, _SINCE_S])
        self._reached = np.zeros(len(city.lanes), np.int64)
        self._seen: Mapping[str, tuple[Sequence[str], float]] = {}

    def scan(self, raw: Raw, first: bool) -> None:
        """Take in a step of SUMO. first: of this second, so that presence is told anew."""
        busy = self._busy()
        raw.covered[:] = False
        if first:
            raw.occupied[:] = False
        for name, (ids, since_s) in busy.items():
            at_stop_bar, k = self._place[name]
            before = self._seen[name][0] if name in self._seen else ()
            new = sum(vehicle not in before for vehicle in ids)
            if at_stop_bar:
                raw.occupied[k] = True
                self._reached[k] += new
                # who stands on the loop has not crossed the line yet
                raw.left[k] = self._reached[k] - (since_s == 0)
            else:
                raw.passed[k] += new
                raw.covered[k] = since_s == 0
        self._seen = busy

    def _busy(self) -> Mapping[str, tuple[Sequence[str], float]]:
        """Who was on a loop in the last step, and seconds since somebody is (0) or was; others are absent."""
        if self._at_once:
            found = self._domain.getAllSubscriptionResults()
            return {
                name: (own[_IDS], own[_SINCE_S]) for name, own in found.items() if own[_IDS]
            }  # fmt: skip
        since, who = self._domain.getTimeSinceDetection, self._domain.getLastStepVehicleIDs
        return {
            name: (ids, since_s)
            for name in self._place
            if (since_s := since(name)) <= self._step_s and (ids := who(name))
        }
