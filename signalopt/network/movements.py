"""From a raw net to movements: what each signal link lets pass, over which path, and who its foes are."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from signalopt.network.geometry import length_m
from signalopt.network.model import Movement, Turn
from signalopt.network.refuges import longest_undivided_m
from signalopt.network.sumo_net import RAIL, RawConnection, RawEdge, RawNet, Shape

_TURNS = {
    "l": Turn.LEFT,
    "L": Turn.LEFT,
    "r": Turn.RIGHT,
    "R": Turn.RIGHT,
    "t": Turn.UTURN,
}


@dataclass(frozen=True, slots=True)
class Controlled:
    """A movement and its place in the right-of-way table of its junction.

    `foes` are request indices of the same junction; `request` is -1 where the net has no table.
    """

    movement: Movement
    request: int
    foes: frozenset[int]


def movements_by_signal(net: RawNet) -> dict[str, tuple[Controlled, ...]]:
    """Movements of each signal id, sorted by link; rail signals and rail crossings are left out."""
    index = _Index.of(net)
    found: dict[str, list[Controlled]] = defaultdict(list)
    for connection in net.connections:
        if not connection.tl or connection.link < 0:
            continue
        controlled = index.controlled(connection)
        if controlled is not None:
            found[connection.tl].append(controlled)
    return {
        signal: tuple(sorted(items, key=lambda c: (c.movement.link, c.movement.to_lane)))
        for signal, items in sorted(found.items())
    }


@dataclass(frozen=True, slots=True)
class _Index:
    """Look-ups that every connection needs."""

    net: RawNet
    inner: dict[tuple[str, int], RawConnection]
    junction_of_lane: dict[str, str]
    position: dict[tuple[str, int, str, int], int]

    @staticmethod
    def of(net: RawNet) -> _Index:
        """Build the look-ups once for a net."""
        inner = {(c.from_edge, c.from_lane): c for c in net.connections if c.from_edge[:1] == ":"}
        junction_of_lane = {
            lane: junction.id
            for junction in net.junctions.values()
            if junction.kind != "internal"
            for lane in junction.internal_lanes
        }
        by_lane: dict[str, list[RawConnection]] = defaultdict(list)
        for connection in net.connections:
            by_lane[f"{connection.from_edge}_{connection.from_lane}"].append(connection)
        # Without internal lanes a request is counted over incoming lanes and their connections.
        position = {}
        for junction in net.junctions.values():
            links = (c for lane in junction.in_lanes for c in by_lane[lane])
            for number, link in enumerate(links):
                position[_key(link)] = number
        return _Index(net, inner, junction_of_lane, position)

    def controlled(self, connection: RawConnection) -> Controlled | None:
        """The movement that a signalised connection gives, None at rail signals and crossings."""
        crossing = self._crossing(connection)
        junction_id, lanes = self._path(connection, crossing)
        junction = self.net.junctions.get(junction_id)
        if junction is not None and junction.kind in RAIL:
            return None
        request = -1
        if junction is not None and lanes and lanes[-1] in junction.internal_lanes:
            request = junction.internal_lanes.index(lanes[-1])
        elif not lanes:
            request = self.position.get(_key(connection), -1)
        has_row = junction is not None and 0 <= request < len(junction.foes)
        foes = junction.foes[request] if junction is not None and has_row else frozenset()
        shape, length, speed = self._geometry(connection, lanes)
        movement = Movement(
            link=connection.link,
            turn=Turn.CROSSING if crossing else _TURNS.get(connection.direction, Turn.THROUGH),
            from_edge=connection.from_edge,
            to_edge=self._walk_end(connection, crossing) if crossing else connection.to_edge,
            from_lane=connection.from_lane,
            to_lane=connection.to_lane,
            junction=junction_id,
            length_m=length,
            speed_mps=speed,
            shape=shape,
            crosses=crossing.crosses if crossing else (),
            undivided_m=self._undivided(crossing, shape, length) if crossing else None,
        )
        return Controlled(movement, request if has_row else -1, foes)

    def _crossing(self, connection: RawConnection) -> RawEdge | None:
        """The pedestrian crossing that a connection enters (or, on its way back, leaves)."""
        for edge_id in (connection.to_edge, connection.from_edge):
            edge = self.net.edges.get(edge_id)
            if edge is not None and edge.function == "crossing":
                return edge
        return None

    def _undivided(self, crossing: RawEdge, shape: Shape, length: float) -> float | None:
        """Longest stretch of a crossing without a refuge, from the ends of the lanes it crosses."""
        edges = [self.net.edges[e] for e in crossing.crosses if e in self.net.edges]
        middle = shape[len(shape) // 2] if shape else (0.0, 0.0)
        ends = [
            min((lane.shape[0], lane.shape[-1]), key=lambda p: math.dist(p, middle))
            for edge in edges
            for lane in edge.lanes
            if lane.shape and not lane.for_walkers
        ]
        return longest_undivided_m(shape, ends, length)

    def _walk_end(self, connection: RawConnection, crossing: RawEdge) -> str:
        """The walking area where a crossing ends, the crossing itself if the net does not say."""
        if connection.to_edge != crossing.id:
            return connection.to_edge
        after = self.inner.get((crossing.id, 0))
        return after.to_edge if after is not None else crossing.id

    def _path(self, connection: RawConnection, crossing: RawEdge | None) -> tuple[str, list[str]]:
        """Junction and internal lanes of a connection, in order of travel."""
        if crossing is not None:
            lanes = [lane.id for lane in crossing.lanes[:1]]
            return self.junction_of_lane.get(lanes[0], "") if lanes else "", lanes
        lanes, via = [], connection.via
        while via and via not in lanes:
            lanes.append(via)
            lane = self.net.lane.get(via)
            after = self.inner.get((lane.edge, lane.index)) if lane is not None else None
            via = after.via if after is not None else ""
        edge = self.net.edges.get(connection.from_edge)
        return edge.to_node if edge is not None else "", lanes

    def _geometry(self, connection: RawConnection, lanes: list[str]) -> tuple[Shape, float, float]:
        """Path over the junction, its length and the speed allowed on it."""
        known = [self.net.lane[lane] for lane in lanes if lane in self.net.lane]
        if known:
            points: list[tuple[float, float]] = []
            for lane in known:
                points += [p for p in lane.shape if not points or p != points[-1]]
            return (
                tuple(points),
                sum(lane.length_m for lane in known),
                min(lane.speed_mps for lane in known),
            )
        before = self.net.first_lane(connection)
        after = self.net.lane.get(f"{connection.to_edge}_{connection.to_lane}")
        ends = (
            *(before.shape[-1:] if before is not None else ()),
            *(after.shape[:1] if after is not None else ()),
        )
        speed = min((x.speed_mps for x in (before, after) if x is not None), default=13.89)
        return ends, length_m(ends), speed


def _key(connection: RawConnection) -> tuple[str, int, str, int]:
    return (
        connection.from_edge,
        connection.from_lane,
        connection.to_edge,
        connection.to_lane,
    )
