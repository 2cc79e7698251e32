"""SUMO as a plant: lamps set from outside second by second, detectors and lamps read back.

One libsumo simulation fits into a process; traci does the same over a socket, slower.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sumolib.miscutils import getFreeSocketPort

from signalopt.control.city import City
from signalopt.control.sensing import BIN_S, BINS, Raw, Sensing, SensingKind, new_raw
from signalopt.control.sumo_detectors import Loops, WatchedLane
from signalopt.control.sumo_walkers import Buttons

if TYPE_CHECKING:
    from signalopt.control.guard import Guard

HELD_MPS = 10 / 3.6
"""Slower vehicles count as held up: the usual bound between queueing and driving (estimated)."""
_STATE = 0x20  # variable of TraCI: red-yellow-green state


class Client(StrEnum):
    """How SUMO is spoken to."""

    LIBSUMO = "libsumo"
    TRACI = "traci"


@dataclass(frozen=True)
class SumoStreet:
    """What a steered run of SUMO needs to know beside its command.

    begin_s, hard_stop_s: seconds of the day of its first second and of its end; steps_per_s: SUMO's steps
    in a second; watched: lanes within reach (see sumo_detectors.watched_lanes).
    """

    city: City
    sensing: Sensing
    watched: tuple[WatchedLane, ...]
    begin_s: int
    hard_stop_s: int
    steps_per_s: int = 1


def usual_client() -> Client:
    """The client for SUMO: libsumo where it is installed, else traci."""
    return Client.LIBSUMO if importlib.util.find_spec("libsumo") else Client.TRACI


def sumo_errors(client: Client) -> tuple[type[Exception], ...]:
    """What a client raises when SUMO refuses something or ends."""
    sumo = _module(client)
    return sumo.TraCIException, sumo.FatalTraCIError


def start_sumo(
    street: SumoStreet, command: Sequence[str], client: Client | None = None
) -> SumoPlant:
    """Start SUMO with the command of a run that loads the loops of `loops_xml`.

    Only one may run in a process. Raises one of `sumo_errors` when SUMO refuses its files.
    """
    spoken = client or usual_client()
    sumo = _module(spoken)
    if spoken is Client.TRACI:
        # with a port of its own choice traci would start a SUMO that refuses its files 60 times
        sumo.start(list(command), port=getFreeSocketPort())
    else:
        sumo.start(list(command))
    return SumoPlant(street, sumo, spoken)


def _module(client: Client) -> Any:
    # libsumo is linked to another Arrow than a pyarrow that happens to be installed: never both
    sys.modules.setdefault("pyarrow", None)  # type: ignore[arg-type]
    return importlib.import_module(client)


class SumoPlant:
    """A running SUMO under a guard's lamps; `sumo` is the module of `client`, started.

    shown: by site the letters that SUMO really showed, one a second since the start.
    """

    def __init__(self, street: SumoStreet, sumo: Any, client: Client) -> None:
        self.street = street
        self.city = street.city
        self.now_s = 0
        self._sumo = sumo
        self._sites = [site.id for site in self.city.sites]
        self._set = [""] * len(self._sites)
        self._letters: dict[str, str] = {}
        self.shown: tuple[list[str], ...] = tuple([] for _ in self._sites)
        for name in self._sites:
            sumo.trafficlight.subscribe(name, [_STATE])
        self._loops = Loops(
            self.city, sumo, step_s=1 / street.steps_per_s, at_once=client is Client.TRACI
        )
        self._buttons = Buttons(self.city, sumo) if self.street.sensing.buttons else None
        self._raw = new_raw(self.city)
        self._lane_at = {
            (self._sites[n], int(link)): int(lane)
            for n, link, lane in zip(
                self.city.movement_site,
                self.city.movement_link,
                self.city.movement_lane,
                strict=True,
            )
        }

    @property
    def finished(self) -> bool:
        """Whether everybody has arrived, or the hard stop is reached."""
        if self.street.begin_s + self.now_s >= self.street.hard_stop_s:
            return True
        return bool(self._sumo.simulation.getMinExpectedNumber() == 0)

    def advance(self, guard: Guard) -> None:
        """Run one second under the lamps that the guard shows now."""
        for n, name in enumerate(self._sites):
            state = guard.state(n)
            if state != self._set[n]:
                self._sumo.trafficlight.setRedYellowGreenState(name, state)
                self._set[n] = state
        for step in range(self.street.steps_per_s):
            self._sumo.simulationStep()
            self._loops.scan(self._raw, first=step == 0)
        self.now_s += 1
        lamps = self._sumo.trafficlight.getAllSubscriptionResults()
        for name, states in zip(self._sites, self.shown, strict=True):
            state = lamps[name][_STATE]
            states.append(self._letters.setdefault(state, state))

    def read(self, look: bool) -> Raw:
        """Readings at the end of the last second, in arrays that are used anew.

        look: also those that only radar, perfect sensing and push buttons have (the expensive part).
        """
        if look and self._buttons is not None:
            self._buttons.read(self._raw.called)
        if look and self.street.sensing.kind is SensingKind.RADAR:
            self._look_by_radar()
        elif look and self.street.sensing.kind is SensingKind.PERFECT:
            self._look_at_everybody()
        return self._raw

    def held(self) -> NDArray[np.float32]:
        """Vehicles (L,) at rest now on the reach of each approach lane, and waiting to enter there.

        The truth, whatever the sensing: for rewards while learning, not for controllers.
        """
        found = np.zeros(len(self.city.lanes), np.float32)
        lanes = {lane.edge: 0 for lane in self.street.watched}
        for lane in self.street.watched:
            lanes[lane.edge] += 1
        waiting = {
            edge: len(self._sumo.edge.getPendingVehicles(edge)) / count
            for edge, count in lanes.items()
        }
        for lane in self.street.watched:
            standing = self._sumo.lane.getLastStepHaltingNumber(lane.lane) + waiting[lane.edge]
            if standing:
                for way in lane.ways:
                    found[way.approach] += way.share * standing
        return found

    def close(self) -> None:
        """End SUMO; its outputs are complete afterwards."""
        self._sumo.close()

    def _clear_looks(self) -> None:
        self._raw.queue[:] = 0.0
        self._raw.eta[:] = 0.0

    def _look_by_radar(self) -> None:
        """Every vehicle within range, on the lane where it is; where that lane fans out, by shares."""
        self._clear_looks()
        range_m = self.street.sensing.range_m
        vehicle, lane_ids = self._sumo.vehicle, self._sumo.lane.getLastStepVehicleIDs
        for lane in self.street.watched:
            near = [way for way in lane.ways if way.metres < range_m]
            if not near:
                continue
            for name in lane_ids(lane.lane):
                back_m = lane.length_m - vehicle.getLanePosition(name)
                slow = vehicle.getSpeed(name) < HELD_MPS
                for way in near:
                    if back_m + way.metres <= range_m:
                        self._count(way.approach, back_m + way.metres, slow, way.share)

    def _look_at_everybody(self) -> None:
        """Every vehicle on its way to a controlled stop line, and everybody beyond the lines."""
        self._clear_looks()
        vehicle, city = self._sumo.vehicle, self.city
        for name in vehicle.getIDList():
            ahead = vehicle.getNextTLS(name)
            if not ahead:
                continue
            site, link, metres, _ = ahead[0]
            approach = self._lane_at.get((site, link))
            if approach is not None and metres <= city.lane_reach_m[approach]:
                self._count(approach, metres, vehicle.getSpeed(name) < HELD_MPS, 1.0)
        on_lane = {
            lane: self._sumo.lane.getLastStepVehicleNumber(lane) for lane in set(city.movement_to)
        }
        self._raw.beyond[:] = [on_lane[lane] for lane in city.movement_to]

    def _count(self, approach: int, metres: float, slow: bool, share: float) -> None:
        if slow:
            self._raw.queue[approach] += share
            return
        bin_ = int(metres / self.city.lane_speed_mps[approach] / BIN_S)
        if bin_ < BINS:
            self._raw.eta[approach, bin_] += share
