"""A city made by hand: one or more equal intersections of an avenue and a street, side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from signalopt.control.city import City
from signalopt.control.seen import Seen, new_seen
from signalopt.control.transitions import make_site
from signalopt.network.model import Turn
from tests.layouts import four_arms, plan_for

LANES = ("N", "N-left", "S", "S-left", "E", "W")
"""Approach lanes of a site; E and W carry through traffic and left turns (greens that give way)."""
LANE_OF_LINK = (0, 1, 2, 3, 4, 4, 5, 5)
AVENUE, LEFT, STREET = 0, 1, 2
"""The stages, in the order of the program."""


def hand_city(count: int = 1) -> City:
    """Sites C0, C1, ...: the layout `four_arms` with its plan, nobody beyond, equal shares."""
    sites = []
    for number in range(count):
        layout = four_arms(f"C{number}")
        site, reason = make_site(layout, plan_for(layout))
        assert site is not None, reason
        sites.append(site)
    lane_site = np.repeat(np.arange(count), len(LANES)).astype(np.int32)
    moves = [(n, link) for n in range(count) for link in range(8)]
    lane = np.array([n * len(LANES) + LANE_OF_LINK[link] for n, link in moves], np.int32)
    codes = {"r": 0, "g": 2, "G": 3}
    green = np.array([[codes[s[link]] for s in sites[n].steady] for n, link in moves], np.uint8)
    lanes = count * len(LANES)
    serves = np.zeros((lanes, 3), np.bool_)
    np.logical_or.at(serves, lane, green > 0)
    return City(
        sites=tuple(sites),
        lanes=tuple(f"C{n}.{name}" for n in range(count) for name in LANES),
        lane_site=lane_site,
        lane_length_m=np.full(lanes, 200.0),
        lane_speed_mps=np.full(lanes, 13.9),
        lane_reach_m=np.full(lanes, 200.0),
        lane_share=np.full(lanes, 1.0),
        lane_headway_s=np.full(lanes, 1.9),
        lane_startup_s=np.full(lanes, 2.0),
        movement_site=np.array([n for n, _ in moves], np.int32),
        movement_lane=lane,
        movement_link=np.array([link for _, link in moves], np.int32),
        movement_to=tuple(f"out{k}" for k in range(len(moves))),
        movement_next=np.full(len(moves), -1, np.int32),
        movement_next_m=np.zeros(len(moves)),
        movement_share=1.0 / np.bincount(lane)[lane],
        movement_turn=tuple(Turn.LEFT if link % 2 else Turn.THROUGH for _, link in moves),
        movement_foes=tuple(() for _ in moves),
        stage_count=np.full(count, 3, np.int32),
        green=green,
        serves=serves,
        walker_site=np.repeat(np.arange(count), 2).astype(np.int32),
        walker_group=("P-avenue", "P-street") * count,
        left_alone=(),
    )


def with_opposed_lefts(city: City) -> City:
    """The city where the avenue's left turns may also go against its oncoming traffic."""
    lefts = np.isin(city.movement_link, (1, 3))
    green, serves = city.green.copy(), city.serves.copy()
    green[lefts, AVENUE] = 2
    serves[city.movement_lane[lefts], AVENUE] = True
    return replace(city, green=green, serves=serves)


def seen_with(city: City, *queues: dict[str, float], stage: int = AVENUE) -> Seen:
    """What a controller sees with these queues (one dict of lane name -> vehicles a site)."""
    seen = new_seen(city)
    seen.stage[:] = stage
    seen.steady_s[:] = 20
    seen.gap_s[:] = 99.0
    for number, queue in enumerate(queues):
        for name, vehicles in queue.items():
            lane = number * len(LANES) + LANES.index(name)
            seen.queue[lane] = vehicles
            seen.present[lane] = True
    return seen
