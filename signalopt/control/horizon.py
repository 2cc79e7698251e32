"""Rolling horizon: schedules for the next minute or two, of which only the first decision is carried out.

The traffic of each intersection is foreseen by a small model of its lanes (`horizon_traffic_kernel`): queues
and vehicles seen coming, saturation headway and start-up loss of the case's vehicles, changes of stage as
long as the guard makes them, turns that wait for gaps, shared lanes whose first vehicle holds up the others.
A beam search (`horizon_kernel`) tries orders of stages and lengths of green for the least waiting.
Neighbours are coordinated through what they expect: the passages that each one plans arrive at the next one
as a platoon.

The scheme is that of rolling-horizon control (N. Gartner, "OPAC", TRR 906, 1983; S. Sen, K. Head, "COP",
Transportation Science 31(1), 1997); that neighbours exchange planned outflows is due to X.-F. Xie et al.,
"Schedule-driven intersection control", TRC 24, 2012. Model and search are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from signalopt.control.controller import Asks
from signalopt.control.forecast import Forecast, new_forecast
from signalopt.control.horizon_kernel import choose
from signalopt.control.horizon_tables import (
    Beam,
    Facts,
    Wishes,
    empty_states,
    make_beam,
    make_facts,
)
from signalopt.control.horizon_traffic_kernel import foresee, keep_up
from signalopt.control.seen import Seen
from signalopt.errors import InputError, Problem

if TYPE_CHECKING:
    from signalopt.control.city import City

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FULL_SHARE = 0.85
"""A lane whose queue takes up so much of its length lets nobody in (the rest is moving room)."""
QUEUED_M = 7.5
"""Room of a queued vehicle, metres (HCM 2000 takes 25 ft)."""
FULL_S = 6
"""Seconds for which a full lane is taken to stay full: then it is looked at again."""

BOUNDS: dict[str, tuple[float, float]] = {
    "interval_s": (1, 30), "horizon_s": (0, 180), "step_s": (1, 10), "places": (1, 64),
    "stop_s": (0, 60), "wait_s": (0, 120), "gap_s": (0, 20), "pocket": (0, 10),
    "least_gain": (0, 1000), "smooth_s": (10, 3600), "guide": (0, 100),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Horizon:
    """Plans the next minute or two for least waiting, and carries out the first decision.

    interval_s: seconds between two decisions. horizon_s: seconds that are planned (0: one and a half of
    the longest rotation with least greens, 60 to 120 s); step_s: the grid of the schedule; places:
    schedules kept by moment and stage. stop_s: what a stop costs, in seconds of waiting. wait_s: further
    waiting of a vehicle that has red at the end of the horizon. gap_s: how much a turn is hindered by
    those it gives way to: its flow is exp(-gap_s * their flow in veh/s) of the free one. pocket: vehicles
    of such a turn that can wait inside the junction. least_gain: vehicle-seconds that a change must save.
    smooth_s: memory of the counted flows. guide: seconds of waiting that a second off the fallback
    program costs for every vehicle that arrives in it (0: the program is no guide; worth it where it is a
    good coordinated one). coordinate: neighbours' plans are counted on.
    """

    interval_s: int = 2
    horizon_s: int = 0
    step_s: int = 3
    places: int = 2
    stop_s: float = 2.0
    wait_s: float = 15.0
    gap_s: float = 4.0
    pocket: float = 1.0
    least_gain: float = 0.5
    smooth_s: float = 180.0
    guide: float = 0.0
    coordinate: bool = True

    name: ClassVar[str] = "horizon"

    def __post_init__(self) -> None:
        """Raises InputError with every parameter that is out of bounds."""
        problems = [
            Problem(f"horizon: {name}", f"{getattr(self, name):g}", f"{low:g} to {high:g}")
            for name, (low, high) in BOUNDS.items()
            if not low <= getattr(self, name) <= high
        ]
        if not problems and 0 < self.horizon_s < 4 * self.step_s:
            text = f"at least four steps of {self.step_s} s"
            problems.append(Problem("horizon: horizon_s", f"{self.horizon_s}", text))
        if problems:
            raise InputError(*problems)

    def begin(self, city: City, seed: int = 0) -> HorizonSession:
        """Start a run in a city; nothing here is drawn by chance, `seed` changes nothing."""
        del seed
        facts = make_facts(city, self.horizon_s, self.step_s, self.pocket)
        sites, moments, seconds = len(city.sites), facts.times.size, int(facts.times[-1])
        lane_number = {lane: k for k, lane in enumerate(city.lanes)}
        return HorizonSession(
            city=city,
            facts=facts,
            wishes=Wishes(self.stop_s, self.wait_s, self.gap_s, self.least_gain, self.guide),
            beam=make_beam(facts, self.places),
            forecast=new_forecast(city, seconds, self.smooth_s, coordinate=self.coordinate),
            leads_to=np.array([lane_number.get(to, -1) for to in city.movement_to], np.int64),
            state=empty_states(facts),
            flow=np.zeros((city.movement_lane.size, seconds)),
            plan=np.zeros((sites, moments), np.int64),
            planned_at=np.full(sites, -1, np.int64),
            steady=np.zeros(sites, np.int64),
            into=np.zeros(sites, np.int64),
            wanted=np.zeros(sites, np.int64),
        )


@dataclass
class HorizonSession:
    """The rolling horizon at work. leads_to (M,): approach lane right behind the junction, -1 for none.

    state (N, width): the model of each site now; flow (M, seconds): passages foreseen; plan (N, moments),
    planned_at (N,): schedules and when they were made; steady (N,): last steady stage; into (N,):
    seconds of the change under way.
    """

    city: City
    facts: Facts
    wishes: Wishes
    beam: Beam
    forecast: Forecast
    leads_to: Ints
    state: Floats
    flow: Floats
    plan: Ints
    planned_at: Ints
    steady: Ints
    into: Ints
    wanted: Ints

    def decide(self, seen: Seen) -> Asks:
        """The wanted stage of every site (N,)."""
        if self.forecast.now_s < 0:
            self._start(seen)
        stage = seen.stage.astype(np.int64)
        seconds = self.forecast.update(seen, self._open_share(stage))
        shut = self._shut(seen)
        keep_up(
            self.state, self.facts, self.wishes, self.forecast.coming, shut, stage, self.steady,
            seen.switching, self.into, seconds, self.beam,
        )  # fmt: skip
        self.into = np.where(seen.switching, self.into + seconds, 0)
        self.steady = np.where(seen.switching, self.steady, stage)
        self._take_queues(seen)
        coming = self.forecast.fill(seen, self.flow)
        choose(
            self.state, self.facts, self.wishes, coming, shut, stage, seen.switching,
            seen.following, seen.allowed, self.beam, self.plan, self.planned_at, seen.now_s,
            self.forecast.rate, self.wanted,
        )  # fmt: skip
        if self.forecast.platoons is not None:
            foresee(
                self.state, self.facts, self.wishes, coming, shut, stage, self.steady,
                seen.switching, self.into, seen.following, self.plan, self.planned_at, seen.now_s,
                self.forecast.rate, self.beam, self.flow,
            )  # fmt: skip
        return self.wanted.astype(np.int16)

    def _start(self, seen: Seen) -> None:
        self.forecast.begun_s, self.forecast.now_s = seen.now_s, seen.now_s - 1
        self.forecast.left[:] = seen.left
        self.steady = seen.stage.astype(np.int64)

    def _open_share(self, stage: Ints) -> Floats:
        """Of the vehicles that leave a lane, the part of each movement (M,): those with green, by share."""
        city = self.city
        green = city.green[np.arange(city.movement_site.size), stage[city.movement_site]] > 0
        weight = np.where(green, city.movement_share, 1e-6 * city.movement_share)
        total = np.bincount(city.movement_lane, weight, len(city.lanes))
        return np.asarray(weight / np.maximum(total[city.movement_lane], 1e-12), np.float64)

    def _shut(self, seen: Seen) -> Ints:
        """Second of the forecast until which movements find no room beyond the junction (M,)."""
        full = seen.queue * QUEUED_M > FULL_SHARE * self.city.lane_length_m
        return np.where((self.leads_to >= 0) & full[self.leads_to], FULL_S, 0).astype(np.int64)

    def _take_queues(self, seen: Seen) -> None:
        """Queues and reds as they are seen replace those of the model."""
        lanes = self.facts.lane_lo
        for site in range(lanes.size - 1):
            first, last = lanes[site], lanes[site + 1]
            count = last - first
            self.state[site, :count] = seen.queue[first:last]
            self.state[site, 2 * count : 3 * count] = seen.red_s[first:last]
