"""Routes as steps: which edge follows which, and on which lanes of an edge a vehicle can go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from signalopt.mesosim.net_detail import NetDetail
from signalopt.mesosim.records import STEP, Records, records
from signalopt.mesosim.streets import StreetIndex, Streets

LOOK_AHEAD_M = 250.0
"""How far beyond an edge a driver sorts himself into lanes (SUMO's lane change model looks as far as
some ten seconds of driving plus the changes needed)."""


class RouteBook:
    """Collects distinct (edges, class, stops) and gives each its first step."""

    def __init__(self, net: Streets, index: StreetIndex, detail: NetDetail) -> None:
        self._net, self._index, self._detail = net, index, detail
        self._known: dict[tuple[object, ...], int] = {}
        self._rows: list[tuple[int, int, int, int, float, bool]] = []
        self._open: dict[tuple[int, str], int] = {}

    def first_step(
        self, edges: Sequence[str], v_class: str, stops: Mapping[int, tuple[float, bool]]
    ) -> int:
        """First step of a route. stops: position in the route to (dwell_s, in a bay)."""
        key = (tuple(edges), v_class, tuple(sorted(stops.items())))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self._rows)
            self._add([self._index.edge_of[e] for e in edges], v_class, stops)
        return found

    def steps(self) -> Records:
        """All steps collected so far, route after route.

        good: bit mask of lanes from which the way goes on without a change for a good while; able:
        lanes from which the next edge can be reached; next: -1 at the end.
        """
        columns = list(zip(*self._rows, strict=True)) or [()] * 6
        names = ("edge", "next", "good", "able", "dwell", "bay")
        return records(
            len(self._rows), STEP, **dict(zip(names, map(np.array, columns), strict=True))
        )

    def _add(
        self, edges: Sequence[int], v_class: str, stops: Mapping[int, tuple[float, bool]]
    ) -> None:
        net = self._net
        lanes, links = net.lanes, net.links
        after: dict[int, float] = {}
        rows = []
        for position in range(len(edges) - 1, -1, -1):
            edge = edges[position]
            last = position == len(edges) - 1
            first = int(net.edges[edge].lane0)
            length = float(lanes[first].m)
            reach: dict[int, float] = {}
            leads_on: set[int] = set()
            for lane in range(first, first + int(net.edges[edge].lanes)):
                if not self._open_to(lane, v_class):
                    continue
                ways = range(int(lanes[lane].link0), int(lanes[lane].link0 + lanes[lane].links))
                on = [
                    after[int(links[k].to_lane)]
                    for k in ways
                    if not last
                    and links[k].to_edge == edges[position + 1]
                    and int(links[k].to_lane) in after
                ]
                reach[lane] = length + max(on, default=0.0)
                if on or last:
                    leads_on.add(lane)
            if (
                not leads_on
            ):  # no lane of this class leads on: SUMO would not load it; any lane will do
                reach, leads_on = {first: length}, {first}
            able = sum(1 << (lane - first) for lane in leads_on)
            enough = min(max(reach[lane] for lane in leads_on), length + LOOK_AHEAD_M)
            good = sum(1 << (lane - first) for lane in leads_on if reach[lane] >= enough - 1e-6)
            dwell, bay = stops.get(position, (0.0, True))
            rows.append((edge, -1 if last else edges[position + 1], good, able, dwell, bay))
            after = reach
        self._rows.extend(reversed(rows))

    def _open_to(self, lane: int, v_class: str) -> bool:
        key = (lane, v_class)
        if key not in self._open:
            self._open[key] = self._detail.permissions[self._index.lanes[lane]].admits(v_class)
        return bool(self._open[key])
