"""Approach lanes of controlled intersections: where their vehicles come from and where they go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from signalopt.network.sumo_net import RawConnection, RawNet

LONGEST_REACH_M = 1000.0
"""Farther upstream than this nobody looks: longer sections have their own loops (estimated)."""
_STRAIGHT_FIRST = "slrLRt"


def lane_id(edge: str, lane: int) -> str:
    """SUMO's id of a lane."""
    return f"{edge}_{lane}"


@dataclass(frozen=True)
class Ways:
    """Connections of a net between lanes, upstream and downstream."""

    net: RawNet

    @cached_property
    def _into(self) -> Mapping[str, Sequence[RawConnection]]:
        found: dict[str, list[RawConnection]] = defaultdict(list)
        for link in self._street_links():
            found[lane_id(link.to_edge, link.to_lane)].append(link)
        return found

    @cached_property
    def _out_of(self) -> Mapping[str, Sequence[RawConnection]]:
        found: dict[str, list[RawConnection]] = defaultdict(list)
        for link in self._street_links():
            found[lane_id(link.from_edge, link.from_lane)].append(link)
        return found

    def _street_links(self) -> Iterable[RawConnection]:
        return (c for c in self.net.connections if c.from_edge[:1] != ":" and c.to_edge[:1] != ":")

    def reach_m(self, lane: str) -> float:
        """Metres upstream of the stop line of a lane without another signal, its own length included."""
        own_m = total = self.net.lane[lane].length_m
        seen = {lane}
        while total < LONGEST_REACH_M:
            feeding = sorted(
                (c for c in self._into.get(lane, ()) if not c.tl),
                key=lambda c: _STRAIGHT_FIRST.find(c.direction),
            )
            if not feeding or any(c.tl for c in self._into.get(lane, ())):
                break
            lane = lane_id(feeding[0].from_edge, feeding[0].from_lane)
            if lane in seen or lane not in self.net.lane:
                break
            seen.add(lane)
            total += self.net.lane[lane].length_m
        return max(own_m, min(total, LONGEST_REACH_M))

    def next_signal(self, lane: str, number: Mapping[str, int]) -> tuple[int, float]:
        """The approach lane that a lane leads to straight on, and the metres to its stop line.

        number: approach lanes by id. -1 and 0 where no signal comes within LONGEST_REACH_M.
        """
        total, seen = 0.0, set()
        while lane in self.net.lane and lane not in seen and total < LONGEST_REACH_M:
            seen.add(lane)
            total += self.net.lane[lane].length_m
            if lane in number:
                return number[lane], total
            onward = sorted(
                (c for c in self._out_of.get(lane, ()) if not c.tl),
                key=lambda c: _STRAIGHT_FIRST.find(c.direction),
            )
            if not onward:
                break
            lane = lane_id(onward[0].to_edge, onward[0].to_lane)
        return -1, 0.0
