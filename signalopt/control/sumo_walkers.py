"""Push buttons in SUMO: who stands at the kerb and wants to cross."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import City

STANDING_MPS = 0.1
"""Slower persons wait: SUMO's own bound for halting."""


class Buttons:
    """The buttons of all pedestrian groups in a running SUMO; `sumo` is libsumo or traci, started."""

    def __init__(self, city: City, sumo: Any) -> None:
        self._sumo = sumo
        self._group_of: dict[str, list[int]] = {}
        kerbs: dict[str, None] = {}
        links = {site.id: sumo.trafficlight.getControlledLinks(site.id) for site in city.sites}
        for number, (n, group) in enumerate(zip(city.walker_site, city.walker_group, strict=True)):
            site = city.sites[n]
            for link in site.layout.group[group].links:
                for kerb, crossing, _ in links[site.id][link]:
                    self._group_of.setdefault(_edge(crossing), []).append(number)
                    kerbs[_edge(kerb)] = None
                    # people come from both ends, the link of the signal names one of them
                    kerbs |= {_edge(row[0]): None for row in sumo.lane.getLinks(crossing)}
        self._kerbs = tuple(kerbs)

    def read(self, called: NDArray[np.bool_]) -> None:
        """Fill `called` (P,): somebody waits at the kerb of a pedestrian group."""
        called[:] = False
        person = self._sumo.person
        for kerb in self._kerbs:
            for name in self._sumo.edge.getLastStepPersonIDs(kerb):
                wanted = self._group_of.get(person.getNextEdge(name))
                if wanted and person.getSpeed(name) < STANDING_MPS:
                    called[wanted] = True


def _edge(lane: str) -> str:
    return lane.rpartition("_")[0]
