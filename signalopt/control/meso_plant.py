"""The queue model as a plant: the city runs second by second under the guard's lamps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from signalopt.control.sensing import BIN_S, Raw, Sensing, SensingKind, advance_place_m, new_raw
from signalopt.mesosim import kernel_look
from signalopt.mesosim.draws import AS_THEY_STAND, Draw
from signalopt.mesosim.evaluate import compile_plan
from signalopt.mesosim.lamps import Lamps
from signalopt.mesosim.model import MesoModel
from signalopt.mesosim.world import World, run_on, start

if TYPE_CHECKING:
    from signalopt.control.city import City
    from signalopt.control.guard import Guard
    from signalopt.timing.plan import Plan

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Places:
    """Where a city's lanes, connections and lamps lie in a model; made once, shared by all runs.

    lanes (L,): number in the model (-1: no road vehicle may drive there); city_lane: the other way
    round; first_of_edge: one of the city's lanes by edge, -1 where it has none; upstream: lanes from
    which a city lane may be reached without passing a signal. to_lane (M,). lamps (K,): place of the
    guard's lamps in the model; others: lamps that nobody steers. call_lamp, call_group: pairs of a
    model's lamp and a pedestrian group of the city.
    """

    lanes: Ints
    city_lane: Ints
    first_of_edge: Ints
    upstream: Ints
    to_lane: Ints
    lamps: Ints
    others: Ints
    call_lamp: Ints
    call_group: Ints


def places_of(model: MesoModel, city: City) -> Places:
    """Find a city's lanes, connections and lamps in a model."""
    index, streets = model.street_index, model.streets
    lanes = np.array([index.lane_of.get(name, -1) for name in city.lanes], np.int64)
    city_lane = np.full(streets.lanes.size, -1, np.int64)
    first_of_edge = np.full(streets.edges.size, -1, np.int64)
    for i in reversed(range(lanes.size)):
        if lanes[i] >= 0:
            city_lane[lanes[i]] = i
            first_of_edge[streets.lanes[lanes[i]].edge] = i
    lamps = np.array(
        [index.lamp_of[site.id, link] for site in city.sites for link in range(site.lamps)],
        np.int64,
    )
    calls = [
        (index.lamp_of[city.sites[site].id, link], number)
        for number, (site, group) in enumerate(
            zip(city.walker_site, city.walker_group, strict=True)
        )
        for link in city.sites[site].layout.group[group].links
    ]
    return Places(
        lanes=lanes,
        city_lane=city_lane,
        first_of_edge=first_of_edge,
        upstream=_upstream(model, city, lanes),
        to_lane=np.array([index.lane_of.get(name, -1) for name in city.movement_to], np.int64),
        lamps=lamps,
        others=np.setdiff1d(np.arange(len(index.lamps)), lamps),
        call_lamp=np.array([lamp for lamp, _ in calls], np.int64),
        call_group=np.array([group for _, group in calls], np.int64),
    )


def _upstream(model: MesoModel, city: City, lanes: Ints) -> Ints:
    """Lanes of the edges from which an approach can be reached within its reach, no signal between."""
    edges, links = model.streets.edges, model.streets.links[: len(model.street_index.links)]
    lane_edge, lane_m = model.streets.lanes["edge"], model.streets.lanes["m"]
    from_edge = lane_edge[links["from_lane"]]
    into: dict[int, set[int]] = {}
    free = np.flatnonzero(links["lamp"] < 0)
    for before, after in zip(from_edge[free], links["to_edge"][free], strict=True):
        into.setdefault(int(after), set()).add(int(before))
    own = {int(lane_edge[lane]) for lane in lanes if lane >= 0}
    left: dict[int, float] = {}
    todo = [
        (int(lane_edge[lane]), float(reach - length))
        for lane, reach, length in zip(
            lanes, city.lane_reach_m, city.lane_length_m, strict=True
        )
        if lane >= 0 and reach - length > 0
    ]  # fmt: skip
    while todo:
        edge, rest = todo.pop()
        for before in sorted(into.get(edge, ())):
            if before not in own and rest > left.get(before, 0.0):
                left[before] = rest
                todo.append((before, rest - float(lane_m[edges[before].lane0])))
    found = [
        lane
        for edge in sorted(left)
        for lane in range(edges[edge].lane0, edges[edge].lane0 + edges[edge].lanes)
    ]
    return np.array(found, np.int64)


class MesoPlant:
    """A city in the queue model. Not shared between threads."""

    def __init__(
        self,
        model: MesoModel,
        city: City,
        draw: Draw = AS_THEY_STAND,
        sensing: Sensing | None = None,
        *,
        plan: Plan | None = None,
        places: Places | None = None,
    ) -> None:
        """Start a run.

        plan: programs of the signals that nobody steers (None: today's). places: of the model and city,
        to be given when many runs are made. Raises InputError for a draw that cannot be made.
        """
        self.city = city
        self.world: World = start(model, draw)
        sensing = sensing or Sensing()
        self._places = places or places_of(model, city)
        self._advance_m = advance_place_m(city, sensing)
        reach = city.lane_reach_m
        if sensing.kind is SensingKind.RADAR:
            reach = np.minimum(reach, sensing.range_m)
        self._reach_m = np.array(reach, np.float64)
        self._raw = new_raw(city)
        self._held = np.zeros(len(city.lanes), np.float32)
        self._letters = np.zeros(len(model.street_index.lamps), np.uint8)
        self._waits = np.zeros(self._letters.size, np.bool_)
        self._others: Lamps | None = None
        if self._places.others.size:
            self._others = compile_plan(model, plan or model.case.today)

    @property
    def now_s(self) -> int:
        """Seconds since case.depart_begin_s."""
        return self.world.now_s

    @property
    def finished(self) -> bool:
        """Whether everybody has arrived, or the hard stop is reached."""
        return self.world.finished

    def advance(self, guard: Guard) -> None:
        """Run one second under the lamps that the guard shows now."""
        self._letters[self._places.lamps] = guard.codes
        if self._others is not None:
            which, (lamps, shown) = self._places.others, self._others
            second = (self.world.now_s + lamps["shift"][which]) % lamps["cycle"][which]
            self._letters[which] = shown["letter"][lamps["first"][which] + second]
        run_on(self.world, self._letters, self.world.now_s + 1)

    def read(self, look: bool) -> Raw:
        """Readings at the end of the last second; the arrays are used anew by the next call."""
        raw, places, arrays = self._raw, self._places, self.world.arrays
        now = float(self.world.now_s)
        kernel_look.count(
            arrays, places.lanes, self._advance_m, now, raw.occupied, raw.covered, raw.left,
            raw.passed,
        )  # fmt: skip
        if look:
            kernel_look.look(
                arrays, places.lanes, places.city_lane, places.first_of_edge, self._reach_m,
                places.upstream, places.to_lane, float(BIN_S), now, raw.queue, raw.eta, raw.beyond,
            )  # fmt: skip
            if places.call_lamp.size:
                kernel_look.wait_at_lamps(arrays, now, self._waits)
                raw.called[:] = False
                raw.called[places.call_group[self._waits[places.call_lamp]]] = True
        return raw

    def held(self) -> NDArray[np.float32]:
        """Vehicles (L,) at rest on the reach of each approach lane: the truth, for rewards only."""
        places = self._places
        kernel_look.hold(
            self.world.arrays, places.lanes, places.city_lane, places.first_of_edge,
            places.upstream, float(self.world.now_s), self._held,
        )  # fmt: skip
        return self._held
