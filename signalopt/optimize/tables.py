"""Cost tables: what each pair of neighbours costs as a function of their offset difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.performance import (
    Rates,
    SettingModel,
    Weights,
    bounded_arrivals,
    queues_of,
)
from signalopt.optimize.platoons import (
    Profile,
    Queueing,
    disperse,
)
from signalopt.optimize.queue_kernel import shifted_queues
from signalopt.optimize.streams import MovementKey, Stream

PROGRESSION_FACTOR = 0.95
"""Running speed in a platoon over the speed limit; estimated."""
START_LAG_S = 4.0
"""What a vehicle that starts from a queue loses until it runs (60 km/h at 2 m/s2: v / 2a)."""
VEHICLE_SPACE_M = 7.5
_ROWS = 150  # tables computed together: bounds the memory


@dataclass(frozen=True)
class PairCost:
    """Cost of two neighbours: cost[v, w, d] in weighted vehicle seconds an hour, whole numbers.

    v, w: setting of `first` and `second` (positions); d = offset of second - offset of first, mod cycle.
    """

    first: int
    second: int
    cost: NDArray[np.int64]


@dataclass(frozen=True)
class OffsetProblem:
    """Choose a setting and an offset for every intersection; all run the same cycle.

    local[i][v]: cost of setting v of intersection i that no offset changes. fixed: offsets that are given
    (intersections whose program may not be changed).
    """

    cycle_s: int
    names: tuple[str, ...]
    local: tuple[NDArray[np.int64], ...]
    pairs: tuple[PairCost, ...]
    fixed: Mapping[int, int]

    def cost(self, offsets: Sequence[int], settings: Sequence[int]) -> int:
        """Total cost of a choice."""
        total = sum(int(self.local[i][v]) for i, v in enumerate(settings))
        for pair in self.pairs:
            gap = (offsets[pair.second] - offsets[pair.first]) % self.cycle_s
            total += int(pair.cost[settings[pair.first], settings[pair.second], gap])
        return total


Arrivals = Mapping[MovementKey, Profile]
"""Arrivals (veh/s) over the cycle, on the clock of the movement's own intersection."""


def build_problem(
    flows: CaseFlows,
    settings: Mapping[str, Sequence[SettingModel]],
    cycle_s: int,
    weights: Weights,
    *,
    arrivals: Arrivals | None = None,
    fixed: Mapping[str, int] | None = None,
) -> OffsetProblem:
    """Tables for the intersections in `settings`, whose profiles all last `cycle_s`, the common period.

    A program of half the common cycle shows itself twice (`performance.repeated`).

    `arrivals` at the upstream stop lines (of an earlier solution); where absent they are uniform.
    """
    names = tuple(settings)
    position = {name: i for i, name in enumerate(names)}
    total: dict[MovementKey, float] = {}
    linked: dict[MovementKey, float] = {}
    by_pair: dict[tuple[int, int], list[Stream]] = {}
    for stream in flows.streams:
        here = stream.downstream
        if here.intersection not in position:
            continue
        total[here] = total.get(here, 0.0) + stream.flow_vph
        if coordinated(stream, position):
            assert stream.upstream is not None
            linked[here] = linked.get(here, 0.0) + stream.flow_vph
            ends = (position[stream.upstream.intersection], position[here.intersection])
            by_pair.setdefault(ends, []).append(stream)
    local = tuple(
        np.array([_local_cost(m, flows, total, linked, cycle_s, weights) for m in settings[name]])
        for name in names
    )
    departures = {
        (name, v): _departures(model, flows, arrivals or {})
        for name in names
        for v, model in enumerate(settings[name])
    }
    jobs: list[_Job] = []
    for (up, down), streams in sorted(by_pair.items()):
        for v in range(len(settings[names[up]])):
            incoming = _incoming(streams, departures[names[up], v], flows)
            for w, model in enumerate(settings[names[down]]):
                for key, (profile, storage_veh) in incoming.items():
                    if key in model.service:
                        weight = (
                            sum(s.flow_vph for s in streams if s.downstream == key) / total[key]
                        )
                        jobs.append(
                            _Job(up, down, v, w, weight, profile, model.service[key],
                                 storage_veh - model.left_over_veh(key), weights.rates(key))
                        )  # fmt: skip
    pairs = _pair_costs(jobs, [len(settings[name]) for name in names], cycle_s, weights)
    given = {position[n]: offset for n, offset in (fixed or {}).items() if n in position}
    return OffsetProblem(cycle_s, names, local, pairs, given)


def coordinated(stream: Stream, inside: Mapping[str, int]) -> bool:
    """Whether a stream runs between two different intersections of the set."""
    up, down = stream.upstream, stream.downstream
    return (
        up is not None
        and up.intersection in inside
        and down.intersection in inside
        and up.intersection != down.intersection
    )


def stream_arrivals(stream: Stream, leaving: Queueing, share: float) -> Profile:
    """Arrivals of a stream on the upstream clock: `share` of the departures of its upstream movement."""
    running = stream.free_s / PROGRESSION_FACTOR
    started = disperse(leaving.queued_departures, running + START_LAG_S)
    return share * (started + disperse(leaving.free_departures, running))


def weighted_cost(queue: Queueing, cycle_s: int, rates: Rates) -> NDArray[np.float64]:
    """Waiting and stops of one movement, in weighted vehicle seconds an hour."""
    per_cycle = rates.wait * queue.delay_veh_s + rates.stop * queue.stops_veh
    cost: NDArray[np.float64] = per_cycle * 3600 / cycle_s
    return cost


@dataclass(frozen=True)
class _Job:
    up: int
    down: int
    v: int
    w: int
    weight: float
    arrivals: Profile
    service: Profile
    storage_veh: float
    rates: Rates


def _departures(
    model: SettingModel, flows: CaseFlows, arrivals: Arrivals
) -> dict[MovementKey, Queueing]:
    coming = {
        key: arrivals.get(key, np.full(len(service), flows.movement_vph.get(key, 0.0) / 3600))
        for key, service in model.service.items()
    }
    return queues_of(coming, model.service)


def _incoming(
    streams: Sequence[Stream], leaving: Mapping[MovementKey, Queueing], flows: CaseFlows
) -> dict[MovementKey, tuple[Profile, float]]:
    """Arrivals at each downstream movement on the upstream clock, with the storage before it."""
    result: dict[MovementKey, tuple[Profile, float]] = {}
    for key in dict.fromkeys(s.downstream for s in streams):
        own = [s for s in streams if s.downstream == key]
        parts = []
        for stream in own:
            up = stream.upstream
            if up is not None and up in leaving:
                share = min(1.0, stream.flow_vph / flows.movement_vph[up])
                parts.append(stream_arrivals(stream, leaving[up], share))
        if not parts:
            continue
        known = sum(s.flow_vph for s in own)
        rest = max(0.0, flows.movement_vph[key] - known) / 3600
        lanes = len({m.from_lane for m in flows.links[key]})
        storage = min(s.distance_m for s in own) * lanes / VEHICLE_SPACE_M
        result[key] = (np.sum(parts, axis=0) + rest, storage)
    return result


def _local_cost(
    model: SettingModel,
    flows: CaseFlows,
    total: Mapping[MovementKey, float],
    linked: Mapping[MovementKey, float],
    cycle_s: int,
    weights: Weights,
) -> int:
    """Overflow of all movements and the waiting of arrivals that no neighbour shapes."""
    cost = model.overflow_cost(weights)
    for key, queue in _departures(model, flows, {}).items():
        alone = 1 - linked.get(key, 0.0) / total[key] if total.get(key) else 1.0
        cost += max(0.0, alone) * float(weighted_cost(queue, cycle_s, weights.rates(key)))
    return round(cost)


def isolated_cost(model: SettingModel, flows: CaseFlows, cycle_s: int, weights: Weights) -> int:
    """What a setting costs where all arrivals are uniform."""
    return _local_cost(model, flows, {}, {}, cycle_s, weights)


def _pair_costs(
    jobs: Sequence[_Job], counts: Sequence[int], cycle_s: int, weights: Weights
) -> tuple[PairCost, ...]:
    """Run the queues of all jobs for all offset differences; both directions go into one table."""
    tables: dict[tuple[int, int], NDArray[np.float64]] = {}
    for start in range(0, len(jobs), _ROWS):
        part = jobs[start : start + _ROWS]
        service = np.stack([job.service for job in part])
        arrivals = bounded_arrivals(np.stack([job.arrivals for job in part]), service)
        waiting, stops, longest = shifted_queues(arrivals, service)
        storage = np.array([job.storage_veh for job in part])[:, None]
        spilled = np.maximum(0.0, longest - storage)
        wait = np.array([job.rates.wait for job in part])[:, None]
        stop = np.array([job.rates.stop for job in part])[:, None]
        cost = (wait * (waiting + spilled * weights.spill_s) + stop * stops) * 3600 / cycle_s
        for job, row in zip(part, cost, strict=True):
            ends = (min(job.up, job.down), max(job.up, job.down))
            shape = (counts[ends[0]], counts[ends[1]], cycle_s)
            table = tables.setdefault(ends, np.zeros(shape))
            if job.up < job.down:
                table[job.v, job.w] += job.weight * row
            else:  # row is by offset(down) - offset(up); the table by offset(up) - offset(down)
                table[job.w, job.v] += job.weight * np.roll(row[::-1], 1)
    return tuple(
        PairCost(first, second, np.round(table).astype(np.int64))
        for (first, second), table in sorted(tables.items())
    )
