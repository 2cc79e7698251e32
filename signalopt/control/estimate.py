"""From detector readings to what a controller sees, and to which sites must do without a controller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from signalopt.control.estimate_kernel import (
    CAR_M,
    RING_S,
    START_RATE,
    expect,
    look_out,
    one_second,
    tell,
)
from signalopt.control.faults import Faults, fault_plan
from signalopt.control.seen import Seen
from signalopt.control.sensing import BIN_S, BINS, Raw, Sensing, SensingKind, advance_place_m
from signalopt.control.supervise_kernel import supervise

if TYPE_CHECKING:
    from signalopt.control.city import City
    from signalopt.control.guard import Guard

LANE = np.dtype((np.record, [
    # facts: site, approach, is it alone there, its expected share of the approach's vehicles, and the
    # share that no other lane can serve
    ("site", "i4"), ("group", "i4"), ("alone", "i4"), ("share", "f8"), ("sure", "f8"),
    # advance detector: metres, free-flow seconds; seconds to the end of the range; room behind; start-up
    ("place_m", "f8"), ("way_s", "i4"), ("range_s", "i4"), ("behind_most", "f8"), ("startup_s", "f8"),
    # this second's readings, and the counters of the plant before
    ("raw_left", "i8"), ("raw_passed", "i8"), ("stop", "i8"), ("advance", "i8"), ("on", "?"),
    ("covered", "?"), ("known", "?"), ("letter", "i4"), ("green_sum", "f8"),
    # the estimate
    ("counted", "i8"), ("inside", "f8"), ("moving", "i8"), ("behind", "f8"), ("queue", "f8"),
    ("total", "f8"), ("rate", "f8"), ("due", "i8"), ("empty_s", "i4"), ("on_s", "i4"),
    ("covered_s", "i4"), ("thin_s", "i4"), ("red_s", "i4"), ("gap_s", "f8"), ("waited_s", "f8"),
    # supervision
    ("ill", "i4"), ("came", "i8"), ("went", "i8"), ("missing", "f8"), ("lacking", "f8"),
    ("awake", "i8"), ("beside", "i8"), ("held_s", "f8"), ("usual", "f8"), ("age", "i8"),
    ("sent", "f8"), ("signs_stop", "i8"), ("signs_advance", "i8"), ("sign_off", "?"),
]))  # fmt: skip
"""A lane's estimate: see estimate_kernel and supervise_kernel for what each number does."""


class Estimate:
    """The estimate of a city in one run, second by second.

    failed (N,): sites that have to run their fallback program now: nobody reaches them, or the detectors
    of an approach are not believed. unreached (N,): those of them that nobody reaches. Perfect sensing has
    no detectors that could fail, and is never doubted.
    """

    def __init__(self, city: City, sensing: Sensing, faults: Faults, seed: int = 0) -> None:
        """Raises InputError for faults of lanes and sites that the city does not have."""
        self._sensing = sensing
        self._seed = sensing.seed * 1_000_003 + seed
        self._plan = fault_plan(city, faults)
        self._perfect = sensing.kind is SensingKind.PERFECT
        self._lanes = lane_records(city, sensing)
        lanes, sites = len(city.lanes), len(city.sites)
        self._arrivals = np.zeros((lanes, RING_S), np.int64)
        self._forecast = np.zeros((lanes, RING_S), np.float64)
        first = np.concatenate([[0], np.cumsum([site.lamps for site in city.sites])])
        self._movements = (
            city.movement_lane.astype(np.int64),
            (first[city.movement_site] + city.movement_link).astype(np.int64),
            city.movement_share.astype(np.float64),
            np.zeros(city.movement_lane.size, np.float64),
        )
        self._onward = _onward(city, self._lanes["group"])
        self._none = np.zeros(lanes, np.uint8), np.zeros(sites, np.bool_)
        self._groups = np.zeros((int(self._lanes["group"].max()) + 1, 2), np.int64)
        self._sites = np.zeros(sites, np.int64)
        self._second = 0
        self.failed = np.zeros(sites, np.bool_)
        self.unreached = self._none[1]

    def update(self, raw: Raw, guard: Guard) -> None:
        """Take in the readings at the end of a second in which the guard's present lamps were shown."""
        active = self._plan.active(self._second)
        fault, down = (self._plan.lanes, self._plan.sites) if active else self._none
        fault = self._none[0] if self._perfect else fault
        self.unreached = down
        miss, false_ph = (
            (0.0, 0.0) if self._perfect else (self._sensing.miss, self._sensing.false_ph)
        )
        one_second(
            self._lanes, (raw.occupied, raw.covered, raw.left, raw.passed), self._arrivals,
            self._forecast, self._movements, self._onward, guard.codes, fault, down, miss,
            false_ph / 3600, self._seed, self._second,
        )  # fmt: skip
        supervise(self._lanes, self._groups, self._sites, self._perfect, self.failed)
        self._second += 1

    def tell(self, seen: Seen, raw: Raw, guard: Guard) -> None:
        """Fill what a controller sees after the last `update`; raw as then, read with `look`."""
        second = self._second - 1
        tracked = self._sensing.kind is SensingKind.DETECTORS
        if tracked:
            expect(self._lanes, self._arrivals, self._forecast, second, BIN_S, seen.coming)
        else:
            doubtful = self._plan.active(second) and not self._perfect
            fault = self._plan.lanes if doubtful else self._none[0]
            miss = 0.0 if self._perfect else self._sensing.miss
            look_out(
                self._lanes, raw.queue, raw.eta, fault, self._forecast, second, BIN_S, miss,
                self._seed, seen.queue, seen.coming,
            )  # fmt: skip
        if self._perfect:
            seen.beyond[:] = raw.beyond
        tell(
            self._lanes, self._onward,
            (
                seen.queue, seen.coming, seen.present, seen.gap_s, seen.healthy, seen.red_s,
                seen.waited_s, seen.left, seen.beyond,
            ),
            tracked, not self._perfect,
        )  # fmt: skip
        tell_lamps(seen, guard)

    def ill(self) -> NDArray[np.int32]:
        """What is wrong with each lane's detectors (L,): codes of supervise_kernel, 0: nothing."""
        found: NDArray[np.int32] = self._lanes["ill"].copy()
        return found


def tell_lamps(seen: Seen, guard: Guard) -> None:
    """Fill the part of a Seen that the lamps tell."""
    seen.now_s = guard.now_s + 1
    seen.stage[:] = guard.stage
    seen.steady_s[:] = guard.steady_s
    seen.switching[:] = guard.switching
    seen.following[:] = guard.following
    seen.allowed[:] = guard.allowed


def lane_records(city: City, sensing: Sensing) -> NDArray[np.void]:
    """The lanes of a city at the start of a run. dtype: LANE."""
    lanes = np.zeros(len(city.lanes), LANE)
    place, speed = advance_place_m(city, sensing), np.maximum(city.lane_speed_mps, 1.0)
    edges = [name.rsplit("_", 1)[0] for name in city.lanes]
    number = {edge: n for n, edge in enumerate(dict.fromkeys(edges))}
    lanes["site"] = city.lane_site
    lanes["group"] = [number[edge] for edge in edges]
    lanes["alone"] = [edges.count(edge) == 1 for edge in edges]
    lanes["share"] = city.lane_share
    lanes["sure"] = _sure(city, lanes["group"])
    lanes["place_m"] = place
    lanes["way_s"] = np.clip(np.rint(place / speed), 1, RING_S // 2)
    range_s = sensing.range_m / speed if sensing.kind is SensingKind.RADAR else BINS * BIN_S + 1.0
    lanes["range_s"] = np.ceil(range_s)
    lanes["behind_most"] = np.maximum(city.lane_reach_m - place, 0.0) / CAR_M
    lanes["startup_s"] = city.lane_startup_s
    lanes["rate"] = START_RATE
    lanes["known"] = True
    return lanes


def _sure(city: City, group: NDArray[np.int32]) -> NDArray[np.float64]:
    """Share (L,) of its approach's vehicles that must take a lane: no other leads where they go."""
    exits = [lane.rsplit("_", 1)[0] for lane in city.movement_to]
    serving: dict[tuple[int, str], set[int]] = {}
    ways = list(zip(city.movement_lane.tolist(), exits, strict=True))
    for lane, to in ways:
        serving.setdefault((int(group[lane]), to), set()).add(lane)
    found = np.zeros(group.size)
    for (lane, to), share in zip(ways, city.movement_share, strict=True):
        if len(serving[int(group[lane]), to]) == 1:
            found[lane] += city.lane_share[lane] * share
    return found


def _onward(
    city: City, group: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Lanes at the next signal by movement, with the shares of their approach, and seconds to them."""
    first, lanes = [0], list[int]()
    shares: list[float] = []
    for following in city.movement_next:
        if following >= 0:
            own = np.flatnonzero(group == group[following])
            total = float(city.lane_share[own].sum())
            lanes += own.tolist()
            equal = [1 / own.size] * own.size
            shares += (city.lane_share[own] / total).tolist() if total > 0 else equal
        first.append(len(lanes))
    speed = np.maximum(city.lane_speed_mps[np.maximum(city.movement_next, 0)], 1.0)
    return (
        np.array(first, np.int64), np.array(lanes, np.int64), np.array(shares, np.float64),
        np.asarray(city.movement_next_m / speed, np.float64),
    )  # fmt: skip
