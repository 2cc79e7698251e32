"""What a controller steers and sees: controlled intersections, their approach lanes and connections.

Axis letters: N sites, S most stages of a site, L approach lanes, M vehicle connections with a lamp,
P pedestrian groups. Lanes, connections and pedestrian groups are grouped by site, in the order of `sites`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from signalopt.control.approaches import Ways, lane_id
from signalopt.control.discharge import discharge
from signalopt.control.guard_tables import GuardTables, guard_tables
from signalopt.control.site import Site
from signalopt.control.transitions import make_site
from signalopt.demand.flows import movement_flows, spread_over_links
from signalopt.errors import InputError, Problem
from signalopt.network.model import Intersection, Movement, Turn
from signalopt.network.sumo_net import RawNet, read_raw_net
from signalopt.scenario.case import Case
from signalopt.timing.plan import AnyProgram, IntersectionPlan, Plan
from signalopt.timing.safety import judge_program
from signalopt.timing.signals import GroupKind

__all__ = ["City", "Site", "build_city"]

RED, YIELD, GREEN = 0, 2, 3

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class City:
    """All that a controller may steer in a case; nobody changes its arrays.

    (They are not locked: Numba takes up locked arrays ten times slower.)

    lanes (L,): SUMO ids of approach lanes. lane_reach_m (L,): metres upstream of the stop line without
    another signal (its own length at least, 1000 m at most). lane_share (L,): share of its edge's vehicles
    expected on a lane. lane_headway_s, lane_startup_s (L,): mean saturation headway and start-up loss of
    the case's vehicles, plain physics (see `discharge`).
    movement_lane (M,): approach lane as index of `lanes`; movement_link (M,): signal link index;
    movement_to (M,): SUMO ids of the lanes led to; movement_next (M,): approach lane at the next signal
    straight on (index of `lanes`, -1: none within reach) and movement_next_m (M,) the metres from stop line
    to stop line (0 where there is none). movement_share (M,): share of its lane's vehicles that take it.
    movement_foes (M,): connections that a yielding one gives way to.
    green (M, S): 0 red, 2 green that yields, 3 green; serves (L, S): any connection of the lane is green.
    walker_site (P,), walker_group (P,): pedestrian groups that can be called.
    left_alone: signals that are not steered, each with the reason.
    """

    sites: tuple[Site, ...]
    lanes: tuple[str, ...]
    lane_site: Ints
    lane_length_m: Floats
    lane_speed_mps: Floats
    lane_reach_m: Floats
    lane_share: Floats
    lane_headway_s: Floats
    lane_startup_s: Floats
    movement_site: Ints
    movement_lane: Ints
    movement_link: Ints
    movement_to: tuple[str, ...]
    movement_next: Ints
    movement_next_m: Floats
    movement_share: Floats
    movement_turn: tuple[Turn, ...]
    movement_foes: tuple[tuple[int, ...], ...]
    stage_count: Ints
    green: NDArray[np.uint8]
    serves: NDArray[np.bool_]
    walker_site: Ints
    walker_group: tuple[str, ...]
    left_alone: tuple[tuple[str, str], ...]

    @cached_property
    def guard_tables(self) -> GuardTables:
        """What the guard knows of the sites, made once for all runs."""
        return guard_tables(self.sites)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of results must know: limits raised, changes of stages never shown."""
        own = tuple(f"{site.id}: {note}" for site in self.sites for note in site.notes)
        return (*own, *self.guard_tables.notes)


def build_city(case: Case, plan: Plan | None = None) -> City:
    """Everything a controller may steer in a case.

    plan: the programs that are followed without a controller; None: `case.today`, which also fills in for
    signals that the plan leaves out. Raises InputError when nothing can be steered.
    """
    sites, places, alone = [], [], []
    for place in case.network.intersections:
        program = (plan.by_id.get(place.id) if plan else None) or case.today.by_id.get(place.id)
        site, reason = _site_of(place, program, place.id in case.signals_off)
        if site is None:
            alone.append((place.id, reason))
        else:
            sites.append(site)
            places.append(place)
    if not sites:
        found = "; ".join(f"`{name}`: {reason}" for name, reason in alone) or "no signal at all"
        raise InputError(
            Problem(case.name, found, "at least one intersection with two stages to choose from")
        )
    flows = spread_over_links(
        case.network, movement_flows(case.route_files, case.begin_s, case.end_s)
    )
    return _arranged(case, read_raw_net(case.net_file), sites, places, flows, tuple(alone))


def _site_of(place: Intersection, program: AnyProgram | None, off: bool) -> tuple[Site | None, str]:
    if off:
        return None, "switched off"
    if not isinstance(program, IntersectionPlan):
        reason = "; ".join(place.remarks) or "its program is kept as it is"
        return None, reason
    if not place.tunable:
        return None, "; ".join(place.remarks) or "not tunable"
    if any(f.rule in ("stage", "form") for f in judge_program(place.layout, program)):
        return None, "its program names stages or groups that the intersection does not have"
    return make_site(place.layout, program)


def _arranged(
    case: Case,
    net: RawNet,
    sites: Sequence[Site],
    places: Sequence[Intersection],
    flows: Mapping[str, Mapping[int, float]],
    alone: tuple[tuple[str, str], ...],
) -> City:
    """Bring lanes and connections of all sites into arrays."""
    ways = Ways(net)
    moves = [_vehicle_movements(place, net) for place in places]
    lanes = [
        (n, lane)
        for n, own in enumerate(moves)
        for lane in dict.fromkeys(lane_id(m.from_edge, m.from_lane) for m in own)
    ]
    number = {lane: k for k, (_, lane) in enumerate(lanes)}
    every = [(n, m) for n, own in enumerate(moves) for m in own]
    lane_of = [number[lane_id(m.from_edge, m.from_lane)] for _, m in every]
    to = [lane_id(m.to_edge, m.to_lane) for _, m in every]
    onward = [ways.next_signal(lane, number) for lane in to]
    lane_share, movement_share = _shares(sites, every, lane_of, net, lanes, flows)
    length = np.array([net.lane[lane].length_m for _, lane in lanes], np.float64)
    speed = np.array([net.lane[lane].speed_mps for _, lane in lanes], np.float64)
    headway, startup = discharge(case, speed)
    width = max(len(site.stages) for site in sites)
    green = np.zeros((len(every), width), np.uint8)
    serves = np.zeros((len(lanes), width), np.bool_)
    for k, (n, m) in enumerate(every):
        for s, state in enumerate(sites[n].steady):
            green[k, s] = {"G": GREEN, "g": YIELD}.get(state[m.link], RED)
            serves[lane_of[k], s] |= green[k, s] != RED
    walkers = [
        (n, group.id)
        for n, site in enumerate(sites)
        for group in site.layout.groups
        if group.kind is GroupKind.PEDESTRIAN
    ]
    ints = np.int32
    return City(
        sites=tuple(sites),
        lanes=tuple(lane for _, lane in lanes),
        lane_site=np.array([n for n, _ in lanes], ints),
        lane_length_m=length,
        lane_speed_mps=speed,
        lane_reach_m=np.array([ways.reach_m(lane) for _, lane in lanes], np.float64),
        lane_share=lane_share,
        lane_headway_s=headway,
        lane_startup_s=startup,
        movement_site=np.array([n for n, _ in every], ints),
        movement_lane=np.array(lane_of, ints),
        movement_link=np.array([m.link for _, m in every], ints),
        movement_to=tuple(to),
        movement_next=np.array([lane for lane, _ in onward], ints),
        movement_next_m=np.array(
            [m.length_m + way if lane >= 0 else 0.0 for (_, m), (lane, way) in
             zip(every, onward, strict=True)], np.float64,
        ),
        movement_share=movement_share,
        movement_turn=tuple(m.turn for _, m in every),
        movement_foes=_foes(sites, every),
        stage_count=np.array([len(site.stages) for site in sites], ints),
        green=green,
        serves=serves,
        walker_site=np.array([n for n, _ in walkers], ints),
        walker_group=tuple(group for _, group in walkers),
        left_alone=alone,
    )  # fmt: skip


def _vehicle_movements(place: Intersection, net: RawNet) -> list[Movement]:
    """Connections between street lanes, sorted by lane and link."""
    found = [
        m
        for m in place.movements
        if m.turn is not Turn.CROSSING and lane_id(m.from_edge, m.from_lane) in net.lane
    ]
    edges = {edge: k for k, edge in enumerate(place.incoming_edges)}
    return sorted(found, key=lambda m: (edges[m.from_edge], m.from_lane, m.link, m.to_lane))


def _shares(
    sites: Sequence[Site],
    every: Sequence[tuple[int, Movement]],
    lane_of: Sequence[int],
    net: RawNet,
    lanes: Sequence[tuple[int, str]],
    flows: Mapping[str, Mapping[int, float]],
) -> tuple[Floats, Floats]:
    """Share of the edge's vehicles by lane and of the lane's by connection; equal ones without trips."""
    on_link: dict[tuple[int, int], int] = {}
    for n, m in every:
        on_link[n, m.link] = on_link.get((n, m.link), 0) + 1
    flow = np.array(
        [flows.get(sites[n].id, {}).get(m.link, 0.0) / on_link[n, m.link] for n, m in every],
        np.float64,
    )
    of = np.array(lane_of, np.int64)
    lane_flow = np.bincount(of, flow, len(lanes))
    ways = np.bincount(of, minlength=len(lanes))
    names = {e: k for k, e in enumerate(dict.fromkeys(net.lane[lane].edge for _, lane in lanes))}
    edge = np.array([names[net.lane[lane].edge] for _, lane in lanes], np.int64)
    edge_flow, edge_lanes = np.bincount(edge, lane_flow)[edge], np.bincount(edge)[edge]
    lane_share = np.where(edge_flow > 0, lane_flow / np.maximum(edge_flow, 1e-9), 1 / edge_lanes)
    share = np.where(lane_flow[of] > 0, flow / np.maximum(lane_flow[of], 1e-9), 1 / ways[of])
    return lane_share, share


def _foes(
    sites: Sequence[Site], every: Sequence[tuple[int, Movement]]
) -> tuple[tuple[int, ...], ...]:
    at: dict[tuple[int, int], list[int]] = {}
    for k, (n, m) in enumerate(every):
        at.setdefault((n, m.link), []).append(k)
    return tuple(
        tuple(
            sorted(
                k
                for link, other in sites[n].layout.yields
                if link == m.link
                for k in at.get((n, other), ())
            )
        )
        for n, m in every
    )
