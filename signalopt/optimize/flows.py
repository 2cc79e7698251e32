"""What every intersection must serve: flows and saturation flows of links, and the streams between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from signalopt.network.model import Movement, Network
from signalopt.optimize.streams import MovementKey, Stream, movement_links
from signalopt.timing.webster import Demand


@dataclass(frozen=True)
class CaseFlows:
    """What a case asks of the signals: demand by intersection, flow by movement, streams.

    Flows are passenger car units per hour of departures in the measured window.
    """

    demand: Mapping[str, Demand]
    movement_vph: Mapping[MovementKey, float]
    links: Mapping[MovementKey, tuple[Movement, ...]]
    streams: tuple[Stream, ...]

    @cached_property
    def links_at(self) -> dict[str, dict[MovementKey, tuple[Movement, ...]]]:
        """`links` by intersection."""
        found: dict[str, dict[MovementKey, tuple[Movement, ...]]] = {}
        for key, links in self.links.items():
            found.setdefault(key.intersection, {})[key] = links
        return found


def arrange_flows(
    network: Network,
    flow_vph: Mapping[str, Mapping[int, float]],
    saturation: Mapping[str, Mapping[int, float]],
    streams: Sequence[Stream],
) -> CaseFlows:
    """Bring link flows, lanes, saturation flows and streams together.

    Streams are scaled so that those into a movement add up to its flow.
    """
    links = movement_links(network)
    movement_vph = {
        key: sum(flow_vph.get(key.intersection, {}).get(m.link, 0.0) for m in movements)
        for key, movements in links.items()
    }
    lanes: dict[str, dict[int, tuple[str, int]]] = {}
    for key, movements in links.items():
        own = lanes.setdefault(key.intersection, {})
        own |= {m.link: (m.from_edge, m.from_lane) for m in movements}
    demand = {
        place.id: Demand(
            flow_vph.get(place.id, {}),
            {
                link: rate
                for link, rate in saturation.get(place.id, {}).items()
                if rate > 0 and link in lanes.get(place.id, {})
            },
            lanes.get(place.id, {}),
        )
        for place in network.intersections
    }
    return CaseFlows(demand, movement_vph, links, _scaled(streams, movement_vph))


def _scaled(
    streams: Sequence[Stream], movement_vph: Mapping[MovementKey, float]
) -> tuple[Stream, ...]:
    counted: dict[MovementKey, float] = {}
    for stream in streams:
        counted[stream.downstream] = counted.get(stream.downstream, 0.0) + stream.flow_vph
    return tuple(
        replace(s, flow_vph=s.flow_vph * movement_vph[s.downstream] / counted[s.downstream])
        for s in streams
        if movement_vph.get(s.downstream, 0.0) > 0
    )
